"""Words with a meaning of their own in a query, from `data/search_words.csv`: certificates, packs, prices, stops."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from catalog.rules.certificates import CertificateKind
from core.quantity import BaseUnit

FILE = Path(__file__).resolve().parents[3] / "data" / "search_words.csv"


@dataclass(frozen=True)
class Words:
    """`certificates`: word → kind; `packs` (canteen), `gifts` and `classes` are wishes; `stops` say nothing;
    `qualifiers` may help and are never required; `forms` stand behind the thing in a name; `ranks` end the names of
    places, `legal` those of suppliers; `units`: word → (base units, base); `by` has the words of prices by kind.
    """

    certificates: Mapping[str, CertificateKind]
    units: Mapping[str, tuple[int, BaseUnit]]
    digits: Mapping[str, int]
    by: Mapping[str, tuple[str, ...]]

    def kind(self, name: str) -> frozenset[str]:
        """All words of a kind."""
        return frozenset(self.by[name])

    @property
    def packs(self) -> frozenset[str]:
        """Words for packs of canteens."""
        return self.kind("pack")

    @property
    def gifts(self) -> frozenset[str]:
        """Words for packs that are given away."""
        return self.kind("gift")

    @property
    def classes(self) -> frozenset[str]:
        """Words for goods that count."""
        return self.kind("class")

    @property
    def stops(self) -> frozenset[str]:
        """Words that say nothing, or that nobody shall gain by (rule 69)."""
        return self.kind("stop")

    @property
    def qualifiers(self) -> frozenset[str]:
        """Words that describe."""
        return self.kind("qualifier")

    @property
    def ranks(self) -> tuple[str, ...]:
        """Ends of places' names."""
        return self.by["rank"]

    @property
    def all(self) -> list[str]:
        """Those that the dictionary must know in one piece."""
        kinds = ("certificate", "pack", "gift", "class", "stop", "qualifier", "legal")
        return [word for kind in kinds for word in self.by[kind] if len(word) > 1]


def _unit(value: str) -> tuple[int, BaseUnit]:
    number = value.rstrip("abcdefghijklmnopqrstuvwxyz")
    return int(number), BaseUnit(value[len(number) :])


def _load() -> Words:
    with FILE.open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    by: dict[str, list[str]] = {}
    for row in rows:
        by.setdefault(row["kind"], []).append(row["word"])
    return Words(
        certificates={r["word"]: CertificateKind(r["value"]) for r in rows if r["kind"] == "certificate"},
        units={r["word"]: _unit(r["value"]) for r in rows if r["kind"] == "unit"},
        digits={r["word"]: int(r["value"]) for r in rows if r["kind"] == "digit"},
        by={kind: tuple(words) for kind, words in by.items()},
    )


WORDS = _load()
