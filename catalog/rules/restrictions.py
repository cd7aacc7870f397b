"""What may not be bought, for which kind of canteen, by which document (rule 70).

It holds everywhere goods are chosen: list, plan, order, standing order, substitute, autopilot; and it names its source.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from core.errors import Refused

ANY_CANTEEN = "any"


@dataclass(frozen=True)
class Restriction:
    """One row of the table. `category_id`: a leaf, a branch, or None (all goods); `canteen_kind`: a unit kind or "any".

    `only_wild`: of these, only goods that grow wild.
    """

    category_id: int | None
    canteen_kind: str
    document: str
    valid_from: date
    valid_to: date | None = None
    only_wild: bool = False

    def holds(self, on: date) -> bool:
        """Both ends inclusive."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


def barrier(
    restrictions: Iterable[Restriction],
    category_path: Collection[int],
    canteen_kind: str,
    on: date,
    *,
    is_wild: bool = False,
) -> Restriction | None:
    """The first row that bars goods from a canteen on a day. `category_path`: the leaf and the branches above it."""
    for row in restrictions:
        about_goods = row.category_id is None or row.category_id in category_path
        about_goods = about_goods and (is_wild or not row.only_wild)
        if about_goods and row.canteen_kind in (ANY_CANTEEN, canteen_kind) and row.holds(on):
            return row
    return None


def check(
    restrictions: Iterable[Restriction],
    category_path: Collection[int],
    canteen_kind: str,
    on: date,
    *,
    is_wild: bool = False,
) -> None:
    """Raises: Refused "goods-barred" with the document that says so."""
    found = barrier(restrictions, category_path, canteen_kind, on, is_wild=is_wild)
    if found:
        raise Refused("goods-barred", document=found.document, category_id=found.category_id)
