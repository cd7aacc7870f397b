"""Taking a file in: kept as it came, its headers understood or asked about, every row judged for the preview."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from core import bulk, clock, codes, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Refused
from core.files import services as files
from core.jobs import enqueue
from core.jobs.models import Job
from core.trail.models import Stream
from procurement.models.external import HeaderMapping, ImportBatch, ImportRow
from procurement.rules.p832 import ImportSide, ImportState
from procurement.rules.p832_cells import FIELDS, REQUIRED, Problem, header_key
from procurement.rules.p832_states import ImportAct
from procurement.services.imports import batches, judging, table
from procurement.services.imports.judging import Judged
from procurement.services.imports.table import Table

AT_ONCE = 2_000
"""More rows than this are judged and taken over by a worker."""
SLICE = 5_000
TYPES = {
    b"PK\x03\x04": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    b"\xd0\xcf\x11\xe0": "application/vnd.ms-excel",
}


def take(data: bytes, *, filename: str, platform_fen: int | None, by: Actor) -> ImportBatch:
    """Keep a file and judge its rows, unless a header has to be explained first. Nothing counts yet.

    `platform_fen`: the total that the platform's page shows for the same selection, if the sender copied it.
    Raises: Refused as `table.open_table`, "import-no-unit".
    """
    side = batches.side_of(by)
    if side is ImportSide.SELF:
        batches.own_unit(by)
    opened = table.open_table(data, filename)
    guessed = table.guess(opened.headers, _remembered(by.office_id))
    batch = ImportBatch(
        token=codes.token()[:32], side=side, organisation_id=by.office_id, person_id=by.person_id,
        file_id=_keep(data, filename, by), filename=_short(filename), sha256=hashlib.sha256(data).hexdigest(),
        headers=list(opened.headers), header_no=opened.header_no, platform_fen=platform_fen,
        mapping={str(place): field for place, field in guessed.items()},
        state=ImportState.MAPPING, counts={}, created_at=clock.now(),
    )  # fmt: skip
    db.session.add(batch)
    db.session.flush()
    trail.record(
        Stream.PROCUREMENT, "p832-uploaded", "import_batch", batch.id, by=by, right=Right.IMPORT_832,
        after={"sha256": batch.sha256, "side": side}, filename=batch.filename,
    )  # fmt: skip
    if len(guessed) == len(opened.headers) and not missing(guessed.values()):
        _go_on(batch, opened, by)
    return batch


def missing(fields: Iterable[str]) -> list[str]:
    """Required fields that no column stands for."""
    have = set(fields)
    return [name for name in REQUIRED if name not in have]


def explain(token: str, meanings: Mapping[int, str], *, by: Actor) -> ImportBatch:
    """Say what each column is ("" for of no interest); remembered for the organisation's next files.

    Raises: Missing, Refused "state-forbids-act", "import-mapping-twice", "import-mapping-incomplete".
    """
    batch = batches.own(token, by)
    batches.expect(batch, ImportAct.EXPLAIN)
    given = {place: meanings.get(place, "") for place in range(len(batch.headers))}
    fields = [field for field in given.values() if field]
    if len(fields) != len(set(fields)) or not set(fields) <= set(FIELDS):
        raise Refused("import-mapping-twice")
    if lacking := missing(fields):
        raise Refused("import-mapping-incomplete", fields=lacking)
    _remember(batch, given)
    batch.mapping = {str(place): field for place, field in given.items()}
    _go_on(batch, table.open_table(_bytes(batch), batch.filename), by)
    return batch


def discard(token: str, *, by: Actor) -> None:
    """Put a file that was not taken over aside. Raises: Missing, Refused "state-forbids-act"."""
    batch = batches.own(token, by)
    batches.step(batch, ImportAct.DISCARD)
    db.session.execute(sa.delete(ImportRow).where(ImportRow.batch_id == batch.id))
    trail.record(
        Stream.PROCUREMENT, "p832-discarded", "import_batch", batch.id, by=by, right=Right.IMPORT_832,
        filename=batch.filename,
    )  # fmt: skip


def judge_slice(batch_id: int, start: int) -> None:
    """Judge the next orders of a large file and ask for the rest: each slice is a job of its own, so progress shows."""
    batch = db.session.get(ImportBatch, batch_id, with_for_update=True)
    if batch is None or batch.state is not ImportState.READING:
        return
    orders = _orders(batch, table.open_table(_bytes(batch), batch.filename))
    stop, rows = start, 0
    while stop < len(orders) and rows < SLICE:
        rows += len(orders[stop].lines)
        stop += 1
    _judge(batch, orders[start:stop], batches.sender(batch))
    job = db.session.get_one(Job, batch.job_id)
    job.done += rows
    if stop < len(orders):
        enqueue("procurement.judge_import", batch_id=batch_id, start=stop)
        return
    batches.step(batch, ImportAct.JUDGE)
    batches.end_job(batch)


def _go_on(batch: ImportBatch, opened: Table, by: Actor) -> None:
    orders = _orders(batch, opened)
    total = sum(len(order.lines) for order in orders)
    if total > AT_ONCE:
        batches.step(batch, ImportAct.QUEUE)
        batches.start_job(batch, "p832-read", total, by)
        enqueue("procurement.judge_import", batch_id=batch.id, start=0)
        return
    _judge(batch, orders, by)
    batches.step(batch, ImportAct.JUDGE)


def _orders(batch: ImportBatch, opened: Table) -> list[Judged]:
    return judging.grouped(table.lines(opened, batch.mapping))


def _judge(batch: ImportBatch, orders: Sequence[Judged], by: Actor) -> None:
    own_unit_id = batches.own_unit(by) if batch.side is ImportSide.SELF else None
    judging.judge(orders, judging.stance(batch.side, own_unit_id))
    rows = [row for order in orders for row in _rows(batch.id, order)]
    if rows:
        bulk.insert_many(ImportRow, rows)
    counts = dict(batch.counts)
    for name, number in tally(orders).items():
        counts[name] = counts.get(name, 0) + number
    batch.counts = counts


def _rows(batch_id: int, order: Judged) -> list[dict[str, Any]]:
    return [
        {
            "batch_id": batch_id, "row_no": line.row_no, "external_no": order.order_no[:60], "verdict": order.verdict,
            "cells": dict(line.cells), "problems": [problem_row(p) for p in order.problems.get(line.row_no, ())],
        }
        for line in order.lines
    ]  # fmt: skip


def problem_row(problem: Problem) -> dict[str, Any]:
    """A problem as it is kept with its row."""
    return {"code": problem.code, "field": problem.field, "level": problem.level, "facts": dict(problem.facts)}


def tally(orders: Iterable[Judged]) -> dict[str, int]:
    """Counts of a file: rows and orders by verdict, warnings, and fen of the orders that can be read
    (`gain_fen`: what taking them over would change of what counts)."""
    counts: dict[str, int] = {}

    def add(name: str, number: int) -> None:
        counts[name] = counts.get(name, 0) + number

    for order in orders:
        add(f"rows_{order.verdict}", len(order.lines))
        add(f"orders_{order.verdict}", 1)
        add("rows", len(order.lines))
        add("warnings", sum(p.level == "warning" for own in order.problems.values() for p in own))
        if order.order is None or order.reading is None:
            continue
        paid_fen = order.order.head.paid_fen
        add("file_fen", paid_fen)
        add(f"{order.verdict}_fen", paid_fen)
        if order.is_refused:
            continue
        counts_now = bool(order.reading.recognised_on and order.unit_id)
        add("known_fen", order.known.paid_fen if order.known else 0)
        add("counted_fen" if counts_now else "uncounted_fen", paid_fen)
        add("gain_fen", (paid_fen if counts_now else 0) - (order.known.counted_fen if order.known else 0))
    return counts


def _remembered(organisation_id: int) -> dict[str, str]:
    rows = db.session.execute(
        sa.select(HeaderMapping.header, HeaderMapping.field).where(HeaderMapping.organisation_id == organisation_id)
    )
    return {row.header: row.field for row in rows}


def _remember(batch: ImportBatch, meanings: Mapping[int, str]) -> None:
    rows = {
        key[:60]: {"organisation_id": batch.organisation_id, "header": key[:60], "field": field}
        for place, field in meanings.items()
        if (key := header_key(batch.headers[place]))
    }
    if rows:
        statement = insert(HeaderMapping)
        statement = statement.on_conflict_do_update(
            index_elements=["organisation_id", "header"], set_={"field": statement.excluded.field}
        )
        db.session.execute(statement, list(rows.values()))


def _keep(data: bytes, filename: str, by: Actor) -> int:
    kind = TYPES.get(data[:4], "text/csv")
    return files.take_raw(
        data, content_type=kind, name=_short(filename), purpose="p832-import", by=by, owner_id=by.office_id
    ).id


def _short(filename: str) -> str:
    kept = "".join(c for c in filename if c.isprintable() and c not in '/\\"')
    return kept[-100:] or "file"


def _bytes(batch: ImportBatch) -> bytes:
    return files.path_of(batch.sha256).read_bytes()
