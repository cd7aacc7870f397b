"""Tables of the market floor, imported in one place for the mapper and the migrations."""

from market.models import bank, cart, delivery, notice, order, payment, reconciliation, settlement, shipping

__all__ = ["bank", "cart", "delivery", "notice", "order", "payment", "reconciliation", "settlement", "shipping"]
