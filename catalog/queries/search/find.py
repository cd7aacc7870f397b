"""Finding products by words: the plan, what an engine has for it, what that is worth; else a correction."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import sqlalchemy as sa
import structlog

from catalog.models.product import Category, Product
from catalog.models.supplier import Supplier
from catalog.queries.search.backend import Backend, NoIndex, current
from catalog.queries.search.correction import corrected
from catalog.queries.search.county import county
from catalog.queries.search.lexicon import is_han, spans
from catalog.queries.search.plan import Group, Plan, Reader, Role, Way, loosened, plan
from catalog.queries.search.score import Hit, hits, weighed
from catalog.queries.search.vocabulary import vocabulary
from catalog.rules.listing import ProductState
from core.db import db
from core.organisations.models import Organisation
from core.places.models import Place

MOST_FROM_DATABASE = 2_000
MOST_PIECES = 40
log = structlog.get_logger()


@dataclass(frozen=True)
class Found:
    """What a search found. `hits` (product id → score and fit) is None when the words only narrow (有机); `suggestion`
    is what may have been meant: offered beside the hits of the words as typed; with `replaced` its own hits are shown,
    because no thing that was typed has any.
    """

    plan: Plan
    hits: Mapping[int, Hit] | None
    suggestion: str | None = None
    replaced: bool = False
    from_database: bool = False

    @cached_property
    def scores(self) -> dict[int, float] | None:
        """The hits' scores alone."""
        return None if self.hits is None else {i: hit.score for i, hit in self.hits.items()}


def find(typed: str, *, exact: bool = False) -> Found:
    """Products that fit the words; with `exact` nothing is corrected. Never raises; without an index the database
    answers by parts of names.
    """
    try:
        return _find(typed, current(), exact=exact)
    except NoIndex as fault:
        log.warning("search without index", fault=str(fault))
        return _from_database(typed)


def reader() -> Reader:
    """What queries are read with: the county's words of now, so that a new name holds at once. The index may still be
    cut with older ones; names are found by any piece of them, however they were cut.
    """
    known = county()
    return Reader(known.lexicon, known, vocabulary)


def _find(typed: str, engine: Backend, *, exact: bool) -> Found:
    by = reader()
    asked = plan(typed, by)
    if not asked.groups:
        # Words that only narrow (有机) or say nothing (便宜) leave the list whole; mere signs find nothing.
        return Found(asked, None if asked.words or asked.wishes or says_nothing(asked.text) else {})
    mine = weighed(asked, engine.find(asked.tokens))
    suggestion = None if mine.whole else corrected(asked.text, vocabulary())
    if suggestion:
        mended = plan(suggestion, by)
        better = weighed(mended, engine.find(mended.tokens))
        if better.covered <= mine.covered:
            suggestion = None  # it would find no more
        elif not exact and not mine.covered:
            return Found(mended, better.hits(), suggestion, replaced=True)
    return Found(asked, mine.hits() or _near(asked, by, engine), suggestion)


def _near(asked: Plan, by: Reader, engine: Backend) -> dict[int, Hit]:
    """Where nothing is as the words say: what is wider than they are, then what shares pieces of them."""
    for other in (loosened(asked, by), _pieces(asked, 2), _pieces(asked, 1)):
        if other.groups and (found := hits(other, engine.find(other.tokens))):
            return {i: Hit(hit.score, fits=False) for i, hit in found.items()}
    return {}


def says_nothing(text: str) -> bool:
    """Whether there are words at all, if only empty ones."""
    return not text or any(sign.isalnum() for sign in text)


def _pieces(asked: Plan, length: int) -> Plan:
    """The last resort: whatever shares pieces of the words, neighbouring characters before single ones."""
    found = [p for g in asked.groups if is_han(g.word) for p in spans(g.word) if len(p) == length]
    groups = (Group(p, Role.CORE, (Way(p, 1.0, ((f"n_{p}", 1.0),)),), frozenset("n")) for p in found[:MOST_PIECES])
    return Plan(asked.text, tuple(groups), asked.wishes, asked.words)


def _from_database(typed: str) -> Found:
    asked = plan(typed, reader())
    query = (
        sa.select(Product.id)
        .join(Category, Category.id == Product.category_id)
        .join(Supplier, Supplier.id == Product.supplier_id)
        .join(Organisation, Organisation.id == Supplier.organisation_id)
        .join(Place, Place.code == Product.origin_code)
        .where(Product.state == ProductState.LISTED)
        .order_by(Product.id)
        .limit(MOST_FROM_DATABASE)
    )
    core = asked.of(Role.CORE)
    for group in core:
        query = query.where(sa.or_(*_like(way.word for way in group.ways)))
    ids = db.session.scalars(query).all() if core else []
    return Found(asked, dict.fromkeys(ids, Hit(1.0, fits=True)), from_database=True)


def _like(words: Iterable[str]) -> list[sa.ColumnElement[bool]]:
    fields = (Product.name, Category.name, Category.aliases, Place.name, Organisation.name)
    return [column.contains(word, autoescape=True) for word in words for column in fields]
