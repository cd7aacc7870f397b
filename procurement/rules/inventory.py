"""A canteen's stock: which lots go first, what may not be issued, what a count makes of the books (rule 59)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from core.errors import Refused
from core.states import StateTable, step

EXPIRY_WARNING = timedelta(days=3)


class MoveKind(StrEnum):
    """Why a lot's quantity changed. What leaves is negative."""

    ACCEPTED = "accepted"  # came in by a signed acceptance
    ENTERED = "entered"  # bought of an ordinary vendor, or there on the first day
    ISSUED = "issued"  # to the kitchen
    TAKEN_BACK = "taken_back"  # the kitchen returns what it did not use
    DISCARDED = "discarded"
    COUNTED = "counted"  # the difference that two people found
    CORRECTED = "corrected"  # the acceptance was corrected


@dataclass(frozen=True)
class Held:
    """A lot on the shelf. `left` in base units; `expires_on` None: not stated; `is_recalled` by its supplier."""

    id: int
    left: int
    received_on: date
    expires_on: date | None = None
    is_recalled: bool = False

    def is_expired(self, on: date) -> bool:
        """The day printed as the last one is still good."""
        return self.expires_on is not None and self.expires_on < on

    def expires_soon(self, on: date) -> bool:
        """Good today, and not for much longer."""
        return self.expires_on is not None and on <= self.expires_on <= on + EXPIRY_WARNING

    def may_go(self, on: date) -> bool:
        """Neither expired nor called back."""
        return not self.is_expired(on) and not self.is_recalled


def pick(lots: Iterable[Held], qty: int, on: date) -> list[tuple[int, int]]:
    """(lot id, quantity) to issue, first in first out; the same day's lots by the sooner expiry, then by id.

    Raises: Refused "shelf-quantity" (nothing asked for), "shelf-short" (`left` that may go, `barred` that may not).
    """
    if qty <= 0:
        raise Refused("shelf-quantity")
    lots = list(lots)
    good = sorted(
        (lot for lot in lots if lot.may_go(on)), key=lambda lot: (lot.received_on, lot.expires_on or date.max, lot.id)
    )
    left = sum(lot.left for lot in good)
    if left < qty:
        raise Refused("shelf-short", left=left, asked=qty, barred=sum(lot.left for lot in lots) - left)
    taken = []
    for lot in good:
        part = min(lot.left, qty)
        if part:
            taken.append((lot.id, part))
        qty -= part
    return taken


def corrected(before: int, after: int, left: int) -> tuple[int, int]:
    """(change of the shelf, what the kitchen was issued too much on paper), when an accepted quantity is corrected.

    Goods that are eaten cannot leave the shelf again: then less was issued than the slips say.
    """
    change = after - before
    from_shelf = max(change, -left)
    return from_shelf, from_shelf - change


class StocktakeState(StrEnum):
    """Counted by one, signed by another; then the books follow the shelf."""

    COUNTING = "counting"
    COUNTED = "counted"
    SIGNED = "signed"
    DROPPED = "dropped"


class StocktakeAct(StrEnum):
    """What can be done with a count."""

    HAND_OVER = "hand_over"
    RECOUNT = "recount"
    SIGN = "sign"
    DROP = "drop"


_S, _A = StocktakeState, StocktakeAct
STOCKTAKE = StateTable(
    "stocktake",
    _S.COUNTING,
    {
        (_S.COUNTING, _A.HAND_OVER): step(_S.COUNTED, "counter"),
        (_S.COUNTING, _A.DROP): step(_S.DROPPED, "counter"),
        (_S.COUNTED, _A.RECOUNT): step(_S.COUNTING, "counter", "second_person"),
        (_S.COUNTED, _A.SIGN): step(_S.SIGNED, "second_person"),
    },
)


@dataclass(frozen=True)
class CountedLot:
    """A lot as the books had it and as it was found, base units, with the reason where they differ."""

    lot_id: int
    book: int
    found: int
    reason: str = ""


def check_count(lines: Sequence[CountedLot]) -> list[CountedLot]:
    """The lines that differ. Raises: Refused "count-empty", "found-negative", "count-reason" (a difference has one)."""
    if not lines:
        raise Refused("count-empty")
    if any(line.found < 0 for line in lines):
        raise Refused("found-negative")
    differing = [line for line in lines if line.found != line.book]
    if any(not line.reason.strip() for line in differing):
        raise Refused("count-reason")
    return differing


def difference_bp(lines: Iterable[CountedLot]) -> int:
    """How far shelf and books are apart, basis points of the books; 0 for empty books (finding F12 looks at > 500)."""
    lines = list(lines)
    book = sum(line.book for line in lines)
    return sum(abs(line.found - line.book) for line in lines) * 10_000 // book if book else 0
