"""What trade tells about suppliers and goods, for the order of the list: kept deliveries and different buyers.

Made hard to bend: one vote for each buying unit and month, drawn to the county's rate by twenty votes; buyers are
counted, not orders or sums, and a supplier's own people are no buyers (rules 69, 88).
"""

from collections.abc import Mapping
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased

from catalog.models.search import ProductDemand, SupplierService
from catalog.models.supplier import Supplier
from catalog.rules.ranking import PRIOR_BP, smoothed
from catalog.rules.supplier import SupplierStatus
from core import clock
from core.db import db
from core.money import WHOLE_BP
from core.organisations.models import Membership
from market.models.delivery import Acceptance, AcceptanceLine, Delivery
from market.models.order import Order, OrderLine
from market.rules.order_states import OrderState

SERVICE_DAYS, BUYER_DAYS = 365, 90
BOUGHT = (OrderState.PAID, OrderState.SHIPPED, OrderState.RECEIVED, OrderState.FULFILLED, OrderState.CLOSED)


def measure() -> None:
    """Both measures anew, for every supplier that sells and every product that was bought."""
    _services()
    _buyers()


def _services() -> None:
    votes = _votes()
    every, kept = sum(v for v, _ in votes.values()), sum(k for _, k in votes.values())
    county = kept * WHOLE_BP // every if every else PRIOR_BP
    now = clock.now()
    active = sa.select(Supplier.id).where(Supplier.status == SupplierStatus.ACTIVE)
    rows = []
    for supplier_id in db.session.scalars(active):
        count, good = votes.get(supplier_id, (0, 0))
        rate = smoothed(good, count, county_bp=county)
        rows.append({"supplier_id": supplier_id, "votes": count, "kept": good, "rate_bp": rate, "computed_at": now})
    db.session.execute(sa.delete(SupplierService))
    if rows:
        db.session.execute(insert(SupplierService).values(rows))


def _votes() -> Mapping[int, tuple[int, int]]:
    """{supplier: (votes, kept)}: a unit's month counts as kept when every delivery was in time and accepted whole."""
    later = aliased(Acceptance)
    rejected = sa.exists().where(AcceptanceLine.acceptance_id == Acceptance.id, AcceptanceLine.rejected_qty > 0)
    in_time = sa.func.coalesce(Delivery.delivered_on <= Order.deliver_on, sa.true())
    month = sa.func.date_trunc("month", sa.cast(Acceptance.accepted_on, sa.DateTime))
    vote = (
        sa.select(Delivery.supplier_id, sa.func.bool_and(sa.and_(in_time, ~rejected)).label("kept"))
        .select_from(Acceptance)
        .join(Delivery, Delivery.id == Acceptance.delivery_id)
        .join(Order, Order.id == Acceptance.order_id)
        .where(
            Delivery.buyer_id.is_not(None),
            Acceptance.accepted_on > clock.today() - timedelta(days=SERVICE_DAYS),
            ~sa.exists().where(later.reverses_id == Acceptance.id),
        )
        .group_by(Delivery.supplier_id, Delivery.buyer_id, month)
        .subquery("vote")
    )
    query = sa.select(vote.c.supplier_id, sa.func.count(), sa.func.count().filter(vote.c.kept)).group_by(
        vote.c.supplier_id
    )
    return {supplier_id: (count, kept) for supplier_id, count, kept in db.session.execute(query)}


def _buyers() -> None:
    """Different units and residents that took a product in ninety days."""
    own = sa.exists().where(
        Membership.person_id == Order.person_id,
        Membership.organisation_id == Supplier.organisation_id,
    )
    buyer = sa.case(
        (Order.buyer_id.is_not(None), "u" + sa.cast(Order.buyer_id, sa.Text)),
        else_="p" + sa.cast(Order.person_id, sa.Text),
    )
    counted = (
        sa.select(OrderLine.product_id, sa.func.count(sa.distinct(buyer)), sa.literal(clock.now()))
        .join(Order, Order.id == OrderLine.order_id)
        .join(Supplier, Supplier.id == Order.supplier_id)
        .where(Order.state.in_(BOUGHT), Order.placed_at > clock.now() - timedelta(days=BUYER_DAYS), ~own)
        .group_by(OrderLine.product_id)
    )
    db.session.execute(sa.delete(ProductDemand))
    db.session.execute(sa.insert(ProductDemand).from_select(["product_id", "buyers", "computed_at"], counted))
