"""Open pages: as everybody sees them, and as their authors and the operator work on them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from catalog.models.editorial import OpenPage, OpenPageProduct, OpenPageVersion
from catalog.models.product import Category, Product
from catalog.queries.cards import Card, cards_of
from catalog.rules.editorial import PageKind, PageState
from core import clock
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Missing
from core.files.models import StoredFile
from core.organisations.models import Organisation


@dataclass(frozen=True)
class Teaser:
    """A page in a list. `cover` is a file token; without one `art` draws its first goods ("" for none)."""

    id: int
    code: str
    kind: PageKind
    title: str
    lead: str
    cover: str | None
    organisation: str
    state: PageState
    at: datetime | None
    reason: str
    art: str


@dataclass(frozen=True)
class Shown:
    """A page as it is read."""

    code: str
    kind: PageKind
    title: str
    lead: str
    body: str
    cover: str | None
    organisation: str
    village_code: str | None
    supplier_id: int | None
    shows_from: date | None
    shows_to: date | None
    published_at: datetime
    cards: list[Card]


def is_shown(on: date) -> sa.ColumnElement[bool]:
    """The condition that everybody sees a page on a day: also while its next version is written."""
    return sa.and_(
        OpenPage.shown_id.is_not(None),
        OpenPage.state != PageState.WITHDRAWN,
        sa.or_(OpenPage.shows_from.is_(None), OpenPage.shows_from <= on),
        sa.or_(OpenPage.shows_to.is_(None), OpenPage.shows_to >= on),
    )


def shown(kind: PageKind | None = None, *, limit: int = 60, village: str = "", supplier_id: int = 0) -> list[Teaser]:
    """Pages that everybody sees today, the newest first. One statement."""
    query = _teasers(OpenPage.shown_id).where(is_shown(clock.today())).order_by(OpenPage.published_at.desc())
    if kind is not None:
        query = query.where(OpenPage.kind == kind)
    if village:
        query = query.where(OpenPage.village_code == village)
    if supplier_id:
        query = query.where(OpenPage.supplier_id == supplier_id)
    return [Teaser(*row) for row in db.session.execute(query.limit(limit))]


def find(code: str) -> Shown | None:
    """The page that everybody sees under a code. Three statements."""
    row = _one(OpenPage.shown_id, OpenPage.code == code, is_shown(clock.today()))
    return None if row is None else _shown(row)


def preview(page_id: int, by: Actor) -> Shown:
    """The newest version as it would be seen. Raises: Missing."""
    row = _one(OpenPage.newest_id, OpenPage.id == page_id, mine(by))
    if row is None:
        raise Missing("no-such-page")
    return _shown(row)


def mine(by: Actor) -> sa.ColumnElement[bool]:
    """The condition that the actor may see a page at work: the operator all, others their own office's."""
    if by.may(Right.CONTENT_APPROVE):
        return sa.true()
    return OpenPage.organisation_id.in_(by.scope_ids)


def listed(by: Actor, state: PageState | None = None, *, limit: int = 200) -> list[Teaser]:
    """The actor's pages, those that wait first. One statement."""
    query = _teasers(OpenPage.newest_id).where(mine(by))
    if state is not None:
        query = query.where(OpenPage.state == state)
    waits = OpenPage.state == PageState.SUBMITTED
    return [Teaser(*row) for row in db.session.execute(query.order_by(waits.desc(), OpenPage.id.desc()).limit(limit))]


def waiting() -> int:
    """How many wait for the operator."""
    query = sa.select(sa.func.count(OpenPage.id)).where(OpenPage.state == PageState.SUBMITTED)
    return db.session.scalar(query) or 0


@dataclass(frozen=True)
class AtWork:
    """A page with its newest version, to write on; `skus` of its shelf in their order."""

    page: OpenPage
    version: OpenPageVersion
    skus: list[str]


def at_work(page_id: int, by: Actor) -> AtWork:
    """Raises: Missing. Two statements."""
    row = db.session.execute(
        sa.select(OpenPage, OpenPageVersion)
        .join(OpenPageVersion, OpenPageVersion.id == OpenPage.newest_id)
        .where(OpenPage.id == page_id, mine(by))
    ).one_or_none()
    if row is None:
        raise Missing("no-such-page")
    skus = (
        sa.select(Product.sku)
        .join(OpenPageProduct, OpenPageProduct.product_id == Product.id)
        .where(OpenPageProduct.version_id == row[1].id)
        .order_by(OpenPageProduct.position)
    )
    return AtWork(row[0], row[1], list(db.session.scalars(skus)))


def products_of(skus: Collection[str]) -> dict[str, int]:
    """{sku: product} of goods of any state; what is not visible stays off the page until it is."""
    rows = db.session.execute(sa.select(Product.sku, Product.id).where(Product.sku.in_(skus)))
    return {row.sku: row.id for row in rows}


def _teasers(version_id: Any) -> sa.Select[*tuple[Any, ...]]:
    art = (
        sa.select(Category.art)
        .join(Product, Product.category_id == Category.id)
        .join(OpenPageProduct, OpenPageProduct.product_id == Product.id)
        .where(OpenPageProduct.version_id == version_id)
        .order_by(OpenPageProduct.position)
        .limit(1)
        .scalar_subquery()
    )
    return (
        sa.select(
            OpenPage.id, OpenPage.code, OpenPage.kind, OpenPageVersion.title, OpenPageVersion.lead, StoredFile.token,
            Organisation.name, OpenPage.state, OpenPage.published_at, OpenPage.reason,
            sa.func.coalesce(art, ""),
        )
        .join(OpenPageVersion, OpenPageVersion.id == version_id)
        .join(Organisation, Organisation.id == OpenPage.organisation_id)
        .outerjoin(StoredFile, StoredFile.id == OpenPageVersion.cover_id)
    )  # fmt: skip


def _one(version_id: Any, *where: sa.ColumnElement[bool]) -> Any:
    return db.session.execute(
        sa.select(OpenPage, OpenPageVersion, StoredFile.token, Organisation.name)
        .join(OpenPageVersion, OpenPageVersion.id == version_id)
        .join(Organisation, Organisation.id == OpenPage.organisation_id)
        .outerjoin(StoredFile, StoredFile.id == OpenPageVersion.cover_id)
        .where(*where)
    ).one_or_none()


def _shown(row: Any) -> Shown:
    page, version, cover, organisation = row
    ids = db.session.scalars(
        sa.select(OpenPageProduct.product_id)
        .where(OpenPageProduct.version_id == version.id)
        .order_by(OpenPageProduct.position)
    ).all()
    return Shown(
        code=page.code,
        kind=page.kind,
        title=version.title,
        lead=version.lead,
        body=version.body,
        cover=cover,
        organisation=organisation,
        village_code=page.village_code,
        supplier_id=page.supplier_id,
        shows_from=page.shows_from,
        shows_to=page.shows_to,
        published_at=page.published_at or version.at,
        cards=cards_of(ids, clock.today()) if ids else [],
    )
