"""Promotions: how much an offer of money comes to on each line, who bears it, and how low a line may fall.

A line's shelf amount is packs × the price of the shelf, tiers applied. What is paid for a line is never below one fen,
and never below 70 % of its shelf amount unless a second person of the promotion's bearer approved that. Shelf discounts
come first (the best one of each line), then one coupon for the whole checkout, shared over the lines it is good for by
largest remainder. Money fen, shares basis points.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.errors import Refused
from core.money import WHOLE_BP, ceil_share, half_up, split
from core.states import StateTable, step

FLOOR_BP = 7_000
MOST_OFF_BP = 9_900


class PromotionKind(StrEnum):
    """A lower price on the shelf, or a coupon that its holder brings."""

    SHELF = "shelf"
    COUPON = "coupon"


class Bearer(StrEnum):
    """Who pays for it: the supplier gets less, or the platform's budget makes it up to him."""

    SUPPLIER = "supplier"
    PLATFORM = "platform"


class PromotionState(StrEnum):
    """Where a promotion stands; its days are another question."""

    WAITING = "waiting"  # goes below 70 %: for a second person's word
    RUNNING = "running"
    STOPPED = "stopped"


class PromotionAct(StrEnum):
    """What can happen to it."""

    APPROVE = "approve"
    STOP = "stop"


_S, _A = PromotionState, PromotionAct
PROMOTION = StateTable(
    "promotion",
    _S.WAITING,
    {
        (_S.WAITING, _A.APPROVE): step(_S.RUNNING, "second"),
        (_S.WAITING, _A.STOP): step(_S.STOPPED, "bearer"),
        (_S.RUNNING, _A.STOP): step(_S.STOPPED, "bearer"),
    },
)
"""A promotion that stays above the floor is born running. Its terms never change: stop it and make another."""


@dataclass(frozen=True)
class Terms:
    """What a promotion gives. `off_fen` a pack (shelf) or a checkout (coupon); or `off_bp` of the amount, at most
    `cap_fen`. A coupon is good from `least_fen` of goods on. No offers and no supplier: everything.
    """

    id: int
    kind: PromotionKind
    bearer: Bearer
    off_fen: int = 0
    off_bp: int = 0
    cap_fen: int | None = None
    least_fen: int = 0
    supplier_id: int | None = None
    offer_ids: frozenset[int] = frozenset()
    approval_id: int | None = None
    left_fen: int | None = None

    def covers(self, supplier_id: int, offer_id: int) -> bool:
        """Whether goods are meant."""
        own = self.supplier_id is None or self.supplier_id == supplier_id
        return own and (not self.offer_ids or offer_id in self.offer_ids)


def floor_fen(amount_fen: int, *, is_approved: bool) -> int:
    """The least that is paid for a line of this shelf amount."""
    return 1 if is_approved else max(1, ceil_share(amount_fen, FLOOR_BP))


def off(amount_fen: int, off_bp: int) -> int:
    """What a percentage takes off: the rest is rounded half up."""
    return amount_fen - half_up(amount_fen * (WHOLE_BP - off_bp), WHOLE_BP)


def shelf_cut(terms: Terms, packs: int, pack_price_fen: int) -> int:
    """What a shelf discount takes off a line, within the floor; whole packs have one price."""
    least = floor_fen(pack_price_fen, is_approved=terms.approval_id is not None)
    wanted = off(pack_price_fen, terms.off_bp) if terms.off_bp else terms.off_fen
    return packs * max(0, min(wanted, pack_price_fen - least))


def coupon_value(terms: Terms, goods_fen: int) -> int:
    """What a coupon is worth on so much of the goods it is good for; nothing below its threshold."""
    if goods_fen < max(1, terms.least_fen):
        return 0
    wanted = off(goods_fen, terms.off_bp) if terms.off_bp else terms.off_fen
    return min(wanted, goods_fen, terms.cap_fen if terms.cap_fen is not None else wanted)


@dataclass(frozen=True)
class Room:
    """A line as a coupon meets it: what is still paid for it, and how much may be taken off."""

    paid_fen: int
    room_fen: int


def share(value_fen: int, rooms: Sequence[Room]) -> list[int]:
    """The value over the lines in proportion to what is paid, none beyond its room; what has no room stays unused."""
    taken = [0] * len(rooms)
    left = min(value_fen, sum(one.room_fen for one in rooms))
    while left:
        free = [i for i, one in enumerate(rooms) if taken[i] < one.room_fen]
        parts = split(left, [rooms[i].paid_fen for i in free])
        for i, part in zip(free, parts, strict=True):
            more = min(part, rooms[i].room_fen - taken[i])
            taken[i], left = taken[i] + more, left - more
    return taken


@dataclass(frozen=True)
class Draft:
    """A promotion as somebody wishes it."""

    kind: PromotionKind
    bearer: Bearer
    name: str
    starts_at: datetime
    ends_at: datetime
    off_fen: int = 0
    off_bp: int = 0
    cap_fen: int | None = None
    least_fen: int = 0
    budget_fen: int | None = None
    per_person: int = 1
    most_coupons: int | None = None
    is_open: bool = True
    is_deep: bool = False


def check(draft: Draft) -> None:
    """A promotion that can be.

    Raises: Refused "promotion-name-missing", "promotion-days", "promotion-nothing-off", "promotion-two-ways",
    "promotion-off-too-much", "promotion-least-too-small", "promotion-cap-missing", "promotion-per-person",
    "promotion-budget-missing".
    """
    if not draft.name:
        raise Refused("promotion-name-missing")
    if draft.ends_at <= draft.starts_at or (draft.ends_at - draft.starts_at).days > 366:
        raise Refused("promotion-days")
    if draft.off_fen <= 0 and draft.off_bp <= 0:
        raise Refused("promotion-nothing-off")
    if draft.off_fen and draft.off_bp:
        raise Refused("promotion-two-ways")
    if draft.off_bp > MOST_OFF_BP:
        raise Refused("promotion-off-too-much", most_bp=MOST_OFF_BP)
    if not 1 <= draft.per_person <= 9:
        raise Refused("promotion-per-person")
    if draft.bearer is Bearer.PLATFORM and draft.budget_fen is None:
        raise Refused("promotion-budget-missing")
    if draft.kind is PromotionKind.COUPON:
        _check_coupon(draft)


def _check_coupon(draft: Draft) -> None:
    if draft.off_fen and draft.least_fen < draft.off_fen:
        raise Refused("promotion-least-too-small", off_fen=draft.off_fen)
    if draft.off_bp and draft.cap_fen is None:
        raise Refused("promotion-cap-missing")


def is_below_floor(terms: Terms, pack_price_fen: int) -> bool:
    """Whether a shelf discount, taken whole, would fall below 70 % of a price."""
    wanted = off(pack_price_fen, terms.off_bp) if terms.off_bp else terms.off_fen
    return pack_price_fen - wanted < floor_fen(pack_price_fen, is_approved=False)
