"""The field's edge of the last days: posted prices, purchase notes, harvests, losses, a bank file, a crop plan."""

from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO

import sqlalchemy as sa

import config
from catalog.models.lots import CropPlan
from catalog.models.product import Product
from catalog.models.supplier import Household
from catalog.queries import lots as stored
from catalog.queries import payables
from catalog.queries import purchases as reading
from catalog.rules.benefit import PayMethod
from catalog.rules.lots import LossReason
from catalog.rules.purchase import Signing
from catalog.services import harvests, lots, payouts, purchases
from core import clock
from core.access.actor import Actor
from core.access.roles import Role
from core.db import db, transaction
from core.money import plain_yuan
from core.quantity import KG, BaseUnit
from demo.cast import goods, word
from demo.world import World

BUYERS = {"veg": (0, 6), "fungi": (0, 4), "potato": (1, 4), "wild": (0, 3)}
"""Supplier → (which of its products, notes a day at most)."""
DAYS = (9, 6, 2, 1)
_TYPED = ("19.2+16.7", "22.5", "31+12.4", "18.6+20.1+7", "27.3", "40")


def tell(world: World) -> None:
    """Ten days of buying; what was bought more than a week ago is paid by a bank file, the rest waits."""
    for key, (place, most) in BUYERS.items():
        clerk, product_id = world.actor(key, Role.SUPPLIER_CLERK), _product(world, key, place)
        db.session.rollback()
        with _at(world, 10), transaction():
            payouts.post_price(product_id, _price(product_id, clerk), by=clerk)
        for back in DAYS:
            with _at(world, back), transaction():
                _buy(world, product_id, clerk, back, most)
        _after(world, product_id, clerk)
    _harvest(world)
    _by_the_village(world)
    _plans(world)


def _at(world: World, back: int, hour: int = 15) -> AbstractContextManager[None]:
    return clock.frozen(world.days.at(world.days.today - timedelta(days=back), hour))


def _product(world: World, key: str, place: int) -> int:
    """One of a supplier's weighed products, in the order of their ids."""
    clerk = world.actor(key, Role.SUPPLIER_CLERK)
    return sorted(one.id for one in reading.goods(clerk) if one.base_unit is BaseUnit.G)[place]


def _price(product_id: int, clerk: Actor) -> int:
    """About two fifths of what it is sold for, whole fen."""
    name = reading.get_goods(product_id, clerk).name
    spec = next(one for one in goods() if one.name == name)
    per_jin = spec.price_fen if spec.mode == "by_weight" else spec.price_fen * 500 // spec.pack_qty
    return max(10, per_jin * 2 // 5) * 100


def _draft(world: World, product_id: int, price: int, home: Household, key: str, number: int) -> purchases.Draft:
    return purchases.Draft(
        f"demo-{key}-{product_id}-{number}", home.code, product_id, _TYPED[number % len(_TYPED)], KG, price,
        PayMethod.BANK, Signing.SCREEN,
    )  # fmt: skip


def _signed() -> purchases.Papers:
    picture = (config.ROOT / "static" / "art" / "produce.webp").read_bytes()
    return purchases.Papers(BytesIO(picture), BytesIO(picture))


def _homes(village_code: str) -> list[Household]:
    query = sa.select(Household).where(Household.village_code == village_code).order_by(Household.code).limit(6)
    return list(db.session.scalars(query))


def _buy(world: World, product_id: int, clerk: Actor, back: int, most: int) -> None:
    found = reading.get_goods(product_id, clerk)
    homes = _homes(found.origin_code)
    for number in range(most if back > 2 else most // 2 + 1):
        home = homes[(number + back) % len(homes)]
        draft = _draft(world, product_id, found.price_fen_x100 or 10_000, home, f"d{back}", number)
        if number == 1:
            draft = replace(draft, pay_method=PayMethod.CASH)
        if number == 2:
            draft = replace(draft, deduction_fen=200, deduction_reason=word("field", "soil"))
        note = purchases.write(draft, _signed(), by=clerk)
        if number == 3:
            key = f"demo-back-{note.id}"
            purchases.reverse(note.id, reason=word("field", "twice"), client_key=key, by=clerk)


def _after(world: World, product_id: int, clerk: Actor) -> None:
    """A loss in the oldest lot; the bank paid what was bought first."""
    with _at(world, 5), transaction():
        oldest = next(one for one in stored.to_ship([product_id])[product_id] if one.balance.left_qty > 20_000)
        lots.lose(oldest.id, 2_500, LossReason.ROTTEN, note=word("field", "rain"), by=clerk)
        before = world.days.today - timedelta(days=7)
        lines = [line for line in payables.pay_lines(clerk) if line.bought_on < before]
        serial = f"DEMO{product_id:06d}"
        told = [
            f"{one.note_no},{plain_yuan(one.amount_fen)},{clock.today()},{serial}{n}" for n, one in enumerate(lines)
        ]
        heads = ",".join(word("field", name) for name in ("number", "amount", "paid_on", "serial"))
        payouts.take_result("\n".join([heads, *told]).encode(), name=word("field", "file"), by=clerk)


def _harvest(world: World) -> None:
    """The village collective grows potatoes itself."""
    clerk, product_id = world.actor("potato", Role.SUPPLIER_CLERK), _product(world, "potato", 0)
    with _at(world, 3), transaction():
        harvests.write(
            harvests.Harvest(
                "demo-harvest", product_id, "480+515.5", KG, clock.today(), word("field", "plot")
            ),
            by=clerk,
        )  # fmt: skip


def _by_the_village(world: World) -> None:
    """The village worker wrote two notes for the cooperative this morning."""
    worker, product_id = world.actor("village_pk", Role.VILLAGE_WORKER), _product(world, "veg", 0)
    morning = world.days.at(world.days.today, 6)
    with clock.frozen(min(morning, clock.now())), transaction():
        found = reading.get_goods(product_id, worker)
        for number, home in enumerate(_homes(found.origin_code)[:2]):
            draft = _draft(world, product_id, found.price_fen_x100 or 10_000, home, "village", number)
            purchases.write(draft, _signed(), by=worker)


def _plans(world: World) -> None:
    """Crop plans of the villages that were bought from, but the one whose worker has it to do this morning."""
    own = world.actor("village_pk", Role.VILLAGE_WORKER).place_code
    year = world.days.today.year
    with transaction():
        for key, (place, _) in BUYERS.items():
            product = db.session.get_one(Product, _product(world, key, place))
            if product.origin_code != own:
                db.session.add(
                    CropPlan(
                        village_code=product.origin_code, category_id=product.category_id, plan_year=year,
                        area_mu_x10=350, yield_g_per_mu=900_000, harvest_from=date(year, 5, 1),
                        harvest_to=date(year, 11, 30), updated_at=clock.now(),
                    )
                )  # fmt: skip
