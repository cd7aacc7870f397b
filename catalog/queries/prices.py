"""What a pack cost and costs."""

from datetime import datetime

import sqlalchemy as sa

from catalog.models.offer import OfferVersion
from catalog.rules.pricing import JUMP_DAYS, Price
from core.db import db


def recent(offer_id: int, at: datetime) -> list[Price]:
    """Prices in force at some time in the seven days before `at`: the one at their start and all since."""
    start = at - JUMP_DAYS
    rows = db.session.execute(
        sa.select(OfferVersion.price_fen_x100, OfferVersion.basis_qty, OfferVersion.created_at)
        .where(OfferVersion.offer_id == offer_id)
        .order_by(OfferVersion.version_no.desc())
    )
    out = []
    for fen_x100, basis_qty, created_at in rows:
        out.append(Price(fen_x100, basis_qty))
        if created_at <= start:
            break
    return out
