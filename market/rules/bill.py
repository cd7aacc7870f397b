"""A supplier's monthly account: one row for each cause of money, a statement that is issued, checked, closed.

A row is positive where the supplier's claim grows. The rows of a cause say exactly what the memo ledger says.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from core.money import WHOLE_BP, half_up
from core.states import StateTable, step


class EntryCause(StrEnum):
    """Why a supplier's account moves."""

    GOODS = "goods"
    FREIGHT = "freight"
    DISCOUNT = "discount"  # borne by the supplier
    DISCOUNT_PLATFORM = "discount_platform"  # borne by a budget of the platform, which owes it to the supplier
    CREDIT_NOTE = "credit_note"
    REFUND = "refund"
    CORRECTION = "correction"
    RECEIVED_BANK = "received_bank"  # units' transfers to the supplier's own account
    RECEIVED_PROVIDER = "received_provider"  # residents' payments into the supplier's own merchant account
    FEE = "fee"  # the provider's
    SERVICE_FEE = "service_fee"  # the platform's; never out of goods money


EARNED = (
    EntryCause.GOODS,
    EntryCause.FREIGHT,
    EntryCause.DISCOUNT,
    EntryCause.DISCOUNT_PLATFORM,
    EntryCause.CREDIT_NOTE,
    EntryCause.REFUND,
    EntryCause.CORRECTION,
)
RECEIVED = (EntryCause.RECEIVED_BANK, EntryCause.RECEIVED_PROVIDER)


class BillState(StrEnum):
    """A statement's way."""

    ISSUED = "issued"
    OBJECTED = "objected"
    CHECKED = "checked"
    CLOSED = "closed"


class BillAct(StrEnum):
    """What can happen to a statement."""

    CHECK = "check"
    OBJECT = "object"
    ANSWER = "answer"
    CLOSE = "close"


_S, _A = BillState, BillAct
BILL = StateTable(
    "bill",
    _S.ISSUED,
    {
        (_S.ISSUED, _A.CHECK): step(_S.CHECKED, "supplier"),
        (_S.ISSUED, _A.OBJECT): step(_S.OBJECTED, "supplier"),
        (_S.OBJECTED, _A.ANSWER): step(_S.ISSUED, "finance"),
        (_S.CHECKED, _A.CLOSE): step(_S.CLOSED, "finance"),
    },
)
"""What is wrong in a statement is put right in the next period; its own rows never change."""


@dataclass(frozen=True)
class Order:
    """What a resident paid for, fen. `platform_fen` of the discount is borne by the platform."""

    goods_fen: int
    freight_fen: int
    discount_fen: int
    total_fen: int
    platform_fen: int = 0


_CAUSE_OF = {
    "accepted": EntryCause.GOODS,
    "acceptance-replaced": EntryCause.CORRECTION,
    "credit-note": EntryCause.CREDIT_NOTE,
    "transfer-confirmed": EntryCause.RECEIVED_BANK,
    "payment": EntryCause.GOODS,
    "refund": EntryCause.REFUND,
}


def rows(kind: str, sides: Mapping[str, int], order: Order | None = None) -> list[tuple[EntryCause, int]]:
    """The account's rows of one entry of the memo ledger: {account: signed fen}. They sum to what it says of the
    supplier: the payable side by its cause, the provider's side as money received, its fee apart.
    """
    found: list[tuple[EntryCause, int]] = []
    claim_fen = -sides.get("payable", 0)
    if kind == "payment" and order is not None and order.total_fen == claim_fen:
        parts = (
            (EntryCause.GOODS, order.goods_fen),
            (EntryCause.FREIGHT, order.freight_fen),
            (EntryCause.DISCOUNT, order.platform_fen - order.discount_fen),
            (EntryCause.DISCOUNT_PLATFORM, -order.platform_fen),
        )
        found += [(cause, fen) for cause, fen in parts if fen]
    elif claim_fen:
        found.append((_CAUSE_OF.get(kind, EntryCause.CORRECTION), claim_fen))
    if sides.get("clearing"):
        found.append((EntryCause.RECEIVED_PROVIDER, -sides["clearing"]))
    if sides.get("fee"):
        found.append((EntryCause.FEE, -sides["fee"]))
    return found


def sums(entries: Iterable[tuple[EntryCause, int]]) -> dict[EntryCause, int]:
    """Fen by cause, every cause named."""
    found = dict.fromkeys(EntryCause, 0)
    for cause, fen in entries:
        found[cause] += fen
    return found


def service_fee(by_cause: Mapping[EntryCause, int], bp: int) -> int:
    """The platform's fee on what was earned in goods, freight left out; half up, never below 0."""
    base = sum(by_cause[cause] for cause in EARNED if cause is not EntryCause.FREIGHT)
    return half_up(max(0, base) * bp, WHOLE_BP)


def closing(opening_fen: int, by_cause: Mapping[EntryCause, int]) -> int:
    """What is still to be received at the end: opening + earned − received, the provider's fee as it was kept back.

    The platform's fee is another claim.
    """
    return opening_fen + sum(by_cause[cause] for cause in (*EARNED, *RECEIVED, EntryCause.FEE))


def month_of(on: date) -> date:
    """The first day of a day's month: a statement's period."""
    return on.replace(day=1)


def month_before(on: date) -> date:
    """The first day of the month before."""
    return month_of(month_of(on) - timedelta(days=1))


def last_day(month: date) -> date:
    """The last day of a period."""
    return month_of(month + timedelta(days=32)) - timedelta(days=1)
