"""What waits for everybody this morning. All of it is done by the services, in the name of those who would do it."""

from datetime import date, timedelta

import sqlalchemy as sa

from catalog.models.product import Category
from catalog.rules.certificates import CertificateKind
from catalog.services import certificates, products
from core.access.roles import Role
from core.db import db
from demo import bodies, goods, line
from demo.cast import GoodsSpec, word, words
from demo.line import morning
from demo.world import World
from market.services import fulfilment
from procurement.services import declaration, plans

_NEW_PUMPKIN = GoodsSpec("veg", "veg-pumpkin", "", "220681105205", "", "by_weight", "g", 10_000, 240, 300, "", "")
_NEW_HONEY = GoodsSpec("honey", "bee-linden", "", "220681103205", "", "by_pack", "g", 250, 2_600, 200, "", "")


def wanted(act: str) -> line.Goods:
    """What is ordered in one act of the morning."""
    found: line.Goods = words()["morning"][act]
    return found


def tell(world: World) -> None:
    """Filings first, then a whole line, then what is left half-done for this morning."""
    _filings(world)
    _whole_line(world)
    _declared_payment(world)
    _deliveries(world)
    _new_orders(world)
    _plans(world)
    _products(world)


def _filings(world: World) -> None:
    """One returned by the superior, one that waits for a superior, two that wait for finance."""
    year, more = world.days.year, word("paper", "amend")

    def raised(unit: str, by_fen: int) -> int:
        total = world.units[unit].total_fen + by_fen
        payer = world.actor(unit, Role.UNIT_PAYER)
        return declaration.amend_up(world.bodies[unit], year, total, more, payer).id

    with morning(world, 7):
        returned = raised("school1", 100_000_00)
    with morning(world, 7, 5):
        reviewer = world.actor("edu", Role.SUPERIOR_REVIEWER)
        declaration.send_back(returned, word("paper", "returned"), by=reviewer)
    with morning(world, 7, 10):
        for unit in ("school3", "forest", "fire"):
            raised(unit, 20_000_00)


def _whole_line(world: World) -> None:
    """From plan to confirmed payment: four different people at the unit, one at the supplier."""
    kitchen = world.kitchen("police")
    with morning(world, 6):
        (order,) = line.ordered(world, kitchen, wanted("whole_line"))
    with morning(world, 6, 20):
        delivery = line.shipped(world, order)
    with morning(world, 7, 20):
        accepted = line.signed(world, kitchen, delivery)
    with morning(world, 7, 30):
        transfer = line.declared(world, kitchen, accepted)
    with morning(world, 7, 40):
        line.confirmed(world, transfer)


def _declared_payment(world: World) -> None:
    """Paid, says the unit; the supplier has not said so yet."""
    kitchen = world.kitchen("school2")
    with morning(world, 6, 5):
        (order,) = line.ordered(world, kitchen, wanted("declared"))
    with morning(world, 6, 25):
        delivery = line.shipped(world, order)
    with morning(world, 7, 25):
        accepted = line.signed(world, kitchen, delivery)
    with morning(world, 7, 35):
        line.declared(world, kitchen, accepted)


def _deliveries(world: World) -> None:
    """Two vans on their way to be weighed."""
    kitchen = world.kitchen("school1")
    with morning(world, 6, 10):
        orders = line.ordered(world, kitchen, wanted("deliveries"))
    with morning(world, 6, 30):
        for order in orders:
            line.shipped(world, order)


def _new_orders(world: World) -> None:
    """Three orders that one supplier has not answered, and one it has confirmed and not yet sent."""
    tomorrow = world.days.today + timedelta(days=1)
    for place, unit in enumerate(("school1", "hospital", "elder")):
        with morning(world, 7, 45 + place):
            line.ordered(world, world.kitchen(unit), wanted(f"new_{unit}"), first=tomorrow)
    with morning(world, 7, 50):
        (order,) = line.ordered(world, world.kitchen("services"), wanted("confirmed"), first=tomorrow)
        fulfilment.confirm_order(order.id, by=line.clerk_of(world, order.supplier_id))


def _plans(world: World) -> None:
    """A plan to approve, and a contractor's plan that was returned."""
    week: date = world.days.today + timedelta(days=7 - world.days.today.weekday())
    with morning(world, 8):
        line.submitted(world, world.kitchen("school1"), wanted("to_approve"), first=week)
    kitchen = world.kitchen("school4")
    with morning(world, 8, 5):
        plan = line.submitted(world, kitchen, wanted("draft"), first=week)
        token, version = plan.token, plan.version
    with morning(world, 8, 10):
        approver = world.actor("school4", Role.UNIT_APPROVER)
        plans.send_back(token, version=version, reason=word("paper", "too_much"), by=approver)


def _products(world: World) -> None:
    """One product for the township, one for the operator, one certificate to compare with its issuer."""
    ids = {row.code: row.id for row in db.session.execute(sa.select(Category.code, Category.id))}
    db.session.rollback()
    for spec, place in ((_NEW_PUMPKIN, "township"), (_NEW_HONEY, "operator")):
        named = word_spec(spec, place)
        clerk = world.actor(spec.supplier, Role.SUPPLIER_CLERK)
        with morning(world, 7, 55):
            product = goods.draft(world, named, ids[spec.category])
            products.submit(product.id, by=clerk)
            if place == "operator":
                products.confirm_origin(product.id, by=world.actor(bodies.town(spec.village), Role.TOWNSHIP_CLERK))
    with morning(world, 7, 58):
        today = world.days.today
        number, last = "LB-99-250199999A", date(today.year + 2, 12, 31)
        paper = certificates.Paper(CertificateKind.GREEN, number, word("paper", "issuer"), today, last)
        egg = line.pack_of(world, words()["basket"]["certified"])
        certificates.add(paper, [egg.product_id], by=world.actor("egg", Role.SUPPLIER_CLERK))


def word_spec(spec: GoodsSpec, place: str) -> GoodsSpec:
    """A new product with its name and words."""
    return GoodsSpec(
        spec.supplier, spec.category, word("new", f"{place}_name"), spec.village, word("new", f"{place}_pack"),
        spec.mode, spec.unit, spec.pack_qty, spec.price_fen, spec.stock, "", word("new", f"{place}_story"),
    )  # fmt: skip
