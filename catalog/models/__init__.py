"""Tables of the catalog floor, imported in one place for the mapper and the migrations."""

from catalog.models import benefit, household, income, lots, offer, product, purchase, supplier

__all__ = ["benefit", "household", "income", "lots", "offer", "product", "purchase", "supplier"]
