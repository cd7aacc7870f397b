"""Tables of the market floor, imported in one place for the mapper and the migrations."""

from market.models import cart, delivery, notice, order, payment, settlement

__all__ = ["cart", "delivery", "notice", "order", "payment", "settlement"]
