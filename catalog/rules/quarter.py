"""Quarters of the county's year: 2026Q3. Their text sorts as time does."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

_TEXT = re.compile(r"(\d{4})Q([1-4])")


@dataclass(frozen=True, order=True)
class Quarter:
    """One quarter; `number` 1–4."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> "Quarter":
        """The quarter a county day lies in."""
        return cls(day.year, (day.month - 1) // 3 + 1)

    @classmethod
    def parse(cls, text: str) -> "Quarter":
        """From `2026Q3`. Raises: ValueError."""
        found = _TEXT.fullmatch(text)
        if found is None:
            raise ValueError(f"no quarter: {text!r}")
        return cls(int(found[1]), int(found[2]))

    def __str__(self) -> str:
        return f"{self.year:04d}Q{self.number}"

    def plus(self, quarters: int) -> "Quarter":
        """So many quarters later (earlier where negative)."""
        year, number = divmod(self.year * 4 + self.number - 1 + quarters, 4)
        return Quarter(year, number + 1)

    @property
    def first_day(self) -> date:
        return date(self.year, self.number * 3 - 2, 1)

    @property
    def last_day(self) -> date:
        return self.plus(1).first_day - timedelta(days=1)
