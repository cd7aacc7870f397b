"""Doors of this floor: blueprints, menu entries and inbox parts, joined by `init`."""

from pathlib import Path

from flask import Flask, current_app
from flask_wtf.csrf import CSRFProtect

from catalog.gateways.search import engine_named
from catalog.queries.search import backend
from catalog.web import admission, inbox, origins, packs, papers, products, purchases, review, storefront, township
from catalog.web.household_doors import DOORS as HOUSEHOLD_DOORS
from catalog.web import (
    admission,
    admission_desk,
    admission_inbox,
    apply,
    inbox,
    leads,
    office_lists,
    origins,
    packs,
    papers,
    products,
    publicity,
    purchases,
    review,
    storefront,
    supplier_checks,
    township,
)
from core.web.inbox import provide

_DOORS = (
    *(origins, products, packs, papers, storefront, township, review, admission, purchases),
    *(apply, admission_desk, publicity, leads, supplier_checks, office_lists),
)


def init(app: Flask, csrf: CSRFProtect) -> None:
    """Register the floor's doors and choose the search engine."""
    for door in (origins, products, packs, papers, storefront, township, review, admission, purchases):
        app.register_blueprint(door.bp)
    for household_door in HOUSEHOLD_DOORS:
        app.register_blueprint(household_door.bp)
    provide(inbox.catalogue_tasks)
    name = str(app.config["SEARCH_BACKEND"])
    backend.use(engine_named(name, lambda: Path(str(current_app.config["VAR_DIR"])) / "search"))
    for door in (origins, products, packs, papers, storefront, township, review, admission, *_ADMISSION):
    for door in _DOORS:
        app.register_blueprint(door.bp)
    provide(inbox.catalogue_tasks)
    provide(admission_inbox.admission_tasks)
    name = str(app.config["SEARCH_BACKEND"])
    backend.use(engine_named(name, lambda: Path(str(current_app.config["VAR_DIR"])) / "search"))
