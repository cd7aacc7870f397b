"""New versions of 832 orders: from a judged file, or from an older version with something answered."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from core import bulk, clock
from core.access.actor import Actor
from core.db import any_of, db
from procurement.models.external import ExternalOrder, ExternalOrderVersion, ImportBatch
from procurement.rules.p832 import VersionCause
from procurement.rules.p832_cells import Level
from procurement.services.imports.judging import Judged

_OWN = frozenset({"id", "version_no", "cause", "person_id", "created_at"})
_COPIED = tuple(column.name for column in ExternalOrderVersion.__table__.columns if column.name not in _OWN)


def from_file(batch: ImportBatch, judged: Judged, order_id: int, version_no: int) -> dict[str, Any]:
    """The row of a version that a file brings."""
    order, reading = judged.order, judged.reading
    assert order is not None  # noqa: S101 - refused orders bring none
    assert reading is not None  # noqa: S101
    head, goods = order.head, [row.goods for row in order.rows]
    warnings = [p.code for own in judged.problems.values() for p in own if p.level is Level.WARNING]
    return {
        "order_id": order_id, "version_no": version_no, "batch_id": batch.id, "side": batch.side,
        "unit_name": head.unit_name, "unit_id": judged.unit_id, "purchase_type": reading.purchase_type,
        "supplier_name": head.supplier_name, "supplier_province": head.supplier_province,
        "supplier_county": head.supplier_county, "status": head.status, "ordered_at": head.ordered_at,
        "finished_at": head.finished_at, "paid_at": head.paid_at, "goods_fen": sum(g.amount_fen or 0 for g in goods),
        "freight_fen": head.freight_fen, "paid_fen": head.paid_fen, "canteen_fen": reading.split.canteen_fen,
        "union_fen": reading.split.union_fen, "pay_method": head.pay_method,
        "invoice_no": _joined([g.invoice_no for g in goods], 40), "remark": _joined([g.remark for g in goods], 200),
        "lines": [dict(vars(g)) for g in goods], "warnings": warnings, "recognised_on": reading.recognised_on,
        "not_counted": reading.not_counted or "", "fingerprint": order.fingerprint(), "cause": VersionCause.FILE,
        "person_id": batch.person_id, "created_at": clock.now(),
    }  # fmt: skip


def _joined(texts: Sequence[str], most: int) -> str:
    return " ".join(dict.fromkeys(text for text in texts if text))[:most]


def again(
    version: Any, version_no: int, cause: VersionCause, by: Actor, changes: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The row of a version that says what an older one said, with `changes`. It stays its file's: undone with it."""
    row = {name: getattr(version, name) for name in _COPIED}
    row |= {"version_no": version_no, "cause": cause, "person_id": by.person_id, "created_at": clock.now()}
    return row | dict(changes or {})


def write(rows: Sequence[dict[str, Any]]) -> list[int]:
    """Append versions and make them current; the orders stand again if they were void. Their ids."""
    if not rows:
        return []
    ids = [row.id for row in bulk.insert_many(ExternalOrderVersion, rows, returning=["id"])]
    order, version = ExternalOrder, ExternalOrderVersion
    db.session.execute(
        sa.update(order)
        .values(current_version_id=version.id, unit_id=version.unit_id, is_void=False)
        .where(order.id == version.order_id, any_of(version.id, ids))
        .execution_options(synchronize_session=False)
    )
    return ids
