"""Rows of a reference price file: what each cell means and what is wrong with it (rules 62, 68)."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from core.quantity import BaseUnit

AREAS = ("220681", "220600", "220000", "000000")
"""Whose prices: the county, its prefecture, the province, the country; the nearest is asked first."""


class ReferenceVerdict(StrEnum):
    """What loading does with a row."""

    NEW = "new"
    SAME = "same"
    REFUSED = "refused"


@dataclass(frozen=True)
class ReferenceRow:
    """One row that can be read. The price in 1/100 fen per `basis_qty` base units."""

    category_id: int
    area: str
    price_fen_x100: int
    basis_qty: int
    base_unit: BaseUnit
    priced_on: date
    source: str

    @property
    def key(self) -> tuple[int, str, date, str, BaseUnit]:
        """The same kind, area, day, source and unit says one price."""
        return (self.category_id, self.area, self.priced_on, self.source, self.base_unit)
