"""Products as those see them who look after them: the clerk its own, the township its villages', the operator all."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa

from catalog.models.offer import Offer
from catalog.models.product import Category, Product, ProductPicture, ProductProof
from catalog.models.revision import ProductRevision
from catalog.models.supplier import Supplier
from catalog.queries import papers, revisions, standing, suppliers
from catalog.queries.cards import first_picture, origin_full
from catalog.queries.goods import best_offer
from catalog.queries.papers import Sheet
from catalog.queries.product_page import Pack, packs_of, seasons_of
from catalog.queries.standing import Standing
from catalog.rules.certificates import CertificateKind
from catalog.rules.facts import Facts, Season
from catalog.rules.listing import ProductState
from catalog.rules.revision import OPEN, RevisionState
from core import clock
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Missing
from core.files.models import StoredFile
from core.organisations.models import Organisation
from core.places.models import Place

PAGE = 50


@dataclass(frozen=True)
class DeskRow:
    """One product in a list of work. The price is the cheapest pack's; None before there is one."""

    product_id: int
    sku: str
    name: str
    state: ProductState
    state_reason: str
    category_name: str
    art: str
    picture: str | None
    supplier_name: str
    origin_full: str
    updated_at: datetime
    price_fen: int | None
    pack_name: str | None
    packs: int
    revision: RevisionState | None
    standing: Standing


@dataclass(frozen=True)
class Picture:
    """A picture in its place."""

    position: int
    token: str
    alt: str


@dataclass(frozen=True)
class ProofRow:
    """A paper that says where goods of a protected species come from."""

    id: int
    title: str
    number: str
    issuer: str
    valid_from: date
    valid_to: date
    is_withdrawn: bool
    file_token: str | None


@dataclass(frozen=True)
class Detail:
    """Everything of a product that its clerk and its checkers need."""

    product_id: int
    sku: str
    name: str
    description: str
    category_id: int
    category_name: str
    art: str
    origin_code: str
    origin_full: str
    supplier_id: int
    supplier_name: str
    state: ProductState
    state_reason: str
    origin_confirmed_at: datetime | None
    origin_confirmed_by_id: int | None
    listed_at: datetime | None
    own_code: str | None
    is_wild: bool
    needs_proof: bool
    seasons: list[Season]
    packs: list[Pack]
    pictures: list[Picture]
    papers: list[Sheet]
    standing: Standing
    lacking: list[CertificateKind]
    proofs: list[ProofRow]


def own_products(for_: Actor, state: ProductState | None = None, *, page: int = 1) -> list[DeskRow]:
    """One page of the products of the actor's supplier, the last changed first. Raises: Missing."""
    query = _rows().where(Product.supplier_id == suppliers.own(for_).id)
    if state is not None:
        query = query.where(Product.state == state)
    return _shown(query.order_by(Product.updated_at.desc(), Product.id).offset((page - 1) * PAGE))


@dataclass(frozen=True)
class Named:
    """One's own product where one is chosen."""

    product_id: int
    sku: str
    name: str


def own_names(for_: Actor, state: ProductState | None = None) -> list[Named]:
    """One's own products to choose from, by name, at most a thousand. Two statements. Raises: Missing."""
    query = sa.select(Product.id, Product.sku, Product.name).where(Product.supplier_id == suppliers.own(for_).id)
    if state is not None:
        query = query.where(Product.state == state)
    return [Named(*row) for row in db.session.execute(query.order_by(Product.name, Product.id).limit(1_000))]


def own_counts(for_: Actor) -> dict[ProductState, int]:
    """How many of one's products stand in each state."""
    rows = db.session.execute(
        sa.select(Product.state, sa.func.count())
        .where(Product.supplier_id == suppliers.own(for_).id)
        .group_by(Product.state)
    )
    return {row[0]: row[1] for row in rows}


def waiting(for_: Actor, *, page: int = 1) -> list[DeskRow]:
    """One page of what the actor is to check, the longest waiting first."""
    query = _rows().where(_to_check(for_)).order_by(Product.updated_at, Product.id)
    return _shown(query.offset((page - 1) * PAGE))


def waiting_count(for_: Actor) -> int:
    """How many products wait for the actor."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(Product).where(_to_check(for_))) or 0


class CheckList(StrEnum):
    """The lists of a checker: new products, changes of listed ones, prices that jump (the operator's only)."""

    GOODS = "goods"
    CHANGED = "changed"
    PRICES = "prices"


def to_check_counts(for_: Actor) -> dict[CheckList, int]:
    """How much waits for the actor in each list. A statement a list."""
    counts = {CheckList.GOODS: waiting_count(for_), CheckList.CHANGED: revisions.waiting_count(for_)}
    if for_.may(Right.CONTENT_APPROVE):
        counts[CheckList.PRICES] = revisions.prices_waiting_count()
    return counts


def to_check_count(for_: Actor) -> int:
    """Everything that waits for the actor."""
    return sum(to_check_counts(for_).values())


def _to_check(for_: Actor) -> sa.ColumnElement[bool]:
    if for_.may(Right.CONTENT_APPROVE):
        return Product.state == ProductState.CONTENT_CHECK
    if not for_.may(Right.ORIGIN_CONFIRM) or not for_.place_code:
        return sa.false()
    return sa.and_(Product.state == ProductState.ORIGIN_CHECK, _in_town(for_.place_code))


def _in_town(place_code: str) -> sa.ColumnElement[bool]:
    return sa.func.left(Product.origin_code, 9) == place_code


def everything(words: str = "", state: ProductState | None = None, *, page: int = 1) -> list[DeskRow]:
    """One page of all products, for the operator."""
    query = _rows().where(*_asked(words, state))
    return _shown(query.order_by(Product.updated_at.desc(), Product.id).offset((page - 1) * PAGE))


def everything_count(words: str = "", state: ProductState | None = None) -> int:
    """How many products there are, as `everything` lists them. One statement."""
    query = (
        sa.select(sa.func.count(Product.id))
        .join(Supplier, Supplier.id == Product.supplier_id)
        .join(Organisation, Organisation.id == Supplier.organisation_id)
    )
    return db.session.scalar(query.where(*_asked(words, state))) or 0


def _asked(words: str, state: ProductState | None) -> list[sa.ColumnElement[bool]]:
    fields = (Product.name, Organisation.name, Product.sku)
    found = [sa.or_(*(column.contains(word[:30], autoescape=True) for column in fields)) for word in words.split()[:4]]
    return found if state is None else [*found, Product.state == state]


def _rows() -> sa.Select[*tuple[object, ...]]:
    best, (origin, town) = best_offer(clock.today()), origin_full()
    active = sa.select(sa.func.count()).where(Offer.product_id == Product.id, Offer.is_active)
    revision = sa.select(ProductRevision.state).where(
        ProductRevision.product_id == Product.id, ProductRevision.state.in_(OPEN)
    )
    return (
        sa.select(
            Product.id.label("product_id"),
            Product.sku,
            Product.name,
            Product.state,
            Product.state_reason,
            Category.name.label("category_name"),
            Category.art,
            first_picture().label("picture"),
            Organisation.name.label("supplier_name"),
            origin.label("origin_full"),
            Product.updated_at,
            best.c.pack_price_fen.label("price_fen"),
            best.c.pack_name,
            active.correlate(Product).scalar_subquery().label("packs"),
            revision.correlate(Product).scalar_subquery().label("revision"),
        )
        .join(Category, Category.id == Product.category_id)
        .join(Supplier, Supplier.id == Product.supplier_id)
        .join(Organisation, Organisation.id == Supplier.organisation_id)
        .join(Place, Place.code == Product.origin_code)
        .outerjoin(town, town.code == Place.parent_code)
        .outerjoin(best, sa.true())
        .limit(PAGE)
    )


def _shown(query: sa.Select[*tuple[object, ...]]) -> list[DeskRow]:
    rows = db.session.execute(query).mappings().all()
    found = standing.standings([row["product_id"] for row in rows], on=clock.today())
    return [DeskRow(**row, standing=found[row["product_id"]]) for row in rows]


def detail(product_id: int, for_: Actor) -> Detail:
    """A product with everything around it. Raises: Missing for what is neither the actor's nor theirs to check."""
    origin, town = origin_full()
    head = (
        db.session.execute(
            sa.select(
                Product.id.label("product_id"),
                Product.sku,
                Product.name,
                Product.description,
                Product.category_id,
                Category.name.label("category_name"),
                Category.art,
                Product.origin_code,
                origin.label("origin_full"),
                Product.supplier_id,
                Organisation.name.label("supplier_name"),
                Product.state,
                Product.state_reason,
                Product.origin_confirmed_at,
                Product.origin_confirmed_by_id,
                Product.listed_at,
                Product.own_code,
                Product.is_wild,
                Product.needs_proof,
            )
            .join(Category, Category.id == Product.category_id)
            .join(Supplier, Supplier.id == Product.supplier_id)
            .join(Organisation, Organisation.id == Supplier.organisation_id)
            .join(Place, Place.code == Product.origin_code)
            .outerjoin(town, town.code == Place.parent_code)
            .where(Product.id == product_id, _may_see(for_))
        )
        .mappings()
        .one_or_none()
    )
    if head is None:
        raise Missing("no-such-product")
    today = clock.today()
    return Detail(
        **head,
        seasons=seasons_of(product_id),
        packs=packs_of(product_id),
        pictures=_pictures(product_id),
        papers=papers.of_supplier(head["supplier_id"]),
        standing=standing.standings([product_id], on=today)[product_id],
        lacking=standing.licences_lacking(product_id, on=today),
        proofs=_proofs(product_id),
    )


def _proofs(product_id: int) -> list[ProofRow]:
    rows = db.session.execute(
        sa.select(
            ProductProof.id, ProductProof.title, ProductProof.number, ProductProof.issuer, ProductProof.valid_from,
            ProductProof.valid_to, ProductProof.is_withdrawn,
            StoredFile.token.label("file_token"),
        )
        .outerjoin(StoredFile, StoredFile.id == ProductProof.file_id)
        .where(ProductProof.product_id == product_id)
        .order_by(ProductProof.id)
    )  # fmt: skip
    return [ProofRow(**row) for row in rows.mappings()]


def facts_of(product_id: int) -> Facts:
    """What is said of a product now, without its pictures."""
    p = db.session.get_one(Product, product_id)
    seasons = tuple(seasons_of(product_id))
    return Facts(p.name, p.category_id, p.origin_code, p.description, p.is_wild, seasons)


def _may_see(for_: Actor) -> sa.ColumnElement[bool]:
    if for_.may(Right.CONTENT_APPROVE):
        return sa.true()
    if for_.may(Right.ORIGIN_CONFIRM) and for_.place_code:
        return sa.and_(_in_town(for_.place_code), Product.state != ProductState.DRAFT)
    seller = suppliers.find_own(for_)
    return sa.false() if seller is None else Product.supplier_id == seller.id


def _pictures(product_id: int) -> list[Picture]:
    rows = db.session.execute(
        sa.select(ProductPicture.position, StoredFile.token, ProductPicture.alt)
        .join(StoredFile, StoredFile.id == ProductPicture.file_id)
        .where(ProductPicture.product_id == product_id)
        .order_by(ProductPicture.position)
    )
    return [Picture(row.position, row.token, row.alt) for row in rows]
