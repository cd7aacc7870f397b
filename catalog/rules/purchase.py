"""Buying at the field's edge: how a purchase note is paid and signed, what it comes to, and when it was written.

A purchase note (收购单) is the farm-side twin of an acceptance: one household, one product, weighed and signed for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from core import clock, money
from core.errors import Refused
from core.quantity import JIN, PIECE, BaseUnit, Unit


class Signing(StrEnum):
    """How the household agreed: drawn on the screen, on paper with a photo, or by a code sent to its phone."""

    SCREEN = "screen"
    PAPER = "paper"
    SMS = "sms"


class ClockTrust(StrEnum):
    """How far a phone's word about the time of writing is believed."""

    ONLINE = "online"  # written while the server looked on
    TRUSTED = "trusted"
    CORRECTED = "corrected"  # the phone's clock was off: moved by as much
    DOUBTFUL = "doubtful"  # absurd: the moment of receiving stands


class PaymentOutcome(StrEnum):
    """What a line of the bank's result file did."""

    PAID = "paid"
    FAILED = "failed"  # the bank says so
    UNKNOWN = "unknown"  # no such note of this supplier
    DIFFERS = "differs"  # another amount than the note's
    ALREADY = "already"  # the note was paid before


_SLACK = timedelta(minutes=5)
_OLDEST = timedelta(days=30)
LATE_HARVEST = timedelta(days=60)
"""Goods bought from a household were taken from the field at most so long ago."""

_PRICED: Mapping[BaseUnit, Unit] = MappingProxyType({BaseUnit.G: JIN, BaseUnit.PIECE: PIECE})


@dataclass(frozen=True)
class Written:
    """When a note was written, as far as it can be known, and how that was found."""

    at: datetime
    trust: ClockTrust


def written_moment(claimed: datetime | None, sent: datetime | None, received: datetime) -> Written:
    """The moment of writing by a phone's clock, corrected by the server's.

    `claimed` and `sent` are the same phone's readings: at writing and at sending. A clock that is wrong is wrong by the
    same amount at both, so the time between them holds and is counted back from `received`. More than 30 days, or
    a sending before the writing, is believed by nobody.
    """
    if claimed is None:
        return Written(received, ClockTrust.ONLINE)
    waited = (sent or received) - claimed
    if waited < -_SLACK or waited > _OLDEST:
        return Written(received, ClockTrust.DOUBTFUL)
    waited = max(waited, timedelta(0))
    is_off = sent is not None and abs(received - sent) > _SLACK
    return Written(received - waited if is_off else min(claimed, received), _trust(is_off))


def _trust(is_off: bool) -> ClockTrust:
    return ClockTrust.CORRECTED if is_off else ClockTrust.TRUSTED


def price_unit(base: BaseUnit) -> Unit:
    """What a farm-gate price is quoted for: 斤, or a piece. Raises: Refused "purchase-not-weighable" (liquids)."""
    if base not in _PRICED:
        raise Refused("purchase-not-weighable")
    return _PRICED[base]


@dataclass(frozen=True)
class Sum:
    """Money of a note in fen: gross, what is taken off, and what the household gets."""

    gross_fen: int
    deduction_fen: int

    @property
    def amount_fen(self) -> int:
        """What is owed."""
        return self.gross_fen - self.deduction_fen


def reckon(qty: int, price_fen_x100: int, basis_qty: int, deduction_fen: int = 0, reason: str = "") -> Sum:
    """Quantity × price, rounded once half up (rule 3), less a deduction with its reason.

    Raises: Refused "purchase-empty", "purchase-price-missing", "purchase-deduction-reason", "purchase-deduction-whole".
    """
    if qty <= 0:
        raise Refused("purchase-empty")
    if price_fen_x100 <= 0:
        raise Refused("purchase-price-missing")
    if deduction_fen and not reason.strip():
        raise Refused("purchase-deduction-reason")
    gross = money.half_up(price_fen_x100 * qty, basis_qty * 100)
    if deduction_fen < 0 or deduction_fen >= gross:
        raise Refused("purchase-deduction-whole", gross_fen=gross)
    return Sum(gross, deduction_fen)


def check_harvest(harvested_on: date, written_at: datetime) -> None:
    """Goods are bought after the harvest, and soon.

    Raises: Refused "purchase-harvest-ahead", "purchase-harvest-old".
    """
    bought_on = clock.county_day(written_at)
    if harvested_on > bought_on:
        raise Refused("purchase-harvest-ahead")
    if harvested_on < bought_on - LATE_HARVEST:
        raise Refused("purchase-harvest-old", days=LATE_HARVEST.days)
