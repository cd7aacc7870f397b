"""Finding products by words: the plan's groups, then what is left of them, then a correction, then the database."""

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa
import structlog

from catalog.models.product import Category, Product
from catalog.models.supplier import Supplier
from catalog.queries.search.backend import Backend, NoIndex, current
from catalog.queries.search.correction import Vocabulary, corrected
from catalog.queries.search.lexicon import is_han, normal
from catalog.queries.search.plan import MOST_CHARACTERS, MOST_WORDS, Plan, gram_terms, plan
from catalog.rules.listing import ProductState
from core.db import db
from core.organisations.models import Organisation
from core.places.models import Place

MOST_FROM_DATABASE = 2_000
log = structlog.get_logger()


@dataclass(frozen=True)
class Found:
    """What a search found. `scores` (product id → 0–1) is None when the words only narrow (有机); `suggestion` is
    what may have been meant; `replaced` says that its hits are shown because the words as typed had none.
    """

    plan: Plan
    scores: Mapping[int, float] | None
    suggestion: str | None = None
    replaced: bool = False
    from_database: bool = False


def find(typed: str) -> Found:
    """Products that fit the words. Never raises; without an index the database answers by parts of names."""
    try:
        return _find(typed, current())
    except NoIndex as fault:
        log.warning("search without index", fault=str(fault))
        return _from_database(typed)


def _find(typed: str, engine: Backend) -> Found:
    asked = plan(typed, engine.lexicon())
    if not asked.groups:
        # Words that only narrow (有机) or say nothing (便宜) leave the list whole; mere signs find nothing.
        return Found(asked, None if asked.words or not asked.text else {})
    scores, matched = _groups(asked, engine)
    whole = matched == len(asked.groups)
    suggestion = None if whole else corrected(asked.text, _vocabulary(engine))
    if suggestion is not None:
        mended = plan(suggestion, engine.lexicon())
        better, more = _groups(mended, engine)
        if not scores and better:
            return Found(mended, better, suggestion, replaced=True)
        suggestion = suggestion if better and more == len(mended.groups) else None
    if not scores:
        scores = _normal(engine.any_of(gram_terms(asked.text)) if gram_terms(asked.text) else {})
    return Found(asked, scores, suggestion)


def _groups(asked: Plan, engine: Backend) -> tuple[dict[int, float], int]:
    """Products that match the most groups, with the sum of their scores; how many groups that is."""
    total: dict[int, float] = {}
    matched: dict[int, int] = {}
    for group in asked.groups:
        for product_id, score in engine.any_of(group.terms).items():
            total[product_id] = total.get(product_id, 0.0) + score
            matched[product_id] = matched.get(product_id, 0) + 1
    most = max(matched.values(), default=0)
    return _normal({i: score for i, score in total.items() if matched[i] == most}), most


def _normal(scores: Mapping[int, float]) -> dict[int, float]:
    best = max(scores.values(), default=0.0)
    return {i: score / best for i, score in scores.items()} if best > 0 else {}


_kept: dict[int, tuple[frozenset[str], Vocabulary]] = {}


def _vocabulary(engine: Backend) -> Vocabulary:
    """What the catalogue has, made anew when the index has changed."""
    names, keys = engine.words("name"), engine.words("pinyin")
    kept = _kept.get(id(engine))
    if kept is not None and kept[0] is keys:
        return kept[1]
    words = names | engine.words("leaf") | engine.words("alias") | engine.words("place")
    made = Vocabulary(words, frozenset(g for g in engine.words("grams") if len(g) == 2) | _pairs(words), keys)
    _kept[id(engine)] = (keys, made)
    return made


def _pairs(words: frozenset[str]) -> set[str]:
    return {word[i : i + 2] for word in words if is_han(word) for i in range(len(word) - 1)}


def _from_database(typed: str) -> Found:
    text = normal(typed)[:MOST_CHARACTERS]
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
    words = text.split()[:MOST_WORDS]
    for word in words:
        fields = (Product.name, Category.name, Category.aliases, Place.name, Organisation.name)
        query = query.where(sa.or_(*(column.contains(word, autoescape=True) for column in fields)))
    ids = db.session.scalars(query).all() if words else []
    return Found(Plan(text), dict.fromkeys(ids, 1.0), from_database=True)
