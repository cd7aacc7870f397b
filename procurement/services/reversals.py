"""Taking facts back: a negative fact that names what it reverses, the spending undone, the postings corrected."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from core.access.actor import Actor
from core.db import any_of, db
from procurement.models.ledger import FactEntry, FactKind, SpendMove
from procurement.queries import facts as chain
from procurement.services import facts, postings
from procurement.services.facts import Fact

_VOID = "_void"


def void(
    source: str, source_ids: Sequence[int], *, by: Actor | None, unspend: bool = True, at_origin: bool = False
) -> dict[str, int]:
    """Reverse the facts of a source that still stand. Returns the fen uncounted (negative) by scheme code.

    Takes the ledger's lock. Reversing twice changes nothing. `unspend` False: the caller books the difference itself.
    What is uncounted stands on today, or `at_origin` on the day it was counted as long as that year is open.
    """
    facts.lock()
    standing = _standing(source, source_ids)
    if not standing:
        return {}
    facts.append([_reverse(row) for row in standing], by=by)
    if unspend:
        postings.spend(_unspend(source, [row.source_id for row in standing]))
    found = chain.read(any_of(FactEntry.id, [row.id for row in standing]))
    return postings.settle(found, postings.open_book(), at_origin=at_origin)


def _standing(source: str, source_ids: Sequence[int]) -> Sequence[Any]:
    """Two plain questions: asked as one, a planner that has not counted the table yet compares all with all."""
    rows = db.session.execute(
        sa.select(FactEntry.__table__).where(
            FactEntry.source == source,
            any_of(FactEntry.source_id, source_ids),
            FactEntry.kind.in_((FactKind.ACCEPTED, FactKind.REJECTED, FactKind.IMPORTED, FactKind.STATED)),
        )
    ).all()
    reversed_ids = sa.select(FactEntry.reverses_id).where(any_of(FactEntry.reverses_id, [row.id for row in rows]))
    gone = set(db.session.scalars(reversed_ids)) if rows else set()
    return [row for row in rows if row.id not in gone]


def _reverse(row: Any) -> Fact:
    return Fact(
        kind=row.kind,
        unit_id=row.unit_id,
        canteen_id=row.canteen_id,
        occurred_on=row.occurred_on,
        channel=row.channel,
        fund=row.fund,
        amount_fen=-row.amount_fen,
        freight_fen=-row.freight_fen,
        qty=-row.qty,
        category_id=row.category_id,
        supplier_id=row.supplier_id,
        village_code=row.village_code,
        labels=row.labels,
        source=row.source + _VOID,
        source_id=row.source_id,
        reverses_id=row.id,
    )


def _unspend(source: str, source_ids: Sequence[int]) -> list[dict[str, Any]]:
    columns = ("unit_id", "canteen_id", "fiscal_year", "month", "channel", "amount_fen", "source_id")
    rows = db.session.execute(
        sa.select(*(getattr(SpendMove, name) for name in columns)).where(
            SpendMove.source == source, any_of(SpendMove.source_id, source_ids)
        )
    ).mappings()
    return [{**row, "amount_fen": -row["amount_fen"], "source": source + _VOID} for row in rows]
