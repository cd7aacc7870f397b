"""The household route when a quarter is over (rule 39): each accepted line by the same share, and what it has now."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from catalog.queries import lots, proven
from catalog.rules.lots import final_part
from catalog.rules.quarter import Quarter
from core.db import any_of, db
from market.models.delivery import AcceptanceLine, Delivery, DeliveryLine
from market.models.order import OrderLine
from procurement.models.ledger import FactEntry, FactKind
from procurement.models.plan import EnvelopeMove
from procurement.queries.facts import newest_share
from procurement.rules.scheme import Channel, FundSource


@dataclass(frozen=True)
class Share:
    """What an accepted line is to count: `part` of `qty` base units, because of `eligible_qty` ÷ `sold_qty`.

    `before`: what it counts until now; `rounds`: how often its quarter was shared out before.
    """

    fact_id: int
    line_id: int
    unit_id: int
    canteen_id: int | None
    fiscal_year: int
    fund: FundSource
    plan_line_id: int | None
    qty: int
    part: int
    before: int
    eligible_qty: int
    sold_qty: int
    rounds: int


def due(quarter: Quarter) -> list[Share]:
    """Lines supplied in the quarter whose part is another than the ledger has, in order of their facts.

    Lines of exited villages count as a whole by the village route and are not here. Four statements at most.
    """
    rows = _standing(quarter).all()
    products = {row.product_id for row in rows}
    if not products:
        return []
    bought = proven.eligible_qty(products, quarter.first_day)
    sold = {product_id: one.sold_qty for product_id, one in lots.quarter(products, quarter.first_day).items()}
    found = []
    for row in rows:
        eligible, all_sold = bought.get(row.product_id, 0), max(sold.get(row.product_id, 0), 0)
        part = final_part(row.qty, eligible_qty=eligible, sold_qty=all_sold)
        before = int((row.share or row.labels).get("household_qty", 0))
        if part != before:
            found.append(
                Share(
                    *(row.id, row.line_id, row.unit_id, row.canteen_id, row.fiscal_year, row.fund, row.plan_line_id),
                    *(row.qty, part, before, eligible, all_sold, row.rounds),
                )
            )
    return found


def _standing(quarter: Quarter) -> sa.Result[tuple[object, ...]]:
    """Accepted lines of the quarter that stand, without those of exited villages; by the day of supply."""
    later, shared = sa.orm.aliased(FactEntry), sa.orm.aliased(FactEntry)
    rounds = (
        sa.select(sa.func.count(shared.id))
        .where(shared.kind == FactKind.SHARED, shared.source_id == FactEntry.id)
        .correlate(FactEntry)
        .scalar_subquery()
    )
    return db.session.execute(
        sa.select(
            FactEntry.id,
            FactEntry.source_id.label("line_id"),
            FactEntry.unit_id,
            FactEntry.canteen_id,
            FactEntry.fiscal_year,
            FactEntry.fund,
            FactEntry.qty,
            FactEntry.labels,
            OrderLine.product_id,
            OrderLine.plan_line_id,
            newest_share(lambda row: row.labels).label("share"),
            rounds.label("rounds"),
        )
        .select_from(Delivery)
        .join(DeliveryLine, DeliveryLine.delivery_id == Delivery.id)
        .join(OrderLine, OrderLine.id == DeliveryLine.order_line_id)
        .join(AcceptanceLine, AcceptanceLine.delivery_line_id == DeliveryLine.id)
        .join(
            FactEntry,
            sa.and_(
                FactEntry.kind == FactKind.ACCEPTED,
                FactEntry.source == "acceptance_line",
                FactEntry.source_id == AcceptanceLine.id,
            ),
        )
        .where(
            Delivery.delivered_on.between(quarter.first_day, quarter.last_day),
            FactEntry.channel == Channel.COUNTY,
            ~FactEntry.labels["exited"].as_boolean(),
            ~sa.exists().where(later.reverses_id == FactEntry.id),
        )
        .order_by(FactEntry.id)
    )


def facts_of(shares: Iterable[Share]) -> Collection[int]:
    """The ids of the accepted facts."""
    return [share.fact_id for share in shares]


def shared_ids(fact_ids: Collection[int]) -> dict[int, int]:
    """The newest SHARED fact of each accepted fact."""
    rows = db.session.execute(
        sa.select(FactEntry.source_id, sa.func.max(FactEntry.id))
        .where(FactEntry.kind == FactKind.SHARED, any_of(FactEntry.source_id, fact_ids))
        .group_by(FactEntry.source_id)
    )
    return {row[0]: row[1] for row in rows}


def in_envelopes(line_ids: Collection[int]) -> set[int]:
    """Acceptance lines that were booked in an envelope when they were signed."""
    rows = db.session.scalars(
        sa.select(EnvelopeMove.source_id).where(
            EnvelopeMove.source == "acceptance", any_of(EnvelopeMove.source_id, line_ids)
        )
    )
    return set(rows)
