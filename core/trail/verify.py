"""Walk every chain and name the first row that does not hold."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from core.db import db
from core.trail import LABEL, canonical
from core.trail.models import AuditEvent, AuditHead, Stream

PAGE = 5000
COPIED = ("actor_id", "role", "organisation_id", "action", "object_type", "object_id", "request_id")


@dataclass(frozen=True)
class Broken:
    """The first row of a stream that does not hold, and what is wrong with it."""

    stream: Stream
    seq: int
    fault: str


@dataclass(frozen=True)
class Report:
    """How many events hold, and the first fault of each stream."""

    events: int
    broken: tuple[Broken, ...]


def verify() -> Report:
    """Recompute all streams: numbers without a gap, links, copied columns.

    An emptied table or a cut tail is found by the heads.
    """
    events, broken = 0, []
    for stream in Stream:
        count, fault = _walk(stream)
        events += count
        if fault:
            broken.append(fault)
    return Report(events, tuple(broken))


def _walk(stream: Stream) -> tuple[int, Broken | None]:
    seq, prev = 0, canonical.GENESIS
    for row in _rows(stream):
        if row.seq != seq + 1:
            return seq, Broken(stream, seq + 1, "missing")
        seq = row.seq
        if fault := _fault(stream, row, prev):
            return seq, Broken(stream, seq, fault)
        prev = row.hash
    head = db.session.execute(sa.select(AuditHead).where(AuditHead.stream == stream)).scalar_one_or_none()
    if head is None:
        return seq, Broken(stream, seq, "head-missing")
    if head.seq != seq:
        return seq, Broken(stream, min(seq, head.seq) + 1, "missing" if head.seq > seq else "head-differs")
    return seq, None if head.hash == prev else Broken(stream, seq, "head-differs")


def _rows(stream: Stream) -> Iterator[sa.Row[tuple[object, ...]]]:
    """All rows in order, by pages: memory stays flat, and leaving early leaves nothing open."""
    table = AuditEvent.__table__
    last = None
    while True:
        query = sa.select(table).where(table.c.stream == stream).order_by(table.c.seq).limit(PAGE)
        rows = db.session.execute(query if last is None else query.where(table.c.seq > last)).all()
        yield from rows
        if len(rows) < PAGE:
            return
        last = rows[-1].seq


def _fault(stream: Stream, row: sa.Row[tuple[object, ...]], prev: bytes) -> str | None:
    if row.prev != prev or canonical.link(f"{LABEL}\n{stream.value}", row.seq, prev, row.body) != row.hash:
        return "edited"
    told = json.loads(row.body)
    if any(told[name] != getattr(row, name) for name in COPIED) or told["at"] != canonical.plain(row.at):
        return "columns-differ"
    return None
