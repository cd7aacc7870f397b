"""Confirmed money lands on acceptance lines (rule 25)."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from core import clock
from core.db import db
from market.models.settlement import Allocation, Transfer, TransferItem
from market.queries import payables
from market.rules.payable import Payable, Share, allocate


def land(transfer: Transfer) -> int:
    """Land the money: each part on its own acceptance's lines, what finds no room there on the others. → landed fen."""
    items = db.session.scalars(sa.select(TransferItem).where(TransferItem.transfer_id == transfer.id)).all()
    lines = payables.lines_of([item.acceptance_id for item in items])
    landed: dict[int, int] = {}
    left = 0
    for item in items:
        shares, rest = allocate(item.amount_fen, lines[item.acceptance_id])
        left += rest
        _add(landed, shares)
    after = [_with(line, landed) for own in lines.values() for line in own]
    _add(landed, allocate(left, after)[0])
    db.session.add_all(
        Allocation(
            transfer_id=transfer.id,
            acceptance_line_id=line_id,
            amount_fen=fen,
            bank_day_on=transfer.bank_day_on,
            at=clock.now(),
        )
        for line_id, fen in sorted(landed.items())
    )
    db.session.flush()
    return sum(landed.values())


def _add(landed: dict[int, int], shares: Sequence[Share]) -> None:
    for share in shares:
        landed[share.acceptance_line_id] = landed.get(share.acceptance_line_id, 0) + share.amount_fen


def _with(line: Payable, landed: Mapping[int, int]) -> Payable:
    more = landed.get(line.acceptance_line_id, 0)
    return Payable(
        line.acceptance_line_id, line.accepted_on, line.accepted_fen, line.deducted_fen, line.allocated_fen + more
    )
