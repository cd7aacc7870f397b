"""Tables of the catalog floor, imported in one place for the mapper and the migrations."""

from catalog.models import benefit, offer, product, supplier

__all__ = ["benefit", "offer", "product", "supplier"]
