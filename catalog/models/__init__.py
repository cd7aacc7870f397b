"""Tables of the catalog floor, imported in one place for the mapper and the migrations."""

from catalog.models import offer, product, supplier

__all__ = ["offer", "product", "supplier"]
