"""Suppliers, villages and certificates as everybody may know them, page by page, under their public codes.

Nothing here comes from a household, a person or a bank account.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy import RowMapping

from catalog.models.product import Category, Certificate, Product
from catalog.models.supplier import Supplier
from catalog.queries import papers
from catalog.queries.certificate_register import OPEN_TO_ALL
from catalog.queries.papers import Sheet
from catalog.queries.visibility import exited_villages, selling, visible
from catalog.rules.certificates import CertificateKind
from catalog.rules.supplier import EntityType
from core import clock
from core.db import any_of, db
from core.organisations.models import Organisation
from core.places.models import Place, PlaceLevel


@dataclass(frozen=True)
class OpenSupplier:
    """A supplier that may sell today. `products` are those in the shop."""

    supplier_id: int
    code: str
    name: str
    entity_type: EntityType
    town_code: str
    town_name: str
    story: str
    admitted_on: date
    products: int


@dataclass(frozen=True)
class OpenVillage:
    """A village or community of the county; `products` are those in the shop that come from there."""

    code: str
    name: str
    town_code: str
    town_name: str
    is_exited: bool
    products: int


def suppliers(*, page: int, size: int, words: str = "", town: str | None = None) -> tuple[list[OpenSupplier], int]:
    """One page by code, and how many there are."""
    query = _suppliers()
    if words:
        query = query.where(Organisation.name.contains(words, autoescape=True))
    if town is not None:
        query = query.where(Supplier.town_code == town)
    rows, total = _paged(query.order_by(Supplier.code), page, size)
    return _suppliers_shown(rows), total


def find_supplier(code: str) -> OpenSupplier | None:
    """The supplier of that code, if it may sell today."""
    row = db.session.execute(_suppliers().where(Supplier.code == code)).mappings().one_or_none()
    return None if row is None else _suppliers_shown([row])[0]


def _suppliers_shown(rows: Sequence[RowMapping]) -> list[OpenSupplier]:
    count = _shown(Product.supplier_id, [row["supplier_id"] for row in rows])
    return [OpenSupplier(**row, products=count.get(row["supplier_id"], 0)) for row in rows]


def _shown(by: sa.orm.InstrumentedAttribute[Any], of: Sequence[Any]) -> dict[Any, int]:
    """How many products in the shop each of these has."""
    query = (
        sa.select(by, sa.func.count())
        .select_from(Product)
        .join(Category, Category.id == Product.category_id)
        .join(Supplier, Supplier.id == Product.supplier_id)
        .where(any_of(by, of, by.type), visible(clock.today()))
        .group_by(by)
    )
    return {row[0]: row[1] for row in db.session.execute(query)}


def _suppliers() -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            Supplier.id.label("supplier_id"),
            Supplier.code,
            Organisation.name,
            Supplier.entity_type,
            Supplier.town_code,
            Place.name.label("town_name"),
            Supplier.story,
            Supplier.admitted_on,
        )
        .join(Organisation, Organisation.id == Supplier.organisation_id)
        .join(Place, Place.code == Supplier.town_code)
        .where(selling(clock.today()))
    )


def supplier_codes(supplier_ids: Collection[int]) -> dict[int, str]:
    """Public codes by id."""
    rows = db.session.execute(sa.select(Supplier.id, Supplier.code).where(any_of(Supplier.id, list(supplier_ids))))
    return {row[0]: row[1] for row in rows}


def supplier_id(code: str) -> int | None:
    """The supplier of a public code, whether it sells today or not."""
    return db.session.scalar(sa.select(Supplier.id).where(Supplier.code == code))


def villages(
    *, page: int, size: int, town: str | None = None, exited: bool | None = None
) -> tuple[list[OpenVillage], int]:
    """One page by code, and how many there are."""
    query = _villages()
    if town is not None:
        query = query.where(Place.parent_code == town)
    if exited is not None:
        codes = sa.select(exited_villages(clock.today()).c.code)
        query = query.where(Place.code.in_(codes) if exited else Place.code.not_in(codes))
    rows, total = _paged(query.order_by(Place.code), page, size)
    return _villages_shown(rows), total


def find_village(code: str) -> OpenVillage | None:
    """The village of that code."""
    row = db.session.execute(_villages().where(Place.code == code)).mappings().one_or_none()
    return None if row is None else _villages_shown([row])[0]


def _villages_shown(rows: Sequence[RowMapping]) -> list[OpenVillage]:
    count = _shown(Product.origin_code, [row["code"] for row in rows])
    return [OpenVillage(**row, products=count.get(row["code"], 0)) for row in rows]


def _villages() -> sa.Select[*tuple[Any, ...]]:
    day, town = clock.today(), sa.orm.aliased(Place)
    return (
        sa.select(
            Place.code,
            Place.name,
            town.code.label("town_code"),
            town.name.label("town_name"),
            Place.code.in_(sa.select(exited_villages(day).c.code)).label("is_exited"),
        )
        .join(town, town.code == Place.parent_code)
        .where(Place.level.in_([PlaceLevel.VILLAGE, PlaceLevel.COMMUNITY]))
    )


def certificates(
    *, page: int, size: int, kind: CertificateKind | None = None, supplier: int | None = None
) -> tuple[list[Sheet], int]:
    """One page of what was verified once, by code, and how many there are."""
    query = papers.select_sheets().where(Certificate.status.in_(OPEN_TO_ALL))
    if kind is not None:
        query = query.where(Certificate.kind == kind)
    if supplier is not None:
        query = query.where(Certificate.supplier_id == supplier)
    total = db.session.scalar(sa.select(sa.func.count()).select_from(query.order_by(None).limit(None).subquery())) or 0
    ordered = query.order_by(None).order_by(Certificate.code)
    return papers.read(ordered.offset((page - 1) * size).limit(size)), total


def skus(product_ids: Collection[int]) -> dict[int, str]:
    """Skus by product."""
    rows = db.session.execute(sa.select(Product.id, Product.sku).where(any_of(Product.id, list(product_ids))))
    return {row[0]: row[1] for row in rows}


def category_id(code: str) -> int | None:
    """The category of a code."""
    return db.session.scalar(sa.select(Category.id).where(Category.code == code))


def category_codes() -> dict[int, str]:
    """Codes of the whole tree by id."""
    return {row[0]: row[1] for row in db.session.execute(sa.select(Category.id, Category.code))}


def _paged(query: sa.Select[*tuple[Any, ...]], page: int, size: int) -> tuple[Sequence[RowMapping], int]:
    total = db.session.scalar(sa.select(sa.func.count()).select_from(query.order_by(None).subquery())) or 0
    return db.session.execute(query.offset((page - 1) * size).limit(size)).mappings().all(), total
