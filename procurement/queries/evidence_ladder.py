"""How far each yuan of a unit's year is proven: claimed, ordered, accepted, invoiced, paid (model 3.4, levels 0-4)."""

from dataclasses import dataclass
from enum import IntEnum

import sqlalchemy as sa

from core.db import db
from market.models.delivery import Acceptance, AcceptanceLine, Deduction
from market.models.order import Order, OrderLine
from market.models.settlement import Allocation
from market.queries import invoices
from market.queries.progress import in_force
from market.rules.order_states import OrderState
from procurement.models.external import ExternalOrder, ExternalOrderVersion, ImportBatch, ImportRow
from procurement.models.ledger import FactEntry, FactKind
from procurement.rules.p832 import ImportSide, ImportState, RowVerdict
from procurement.rules.scheme import Channel

_OVER = (OrderState.CANCELLED, OrderState.FULFILLED, OrderState.CLOSED)
P832_SOURCES = ("p832_canteen", "p832_union")


class Level(IntEnum):
    """The rungs. An 832 order is claimed while only the unit's own file tells of it, and paid once finance's does."""

    CLAIMED = 0
    ORDERED = 1
    ACCEPTED = 2
    INVOICED = 3
    PAID = 4


@dataclass(frozen=True)
class Rung:
    """What stands on one level: fen and lines (an 832 order's part is one)."""

    level: Level
    fen: int = 0
    lines: int = 0


def of_unit(unit_id: int, year: int) -> list[Rung]:
    """The five rungs of a unit's year, the lowest first. Ordered: what its open orders have not brought yet.

    Two statements.
    """
    found = {level: Rung(level) for level in Level}
    for level, fen, lines in db.session.execute(_standing(unit_id, year)):
        found[Level(level)] = Rung(Level(level), int(fen), int(lines))
    fen, lines = db.session.execute(_open_orders(unit_id, year)).one()
    found[Level.ORDERED] = Rung(Level.ORDERED, int(fen), int(lines))
    return [found[level] for level in Level]


def checked_orders() -> sa.Select[int]:
    """Ids of versions of 832 orders that finance's own file has told too, with the same words or in its place."""
    told = sa.exists().where(
        ImportRow.external_no == ExternalOrder.external_no,
        ImportRow.batch_id == ImportBatch.id,
        ImportRow.verdict.in_((RowVerdict.NEW, RowVerdict.SAME, RowVerdict.CHANGED)),
        ImportBatch.side == ImportSide.CHECK,
        ImportBatch.state == ImportState.COMMITTED,
    )
    return (
        sa.select(ExternalOrderVersion.id)
        .join(ExternalOrder, ExternalOrder.id == ExternalOrderVersion.order_id)
        .where(sa.or_(ExternalOrderVersion.side == ImportSide.CHECK, told))
    )


def _standing(unit_id: int, year: int) -> sa.Select[int, int, int]:
    later = sa.orm.aliased(FactEntry)
    settled = _sum(Allocation) + _sum(Deduction)
    invoiced = invoices.stands_for(AcceptanceLine.acceptance_id)
    is_832 = FactEntry.channel == Channel.P832
    fen = FactEntry.amount_fen + FactEntry.freight_fen
    level = sa.case(
        (sa.and_(is_832, FactEntry.source_id.in_(checked_orders())), int(Level.PAID)),
        (is_832, int(Level.CLAIMED)),
        (settled >= FactEntry.amount_fen, int(Level.PAID)),
        (invoiced, int(Level.INVOICED)),
        else_=int(Level.ACCEPTED),
    ).label("level")
    facts = (
        sa.select(level, fen.label("fen"))
        .outerjoin(
            AcceptanceLine,
            sa.and_(FactEntry.source == "acceptance_line", AcceptanceLine.id == FactEntry.source_id),
        )
        .where(
            FactEntry.unit_id == unit_id,
            FactEntry.fiscal_year == year,
            FactEntry.kind.in_((FactKind.ACCEPTED, FactKind.IMPORTED)),
            FactEntry.source.in_(("acceptance_line", *P832_SOURCES)),
            FactEntry.reverses_id.is_(None),
            ~sa.exists().where(later.reverses_id == FactEntry.id),
        )
        .subquery()
    )
    return sa.select(facts.c.level, sa.func.sum(facts.c.fen), sa.func.count()).group_by(facts.c.level)


def _open_orders(unit_id: int, year: int) -> sa.Select[int, int]:
    accepted = (
        sa.select(sa.func.coalesce(sa.func.sum(AcceptanceLine.amount_fen), 0))
        .join(Acceptance, Acceptance.id == AcceptanceLine.acceptance_id)
        .where(AcceptanceLine.order_line_id == OrderLine.id, in_force())
        .scalar_subquery()
    )
    left = (
        sa.select((FactEntry.amount_fen - accepted).label("fen"))
        .join(OrderLine, OrderLine.id == FactEntry.source_id)
        .join(Order, Order.id == OrderLine.order_id)
        .where(
            FactEntry.unit_id == unit_id,
            FactEntry.fiscal_year == year,
            FactEntry.kind == FactKind.ORDERED,
            FactEntry.source == "order_line",
            Order.state.not_in(_OVER),
        )
        .subquery()
    )
    return sa.select(sa.func.coalesce(sa.func.sum(left.c.fen), 0), sa.func.count()).where(left.c.fen > 0)


def _sum(table: type[Allocation | Deduction]) -> sa.ScalarSelect[int]:
    return (
        sa.select(sa.func.coalesce(sa.func.sum(table.amount_fen), 0))
        .where(table.acceptance_line_id == AcceptanceLine.id)
        .scalar_subquery()
    )
