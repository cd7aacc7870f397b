"""What of a product is searched: tokens, each a field's letter and a word. The engines only keep them.

Fields: `n` any piece of the name, `w` its words, `h` what it is (the end of the name), `l` its leaf, `a` the leaf's
other names, `c` the branch, `p` the place, `m` the maker, `b` the description, `y` pinyin and initials, `q` sizes,
`k` packs, `x` marks, `s` the SKU. A token is there once, however often its word stands in the text (rule 69).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlalchemy.orm import aliased

from catalog.models.offer import Offer
from catalog.models.product import Category, Product
from catalog.models.supplier import Supplier
from catalog.queries.search.amounts import size_word, sizes
from catalog.queries.search.county import County, county, maker_forms, place_forms, split_name
from catalog.queries.search.lexicon import LONGEST_SPAN, Lexicon, han_runs, normal, parts, pinyin_keys, spans
from catalog.queries.search.words import WORDS
from catalog.rules.listing import ProductState
from catalog.rules.offer import OfferAudience
from core.db import any_of, db
from core.organisations.models import Organisation
from core.places.models import Place, PlaceLevel

CHUNK = 500
MOST_BODY = 400
FOR_UNITS = "x_units"


@dataclass(frozen=True)
class Document:
    """A listed product's tokens. `version` is the product's, for comparing the index with the database."""

    product_id: int
    version: int
    tokens: frozenset[str]


def documents(product_ids: Iterable[int], lexicon: Lexicon) -> dict[int, Document]:
    """Documents of those that are listed; the others are absent. One statement for each 500."""
    ids, out, known = sorted(set(product_ids)), {}, county()
    for start in range(0, len(ids), CHUNK):
        for row in db.session.execute(_select().where(any_of(Product.id, ids[start : start + CHUNK]))):
            out[row.id] = document(row, lexicon, known)
    return out


def every_document(lexicon: Lexicon) -> Iterator[Document]:
    """Documents of everything listed, a statement for each 500, so that the session never idles."""
    last, known = 0, county()
    while rows := db.session.execute(_select().where(Product.id > last).order_by(Product.id).limit(CHUNK)).all():
        last = rows[-1].id
        for row in rows:
            yield document(row, lexicon, known)


def versions() -> dict[int, int]:
    """The version of every listed product, by id."""
    rows = db.session.execute(sa.select(Product.id, Product.version).where(Product.state == ProductState.LISTED))
    return {row.id: row.version for row in rows}


def _select() -> sa.Select[*tuple[Any, ...]]:
    branch, town = aliased(Category), aliased(Place)
    facts = (Offer.pack_name, Offer.pack_qty, Offer.base_unit, Offer.audience)
    packs = (
        sa.select(array([sa.cast(fact, sa.Text) for fact in facts]))
        .where(Offer.product_id == Product.id, Offer.is_active)
        .correlate(Product)
        .scalar_subquery()
    )
    return (
        sa.select(
            Product.id,
            Product.version,
            Product.sku,
            Product.name,
            Product.description,
            Category.name.label("leaf"),
            Category.aliases,
            sa.func.coalesce(branch.name, "").label("branch"),
            sa.func.coalesce(branch.aliases, "").label("branch_aliases"),
            Organisation.name.label("supplier"),
            Place.name.label("place"),
            sa.func.coalesce(town.name, "").label("town"),
            sa.func.array(packs, type_=ARRAY(sa.Text, dimensions=2)).label("packs"),
        )
        .join(Category, Category.id == Product.category_id)
        .outerjoin(branch, branch.id == Category.parent_id)
        .join(Supplier, Supplier.id == Product.supplier_id)
        .join(Organisation, Organisation.id == Supplier.organisation_id)
        .join(Place, Place.code == Product.origin_code)
        .outerjoin(town, sa.and_(town.code == Place.parent_code, town.level == PlaceLevel.TOWN))
        .where(Product.state == ProductState.LISTED)
    )


def document(row: Any, lexicon: Lexicon, known: County) -> Document:
    """A row of `_select` as tokens."""
    leaf = [normal(name) for name in split_name(row.leaf)]
    aliases = [normal(alias) for alias in row.aliases.split()]
    branch = [normal(word) for word in (*split_name(row.branch), *row.branch_aliases.split())]
    fields: dict[str, Iterable[str]] = {
        "n": spans(row.name),
        "w": lexicon.for_index(row.name),
        "h": heads(row.name, known),
        "l": leaf,
        "a": aliases,
        "c": branch,
        "p": [normal(form) for name in (row.place, row.town) for form in place_forms(name)],
        "m": [*lexicon.for_index(row.supplier), *maker_forms(row.supplier), *_pieces(row.supplier)],
        "b": [w for w in lexicon.for_index(row.description[:MOST_BODY]) if len(w) > 1],
        "y": pinyin_keys(f"{row.name} {row.leaf} {row.aliases}"),
        "q": [*sizes(normal(row.name))[0], *(size_word(int(qty), base) for _, qty, base, _ in row.packs)],
        "k": [word for pack, *_ in row.packs for word in (*parts(pack), *lexicon.for_index(pack))],
        "s": [row.sku.lower()],
    }
    tokens = {f"{letter}_{word}" for letter, words in fields.items() for word in words}
    if any(audience == OfferAudience.UNITS for *_, audience in row.packs):
        tokens.add(FOR_UNITS)
    return Document(row.id, row.version, frozenset(tokens))


def _pieces(name: str) -> list[str]:
    """Pieces of a seller's stem: people leave a part of the name away."""
    stem = maker_forms(name)[-1:]
    return [piece for word in stem for piece in spans(word) if len(piece) > 1]


def heads(name: str, known: County) -> list[str]:
    """What the name says the thing is: the ends of its runs, without sizes and forms behind them.

    An end that the county knows as a thing counts whole: 辣白菜 is no 白菜, a 蓝莓酱 no 蓝莓.
    """
    out: dict[str, None] = {}
    for run in han_runs(sizes(normal(name))[1]):
        core = _core(run)
        least = next((n for n in range(min(LONGEST_SPAN, len(core)), 0, -1) if core[-n:] in known.goods), 1)
        for n in range(least, min(LONGEST_SPAN, len(core)) + 1):
            out[core[-n:]] = None
    return list(out)


def _core(run: str) -> str:
    """A run without the forms at its end; a run that is nothing else stays."""
    before = ""
    while run != before:
        before = run
        run = next((run[: -len(f)] for f in WORDS.by["form"] if run.endswith(f) and len(run) > len(f) + 1), run)
    return run
