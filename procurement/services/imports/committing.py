"""Taking a file over: judged again under lock, versions appended, the ledger posted, in one transaction (rule 36)."""

from collections.abc import Sequence
from enum import StrEnum

import sqlalchemy as sa

from core import bulk, clock, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Refused
from core.jobs import enqueue
from core.trail.models import Stream
from procurement.models.external import ExternalOrder, ImportBatch, ImportRow
from procurement.queries import external
from procurement.rules.p832 import ImportSide, ImportState, RowVerdict
from procurement.rules.p832_states import ImportAct
from procurement.services import ledger
from procurement.services.imports import batches, judging, reading, versions
from procurement.services.imports.judging import Judged, Line


class Mode(StrEnum):
    """What to do with rows that cannot be taken over: none of the file at all, or the file without them."""

    ALL = "all"
    SKIP = "skip"


def take_over(token: str, mode: Mode, *, by: Actor) -> ImportBatch:
    """Take a previewed file over, a large one by a worker.

    Raises: Missing, Refused "state-forbids-act", "import-has-bad-rows", "import-nothing-to-take",
    "import-changed-meanwhile" (nothing is written then).
    """
    batch = batches.own(token, by)
    batches.expect(batch, ImportAct.QUEUE)
    _look(batch, mode)
    rows = batch.counts.get("rows", 0)
    if rows <= reading.AT_ONCE:
        return commit(batch, mode, by=by)
    batches.step(batch, ImportAct.QUEUE)
    batches.start_job(batch, "p832-commit", rows, by)
    enqueue("procurement.commit_import", batch_id=batch.id, mode=mode.value)
    return batch


def commit_in_job(batch_id: int, mode: Mode) -> None:
    """The worker's part of `take_over`."""
    batch = db.session.get(ImportBatch, batch_id, with_for_update=True)
    if batch is None or batch.state is not ImportState.COMMITTING:
        return
    commit(batch, mode, by=batches.sender(batch))
    batches.end_job(batch)


def give_up(batch_id: int, refusal: Refused) -> None:
    """A worker was refused: the file may be looked at again, the reason stands on its page."""
    batch = db.session.get(ImportBatch, batch_id, with_for_update=True)
    if batch is None or batch.state not in {ImportState.READING, ImportState.COMMITTING}:
        return
    batches.end_job(batch, "failed", code=refusal.code, facts={k: str(v) for k, v in refusal.facts.items()})
    batches.step(batch, ImportAct.GIVE_UP)


def commit(batch: ImportBatch, mode: Mode, *, by: Actor) -> ImportBatch:
    """Take the rows over that may be, in the caller's transaction. Raises: Refused as `take_over`."""
    batches.take_turn()
    orders = judging.grouped(_lines(batch))
    own_unit_id = batches.own_unit(by) if batch.side is ImportSide.SELF else None
    judging.judge(orders, judging.stance(batch.side, own_unit_id))
    refused = [order for order in orders if order.verdict is RowVerdict.REFUSED]
    if refused and mode is Mode.ALL:
        raise Refused("import-changed-meanwhile", order_no=refused[0].order_no, count=len(refused))
    moved = _write(batch, [o for o in orders if o.verdict in {RowVerdict.NEW, RowVerdict.CHANGED}], by)
    _note_verdicts(batch, orders)
    counts = {**batch.counts, **{f"taken_{v}": sum(o.verdict is v for o in orders) for v in RowVerdict}}
    counts["taken_refused"] += batch.counts.get("orders_refused", 0)
    batch.counts = counts | {f"moved_{code}_fen": fen for code, fen in moved.items()}
    batches.step(batch, ImportAct.COMMIT)
    batch.committed_at = clock.now()
    trail.record(
        Stream.PROCUREMENT, "p832-imported", "import_batch", batch.id, by=by, right=Right.IMPORT_832,
        after={"sha256": batch.sha256, "mode": mode, "moved": moved}, filename=batch.filename,
        added=counts["taken_new"], changed=counts["taken_changed"],
    )  # fmt: skip
    return batch


def _look(batch: ImportBatch, mode: Mode) -> None:
    refused = batch.counts.get("rows_refused", 0)
    if refused == batch.counts.get("rows", 0):
        raise Refused("import-nothing-to-take")
    if refused and mode is Mode.ALL:
        raise Refused("import-has-bad-rows", count=refused)


def _lines(batch: ImportBatch) -> list[Line]:
    rows = db.session.execute(
        sa.select(ImportRow.row_no, ImportRow.cells)
        .where(ImportRow.batch_id == batch.id, ImportRow.verdict != RowVerdict.REFUSED)
        .order_by(ImportRow.row_no)
    )
    return [Line(row.row_no, row.cells) for row in rows]


def _write(batch: ImportBatch, orders: Sequence[Judged], by: Actor) -> dict[str, int]:
    if not orders:
        return {}
    numbers = sorted(order.order_no for order in orders)
    now = clock.now()
    made = [{"channel": external.CHANNEL, "external_no": no, "is_void": False, "created_at": now} for no in numbers]
    bulk.insert_many(ExternalOrder, made, skip_known=True)
    ids = external.ids(numbers)
    last = external.last_numbers(ids.values())
    rows = [
        versions.from_file(batch, order, ids[order.order_no], last.get(ids[order.order_no], 0) + 1) for order in orders
    ]
    return ledger.post_externals(versions.write(rows), by)


def _note_verdicts(batch: ImportBatch, orders: Sequence[Judged]) -> None:
    """Rows whose verdict is another than the preview's say so: the world moved between looking and taking over."""
    rows = db.session.execute(sa.select(ImportRow.row_no, ImportRow.verdict).where(ImportRow.batch_id == batch.id))
    verdicts = {row.row_no: row.verdict for row in rows}
    for order in orders:
        for line in order.lines:
            if verdicts.get(line.row_no) is not order.verdict:
                row = db.session.get_one(ImportRow, (batch.id, line.row_no))
                row.verdict = order.verdict
                row.problems = [reading.problem_row(p) for p in order.problems.get(line.row_no, ())]
