"""How a product stands today, for those who look after it: what hides it, and as what it would be sold."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from catalog.models.product import Category, Certificate, Product
from catalog.models.supplier import Supplier
from catalog.queries.visibility import class_on, licensed, proven, selling, valid_on
from catalog.rules.certificates import CertificateKind
from catalog.rules.listing import Hidden, ListingClass, ProductState
from core.db import db
from core.errors import Refused


@dataclass(frozen=True)
class Standing:
    """The class by today's facts (None: no place in the shop) and why the product is hidden (None: it is seen)."""

    listing_class: ListingClass | None
    hidden: Hidden | None


def licences_lacking(product_id: int, *, on: date, category_id: int | None = None) -> list[CertificateKind]:
    """Licences that the product's category (or another) needs and its supplier does not hold on the day."""
    category = db.session.execute(
        sa.select(Category.licence, Category.needs_quarantine, Product.supplier_id)
        .join(Product, Category.id == (Product.category_id if category_id is None else category_id))
        .where(Product.id == product_id)
    ).one()
    needed = [CertificateKind(category.licence)] if category.licence else []
    needed += [CertificateKind.QUARANTINE] if category.needs_quarantine else []
    held = set(
        db.session.scalars(
            sa.select(Certificate.kind).where(Certificate.supplier_id == category.supplier_id, valid_on(on))
        )
    )
    return [kind for kind in needed if kind not in held]


def check_papers(product: Product, category_id: int, *, is_protected: bool, on: date) -> None:
    """Whether a product may be handed in as goods of a category. Raises: Refused "licence-missing", "proof-missing"."""
    if lacking := licences_lacking(product.id, on=on, category_id=category_id):
        raise Refused("licence-missing", kind=lacking[0])
    if is_protected and not db.session.scalar(sa.select(proven(on)).where(Product.id == product.id)):
        raise Refused("proof-missing")


def standings(product_ids: list[int], *, on: date) -> dict[int, Standing]:
    """The standing of each product. One statement."""
    if not product_ids:
        return {}
    rows = db.session.execute(
        sa.select(Product.id, Product.state, selling(on), licensed(on), class_on(on))
        .join(Category, Category.id == Product.category_id)
        .join(Supplier, Supplier.id == Product.supplier_id)
        .where(Product.id.in_(product_ids))
    )
    return {
        product_id: Standing(
            ListingClass(code) if code else None,
            _hidden(state, is_selling=is_selling, is_licensed=is_licensed, has_class=code is not None),
        )
        for product_id, state, is_selling, is_licensed, code in rows
    }


def _hidden(state: ProductState, *, is_selling: bool, is_licensed: bool, has_class: bool) -> Hidden | None:
    if state is not ProductState.LISTED:
        return Hidden.STATE
    if not is_selling:
        return Hidden.SUPPLIER
    if not is_licensed:
        return Hidden.LICENCE
    return None if has_class else Hidden.CLASS
