"""Appending facts: chained by hash under one lock, each source once. Nothing is ever edited."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from types import SimpleNamespace
from typing import Any

import sqlalchemy as sa

from core import bulk, clock
from core.access.actor import Actor
from core.db import any_of, db
from core.trail import canonical
from procurement.models.ledger import FactEntry, FactHead, FactKind
from procurement.queries.facts import CHAIN, body
from procurement.rules.scheme import Channel, FundSource


@dataclass(frozen=True)
class Fact:
    """A fact about to be written. Money signed fen, `qty` in base units, `labels` plain values only."""

    kind: FactKind
    unit_id: int
    occurred_on: date
    channel: Channel
    fund: FundSource
    amount_fen: int
    source: str
    source_id: int
    canteen_id: int | None = None
    freight_fen: int = 0
    qty: int = 0
    category_id: int | None = None
    supplier_id: int | None = None
    village_code: str | None = None
    labels: dict[str, Any] = field(default_factory=dict)
    reverses_id: int | None = None

    @property
    def key(self) -> tuple[FactKind, str, int]:
        """What makes it this fact and no other."""
        return (self.kind, self.source, self.source_id)


def lock() -> tuple[int, bytes]:
    """Take the ledger's turn until the transaction ends: (number, hash) of the last link.

    Whoever computes from facts and allocations does so under it, so two payments of one line never both miss the other.
    """
    head = FactHead.__table__
    row = db.session.execute(sa.select(head.c.seq, head.c.hash).where(head.c.id == 1).with_for_update()).one()
    return row.seq, row.hash


def append(facts: Sequence[Fact], *, by: Actor | None) -> list[int]:
    """Chain the facts that are not there yet; the ids of those written, in the order given. Takes the lock."""
    seq, prev = lock()
    known = _known(facts)
    rows = []
    for fact in facts:
        if fact.key in known:
            continue
        seq += 1
        row = _row(fact, by)
        digest = canonical.link(CHAIN, seq, prev, body(SimpleNamespace(**row)))
        rows.append({**row, "seq": seq, "prev": prev, "hash": digest})
        prev = digest
    if not rows:
        return []
    by_seq = {row.seq: row.id for row in bulk.insert_many(FactEntry, rows, returning=["id", "seq"])}
    ids = [by_seq[row["seq"]] for row in rows]
    moved = sa.update(FactHead).where(FactHead.id == 1).values(seq=seq, hash=prev)
    db.session.execute(moved, execution_options={"synchronize_session": False})
    return ids


def _known(facts: Sequence[Fact]) -> set[tuple[FactKind, str, int]]:
    """Keys that are there already; one statement for each kind of source."""
    wanted: dict[tuple[FactKind, str], list[int]] = {}
    for fact in facts:
        wanted.setdefault((fact.kind, fact.source), []).append(fact.source_id)
    return {
        (kind, source, source_id)
        for (kind, source), ids in wanted.items()
        for source_id in db.session.scalars(
            sa.select(FactEntry.source_id).where(
                FactEntry.kind == kind, FactEntry.source == source, any_of(FactEntry.source_id, ids)
            )
        )
    }


def _row(fact: Fact, by: Actor | None) -> dict[str, Any]:
    row = {column.name: getattr(fact, column.name) for column in fields(fact)}
    row |= {
        "fiscal_year": clock.fiscal_year(fact.occurred_on),
        "person_id": by.person_id if by else None,
        "entered_at": clock.now(),
    }
    return row
