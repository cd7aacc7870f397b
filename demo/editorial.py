"""Stories and shelves that people wrote, one waiting for the operator; a live session this evening."""

from datetime import timedelta

import sqlalchemy as sa

from catalog.models.product import Product
from catalog.models.supplier import VillageCategory
from catalog.queries import suppliers
from catalog.rules.editorial import PageKind
from catalog.rules.listing import ProductState
from catalog.services import editorial
from core import clock
from core.access.actor import Actor
from core.access.roles import Role
from core.db import db, transaction
from demo.cast import words
from demo.line import clerk_of
from demo.world import World
from market.services import live

_KINDS = {"village": PageKind.VILLAGE, "specialty": PageKind.SPECIALTY, "story": PageKind.STORY,
          "shelf": PageKind.SHELF, "campaign": PageKind.CAMPAIGN}  # fmt: skip


def tell(world: World) -> None:
    """Four pages published, one handed in; one session planned."""
    operator = world.actor("platform", Role.PLATFORM_OPERATOR)
    town = world.actor("town_220681105", Role.TOWNSHIP_CLERK)
    clerk = clerk_of(world, world.suppliers["veg"])
    for key, said in words()["page"].items():
        by = {"village": town, "specialty": town, "story": clerk}.get(key, operator)
        _page(world, key, said, by, operator)
    _live(clerk)


def _page(world: World, key: str, said: dict[str, str], by: Actor, operator: Actor) -> None:
    today = world.days.today
    days = (today, today + timedelta(days=20)) if key == "campaign" else (None, None)
    village = _village() if key in {"village", "specialty"} else ""
    text = editorial.Text(said["title"], said["lead"], said["body"], _skus(by, key), None, *days)
    with transaction():
        page_id = editorial.create(_KINDS[key], text, by=by, village_code=village).id
    with transaction():
        editorial.submit(page_id, by=by)
    if key != "specialty":
        with transaction():
            editorial.publish(page_id, by=operator)


def _village() -> str:
    query = sa.select(VillageCategory.village_code).where(
        VillageCategory.village_code.startswith("220681105"), VillageCategory.is_exited
    )
    found = db.session.scalars(query.order_by(VillageCategory.village_code)).first() or ""
    db.session.rollback()
    return found


def _skus(by: Actor, key: str) -> list[str]:
    first = {"shelf": 6, "campaign": 14, "specialty": 22}.get(key, 0)
    query = sa.select(Product.sku).where(Product.state == ProductState.LISTED).order_by(Product.id).offset(first)
    if key == "story":
        query = query.where(Product.supplier_id == suppliers.own(by).id).offset(0)
    found = list(db.session.scalars(query.limit(6)))
    db.session.rollback()
    return found


def _live(clerk: Actor) -> None:
    said = words()["live"]["evening"]
    start = clock.day_start(clock.today()) + timedelta(hours=19, minutes=30)
    if start <= clock.now():
        start += timedelta(days=1)
    goods = [(sku, "") for sku in _skus(clerk, "story")]
    plan = live.Plan(said["title"], start, start + timedelta(hours=2), goods, said["host"], said["platform"])
    with transaction():
        live.plan(plan, by=clerk)
