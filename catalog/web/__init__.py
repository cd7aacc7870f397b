"""Doors of this floor: blueprints, menu entries and inbox parts, joined by `init`."""

from pathlib import Path

from flask import Flask, current_app
from flask_wtf.csrf import CSRFProtect

from catalog.gateways.search import engine_named
from catalog.queries.search import backend
from catalog.services import leaving
from catalog.web import (
    admission,
    certificates,
    editorial,
    inbox,
    origins,
    packs,
    papers,
    products,
    review,
    storefront,
    township,
)
from catalog.web.admission_doors import DOORS as ADMISSION_DOORS
from catalog.web.admission_inbox import admission_tasks
from catalog.web.certification_tasks import join as join_certification
from catalog.web.farm_doors import DOORS as FARM_DOORS
from catalog.web.farm_inbox import farm_tasks
from catalog.web.goods_doors import DOORS as GOODS_DOORS
from catalog.web.household_doors import DOORS as HOUSEHOLD_DOORS
from catalog.web.household_inbox import household_tasks
from catalog.web.linkage_doors import DOORS as LINKAGE_DOORS
from catalog.web.linkage_inbox import linkage_tasks
from catalog.web.search_doors import join_search
from core import leaving as accounts
from core.web.inbox import provide


def init(app: Flask, csrf: CSRFProtect) -> None:
    """Register the floor's doors and choose the search engine."""
    for door in (
        origins,
        products,
        packs,
        papers,
        storefront,
        township,
        review,
        admission,
        certificates,
        editorial,
        *FARM_DOORS,
    ):
        app.register_blueprint(door.bp)
    for admission_door in ADMISSION_DOORS:
        app.register_blueprint(admission_door.bp)
    for household_door in HOUSEHOLD_DOORS:
        app.register_blueprint(household_door.bp)
    join_certification(app)
    provide(household_tasks)
    for goods_door in GOODS_DOORS:
        app.register_blueprint(goods_door.bp)
    provide(inbox.catalogue_tasks)
    provide(editorial.tasks)
    provide(farm_tasks)
    for linkage_door in LINKAGE_DOORS:
        app.register_blueprint(linkage_door.bp)
    provide(linkage_tasks)
    provide(admission_tasks)
    accounts.block(leaving.open_application)
    join_search(app)
    name = str(app.config["SEARCH_BACKEND"])
    backend.use(engine_named(name, lambda: Path(str(current_app.config["VAR_DIR"])) / "search"))
