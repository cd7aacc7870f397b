"""Revisions and price changes as those see them who wrote them and who check them: old and new side by side."""

from dataclasses import dataclass
from dataclasses import field as standard
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from catalog.models.offer import Offer, OfferVersion
from catalog.models.product import Category, Product
from catalog.models.revision import PriceChange, ProductRevision
from catalog.models.supplier import Supplier
from catalog.rules.facts import Facts
from catalog.rules.revision import OPEN, Piece, PriceChangeState, RevisionState, difference
from core.access.actor import Actor
from core.access.rights import Right
from core.db import any_of, db
from core.files.models import StoredFile
from core.organisations.models import Organisation
from core.people.models import Person
from core.places import queries as places

PAGE = 50
TEXTS = ("name", "category_id", "origin_code", "is_wild", "seasons", "description")
"""Fields in the order in which a reviewer reads them; pictures stand below."""


@dataclass(frozen=True)
class Side:
    """What is said, in words: `name`, `category` and `origin` named, pictures as (token, alt)."""

    facts: Facts
    category: str
    origin: str
    pictures: list[tuple[str, str]]


@dataclass(frozen=True)
class Row:
    """One field: the two values, and for texts the pieces of both woven together."""

    field: str
    old: Any
    new: Any
    pieces: list[Piece] = standard(default_factory=list)


@dataclass(frozen=True)
class RevisionView:
    """A revision beside what the shop shows."""

    product_id: int
    state: RevisionState
    state_reason: str
    origin_changed: bool
    town_code: str
    submitted_at: datetime | None
    old: Side
    new: Side

    @property
    def rows(self) -> list[Row]:
        """The fields that differ; texts word by word."""
        return [self._row(name) for name in self.old.facts.changed(self.new.facts) if name in TEXTS]

    @property
    def pictures_changed(self) -> bool:
        """Pictures were added, taken away, put in another order or described otherwise."""
        return self.old.facts.pictures != self.new.facts.pictures

    def _row(self, name: str) -> Row:
        shown = {
            "category_id": (self.old.category, self.new.category),
            "origin_code": (self.old.origin, self.new.origin),
        }
        old, new = shown.get(name, (getattr(self.old.facts, name), getattr(self.new.facts, name)))
        return Row(name, old, new, difference(old, new) if isinstance(old, str) else [])


def of_product(product_id: int) -> RevisionView | None:
    """The product's revision that is not over."""
    found = db.session.scalars(
        sa.select(ProductRevision).where(ProductRevision.product_id == product_id, ProductRevision.state.in_(OPEN))
    ).one_or_none()
    return None if found is None else _view(found)


def _view(revision: ProductRevision) -> RevisionView:
    old, new = Facts.of(revision.before), Facts.of(revision.facts)
    picked = sa.select(Category.id, Category.name).where(Category.id.in_({old.category_id, new.category_id}))
    names = {row.id: row.name for row in db.session.execute(picked)}
    villages = places.names({old.origin_code, new.origin_code})
    files = {shot.file_id for shot in (*old.pictures, *new.pictures)}
    kept = sa.select(StoredFile.id, StoredFile.token).where(any_of(StoredFile.id, files))
    tokens = {row.id: row.token for row in db.session.execute(kept)}
    sides = [
        Side(
            facts,
            names[facts.category_id],
            villages[facts.origin_code].full,
            [(tokens[shot.file_id], shot.alt) for shot in facts.pictures],
        )
        for facts in (old, new)
    ]
    return RevisionView(
        revision.product_id, revision.state, revision.state_reason, revision.origin_changed, revision.town_code,
        revision.submitted_at, *sides,
    )  # fmt: skip


@dataclass(frozen=True)
class Version:
    """One approved version of what is said of a product, the newest first."""

    approved_at: datetime
    approved_by: str
    fields: list[str]


def history(product_id: int) -> list[Version]:
    """What was approved of a product, and which fields each approval changed."""
    rows = db.session.execute(
        sa.select(ProductRevision, Person.name)
        .join(Person, Person.id == ProductRevision.decided_by_id)
        .where(ProductRevision.product_id == product_id, ProductRevision.state == RevisionState.APPROVED)
        .order_by(ProductRevision.id.desc())
        .limit(30)
    )
    return [
        Version(one.decided_at, name, Facts.of(one.before).changed(Facts.of(one.facts)) if one.before else [])
        for one, name in rows
        if one.decided_at is not None
    ]


@dataclass(frozen=True)
class Waiting:
    """A revision in a checker's list."""

    product_id: int
    name: str
    sku: str
    supplier_name: str
    fields: list[str]
    submitted_at: datetime | None


def waiting(for_: Actor, *, page: int = 1) -> list[Waiting]:
    """One page of the revisions that the actor is to check, the longest waiting first. One statement."""
    rows = db.session.execute(
        sa.select(ProductRevision, Product.name, Product.sku, Organisation.name)
        .join(Product, Product.id == ProductRevision.product_id)
        .join(Supplier, Supplier.id == Product.supplier_id)
        .join(Organisation, Organisation.id == Supplier.organisation_id)
        .where(_to_check(for_))
        .order_by(ProductRevision.submitted_at, ProductRevision.id)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    )
    return [
        Waiting(one.product_id, name, sku, seller, Facts.of(one.before).changed(Facts.of(one.facts)), one.submitted_at)
        for one, name, sku, seller in rows
    ]


def waiting_count(for_: Actor) -> int:
    """How many revisions wait for the actor."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(ProductRevision).where(_to_check(for_))) or 0


def own_count(supplier_id: int, *states: RevisionState) -> int:
    """How many revisions of a supplier's goods are in these states."""
    query = (
        sa.select(sa.func.count()).select_from(ProductRevision).join(Product, Product.id == ProductRevision.product_id)
    )
    return db.session.scalar(query.where(Product.supplier_id == supplier_id, ProductRevision.state.in_(states))) or 0


def _to_check(for_: Actor) -> sa.ColumnElement[bool]:
    if for_.may(Right.CONTENT_APPROVE):
        return ProductRevision.state == RevisionState.CONTENT_CHECK
    if not for_.may(Right.ORIGIN_CONFIRM) or not for_.place_code:
        return sa.false()
    return sa.and_(ProductRevision.state == RevisionState.ORIGIN_CHECK, ProductRevision.town_code == for_.place_code)


@dataclass(frozen=True)
class PriceAsked:
    """A price that jumps, against what it was measured with. Amounts in fen a pack."""

    id: int
    offer_id: int
    product_id: int
    sku: str
    name: str
    pack_name: str
    supplier_name: str
    state: PriceChangeState
    now_fen: int
    asked_fen: int
    low_fen: int
    high_fen: int
    reason: str
    decision: str
    asked_at: datetime

    @property
    def change_bp(self) -> int:
        """By how much against the lowest (a rise) or the highest (a fall); the sign tells which."""
        base = self.low_fen if self.asked_fen >= self.now_fen else self.high_fen
        gap = self.asked_fen - base
        return (1 if gap >= 0 else -1) * (abs(gap) * 10_000 // base)


def prices_waiting(*, page: int = 1) -> list[PriceAsked]:
    """One page of the prices that the operator is to look at, the longest waiting first."""
    waits = PriceChange.state == PriceChangeState.WAITING
    return _prices(waits, order=(PriceChange.asked_at, PriceChange.id), limit=PAGE, skip=(page - 1) * PAGE)


def prices_waiting_count() -> int:
    """How many of them."""
    query = sa.select(sa.func.count()).where(PriceChange.state == PriceChangeState.WAITING)
    return db.session.scalar(query) or 0


def prices_of_product(product_id: int) -> dict[int, PriceAsked]:
    """The newest change of each of a product's packs that waits or was sent back."""
    shown = PriceChange.state.in_([PriceChangeState.WAITING, PriceChangeState.RETURNED])
    newest = sa.select(sa.func.max(PriceChange.id)).join(Offer, Offer.id == PriceChange.offer_id)
    newest = newest.where(Offer.product_id == product_id).group_by(PriceChange.offer_id)
    rows = _prices(shown, PriceChange.id.in_(newest), order=(PriceChange.id,), limit=50)
    return {one.offer_id: one for one in rows}


def find_price(change_id: int) -> PriceAsked | None:
    """One price change."""
    return next(iter(_prices(PriceChange.id == change_id, order=(PriceChange.id,), limit=1)), None)


def _prices(*where: sa.ColumnElement[bool], order: tuple[Any, ...], limit: int, skip: int = 0) -> list[PriceAsked]:
    rows = db.session.execute(
        sa.select(
            PriceChange.id, PriceChange.offer_id, Product.id, Product.sku, Product.name, Offer.pack_name,
            Organisation.name, PriceChange.state, OfferVersion.pack_price_fen, PriceChange.pack_price_fen,
            PriceChange.low_fen, PriceChange.high_fen, PriceChange.reason, PriceChange.decision, PriceChange.asked_at,
        )
        .join(Offer, Offer.id == PriceChange.offer_id)
        .join(OfferVersion, OfferVersion.id == PriceChange.base_version_id)
        .join(Product, Product.id == Offer.product_id)
        .join(Supplier, Supplier.id == Product.supplier_id)
        .join(Organisation, Organisation.id == Supplier.organisation_id)
        .where(*where)
        .order_by(*order)
        .limit(limit)
        .offset(skip)
    )  # fmt: skip
    return [PriceAsked(*tuple(row)) for row in rows]
