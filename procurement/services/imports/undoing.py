"""Undoing a file: what it said is reversed, and what stood before stands again, as new versions. Nothing is erased."""

import sqlalchemy as sa

from core import clock, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import any_of, db
from core.errors import Refused
from core.trail.models import Stream
from procurement.models.external import ExternalOrder, ExternalOrderVersion, ImportBatch
from procurement.queries import external
from procurement.rules.p832 import ImportState, VersionCause
from procurement.rules.p832_states import ImportAct
from procurement.services import ledger
from procurement.services.imports import batches, versions

_V = ExternalOrderVersion


def undo(token: str, *, by: Actor) -> ImportBatch:
    """Take a file back. Its orders become what they were before it, or void if it brought them.

    Raises: Missing, Refused "state-forbids-act", "import-newer" when a later file changed one of its orders.
    """
    batch = batches.own(token, by)
    batches.expect(batch, ImportAct.UNDO)
    batches.take_turn()
    order_ids = set(db.session.scalars(sa.select(_V.order_id).where(_V.batch_id == batch.id)))
    current = _current(batch, order_ids)
    before = _before(batch, order_ids)
    last = external.last_numbers(order_ids)
    restored = [
        versions.again(version, last[order_id] + 1, VersionCause.RESTORED, by) for order_id, version in before.items()
    ]
    gone = {order_id: id_ for order_id, id_ in current.items() if order_id not in before}
    moved = ledger.reverse_externals(list(gone.values()), by)
    for code, fen in ledger.post_externals(versions.write(restored), by).items():
        moved[code] = moved.get(code, 0) + fen
    voided = sa.update(ExternalOrder).where(any_of(ExternalOrder.id, gone)).values(is_void=True)
    db.session.execute(voided.execution_options(synchronize_session=False))
    batches.step(batch, ImportAct.UNDO)
    batch.undone_at, batch.undone_by_id = clock.now(), by.person_id
    trail.record(
        Stream.PROCUREMENT, "p832-undone", "import_batch", batch.id, by=by, right=Right.IMPORT_832,
        after={"moved": moved}, filename=batch.filename, voided=len(gone), restored=len(restored),
    )  # fmt: skip
    return batch


def _current(batch: ImportBatch, order_ids: set[int]) -> dict[int, int]:
    """The current version of each order. Raises: Refused "import-newer" when one is another file's."""
    rows = db.session.execute(
        sa.select(ExternalOrder.id, ExternalOrder.external_no, _V.id, _V.batch_id)
        .join(_V, _V.id == ExternalOrder.current_version_id)
        .where(any_of(ExternalOrder.id, order_ids))
        .order_by(ExternalOrder.id)
    ).all()
    newer = [row for row in rows if row[3] != batch.id]
    if newer:
        raise Refused("import-newer", count=len(newer), order_no=newer[0][1])
    return {row[0]: row[2] for row in rows}


def _before(batch: ImportBatch, order_ids: set[int]) -> dict[int, ExternalOrderVersion]:
    """What each order was before the file: the last version of another file that still stands."""
    rows = db.session.scalars(
        sa.select(_V)
        .join(ImportBatch, ImportBatch.id == _V.batch_id)
        .where(any_of(_V.order_id, order_ids), _V.batch_id != batch.id, ImportBatch.state == ImportState.COMMITTED)
        .order_by(_V.version_no)
    )
    return {version.order_id: version for version in rows}
