"""What the order of the list learns from trade: one vote a unit and month, different buyers, no own people."""

from flask import Flask
from sqlalchemy import select

from catalog.models.search import ProductDemand, SupplierService
from catalog.queries import ranking
from catalog.queries.shop import Sort, browse
from catalog.rules.ranking import PRIOR_BP, smoothed
from core import clock
from core.access.roles import Role
from core.db import db, transaction
from core.organisations.models import Organisation
from market.rules.order_states import OrderState
from market.services import measures
from tests import make


def measured() -> dict[int, tuple[int, int, int]]:
    with transaction():
        measures.measure()
    rows = db.session.scalars(select(SupplierService)).all()
    return {row.supplier_id: (row.votes, row.kept, row.rate_bp) for row in rows}


def demand() -> dict[int, int]:
    return {row.product_id: row.buyers for row in db.session.scalars(select(ProductDemand))}


def test_without_deliveries_everybody_stands_at_the_prior(app: Flask) -> None:
    new = make.supplier()
    assert measured() == {new.id: (0, 0, PRIOR_BP)}


def test_a_units_month_is_one_vote_and_a_rejection_breaks_it(app: Flask) -> None:
    good, bad = make.line(), make.line()
    for _ in range(2):
        wanted = make.order(good)
        make.accepted(good, wanted, wanted_qty(wanted))
    make.accepted(bad, (wanted := make.order(bad)), wanted_qty(wanted))
    make.accepted(bad, (wanted := make.order(bad)), wanted_qty(wanted), rejected=1_000)
    found = measured()
    assert found[good.supplier.id][:2] == (1, 1)
    assert found[bad.supplier.id][:2] == (1, 0)
    assert found[good.supplier.id][2] == smoothed(1, 1, county_bp=5_000)
    assert found[bad.supplier.id][2] < found[good.supplier.id][2]
    assert measured() == found  # again: the same


def test_buyers_are_counted_not_orders_and_own_people_are_none(app: Flask) -> None:
    of = make.line()
    offer = make.product(of.supplier)
    for _ in range(3):
        make.order(of, (offer, 1), state=OrderState.FULFILLED)
    make.order(of, (offer, 1), state=OrderState.CANCELLED)
    measured()
    assert demand() == {offer.product_id: 1}
    body = db.session.get_one(Organisation, of.supplier.organisation_id)
    make.seat(body, Role.SUPPLIER_CLERK, who=of.orderer.person)
    measured()
    assert demand() == {}


def test_the_list_is_ordered_by_buyers_and_lifted_by_service(app: Flask) -> None:
    of = make.line()
    liked, other = make.product(of.supplier, name="示例甲"), make.product(of.supplier, name="示例乙")
    make.order(of, (liked, 1), state=OrderState.FULFILLED)
    measured()
    ids = browse(sort=Sort.SALES).page.product_ids
    assert ids[0] == liked.product_id
    assert other.product_id in ids
    day = clock.today()
    assert ranking.standing({of.supplier.id}, day).weights.service == 1_000


def wanted_qty(order: object) -> int:
    from market.models.order import OrderLine

    lines = db.session.scalars(select(OrderLine).where(OrderLine.order_id == order.id)).all()  # type: ignore[attr-defined]
    return lines[0].qty
