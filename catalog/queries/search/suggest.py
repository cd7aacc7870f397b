"""What is offered while somebody types: goods, places and sellers by their beginning, pinyin or initials."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from catalog.queries.search.lexicon import is_han, normal, parts, pinyin_of, syllables
from catalog.queries.search.vocabulary import Vocabulary, vocabulary

MOST = 8
LONGEST = 20


class SuggestionKind(StrEnum):
    """What a suggested word names."""

    GOODS = "goods"
    PLACE = "place"
    MAKER = "maker"


@dataclass(frozen=True)
class Suggestion:
    """The text to search for, and what its last word names."""

    text: str
    kind: SuggestionKind


def suggestions(typed: str, most: int = MOST) -> list[Suggestion]:
    """At most eight, the most frequent first; what was typed before the last word stays in front."""
    text = normal(typed)[:LONGEST].strip()
    pieces = list(parts(text))
    if not pieces:
        return []
    known, last = vocabulary(), pieces[-1]
    before = text[: text.rindex(last)]
    whole = "".join(pieces)
    found = list(_beginning(whole, known, most)) if not is_han(whole) else []
    if found:
        return [Suggestion(word, _kind(word, known)) for word in found]
    for start in range(len(last) if is_han(last) else 1):
        found = list(_beginning(last[start:], known, most))
        if found:
            return [Suggestion(f"{before}{last[:start]}{word}", _kind(word, known)) for word in found]
    return []


def _beginning(start: str, known: Vocabulary, most: int) -> Iterator[str]:
    """Words that begin so, in characters, pinyin or initials; then those that hold it."""
    ranked = known.sold
    ways = (
        lambda word: word.startswith(start),
        lambda word: not is_han(start) and pinyin_of(word).startswith(start),
        lambda word: not is_han(start) and "".join(s[:1] for s in syllables(word)).startswith(start),
        lambda word: is_han(start) and start in word,
    )
    given: set[str] = set()
    for way in ways:
        for word in ranked:
            if len(given) == most:
                return
            if word not in given and word != start and way(word):
                given.add(word)
                yield word


def _kind(word: str, known: Vocabulary) -> SuggestionKind:
    if word in known.county.goods:
        return SuggestionKind.GOODS
    return SuggestionKind.PLACE if word in known.county.places else SuggestionKind.MAKER
