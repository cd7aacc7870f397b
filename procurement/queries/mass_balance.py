"""The household route of accepted lines (rule 39): what was bought from eligible households, over what was sold."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from catalog.queries import lots
from catalog.rules.lots import eligible_part, quarter_of
from core.db import any_of, db
from market.models.delivery import AcceptanceLine, Delivery, DeliveryLine
from market.models.order import OrderLine
from procurement.models.ledger import FactEntry, FactKind


@dataclass(frozen=True)
class Sale:
    """One accepted line: its product, the day of supply, and the accepted quantity in base units."""

    line_id: int
    product_id: int
    supplied_on: date
    qty: int


def of_lines(sales: Sequence[Sale]) -> dict[int, dict[str, int]]:
    """{line id: {"household_qty", "household_of"}} for lines with an eligible part; in the order given.

    The caller holds the ledger's lock: what earlier lines of the quarter took is not taken twice.
    """
    found: dict[int, dict[str, int]] = {}
    by_quarter: dict[date, list[Sale]] = {}
    for sale in sales:
        by_quarter.setdefault(quarter_of(sale.supplied_on)[0], []).append(sale)
    for first, own in by_quarter.items():
        balances = lots.quarter({sale.product_id for sale in own}, first)
        eligible = {product_id for product_id, balance in balances.items() if balance.eligible_qty > 0}
        counted = taken(eligible, first) if eligible else Counter()
        for sale in own:
            if sale.product_id not in eligible:
                continue
            balance = balances[sale.product_id]
            part = eligible_part(
                sale.qty,
                eligible_qty=balance.eligible_qty,
                sold_qty=balance.sold_qty,
                counted_qty=counted[sale.product_id],
            )
            if part:
                counted[sale.product_id] += part
                found[sale.line_id] = {"household_qty": part, "household_of": sale.qty}
    return found


def taken(product_ids: set[int], on: date) -> Counter[int]:
    """What standing facts of the quarter have counted by the household route, by product, in base units."""
    first, last = quarter_of(on)
    later = sa.orm.aliased(FactEntry)
    part = sa.cast(FactEntry.labels["household_qty"].astext, sa.BigInteger)
    rows = db.session.execute(
        sa.select(OrderLine.product_id, sa.func.sum(part))
        .select_from(Delivery)
        .join(DeliveryLine, DeliveryLine.delivery_id == Delivery.id)
        .join(OrderLine, OrderLine.id == DeliveryLine.order_line_id)
        .join(AcceptanceLine, AcceptanceLine.delivery_line_id == DeliveryLine.id)
        .join(
            FactEntry,
            sa.and_(
                FactEntry.source == "acceptance_line",
                FactEntry.source_id == AcceptanceLine.id,
                FactEntry.kind == FactKind.ACCEPTED,
            ),
        )
        .where(
            Delivery.delivered_on.between(first, last),
            any_of(OrderLine.product_id, product_ids),
            FactEntry.labels.has_key("household_qty"),
            ~sa.exists().where(later.reverses_id == FactEntry.id),
        )
        .group_by(OrderLine.product_id)
    )
    return Counter({row[0]: int(row[1]) for row in rows})
