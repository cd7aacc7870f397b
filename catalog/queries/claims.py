"""Words that promise health: food may not be sold with them (rule 70). The list is `data/health_claims.csv`."""

import csv
from functools import cache
from pathlib import Path

from catalog.queries.search.lexicon import normal

FILE = Path(__file__).resolve().parents[2] / "data" / "health_claims.csv"


@cache
def _words() -> tuple[str, ...]:
    with FILE.open(encoding="utf-8", newline="") as source:
        return tuple(normal(row["word"]) for row in csv.DictReader(source))


def health_claim(text: str) -> str | None:
    """The first word of the text that promises health, however it is written (blanks, traditional), or None."""
    plain = "".join(normal(text).split())
    return next((word for word in _words() if word in plain), None)
