"""Goods leave with a 承诺达标合格证 of their own lot, and never more than it says (rule 3.3)."""

import sqlalchemy as sa

from catalog.models.commitment import Commitment
from catalog.rules.commitment import check_use
from catalog.services import commitments
from core.db import db
from market.queries.commitments import is_void, shipped_qty


def use(commitment_no: str, *, lot_id: int, qty: int, supplier_id: int, name: str) -> str:
    """The number as it stands on the delivery line. One made here is checked; a paper's number is taken as written.

    Raises: Refused "commitment-of-another", "commitment-void", "commitment-other-lot", "commitment-used-up".
    """
    number = commitment_no.strip()
    query = sa.select(Commitment).where(Commitment.commitment_no == number.upper())
    made = db.session.scalars(query).one_or_none() if number else None
    if made is None:
        return number
    commitments.hold(made.lot_id)
    check_use(
        name,
        is_own=made.supplier_id == supplier_id,
        is_void=is_void(made.id),
        same_lot=made.lot_id == lot_id,
        qty=made.qty,
        shipped_qty=shipped_qty(made.commitment_no),
        sending_qty=qty,
    )
    return made.commitment_no
