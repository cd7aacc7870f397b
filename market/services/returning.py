"""Goods refused at the scales go back into the lots they came from, so that kilograms sold are kilograms kept."""

from datetime import date

import sqlalchemy as sa

from catalog.services import lots
from catalog.services.lots import Coming
from core.db import db
from core.errors import Refused
from market.models.delivery import Acceptance, AcceptanceLine, DeliveryLine


def back_to_lots(signed: Acceptance, on: date, *, replaced: Acceptance | None = None) -> None:
    """Put what `signed` refused back into its lots; of a corrected round only what it refuses more, or less.

    Raises: Refused "correct-goods-gone" (name) when goods that came back were sold or written off since.
    """
    before = _refused(replaced.id) if replaced is not None else {}
    changes = [
        Coming(lot_id, qty - before.get(line_id, (0, 0, 0))[2], acceptance_line_id, on)
        for line_id, (lot_id, acceptance_line_id, qty) in _refused(signed.id).items()
    ]
    try:
        lots.come_back([one for one in changes if one.qty])
    except Refused as short:
        if short.code == "lot-short":
            raise Refused("correct-goods-gone", name=short.facts["lot_no"]) from short
        raise


def _refused(acceptance_id: int) -> dict[int, tuple[int, int, int]]:
    """{delivery line: (lot, acceptance line, refused base units)}"""
    rows = db.session.execute(
        sa.select(DeliveryLine.id, DeliveryLine.lot_id, AcceptanceLine.id, AcceptanceLine.rejected_qty)
        .join(DeliveryLine, DeliveryLine.id == AcceptanceLine.delivery_line_id)
        .where(AcceptanceLine.acceptance_id == acceptance_id)
    )
    return {row[0]: (row[1], row[2], row[3]) for row in rows}
