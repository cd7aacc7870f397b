"""What the catalogue has, as words with their sound: for pinyin, corrections and suggestions. Kept until it changes."""

from collections import Counter
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TypeVar

import sqlalchemy as sa

from catalog.models.product import Category, Product
from catalog.queries.search.county import County, county
from catalog.queries.search.lexicon import Lexicon, is_han, nearly, normal, pinyin_of, syllables
from catalog.queries.search.words import WORDS
from catalog.rules.listing import ProductState
from core.db import db

K = TypeVar("K", bound=Hashable)
MOST_CANDIDATES = 5
LEAST_PIECE = 2


@dataclass(frozen=True)
class Vocabulary:
    """`weight`: how many listed products a word stands for, other names included; only words that stand for some.
    `own`: in how many names the word itself stands (0: only a leaf is called so).
    """

    mark: str
    weight: dict[str, int]
    own: dict[str, int]
    county: County
    characters: frozenset[str]

    @cached_property
    def sounds(self) -> dict[str, list[str]]:
        """Words by their whole pinyin, the most frequent first."""
        return self._by(pinyin_of)

    @cached_property
    def initials(self) -> dict[str, list[str]]:
        """Words by the first letters of their syllables."""
        return self._by(lambda word: "".join(s[0] for s in syllables(word) if s))

    @cached_property
    def near(self) -> dict[tuple[str, ...], list[str]]:
        """Words by their sound as dialects mix it up."""
        return self._by(nearly)

    @cached_property
    def long(self) -> dict[int, list[str]]:
        """Words by their number of characters."""
        return self._by(len)

    def _by(self, key: Callable[[str], K]) -> dict[K, list[str]]:
        out: dict[K, list[str]] = {}
        for word in sorted(self.weight, key=lambda w: (-self.weight[w], -self.own.get(w, 0), w)):
            out.setdefault(key(word), []).append(word)
        return out

    @cached_property
    def sold(self) -> list[str]:
        """Names of things, places and sellers that stand for something listed: those that stand in names first, the
        most frequent first.
        """
        named = self.county.goods | self.county.places | self.county.makers

        def order(word: str) -> tuple[bool, int, int, str]:
            return not self.own.get(word), -self.weight[word], -self.own.get(word, 0), word

        known = self.own.keys() | self.county.places | self.county.makers
        return sorted((word for word in self.weight if word in named and word in known), key=order)

    @cached_property
    def wishes(self) -> dict[str, str]:
        """Words that are wishes, by their pinyin."""
        words = [*WORDS.certificates, *WORDS.by["pack"], *WORDS.by["gift"], *WORDS.by["class"]]
        return {pinyin_of(word): word for word in reversed(words) if is_han(word) and len(word) > 1}

    @cached_property
    def describing(self) -> dict[str, str]:
        """Words that describe, by their pinyin; they mean something only beside a thing."""
        return {pinyin_of(word): word for word in reversed(WORDS.by["qualifier"]) if is_han(word)}

    def wish_of(self, letters: str) -> str | None:
        """The wish that the letters spell, unless they spell something sold."""
        wish = self.wishes.get(letters) or (None if letters in self.sounds else self.describing.get(letters))
        return wish if wish in self.sounds.get(letters, [wish]) else None

    def knows(self, letters: str) -> bool:
        """Whether the letters spell a word in full."""
        return letters in self.sounds or letters in self.wishes or letters in self.county.synonyms.words

    def by_sound(self, letters: str) -> list[str]:
        """Words that sound so."""
        return self.sounds.get(letters, [])[:MOST_CANDIDATES]

    def by_initials(self, letters: str) -> list[str]:
        """Words with these initials."""
        return self.initials.get(letters, [])[:MOST_CANDIDATES] if len(letters) >= LEAST_PIECE else []

    def split(self, letters: str) -> list[str] | None:
        """The letters as the fewest known pinyin words; None when that cannot be done."""
        best: list[list[str] | None] = [[]] + [None] * len(letters)
        for end in range(1, len(letters) + 1):
            for start in range(max(0, end - 24), end - LEAST_PIECE + 1):
                before, piece = best[start], letters[start:end]
                if before is None or not (self.knows(piece) or (start and piece in self.describing)):
                    continue
                here = best[end]
                if here is None or len(before) + 1 < len(here):
                    best[end] = [*before, piece]
        return best[-1] if letters else None


_kept: list[Vocabulary] = []


def vocabulary() -> Vocabulary:
    """The words of now. Two statements while nothing changed."""
    known = county()
    listed = Product.state == ProductState.LISTED
    counted = sa.select(sa.func.count(), sa.func.max(Product.updated_at), sa.func.sum(Product.version)).where(listed)
    mark = f"{known.mark}|{'|'.join(str(value) for value in db.session.execute(counted).one())}"
    if not _kept or _kept[0].mark != mark:
        _kept[:] = [_read(mark, known)]
    return _kept[0]


def _read(mark: str, known: County) -> Vocabulary:
    listed = Product.state == ProductState.LISTED
    names = db.session.scalars(sa.select(Product.name).where(listed)).all()
    leaves = (
        sa.select(Category.name, Category.aliases, sa.func.count())
        .join(Product, Product.category_id == Category.id)
        .where(listed)
        .group_by(Category.id)
    )
    count: Counter[str] = Counter(word for name in names for word in _cut(known.lexicon, name))
    own = dict(count)
    for name, aliases, number in db.session.execute(leaves):
        for word in (name, *aliases.split()):
            count[normal(word)] += number
            own.setdefault(normal(word), 0)
    weight = {w: n for w, n in count.items() if is_han(w) and len(w) > 1 and w not in WORDS.stops}
    for word, others in known.synonyms.same.items():
        stands = count[word] + sum(count[other] for other in others)
        if stands and is_han(word) and len(word) > 1:
            weight[word] = stands
    weight |= {w: weight.get(w, 1) for w in (*known.places, *known.makers) if is_han(w) and len(w) > 1}
    return Vocabulary(mark, weight, own, known, frozenset(sign for name in names for sign in normal(name)))


@lru_cache(maxsize=30_000)
def _cut(lexicon: Lexicon, name: str) -> frozenset[str]:
    return frozenset(lexicon.for_index(name))
