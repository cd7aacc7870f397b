"""Words with a meaning of their own in a query, from `data/search_words.csv`: certificates, packs, classes, stops."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from catalog.rules.certificates import CertificateKind

FILE = Path(__file__).resolve().parents[3] / "data" / "search_words.csv"


@dataclass(frozen=True)
class Words:
    """`certificates`: word → kind; `packs` and `classes` narrow to canteen packs and to goods that count; `stops`
    say nothing; `ranks` end the names of places.
    """

    certificates: Mapping[str, CertificateKind]
    packs: frozenset[str]
    classes: frozenset[str]
    stops: frozenset[str]
    ranks: tuple[str, ...]

    @property
    def all(self) -> list[str]:
        """Those that the dictionary must know in one piece."""
        return [*self.certificates, *sorted(self.packs), *sorted(self.classes), *sorted(self.stops)]


def _load() -> Words:
    with FILE.open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    by: dict[str, list[str]] = {}
    for row in rows:
        by.setdefault(row["kind"], []).append(row["word"])
    kinds = {row["word"]: CertificateKind(row["value"]) for row in rows if row["kind"] == "certificate"}
    return Words(kinds, frozenset(by["pack"]), frozenset(by["class"]), frozenset(by["stop"]), tuple(by["rank"]))


WORDS = _load()
