"""Putting on the list what two books do not say alike."""

from sqlalchemy.dialects.postgresql import insert

from core import clock
from core.db import db
from market.models.reconciliation import PaymentException
from market.rules.reconciliation import ExceptionKind, ExceptionState


def find(kind: ExceptionKind, key: str, **facts: int | None) -> None:
    """Put something on the list; what is on it already stays as it is. `facts`: ids and fen of the table."""
    row: dict[str, object] = {
        "key": key,
        "kind": kind,
        "state": ExceptionState.OPEN,
        "found_at": clock.now(),
        "note": "",
    }
    row.update({"ours_fen": 0, "theirs_fen": 0})
    row.update(facts)
    db.session.execute(insert(PaymentException).values(**row).on_conflict_do_nothing())
