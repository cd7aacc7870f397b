"""What of a product is searched, as words; and the words that this county adds to the dictionary."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from catalog.models.product import Category, Product
from catalog.models.supplier import Supplier
from catalog.queries.search.lexicon import Lexicon, grams, pinyin_keys
from catalog.queries.search.words import WORDS
from catalog.rules.listing import ProductState
from core.db import db
from core.organisations.models import Organisation
from core.places.models import Place, PlaceLevel

CHUNK = 500


@dataclass(frozen=True)
class Document:
    """A listed product's words by field. `version` is the product's, for comparing the index with the database."""

    product_id: int
    version: int
    name: str
    leaf: str
    alias: str
    place: str
    body: str
    grams: str
    pinyin: str


FIELDS = ("name", "leaf", "alias", "place", "body", "grams", "pinyin")


def documents(product_ids: Iterable[int], lexicon: Lexicon) -> dict[int, Document]:
    """Documents of those that are listed; the others are absent. One statement for each 500."""
    ids, out = sorted(set(product_ids)), {}
    for start in range(0, len(ids), CHUNK):
        query = _select().where(Product.id.in_(ids[start : start + CHUNK]))
        for row in db.session.execute(query):
            out[row.id] = _document(row, lexicon)
    return out


def every_document(lexicon: Lexicon) -> Iterator[Document]:
    """Documents of everything listed, a statement for each 500, so that the session never idles."""
    last = 0
    while True:
        rows = db.session.execute(_select().where(Product.id > last).order_by(Product.id).limit(CHUNK)).all()
        if not rows:
            return
        last = rows[-1].id
        for row in rows:
            yield _document(row, lexicon)


def versions() -> dict[int, int]:
    """The version of every listed product, by id."""
    rows = db.session.execute(sa.select(Product.id, Product.version).where(Product.state == ProductState.LISTED))
    return {row.id: row.version for row in rows}


def _select() -> sa.Select[*tuple[object, ...]]:
    branch, town = aliased(Category), aliased(Place)
    return (
        sa.select(
            Product.id,
            Product.version,
            Product.name,
            Product.description,
            Category.name.label("leaf"),
            Category.aliases,
            sa.func.coalesce(branch.name, "").label("branch"),
            sa.func.coalesce(branch.aliases, "").label("branch_aliases"),
            Organisation.name.label("supplier"),
            Place.name.label("place"),
            sa.func.coalesce(town.name, "").label("town"),
        )
        .join(Category, Category.id == Product.category_id)
        .outerjoin(branch, branch.id == Category.parent_id)
        .join(Supplier, Supplier.id == Product.supplier_id)
        .join(Organisation, Organisation.id == Supplier.organisation_id)
        .join(Place, Place.code == Product.origin_code)
        .outerjoin(town, sa.and_(town.code == Place.parent_code, town.level == PlaceLevel.TOWN))
        .where(Product.state == ProductState.LISTED)
    )


def _document(row: sa.Row[*tuple[object, ...]], lexicon: Lexicon) -> Document:
    def cut(*texts: str) -> str:
        return " ".join(word for text in texts for word in lexicon.for_index(text))

    named = f"{row.name} {row.leaf} {row.aliases}"
    places = [form for name in (row.place, row.town) for form in place_forms(name)]
    return Document(
        product_id=row.id,
        version=row.version,
        # Repeating a word in a name wins nothing.
        name=" ".join(dict.fromkeys(cut(row.name).split())),
        leaf=cut(row.leaf),
        alias=cut(row.aliases, row.branch, row.branch_aliases),
        place=" ".join(dict.fromkeys(cut(*places).split())),
        body=" ".join(dict.fromkeys(cut(row.description, row.supplier).split())),
        grams=" ".join(dict.fromkeys(grams(named))),
        pinyin=" ".join(pinyin_keys(named)),
    )


def place_forms(name: str) -> list[str]:
    """A place's name as it is written and as people say it, without its rank at the end."""
    for rank in WORDS.ranks:
        stem = name.removesuffix(rank)
        if stem != name and len(stem) >= 2:
            return [name, stem]
    return [name] if name else []


def county_words() -> list[str]:
    """Words of this county: places, suppliers, categories and what people call them. Three statements."""
    out = [form for name in db.session.scalars(sa.select(Place.name)) for form in place_forms(name)]
    for name, aliases in db.session.execute(sa.select(Category.name, Category.aliases)):
        out += [name, *aliases.split()]
    out += db.session.scalars(
        sa.select(Organisation.name).join(Supplier, Supplier.organisation_id == Organisation.id)
    ).all()
    return [*out, *WORDS.all]
