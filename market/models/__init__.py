"""Tables of the market floor, imported in one place for the mapper and the migrations."""

from market.models import (
    after_sale,
    api,
    bank,
    bill,
    cart,
    delivery,
    dialogue,
    dispute,
    notice,
    order,
    payment,
    promotion,
    reconciliation,
    settlement,
    shipping,
)

__all__ = [
    "after_sale",
    "api",
    "bank",
    "bill",
    "cart",
    "delivery",
    "dialogue",
    "dispute",
    "notice",
    "order",
    "payment",
    "promotion",
    "reconciliation",
    "settlement",
    "shipping",
]
