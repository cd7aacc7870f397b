"""Food samples and temperatures: what a school kitchen keeps, for how long, and when it must act (rule 60)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from core.errors import Refused


class Meal(StrEnum):
    """Which meal of the day."""

    BREAKFAST = "breakfast"
    LUNCH = "lunch"
    DINNER = "dinner"
    EXTRA = "extra"


class ProbePlace(StrEnum):
    """Where a temperature is read."""

    FRIDGE = "fridge"
    FREEZER = "freezer"
    SAMPLES = "samples"
    STORE = "store"
    SERVING = "serving"


@dataclass(frozen=True)
class SampleRule:
    """Least grams of a sample and the hours it is kept: dated settings."""

    least_g: int = 125
    hours: int = 48

    def check(self, grams: int) -> None:
        """Raises: Refused "sample-too-small"."""
        if grams < self.least_g:
            raise Refused("sample-too-small", grams=grams, least=self.least_g)

    def until(self, taken_at: datetime) -> datetime:
        """The first moment at which it may be thrown away."""
        return taken_at + timedelta(hours=self.hours)


def check_discard(keep_until: datetime, now: datetime) -> None:
    """Raises: Refused "sample-too-early": it is kept to the last minute."""
    if now < keep_until:
        raise Refused("sample-too-early", until=keep_until)


Limits = tuple[int | None, int | None]
"""Lowest and highest tenths of a degree that are in order; None: no limit on that side."""

LIMITS: dict[ProbePlace, Limits] = {
    ProbePlace.FRIDGE: (0, 80),
    ProbePlace.FREEZER: (None, -120),
    ProbePlace.SAMPLES: (0, 80),
    ProbePlace.STORE: (None, 300),
    ProbePlace.SERVING: (600, None),
}
"""GB 31654 and the usual practice of school kitchens; a county may date others."""


def is_in_order(place: ProbePlace, decidegrees: int) -> bool:
    """Whether the reading is within the place's limits."""
    low, high = LIMITS[place]
    return (low is None or decidegrees >= low) and (high is None or decidegrees <= high)


def check_reading(place: ProbePlace, decidegrees: int, action: str) -> None:
    """A reading out of order says what was done. Raises: Refused "temperature-impossible", "temperature-action"."""
    if not -600 <= decidegrees <= 1500:
        raise Refused("temperature-impossible")
    if not is_in_order(place, decidegrees) and not action.strip():
        raise Refused("temperature-action")
