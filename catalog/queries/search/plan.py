"""From what a person typed to what an engine is asked: groups of ways to find one thing each, and wishes.

Quality comes from here, not from the engine. A CORE group is the thing looked for, a SOFT one a wish that a product
may miss (a place, a seller, a pack, a size), an EXTRA one only helps. Certificates, prices and classes are `Wishes`:
whether they hold today, the database knows.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise

from catalog.queries.search.amounts import prices, sizes
from catalog.queries.search.county import County
from catalog.queries.search.documents import FOR_UNITS
from catalog.queries.search.lexicon import Lexicon, is_han, normal, parts
from catalog.queries.search.vocabulary import Vocabulary
from catalog.queries.search.words import WORDS
from catalog.rules.certificates import CertificateKind

MOST_CHARACTERS, MOST_WORDS, MOST_WAYS = 64, 8, 26
LETTERS = re.compile(r"[a-z]+")
GOODS = {"l": 4.0, "h": 3.0, "a": 2.5, "c": 1.2, "n": 1.5, "w": 1.0, "b": 0.3}
"""Weights by field of a word for a thing: its leaf, what its name says it is, other names, branch, anywhere, …"""
STRANGE = GOODS | {"p": 0.3, "m": 0.3}
"""A word that the county does not know may be a piece of a place's or a seller's name as well."""
LONE = {"l": 4.0, "h": 2.0, "a": 2.5, "n": 1.0, "w": 1.0}
PLACES = {"p": 2.0, "n": 0.8, "m": 0.3}
MAKERS = {"m": 2.0, "n": 0.5}
EXTRAS = {"n": 1.0, "w": 0.5, "k": 0.3, "m": 0.3}
STATES = {"n": 18.0, "w": 2.0, "k": 1.0}
"""Dried, fresh or frozen is nearly another thing."""
BY_SOUND, BY_INITIALS, BY_LETTERS = 1.0, 0.8, 0.35


class Role(StrEnum):
    """What a group is for."""

    CORE = "core"
    SOFT = "soft"
    EXTRA = "extra"


@dataclass(frozen=True)
class Way:
    """One way to find what a group means: tokens with their weights; together they count `share`."""

    word: str
    share: float
    tokens: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Group:
    """One thing that was meant. Only the best of its ways counts: several names of one thing do not add up."""

    word: str
    role: Role
    ways: tuple[Way, ...]
    primary: frozenset[str]
    """Letters of the fields by which a product really is what is meant, and does not only mention it."""


@dataclass(frozen=True)
class Wishes:
    """What the words ask of a product beside what it is; the database tells. Prices in fen."""

    certificate: CertificateKind | None = None
    counts_only: bool = False
    least_fen: int | None = None
    most_fen: int | None = None

    def __bool__(self) -> bool:
        return self != Wishes()


@dataclass(frozen=True)
class Plan:
    """`text` is what was understood, `words` its pieces; `groups` what to find; `wishes` what it should fulfil."""

    text: str
    groups: tuple[Group, ...] = ()
    wishes: Wishes = field(default_factory=Wishes)
    words: tuple[str, ...] = ()

    def of(self, role: Role) -> tuple[Group, ...]:
        """The groups of a role."""
        return tuple(g for g in self.groups if g.role is role)

    @property
    def tokens(self) -> set[str]:
        """Every token that an engine is asked for."""
        return {token for group in self.groups for way in group.ways for token, _ in way.tokens}


@dataclass(frozen=True)
class Reader:
    """What a query is read with; the vocabulary is only made where letters need it."""

    lexicon: Lexicon
    county: County
    vocabulary: Callable[[], Vocabulary]


def plan(typed: str, by: Reader) -> Plan:
    """The plan of a query: at most 64 characters and 8 words of it."""
    text = " ".join(normal(typed)[:MOST_CHARACTERS].split())
    price, rest = prices(text)
    measures, rest = sizes(rest)
    words = list(_words(rest, by))[: 2 * MOST_WORDS]
    wishes = Wishes(
        certificate=next((WORDS.certificates[w] for w in words if w in WORDS.certificates), None),
        counts_only=any(w in WORDS.classes for w in words),
        least_fen=price.least_fen if price else None,
        most_fen=price.most_fen if price else None,
    )
    groups = [group for word in words if (group := _group(word, by)) is not None][:MOST_WORDS]
    groups += [Group(m, Role.SOFT, (_way(m, 1.0, {"q": 2.0}),), frozenset("q")) for m in measures]
    groups += _phrases(rest, groups)
    return Plan(text, tuple(_with_core(groups)), wishes, tuple(words))


def _words(text: str, by: Reader) -> Iterator[str]:
    """The words, each once; letters with blanks between, as input methods show pinyin, in one piece where known."""
    seen: set[str] = set()
    pending: list[str] = []
    for part in [*parts(text), ""]:
        if LETTERS.fullmatch(part):
            pending.append(part)
            continue
        found = [*_letters(pending, by), *(by.lexicon.for_query(part) if part else ())]
        pending = []
        for word in found:
            if word not in seen and word not in WORDS.stops:
                seen.add(word)
                yield word


def _letters(pieces: list[str], by: Reader) -> list[str]:
    if not pieces:
        return []
    if all(p in by.county.synonyms.words or p in WORDS.certificates for p in pieces):
        return pieces
    known, whole = by.vocabulary(), "".join(pieces)
    if len(pieces) > 1 and known.knows(whole):
        return [whole]
    if all(known.knows(p) for p in pieces) and max(map(len, pieces)) > 2:
        return [known.wish_of(p) or p for p in pieces]
    split = known.split(whole)
    return [known.wish_of(p) or p for p in split] if split else pieces


def _group(word: str, by: Reader) -> Group | None:
    """What a word means here; None for one that is a wish of the database's or says nothing."""
    county = by.county
    if word in WORDS.certificates or word in WORDS.classes:
        return None
    if word in WORDS.packs:
        tokens = ((FOR_UNITS, 2.0), *((f"{f}_{w}", 1.0) for w in sorted(WORDS.packs) for f in "nk"))
        return Group(word, Role.SOFT, (Way(word, 1.0, tokens),), frozenset("xnk"))
    if word in WORDS.gifts:
        ways = (_way(w, 1.0, {"n": 1.0, "w": 1.0, "k": 1.0, "c": 1.0, "h": 0.5}) for w in sorted(WORDS.gifts))
        return Group(word, Role.SOFT, tuple(ways), frozenset("nwkc"))
    if not is_han(word):
        return _foreign(word, by)
    if word in county.goods and len(word) > 1:
        return _goods(word, by)
    if word in county.places:
        return Group(word, Role.SOFT, (_way(word, 1.0, PLACES),), frozenset("p"))
    if word in county.makers:
        return Group(word, Role.SOFT, (_way(word, 1.0, MAKERS),), frozenset("m"))
    if word in WORDS.qualifiers or word in WORDS.by["legal"] or word in WORDS.by["rank"]:
        weights = STATES if word in WORDS.by["state"] else EXTRAS
        return Group(word, Role.EXTRA, (_way(word, 1.0, weights),), frozenset("nw"))
    return _goods(word, by)


def _goods(word: str, by: Reader) -> Group:
    own = LONE if len(word) == 1 else GOODS if word in by.county.goods else STRANGE
    ways = [_way(word, 1.0, own)]
    ways += [_way(name, share, GOODS if len(name) > 1 else LONE) for name, share in by.county.synonyms.of(word)]
    return Group(word, Role.CORE, tuple(ways[:MOST_WAYS]), frozenset("lhac"))


def loosened(asked: Plan, by: Reader) -> Plan:
    """Where nothing was found: known goods inside the words (五常大米 → 大米), and what is wider than they are."""
    core = [g.word for g in asked.of(Role.CORE)]
    words = {w for word in core for w in (*by.lexicon.inside(word), *by.county.synonyms.wider(word))}
    groups = tuple(_goods(word, by) for word in sorted(words & by.county.goods))
    return Plan(asked.text, groups, asked.wishes, asked.words)


def _foreign(word: str, by: Reader) -> Group:
    """Letters: English, pinyin, initials, or a number of ours; digits only help."""
    if not LETTERS.fullmatch(word) or len(word) == 1:
        is_code = any(sign.isdigit() for sign in word) and any(sign.isalpha() for sign in word)
        role = Role.CORE if is_code and len(word) >= 5 else Role.EXTRA
        return Group(word, role, (_way(word, 1.0, {"s": 5.0, "n": 1.5, "q": 1.0}),), frozenset("sn"))
    ways = [_way(word, BY_LETTERS, {"y": 3.0, "n": 3.0, "s": 5.0})]
    ways += [_way(name, share, GOODS) for name, share in by.county.synonyms.of(word)]
    known = by.vocabulary()
    for words, share in ((known.by_sound(word), BY_SOUND), (known.by_initials(word), BY_INITIALS)):
        for name in words:
            ways.append(_way(name, share, GOODS | PLACES | MAKERS if name not in by.county.goods else GOODS))
            ways += [_way(n, share * s, GOODS) for n, s in by.county.synonyms.of(name)[:6]]
    return Group(word, Role.CORE, tuple(ways[:MOST_WAYS]), frozenset("lhacpms"))


def _phrases(text: str, groups: list[Group]) -> list[Group]:
    """Neighbouring words as one piece: a name that has them together stands higher."""
    core = [g.word for g in groups if g.role is Role.CORE and is_han(g.word)]
    pairs = [a + b for a, b in pairwise(core) if a + b in text and 3 <= len(a + b) <= 6]
    return [Group(p, Role.EXTRA, (_way(p, 1.0, {"n": 2.0, "h": 3.0, "l": 4.0}),), frozenset("nhl")) for p in pairs]


def _with_core(groups: list[Group]) -> Iterable[Group]:
    """Something must be looked for: without a thing the wishes are it, without wishes what only helps."""
    for role in (Role.CORE, Role.SOFT, Role.EXTRA):
        if any(g.role is role for g in groups):
            return [Group(g.word, Role.CORE, g.ways, g.primary) if g.role is role else g for g in groups]
    return groups


def _way(word: str, share: float, weights: dict[str, float]) -> Way:
    return Way(word, share, tuple((f"{letter}_{word}", weight) for letter, weight in weights.items()))
