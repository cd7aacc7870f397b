"""Kilograms of a lot: what came in, what was lost, what left; and the household route's mass balance (rule 39).

Quantities are base units of the product (grams, pieces).
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class LotSource(StrEnum):
    """Which paper opened the lot."""

    PURCHASE = "purchase"  # 收购单: bought from households
    HARVEST = "harvest"  # 采收单: grown by the supplier itself
    DISPATCH = "dispatch"  # declared on the delivery note, as much as left
    OPENING = "opening"  # was there before lots had kilograms


class LotMoveKind(StrEnum):
    """Why a lot's kilograms changed."""

    BOUGHT = "bought"
    HARVESTED = "harvested"
    DECLARED = "declared"  # by a delivery note or at the opening
    LOST = "lost"
    SOLD = "sold"
    RETURNED = "returned"  # refused at the scales: back in the lot, to be sold again or written off


class LossReason(StrEnum):
    """Why kilograms are gone without a sale."""

    ROTTEN = "rotten"
    DRIED = "dried"  # weight lost in drying or storing
    GRADED_OUT = "graded_out"
    PROCESSED = "processed"  # peel, trim, husk
    OWN_USE = "own_use"
    REJECTED = "rejected"  # came back from a buyer and is not fit for another
    OTHER = "other"


@dataclass(frozen=True)
class Balance:
    """One lot's kilograms. `eligible_qty`: the part bought from exited and monitored households."""

    in_qty: int
    eligible_qty: int
    lost_qty: int
    sold_qty: int

    @property
    def left_qty(self) -> int:
        """What may still leave: bought less lost less sold, never negative."""
        return self.in_qty - self.lost_qty - self.sold_qty


def quarter_of(on: date) -> tuple[date, date]:
    """First and last day of the calendar quarter."""
    first = date(on.year, 3 * ((on.month - 1) // 3) + 1, 1)
    after = date(on.year + (first.month == 10), first.month % 12 + 3 if first.month < 10 else 1, 1)
    return first, after - timedelta(days=1)


def eligible_part(qty: int, *, eligible_qty: int, sold_qty: int, counted_qty: int) -> int:
    """How much of `qty` sold counts by the household route (rule 39): qty × min(1, eligible ÷ sold), floor.

    `eligible_qty` and `sold_qty`: of the product in the quarter so far, this sale included. `counted_qty` is what
    earlier sales of the quarter took: together they never take more than was bought from eligible households.
    """
    sold = max(sold_qty, qty)
    if sold <= 0 or eligible_qty <= 0:
        return 0
    share = qty * min(eligible_qty, sold) // sold
    return max(0, min(share, eligible_qty - counted_qty))


def final_part(qty: int, *, eligible_qty: int, sold_qty: int) -> int:
    """How much of `qty` sold counts once the quarter is over (rule 39): the same share for every sale, floor.

    `eligible_qty`: proven purchases from eligible households in the whole quarter; `sold_qty`: all that was sold of the
    product in it. The parts of all sales together never exceed what was bought.
    """
    sold = max(sold_qty, qty)
    return 0 if sold <= 0 or eligible_qty <= 0 else qty * min(eligible_qty, sold) // sold
