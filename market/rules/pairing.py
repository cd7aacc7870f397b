"""Companies paired with villages 万企兴万村: pairing, purchase pledge, and sales outside the platform.

A pledge is fulfilled by what the company really bought here and received, out of that village; sales elsewhere are
another sum and never join it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from core.errors import Refused
from core.states import StateTable, step

MOST_PLEDGE_DAYS = 366 * 3
MOST_BACK_DAYS = 366


class PairingState(StrEnum):
    """Where a pairing stands. Ended, never deleted."""

    PROPOSED = "proposed"
    ACTIVE = "active"
    REFUSED = "refused"
    ENDED = "ended"


class PairingAct(StrEnum):
    """What can happen to a pairing."""

    APPROVE = "approve"
    REFUSE = "refuse"
    END = "end"


class PledgeState(StrEnum):
    """Where a pledge to buy stands."""

    DRAFT = "draft"
    AGREED = "agreed"
    FULFILLED = "fulfilled"
    ENDED = "ended"


class PledgeAct(StrEnum):
    """What can happen to a pledge."""

    AGREE = "agree"
    FULFIL = "fulfil"
    END = "end"


class OutsideState(StrEnum):
    """What a second person found of a sale outside the platform."""

    ENTERED = "entered"
    CHECKED = "checked"
    REFUSED = "refused"


class OutsideAct(StrEnum):
    """What the reviewer says."""

    CHECK = "check"
    REFUSE = "refuse"


class OutsideChannel(StrEnum):
    """Where it was sold."""

    OFFLINE = "offline"
    OTHER_PLATFORM = "other_platform"


_P, _L, _O = PairingState, PledgeState, OutsideState

PAIRING = StateTable(
    "village-pairing",
    _P.PROPOSED,
    {
        (_P.PROPOSED, PairingAct.APPROVE): step(_P.ACTIVE, "office"),
        (_P.PROPOSED, PairingAct.REFUSE): step(_P.REFUSED, "office"),
        (_P.PROPOSED, PairingAct.END): step(_P.ENDED, "enterprise"),
        (_P.ACTIVE, PairingAct.END): step(_P.ENDED, "enterprise", "office"),
    },
)
PLEDGE = StateTable(
    "purchase-pledge",
    _L.DRAFT,
    {
        (_L.DRAFT, PledgeAct.AGREE): step(_L.AGREED, "village"),
        (_L.DRAFT, PledgeAct.END): step(_L.ENDED, "enterprise", "village", "pairing"),
        (_L.AGREED, PledgeAct.FULFIL): step(_L.FULFILLED, "enterprise", "village", "office"),
        (_L.AGREED, PledgeAct.END): step(_L.ENDED, "office", "pairing"),
    },
)
OUTSIDE_SALE = StateTable(
    "outside-sale",
    _O.ENTERED,
    {
        (_O.ENTERED, OutsideAct.CHECK): step(_O.CHECKED, "office"),
        (_O.ENTERED, OutsideAct.REFUSE): step(_O.REFUSED, "office"),
    },
)


@dataclass(frozen=True)
class Progress:
    """A pledge and what came of it. `received_fen`: goods of the village, paid and received, refunds off; `on_way_fen`:
    paid and not yet received; `outside_fen`: checked sales elsewhere, named beside and never added.
    """

    pledged_fen: int
    received_fen: int = 0
    on_way_fen: int = 0
    outside_fen: int = 0

    @property
    def left_fen(self) -> int:
        """What is still to be bought."""
        return max(0, self.pledged_fen - self.received_fen)

    @property
    def is_met(self) -> bool:
        """Received goods alone reach the pledge."""
        return self.received_fen >= self.pledged_fen

    @property
    def done_bp(self) -> int:
        """Share received, rounded down: below 10,000 until the last fen is there, above it beyond."""
        return self.received_fen * 10_000 // self.pledged_fen


def net_fen(paid_fen: int, refunded_fen: int) -> int:
    """What a line was worth after what went back. Never below nothing."""
    return max(0, paid_fen - refunded_fen)


def by_village(net: int, sent: Mapping[str, int], line_qty: int) -> dict[str, int]:
    """{village: fen} of a line worth `net` fen: each lot's village gets the share of what was sent from it.

    Rounded down for each village, so that all villages together never get more than was paid. What was not sent
    (`line_qty` above the sum of `sent`) is nobody's.
    """
    whole = max(line_qty, sum(sent.values()))
    if whole <= 0:
        return {}
    return {village: net * qty // whole for village, qty in sent.items() if qty > 0}


def check_pairing(*, starts_on: date, ends_on: date | None, contact: str) -> None:
    """Raises: Refused "pairing-dates", "pairing-contact"."""
    if ends_on is not None and ends_on < starts_on:
        raise Refused("pairing-dates")
    if not contact.strip():
        raise Refused("pairing-contact")


def check_pledge(
    *,
    amount_fen: int,
    goods: str,
    period: tuple[date, date],
    pairing: tuple[date, date | None],
    others: Iterable[tuple[date, date]],
) -> None:
    """Raises: Refused "pledge-amount", "pledge-goods", "pledge-period", "pledge-outside-pairing", "pledge-overlaps".

    Two pledges of one pairing never share a day: a yuan fulfils one of them.
    """
    first, last = period
    if amount_fen <= 0:
        raise Refused("pledge-amount")
    if not goods.strip():
        raise Refused("pledge-goods")
    if last < first or (last - first).days > MOST_PLEDGE_DAYS:
        raise Refused("pledge-period")
    if first < pairing[0] or (pairing[1] is not None and last > pairing[1]):
        raise Refused("pledge-outside-pairing")
    if any(first <= to and since <= last for since, to in others):
        raise Refused("pledge-overlaps")


def check_outside(*, amount_fen: int, goods: str, place: str, sold_on: date, today: date) -> None:
    """Raises: Refused "outside-amount", "outside-goods", "outside-place", "outside-day"."""
    if amount_fen <= 0:
        raise Refused("outside-amount")
    if not goods.strip():
        raise Refused("outside-goods")
    if not place.strip():
        raise Refused("outside-place")
    if sold_on > today or (today - sold_on).days > MOST_BACK_DAYS:
        raise Refused("outside-day")


def check_reviewer(entered_by_id: int, by_id: int) -> None:
    """Raises: Refused "outside-same-person"."""
    if entered_by_id == by_id:
        raise Refused("outside-same-person")
