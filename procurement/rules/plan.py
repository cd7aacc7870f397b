"""Purchase plans: who approves, what approval allows, when a line has to explain itself (rules 62, 63, 98, 102)."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from core.errors import Refused
from core.states import StateTable, step


class PlanState(StrEnum):
    """Where a plan stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


class PlanAct(StrEnum):
    """What can be done with a plan."""

    SUBMIT = "submit"
    APPROVE = "approve"
    APPROVE_BY_RULE = "approve_by_rule"  # 免审批, watched by finding F03
    SEND_BACK = "send_back"
    TAKE_BACK = "take_back"  # its author wants to change it before anybody decided
    REVISE = "revise"
    WITHDRAW = "withdraw"
    CLOSE = "close"


_S, _A = PlanState, PlanAct
PLAN = StateTable(
    "plan",
    _S.DRAFT,
    {
        (_S.DRAFT, _A.SUBMIT): step(_S.SUBMITTED, "orderer"),
        (_S.DRAFT, _A.WITHDRAW): step(_S.WITHDRAWN, "orderer"),
        (_S.SUBMITTED, _A.APPROVE): step(_S.APPROVED, "approver"),
        (_S.SUBMITTED, _A.APPROVE_BY_RULE): step(_S.APPROVED, "rule"),
        (_S.SUBMITTED, _A.SEND_BACK): step(_S.RETURNED, "approver"),
        (_S.SUBMITTED, _A.TAKE_BACK): step(_S.DRAFT, "orderer"),
        (_S.SUBMITTED, _A.WITHDRAW): step(_S.WITHDRAWN, "orderer"),
        (_S.RETURNED, _A.REVISE): step(_S.DRAFT, "orderer"),
        (_S.RETURNED, _A.WITHDRAW): step(_S.WITHDRAWN, "orderer"),
        (_S.APPROVED, _A.CLOSE): step(_S.CLOSED, "orderer", "clock"),
    },
)
"""An approved plan is not edited: what it does not hold needs another plan."""


class ApprovalLevel(StrEnum):
    """Who has to approve by the unit's limits."""

    RULE = "rule"
    HEAD = "head"
    COLLECTIVE = "collective"


class LineChannel(StrEnum):
    """Bought here, or from an ordinary vendor."""

    PLATFORM = "platform"
    ORDINARY = "ordinary"


class ReleaseKind(StrEnum):
    """The three ways out of a stop (rule 97); adding eligible lines needs no record."""

    RAISED_TOTAL = "raised_total"
    EMERGENCY = "emergency"
    REASON = "reason"


class GeneralReason(StrEnum):
    """Why a general line although an eligible offer exists: a demand signal (rule 98)."""

    PRICE = "price"
    QUALITY = "quality"
    QUANTITY = "quantity"
    SEASON = "season"
    DELIVERY = "delivery"


@dataclass(frozen=True)
class Limits:
    """A unit's approval limits in fen, both inclusive; shipped: 2,000 and 20,000 yuan."""

    rule_fen: int = 2_000_00
    head_fen: int = 20_000_00

    def level(self, upper_fen: int) -> ApprovalLevel:
        """Who approves a plan that may cost so much, at upper tolerance."""
        if upper_fen <= self.rule_fen:
            return ApprovalLevel.RULE
        return ApprovalLevel.HEAD if upper_fen <= self.head_fen else ApprovalLevel.COLLECTIVE


def submitted_act(level: ApprovalLevel, *, anything_to_tap: bool) -> PlanAct | None:
    """What follows a submission at once: approval by rule, unless a gate or a price asks for the approver's tap."""
    by_rule = level is ApprovalLevel.RULE and not anything_to_tap
    return PlanAct.APPROVE_BY_RULE if by_rule else None


def check_approval(level: ApprovalLevel, *, author_id: int, approver_id: int, has_collective_file: bool) -> None:
    """Another person approves; above the head's limit with the file of the collective decision (三重一大).

    Raises: Refused "plan-same-person", "plan-needs-collective-file".
    """
    if author_id == approver_id:
        raise Refused("plan-same-person")
    if level is ApprovalLevel.COLLECTIVE and not has_collective_file:
        raise Refused("plan-needs-collective-file")


@dataclass(frozen=True)
class PlannedLine:
    """What an approved line allows, at upper tolerance, and what orders have taken of it already."""

    upper_qty: int
    upper_fen: int
    taken_qty: int = 0
    taken_fen: int = 0

    def allows(self, upper_qty: int, upper_fen: int) -> bool:
        """Whether an order of so much, at its own upper tolerance, needs no second approval."""
        return self.taken_qty + upper_qty <= self.upper_qty and self.taken_fen + upper_fen <= self.upper_fen


def check_inside_plan(
    line: PlannedLine, *, upper_qty: int, upper_fen: int, on: date, period: tuple[date, date]
) -> None:
    """Raises: Refused "order-beyond-plan", "order-outside-period" (both ends inclusive)."""
    first, last = period
    if not first <= on <= last:
        raise Refused("order-outside-period", first=first, last=last)
    if not line.allows(upper_qty, upper_fen):
        raise Refused("order-beyond-plan", left_fen=line.upper_fen - line.taken_fen)


class PriceWord(StrEnum):
    """What a price has to bring."""

    FINE = "fine"
    REASON = "reason"  # above 1.2 × reference
    APPROVER = "approver"  # above 1.5 × reference


def price_word(price: int, reference: int | None) -> PriceWord:
    """A price against its reference, both for the same quantity; None: there is no reference to compare with."""
    if reference is None or price * 10 <= reference * 12:
        return PriceWord.FINE
    return PriceWord.REASON if price * 10 <= reference * 15 else PriceWord.APPROVER


class LimitWord(StrEnum):
    """Where a year-to-date sum stands against a dated 政府采购 limit."""

    FINE = "fine"
    WARN = "warn"  # from 80 % on
    NEEDS_DOCUMENT = "needs_document"


def limit_word(year_to_date_fen: int, limit_fen: int) -> LimitWord:
    """The sum of a unit and category, the new plan included, against its limit."""
    if year_to_date_fen > limit_fen:
        return LimitWord.NEEDS_DOCUMENT
    return LimitWord.WARN if year_to_date_fen * 10 >= limit_fen * 8 else LimitWord.FINE


_QUOTES_FROM_FEN = 5_000_00
_QUOTES = 3
_REFERENCE_DAYS = timedelta(days=60)


def check_quotes(order_fen: int, *, contracted: bool, quotes: int, reference_on: date | None, on: date) -> None:
    """From 5,000 yuan a non-contracted item has three quotes or a reference price of at most 60 days (rule 63).

    Raises: Refused "order-needs-quotes".
    """
    has_reference = reference_on is not None and on - reference_on <= _REFERENCE_DAYS
    if order_fen >= _QUOTES_FROM_FEN and not contracted and quotes < _QUOTES and not has_reference:
        raise Refused("order-needs-quotes", quotes=quotes, needed=_QUOTES)


def is_rush(qty: int, daily_need_qty: int, *, keeps_long: bool) -> bool:
    """More than 30 days' need, dry goods 60: approver and reason (rule 102)."""
    return qty > daily_need_qty * (60 if keeps_long else 30)
