"""The memo ledger: double entry over money that the platform never holds. Every entry balances, once per cause."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from core import clock
from core.db import db
from market.models.settlement import Account, BookPosting, BookTx


def enter(
    kind: str, ref_id: int, supplier_id: int, sides: Sequence[tuple[Account, int]], *, buyer_id: int | None = None
) -> bool:
    """Book the sides (signed fen, sum zero) for a cause; False when it is booked already.

    Raises: ValueError when they do not balance (the database refuses that too).
    """
    if sum(amount for _, amount in sides) != 0:
        raise ValueError(f"{kind} {ref_id} does not balance")
    row = insert(BookTx).values(kind=kind, ref_id=ref_id, at=clock.now())
    tx_id = db.session.execute(row.on_conflict_do_nothing().returning(BookTx.id)).scalar()
    if tx_id is None:
        return False
    db.session.execute(
        sa.insert(BookPosting),
        [
            {"tx_id": tx_id, "account": account, "supplier_id": supplier_id, "buyer_id": buyer_id, "amount_fen": amount}
            for account, amount in sides
            if amount
        ],
    )
    return True


def claim(kind: str, ref_id: int, *, supplier_id: int, buyer_id: int | None, amount_fen: int) -> bool:
    """A supplier's claim on a unit grows (positive fen) or shrinks; nothing is booked for nothing."""
    sides = ((Account.RECEIVABLE, amount_fen), (Account.PAYABLE, -amount_fen))
    return bool(amount_fen) and enter(kind, ref_id, supplier_id, sides, buyer_id=buyer_id)
