"""From what a person typed to what an engine is asked: groups of alternatives, and filters that words stand for.

Quality comes from here, not from the engine. A group is one thing that was meant, with the ways to find it; a product
should match every group. Words such as 有机 or 食堂装 narrow the list in the database, where validity is known.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from catalog.queries.search.backend import Term
from catalog.queries.search.lexicon import Lexicon, grams, is_han, normal
from catalog.queries.search.words import WORDS
from catalog.rules.certificates import CertificateKind

MOST_CHARACTERS, MOST_WORDS, MOST_TERMS = 64, 8, 40
NAME, LEAF, ALIAS, PLACE, BODY, GRAM = 3.0, 4.0, 2.4, 2.0, 1.0, 0.6
INSIDE = 0.5
LETTERS = re.compile(r"[a-z]{2,}")


@dataclass(frozen=True)
class Group:
    """One thing that was meant and the terms by which it is found."""

    word: str
    terms: tuple[Term, ...]


@dataclass(frozen=True)
class Plan:
    """`text` is what was understood; `groups` what to find; the rest narrows the list."""

    text: str
    groups: tuple[Group, ...] = ()
    certificate: CertificateKind | None = None
    units_pack: bool = False
    counts_only: bool = False
    words: tuple[str, ...] = field(default=())

    @property
    def narrows(self) -> bool:
        """Whether a word of the query stands for a filter."""
        return self.certificate is not None or self.units_pack or self.counts_only


def plan(typed: str, lexicon: Lexicon) -> Plan:
    """The plan of a query: at most 64 characters and 8 words of it."""
    text = " ".join(normal(typed)[:MOST_CHARACTERS].split())
    words = _joined(lexicon.for_query(text), text)
    certificate = next((WORDS.certificates[w] for w in words if w in WORDS.certificates), None)
    meant = [w for w in words if not _is_filter(w) and w not in WORDS.stops][:MOST_WORDS]
    return Plan(
        text=text,
        groups=tuple(Group(word, tuple(_terms(word, lexicon))) for word in meant),
        certificate=certificate,
        units_pack=any(w in WORDS.packs for w in words),
        counts_only=any(w in WORDS.classes for w in words),
        words=tuple(words),
    )


def _is_filter(word: str) -> bool:
    return word in WORDS.certificates or word in WORDS.packs or word in WORDS.classes


def _joined(words: list[str], text: str) -> list[str]:
    """Pinyin typed with blanks, as input methods show it (hei mu er), is one word; other words stay as they are."""
    if " " in text and all(LETTERS.fullmatch(word) for word in text.split()):
        return ["".join(text.split())]
    return words


def _terms(word: str, lexicon: Lexicon) -> Iterable[Term]:
    if not is_han(word):
        return [Term("pinyin", word, NAME), Term("name", word, NAME), Term("body", word, BODY)]
    if len(word) == 1:
        return [
            Term("name", word, NAME),
            Term("leaf", word, LEAF),
            Term("alias", word, ALIAS),
            Term("grams", word, GRAM),
        ]
    out = list(_whole(word, 1.0))
    for part in lexicon.inside(word):
        out += _whole(part, INSIDE)
    return out[:MOST_TERMS]


def _whole(word: str, share: float) -> list[Term]:
    fields = (("name", NAME), ("leaf", LEAF), ("alias", ALIAS), ("place", PLACE), ("body", BODY))
    return [Term(name, word, weight * share) for name, weight in fields]


def gram_terms(text: str) -> list[Term]:
    """The fallback: neighbouring pairs (single characters where nothing else is left) of the whole text."""
    found = list(dict.fromkeys(grams(text)))
    pairs = [g for g in found if len(g) == 2] or found
    return [Term("grams", gram, GRAM) for gram in pairs[:MOST_TERMS]]
