"""Money of residents on its way back."""

import sqlalchemy as sa

from core.db import db
from market.models.payment import PaymentIntent, Refund


def asked(order_id: int) -> bool:
    """Whether the order's money was given back, or is about to be."""
    back = sa.select(Refund.id).join(PaymentIntent, PaymentIntent.id == Refund.intent_id)
    return bool(db.session.scalar(sa.select(back.where(PaymentIntent.order_id == order_id).exists())))
