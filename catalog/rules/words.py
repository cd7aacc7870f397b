"""Words in the names and descriptions of goods that the law looks at (rule 70)."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class WordKind(StrEnum):
    """Why a word is watched."""

    HEALTH_CLAIM = "health_claim"  # promises health: refused
    PROTECTED = "protected"  # a protected species: needs a proof of where it comes from


@dataclass(frozen=True)
class Watched:
    """A word in force. `source`: the document that says so."""

    kind: WordKind
    word: str
    source: str
    valid_from: date
    valid_to: date | None = None

    def holds(self, on: date) -> bool:
        """Both ends inclusive."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


def first_in(plain: str, words: list[Watched], kind: WordKind, on: date) -> Watched | None:
    """The first watched word of the kind in a text without blanks; the longest where several begin alike."""
    found = [one for one in words if one.kind is kind and one.holds(on) and one.word in plain]
    return min(found, key=lambda one: (plain.index(one.word), -len(one.word)), default=None)
