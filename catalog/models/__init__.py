"""Tables of the catalog floor, imported in one place for the mapper and the migrations."""

from catalog.models import (
    admission,
    benefit,
    certification,
    commitment,
    household,
    income,
    linkage,
    lots,
    offer,
    product,
    purchase,
    reference,
    revision,
    search,
    supplier,
    supplier_life,
)

__all__ = [
    "admission",
    "benefit",
    "certification",
    "commitment",
    "household",
    "income",
    "linkage",
    "lots",
    "offer",
    "product",
    "purchase",
    "reference",
    "revision",
    "search",
    "supplier",
    "supplier_life",
]
