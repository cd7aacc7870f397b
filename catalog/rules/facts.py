"""What is said of a product: the part that the shop shows only after it was checked, and its months of harvest."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from core.errors import Refused

MOST_SEASONS = 4


@dataclass(frozen=True)
class Season:
    """Months of harvest, both included. First after last runs over the year's end: 11 to 2 is November to February."""

    first_month: int
    last_month: int
    note: str = ""

    def holds(self, month: int) -> bool:
        """Whether a month (1-12) lies in it."""
        if self.first_month <= self.last_month:
            return self.first_month <= month <= self.last_month
        return month >= self.first_month or month <= self.last_month


def check_seasons(seasons: Iterable[Season]) -> None:
    """Raises: Refused "season-months", "seasons-too-many"."""
    found = list(seasons)
    if len(found) > MOST_SEASONS:
        raise Refused("seasons-too-many", most=MOST_SEASONS)
    for one in found:
        if not (1 <= one.first_month <= 12 and 1 <= one.last_month <= 12):
            raise Refused("season-months")


_MONTHS = re.compile(r"(\d{1,2})(?:[^\d,;\s\u3001]{1,3}(\d{1,2}))?([^\d,;\u3001]*)")
_NOTE = re.compile(r"\w{2,}")


def parse_seasons(typed: str) -> tuple[Season, ...]:
    """Months of harvest as typed, "4-6, 9-10". Raises: Refused "season-months", "seasons-too-many"."""
    found = []
    for first, last, rest in _MONTHS.findall(unicodedata.normalize("NFKC", typed)):
        note = _NOTE.search(rest)
        found.append(Season(int(first), int(last or first), note[0][:20] if note else ""))
    if not found:
        raise Refused("season-months")
    check_seasons(found)
    return tuple(found)


def seasons_text(seasons: Iterable[Season]) -> str:
    """As they are typed; `parse_seasons` reads it back."""
    return ", ".join(f"{one.first_month}-{one.last_month}{' ' + one.note if one.note else ''}" for one in seasons)


def is_in_season(seasons: Iterable[Season], on: date) -> bool | None:
    """Whether goods are harvested in the month of the day; None: nobody said when they are."""
    found = list(seasons)
    return any(one.holds(on.month) for one in found) if found else None


@dataclass(frozen=True)
class Shot:
    """A picture, and what is on it in words."""

    file_id: int
    alt: str = ""


@dataclass(frozen=True)
class Facts:
    """Everything of a product that is checked before it is shown. The first picture is the card's."""

    name: str
    category_id: int
    origin_code: str
    description: str = ""
    is_wild: bool = False
    seasons: tuple[Season, ...] = ()
    pictures: tuple[Shot, ...] = ()

    def plain(self) -> dict[str, Any]:
        """As kept in a revision."""
        return {
            "name": self.name,
            "category_id": self.category_id,
            "origin_code": self.origin_code,
            "description": self.description,
            "is_wild": self.is_wild,
            "seasons": [[one.first_month, one.last_month, one.note] for one in self.seasons],
            "pictures": [[one.file_id, one.alt] for one in self.pictures],
        }

    @classmethod
    def of(cls, plain: dict[str, Any]) -> "Facts":
        """Back from a revision."""
        return cls(
            name=plain["name"],
            category_id=plain["category_id"],
            origin_code=plain["origin_code"],
            description=plain["description"],
            is_wild=plain["is_wild"],
            seasons=tuple(Season(*one) for one in plain["seasons"]),
            pictures=tuple(Shot(*one) for one in plain["pictures"]),
        )

    def changed(self, new: "Facts") -> list[str]:
        """Names of the fields that differ."""
        return [one.name for one in fields(self) if getattr(self, one.name) != getattr(new, one.name)]
