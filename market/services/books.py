"""The memo ledger: what units owe suppliers, in balanced entries. It mirrors money the platform never holds."""

from core import clock
from core.db import db
from market.models.settlement import Account, BookPosting, BookTx


def book(kind: str, ref_id: int, *, supplier_id: int, buyer_id: int | None, amount_fen: int) -> None:
    """A claim of the supplier on the buyer grows (positive fen) or shrinks; the same cause books once."""
    if amount_fen == 0:
        return
    tx = BookTx(kind=kind, ref_id=ref_id, at=clock.now())
    db.session.add(tx)
    db.session.flush()
    sides = ((Account.RECEIVABLE, amount_fen), (Account.PAYABLE, -amount_fen))
    db.session.add_all(
        BookPosting(tx_id=tx.id, account=account, supplier_id=supplier_id, buyer_id=buyer_id, amount_fen=fen)
        for account, fen in sides
    )
    db.session.flush()
