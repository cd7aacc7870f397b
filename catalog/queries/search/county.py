"""The county's own words, read from the database and kept until they change: places, sellers, goods, other names."""

from dataclasses import dataclass
from functools import cached_property

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on

from catalog.models.product import Category
from catalog.models.search import SearchSynonym, SynonymKind
from catalog.models.supplier import Supplier
from catalog.queries.search.lexicon import Lexicon, is_han, normal
from catalog.queries.search.words import WORDS
from core.db import db
from core.organisations.models import Organisation
from core.places.models import Place

SAME, NARROWER = 0.9, 0.6
MOST_NAMES = 24


@dataclass(frozen=True)
class Synonyms:
    """Other names: `same` both ways, `broad` from a wide word to narrower ones. All words in their normal form."""

    same: dict[str, tuple[str, ...]]
    broad: dict[str, tuple[str, ...]]

    def of(self, word: str) -> list[tuple[str, float]]:
        """Other names of a word with their share, at most 24."""
        out = dict.fromkeys(self.same.get(word, ()), SAME)
        for wide in (word, *self.same.get(word, ())):
            for narrow in self.broad.get(wide, ()):
                for name in (narrow, *self.same.get(narrow, ())):
                    out.setdefault(name, NARROWER)
        out.pop(word, None)
        return list(out.items())[:MOST_NAMES]

    def wider(self, word: str) -> list[str]:
        """Words under which this one stands."""
        return [wide for wide, narrow in self.broad.items() if word in narrow]

    @cached_property
    def words(self) -> frozenset[str]:
        """Every word of every group."""
        return frozenset(self.same) | frozenset(self.broad) | {w for words in self.broad.values() for w in words}


@dataclass(frozen=True)
class County:
    """`goods` are names of things (leaves, branches, aliases, other names); `places` and `makers` with their stems."""

    mark: str
    goods: frozenset[str]
    places: frozenset[str]
    makers: frozenset[str]
    synonyms: Synonyms

    @cached_property
    def lexicon(self) -> Lexicon:
        """A cutter that knows all of them."""
        return Lexicon([*self.goods, *self.places, *self.makers, *self.synonyms.words, *WORDS.all])


_kept: list[County] = []


def county() -> County:
    """The county's words of now. One statement while nothing changed."""
    mark = _mark()
    if not _kept or _kept[0].mark != mark:
        _kept[:] = [_read(mark)]
    return _kept[0]


def _mark() -> str:
    """A text that changes with any of the words."""
    names = sa.select(sa.func.sum(sa.func.hashtext(Category.name + "|" + Category.aliases))).scalar_subquery()
    places = sa.select(sa.func.count()).select_from(Place).scalar_subquery()
    makers = (
        sa.select(sa.func.sum(sa.func.hashtext(Organisation.name)))
        .join(Supplier, Supplier.organisation_id == Organisation.id)
        .scalar_subquery()
    )
    other = sa.select(sa.func.max(SearchSynonym.id)).scalar_subquery()
    return "|".join(str(value) for value in db.session.execute(sa.select(names, places, makers, other)).one())


def _read(mark: str) -> County:
    goods: set[str] = set()
    for name, aliases in db.session.execute(sa.select(Category.name, Category.aliases)):
        goods |= {normal(word) for word in (*split_name(name), *aliases.split())}
    places = {normal(f) for name in db.session.scalars(sa.select(Place.name)) for f in place_forms(name)}
    sellers = sa.select(Organisation.name).join(Supplier, Supplier.organisation_id == Organisation.id)
    makers = {f for name in db.session.scalars(sellers) for f in maker_forms(name)}
    other = synonyms()
    return County(mark, frozenset(goods | other.words) - WORDS.stops, frozenset(places), frozenset(makers), other)


def newest_synonyms() -> sa.Subquery:
    """The version of each group that holds."""
    return (
        sa.select(SearchSynonym)
        .ext(distinct_on(SearchSynonym.group_no))
        .order_by(SearchSynonym.group_no, SearchSynonym.version_no.desc())
        .subquery("newest_synonym")
    )


def synonyms() -> Synonyms:
    """Other names as they hold now. A word in two groups of the same kind has the names of both."""
    newest = newest_synonyms()
    same: dict[str, dict[str, None]] = {}
    broad: dict[str, dict[str, None]] = {}
    query = sa.select(newest.c.kind, newest.c.head, newest.c.words).where(newest.c.is_active)
    for kind, head, text in db.session.execute(query):
        words = [normal(word) for word in text.split()]
        if kind == SynonymKind.BROAD:
            broad.setdefault(normal(head), {}).update(dict.fromkeys(words))
            continue
        for word in words:
            same.setdefault(word, {}).update(dict.fromkeys(w for w in words if w != word))
    return Synonyms({w: tuple(o) for w, o in same.items()}, {w: tuple(o) for w, o in broad.items()})


def split_name(name: str) -> list[str]:
    """The names that one leaf carries (a/b, a、b)."""
    for sign in WORDS.by["separator"]:
        name = name.replace(sign, " ")
    return name.split()


def place_forms(name: str) -> list[str]:
    """A place's name as it is written and as people say it, without its rank at the end."""
    for rank in WORDS.ranks:
        stem = name.removesuffix(rank)
        if stem != name and len(stem) >= 2:
            return [name, stem]
    return [name] if name else []


def maker_forms(name: str) -> list[str]:
    """A seller's name in full, and what is left without legal forms and lines of business."""
    whole = normal(name)
    stem, before = whole, ""
    while stem != before:
        before = stem
        for end in WORDS.by["legal"]:
            if len(stem.removesuffix(end)) >= 2:
                stem = stem.removesuffix(end)
    for start in WORDS.by["stop"]:
        if len(start) >= 2 and len(stem.removeprefix(start)) >= 2:
            stem = stem.removeprefix(start)
    return [word for word in dict.fromkeys((whole, stem)) if is_han(word)]
