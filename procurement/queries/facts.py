"""Reading the fact chain: what is hashed of a fact, and what a fact says to the rules."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from core.db import any_of, db
from core.trail import canonical
from market.models.settlement import Allocation
from procurement.models.ledger import FactEntry, FactKind
from procurement.rules.posting import Allocated
from procurement.rules.recognition import ALL, Line, origin_portion
from procurement.rules.scheme import Channel, FundSource

CHAIN = "xc-fact-1"
HASHED = (
    "kind", "unit_id", "canteen_id", "fiscal_year", "occurred_on", "channel", "fund", "amount_fen", "freight_fen",
    "qty", "category_id", "supplier_id", "village_code", "labels", "source", "source_id", "reverses_id", "person_id",
    "entered_at",
)  # fmt: skip


def body(fact: Any) -> str:
    """The canonical text of a fact (a row, an entity or a mapping's namespace)."""
    return canonical.text({name: getattr(fact, name) for name in HASHED})


@dataclass(frozen=True)
class FactRow:
    """A fact that may count: an accepted line or an 832 order's part. `is_void`: a later fact reverses it.

    `share_id` and `share`: the newest SHARED fact that speaks of it, and its labels.
    """

    id: int
    kind: FactKind
    unit_id: int
    canteen_id: int | None
    occurred_on: date
    channel: Channel
    fund: FundSource
    amount_fen: int
    freight_fen: int
    labels: dict[str, Any]
    source: str
    source_id: int
    is_void: bool
    share_id: int | None = None
    share: dict[str, Any] | None = None

    @property
    def payable_fen(self) -> int:
        """What may be paid of it: nothing once it is void."""
        return 0 if self.is_void else self.amount_fen + self.freight_fen


COUNTING = (FactKind.ACCEPTED, FactKind.IMPORTED)
"""Kinds of facts that schemes judge."""


def counting(*where: sa.ColumnElement[bool]) -> sa.Select[*tuple[Any, ...]]:
    """The statement that reads `FactRow`s in order of their ids; `where` narrows it."""
    later = sa.orm.aliased(FactEntry)
    is_void = sa.exists().where(later.reverses_id == FactEntry.id)
    share_id, share = newest_share(lambda row: row.id), newest_share(lambda row: row.labels)
    return (
        sa.select(
            FactEntry.id, FactEntry.kind, FactEntry.unit_id, FactEntry.canteen_id, FactEntry.occurred_on,
            FactEntry.channel, FactEntry.fund, FactEntry.amount_fen, FactEntry.freight_fen, FactEntry.labels,
            FactEntry.source, FactEntry.source_id, is_void, share_id, share,
        )
        .where(FactEntry.kind.in_(COUNTING), FactEntry.reverses_id.is_(None), *where)
        .order_by(FactEntry.id)
    )  # fmt: skip


def newest_share(column: Callable[[Any], Any]) -> sa.ScalarSelect[Any]:
    """A column of the newest SHARED fact that speaks of the `FactEntry` of the statement around it."""
    shared = sa.orm.aliased(FactEntry)
    return (
        sa.select(column(shared))
        .where(shared.kind == FactKind.SHARED, shared.source_id == FactEntry.id)
        .order_by(shared.id.desc())
        .limit(1)
        .correlate(FactEntry)
        .scalar_subquery()
    )


def shares_of(fact_ids: Sequence[int]) -> dict[int, list[tuple[int, dict[str, Any]]]]:
    """All SHARED facts that speak of facts, (id, labels) by fact id, the oldest first. One statement."""
    rows = db.session.execute(
        sa.select(FactEntry.source_id, FactEntry.id, FactEntry.labels)
        .where(FactEntry.kind == FactKind.SHARED, any_of(FactEntry.source_id, fact_ids))
        .order_by(FactEntry.id)
    )
    found: dict[int, list[tuple[int, dict[str, Any]]]] = {}
    for fact_id, share_id, labels in rows:
        found.setdefault(fact_id, []).append((share_id, labels))
    return found


def read(*where: sa.ColumnElement[bool], limit: int | None = None) -> list[FactRow]:
    """The facts that schemes judge, narrowed by `where`."""
    return [FactRow(*row) for row in db.session.execute(counting(*where).limit(limit))]


def line_of(fact: FactRow) -> Line:
    """The fact as the rules of recognition see it: a function of the fact and of its quarter's SHARED fact (39, 40)."""
    labels = fact.labels | (fact.share or {})
    origin = origin_portion(
        village_exited=labels.get("exited", False),
        eligible_g=labels.get("household_qty", labels.get("household_bp", 0)),  # a share in facts of the first weeks
        sold_g=labels.get("household_of", 10_000),
    )
    return Line(
        channel=fact.channel,
        fund=fact.fund,
        goods_fen=fact.amount_fen,
        freight_fen=fact.freight_fen,
        is_ingredient=labels.get("ingredient", True),
        origin=origin if fact.channel is not Channel.P832 else ALL,
        accepted_on=fact.occurred_on,
        unit_active=labels.get("unit_active", True),
        certificate_waived=labels.get("waived", False),
    )


def money_of(facts: Sequence[FactRow]) -> dict[int, list[Allocated]]:
    """Confirmed money on each fact, by fact id. One statement.

    An accepted line has its allocations; an 832 order is paid as a whole on the day it is recognised (rule 27), kept in
    its labels. A correction of another year's money belongs to that year (rule 28): it stands on that year's last day.
    """
    found: dict[int, list[Allocated]] = {fact.id: [] for fact in facts}
    lines = {fact.source_id: fact for fact in facts if fact.kind is FactKind.ACCEPTED}
    for fact in facts:
        if fact.kind is FactKind.IMPORTED and fact.labels.get("recognised_on"):
            on = date.fromisoformat(fact.labels["recognised_on"])
            found[fact.id].append(Allocated(fact.source_id, fact.payable_fen, on))
    if lines:
        for row in _allocations(lines):
            fact = lines[row.acceptance_line_id]
            found[fact.id].append(Allocated(row.id, row.amount_fen, _effective(row, fact.occurred_on)))
    return found


def _allocations(line_ids: Iterable[int]) -> sa.Result[Any]:
    origin = sa.orm.aliased(Allocation)
    return db.session.execute(
        sa.select(
            Allocation.id,
            Allocation.acceptance_line_id,
            Allocation.amount_fen,
            Allocation.bank_day_on,
            origin.bank_day_on.label("original_on"),
        )
        .outerjoin(origin, origin.id == Allocation.reverses_id)
        .where(Allocation.acceptance_line_id.in_(list(line_ids)))
        .order_by(Allocation.id)
    )


def _effective(row: Any, goods_on: date) -> date:
    if row.original_on is None:
        return row.bank_day_on  # type: ignore[no-any-return]
    about = max(row.original_on, goods_on).year
    on: date = max(row.bank_day_on, goods_on)
    return on if on.year == about else date(about, 12, 31)
