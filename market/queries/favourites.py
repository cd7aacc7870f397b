"""Reading a resident's favourites: goods as they are sold today, or said to be gone; shops, open or not."""

from dataclasses import dataclass

import sqlalchemy as sa

from catalog.models.product import Category, Product
from catalog.models.supplier import Supplier
from catalog.queries.cards import Card, cards_of
from catalog.queries.visibility import selling
from core import clock
from core.access.actor import Actor
from core.db import db
from core.organisations.models import Organisation
from market.models.favourite import Favourite

SIZE = 20


@dataclass(frozen=True)
class KeptProduct:
    """One product; `card` None: it is not sold now."""

    id: int
    product_id: int
    name: str
    art: str
    supplier_name: str
    card: Card | None


@dataclass(frozen=True)
class KeptShop:
    """One shop; `is_open` False: it sells nothing now."""

    id: int
    supplier_id: int
    name: str
    is_open: bool


def counts(*, for_: Actor) -> tuple[int, int]:
    """How many goods and how many shops. One statement."""
    goods, shops = db.session.execute(
        sa.select(sa.func.count(Favourite.product_id), sa.func.count(Favourite.supplier_id)).where(
            Favourite.person_id == for_.person_id
        )
    ).one()
    return goods, shops


def is_kept(*, for_: Actor, product_id: int | None = None, supplier_id: int | None = None) -> bool:
    """Whether it is in the actor's list."""
    what = Favourite.product_id == product_id if product_id is not None else Favourite.supplier_id == supplier_id
    return bool(db.session.scalar(sa.select(sa.exists().where(Favourite.person_id == for_.person_id, what))))


def goods(*, for_: Actor, before: int | None = None) -> list[KeptProduct]:
    """The newest first, from an id on. At most seven statements, however many."""
    rows = db.session.execute(
        sa.select(Favourite.id, Product.id, Product.name, Category.art, Organisation.name)
        .join(Product, Product.id == Favourite.product_id)
        .join(Category, Category.id == Product.category_id)
        .join(Supplier, Supplier.id == Product.supplier_id)
        .join(Organisation, Organisation.id == Supplier.organisation_id)
        .where(*_mine(for_, before))
        .order_by(Favourite.id.desc())
        .limit(SIZE)
    ).all()
    cards = {card.product_id: card for card in cards_of([row[1] for row in rows], clock.today())}
    return [KeptProduct(*row, card=cards.get(row[1])) for row in rows]


def shops(*, for_: Actor, before: int | None = None) -> list[KeptShop]:
    """The newest first, from an id on. One statement."""
    rows = db.session.execute(
        sa.select(Favourite.id, Supplier.id, Organisation.name, selling(clock.today()))
        .join(Supplier, Supplier.id == Favourite.supplier_id)
        .join(Organisation, Organisation.id == Supplier.organisation_id)
        .where(*_mine(for_, before))
        .order_by(Favourite.id.desc())
        .limit(SIZE)
    )
    return [KeptShop(row[0], row[1], row[2], bool(row[3])) for row in rows]


def _mine(for_: Actor, before: int | None) -> list[sa.ColumnElement[bool]]:
    conditions = [Favourite.person_id == for_.person_id]
    return [*conditions, Favourite.id < before] if before else conditions
