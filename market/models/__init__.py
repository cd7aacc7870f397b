"""Tables of the market floor, imported in one place for the mapper and the migrations."""

from market.models import bank, bill, cart, delivery, notice, order, payment, reconciliation, settlement, shipping

__all__ = ["bank", "bill", "cart", "delivery", "notice", "order", "payment", "reconciliation", "settlement", "shipping"]
