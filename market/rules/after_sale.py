"""After-sales of one order line: who may do what, until when, and what happens when nobody does (rules 84, 85).

The platform holds no money. A decision of the platform therefore moves only rights: the refund is tried with the
supplier's own authorisation, again every day, and the shop takes no residents' orders until it succeeded.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from catalog.rules.returns import ReturnPolicy
from core.clock import county_day, day_start
from core.errors import Refused
from core.states import StateTable, step
from core.workdays import WorkCalendar

FRESH_HOURS = 48
RETURN_DAYS = 7
ANSWER_WORKDAYS = 2
BUYER_DAYS = 7
TAKE_BACK_DAYS = 10
HEARING_WORKDAYS = 3
DECISION_WORKDAYS = 7
HAND_OUT_WORKDAYS = 10
MOST_PHOTOS = 6


class AfterSaleKind(StrEnum):
    """What the buyer says is wrong."""

    QUALITY = "quality"
    MISSING = "missing"
    NO_REASON = "no_reason"

    @property
    def is_fault(self) -> bool:
        """Whether it is the supplier's fault, so that freight goes back too once everything does."""
        return self is not AfterSaleKind.NO_REASON


class AfterSaleState(StrEnum):
    """Where a case stands."""

    ASKED = "asked"
    AGREED = "agreed"  # the goods come back first
    DECLINED = "declined"
    RETURNING = "returning"
    RETURNED = "returned"
    ARBITRATION = "arbitration"
    REFUNDING = "refunding"
    FAILED = "failed"  # not yet: the shop's balance is short (tried again daily), or somebody said no
    REFUNDED = "refunded"
    CLOSED = "closed"  # no refund, and nothing follows
    WITHDRAWN = "withdrawn"

    @property
    def is_open(self) -> bool:
        """Whether something can still happen."""
        return self not in ENDS


class AfterSaleAct(StrEnum):
    """What can happen to a case."""

    AGREE_RETURN = "agree_return"
    AGREE_REFUND = "agree_refund"
    DECLINE = "decline"
    WITHDRAW = "withdraw"
    SEND_BACK = "send_back"
    TAKE_BACK = "take_back"
    CONTEST = "contest"  # what came back is not what was sent
    PAY_BACK = "pay_back"
    APPEAL = "appeal"
    RULE_REFUND = "rule_refund"
    RULE_RETURN = "rule_return"
    RULE_AGAINST = "rule_against"
    LAPSE = "lapse"
    FAIL = "fail"
    RETRY = "retry"
    SUCCEED = "succeed"


_S, _A = AfterSaleState, AfterSaleAct
ENDS = frozenset({_S.REFUNDED, _S.CLOSED, _S.WITHDRAWN})
AFTER_SALE = StateTable(
    "after-sale",
    _S.ASKED,
    {
        (_S.ASKED, _A.AGREE_RETURN): step(_S.AGREED, "supplier", "clock"),
        (_S.ASKED, _A.AGREE_REFUND): step(_S.REFUNDING, "supplier", "clock"),
        (_S.ASKED, _A.DECLINE): step(_S.DECLINED, "supplier"),
        (_S.ASKED, _A.WITHDRAW): step(_S.WITHDRAWN, "buyer"),
        (_S.AGREED, _A.SEND_BACK): step(_S.RETURNING, "buyer"),
        (_S.AGREED, _A.AGREE_REFUND): step(_S.REFUNDING, "supplier"),
        (_S.AGREED, _A.WITHDRAW): step(_S.WITHDRAWN, "buyer"),
        (_S.AGREED, _A.LAPSE): step(_S.CLOSED, "clock"),
        (_S.RETURNING, _A.TAKE_BACK): step(_S.RETURNED, "supplier", "clock"),
        (_S.RETURNING, _A.CONTEST): step(_S.ARBITRATION, "supplier"),
        (_S.RETURNED, _A.PAY_BACK): step(_S.REFUNDING, "supplier", "clock"),
        (_S.DECLINED, _A.AGREE_RETURN): step(_S.AGREED, "supplier"),
        (_S.DECLINED, _A.AGREE_REFUND): step(_S.REFUNDING, "supplier"),
        (_S.DECLINED, _A.APPEAL): step(_S.ARBITRATION, "buyer"),
        (_S.DECLINED, _A.WITHDRAW): step(_S.WITHDRAWN, "buyer"),
        (_S.DECLINED, _A.LAPSE): step(_S.CLOSED, "clock"),
        (_S.ARBITRATION, _A.AGREE_REFUND): step(_S.REFUNDING, "supplier"),
        (_S.ARBITRATION, _A.WITHDRAW): step(_S.WITHDRAWN, "buyer"),
        (_S.ARBITRATION, _A.RULE_REFUND): step(_S.REFUNDING, "platform"),
        (_S.ARBITRATION, _A.RULE_RETURN): step(_S.AGREED, "platform"),
        (_S.ARBITRATION, _A.RULE_AGAINST): step(_S.CLOSED, "platform"),
        (_S.REFUNDING, _A.SUCCEED): step(_S.REFUNDED, "provider"),
        (_S.REFUNDING, _A.FAIL): step(_S.FAILED, "provider"),
        (_S.FAILED, _A.RETRY): step(_S.REFUNDING, "supplier"),
        (_S.FAILED, _A.APPEAL): step(_S.ARBITRATION, "buyer"),
        (_S.FAILED, _A.SUCCEED): step(_S.REFUNDED, "provider"),
    },
)
"""A case of one line. What waits for a person ends by itself (`silence`), except the platform's decision."""


@dataclass(frozen=True)
class Bought:
    """What a line says about sending it back. `received_at` None: not yet received."""

    policy: ReturnPolicy
    is_ticked: bool
    received_at: datetime | None


def window_ends_at(kind: AfterSaleKind, bought: Bought) -> datetime | None:
    """The first instant that is too late; None while the goods are on the way.

    Raises: Refused "no-return-fresh", "no-return-ticked", "after-sale-not-received".
    """
    if kind is AfterSaleKind.NO_REASON:
        if bought.policy is ReturnPolicy.FRESH:
            raise Refused("no-return-fresh")
        if bought.policy is ReturnPolicy.CONFIRMED and bought.is_ticked:
            raise Refused("no-return-ticked")
        if bought.received_at is None:
            raise Refused("after-sale-not-received")
    if bought.received_at is None:
        return None
    if bought.policy is ReturnPolicy.FRESH:
        return bought.received_at + timedelta(hours=FRESH_HOURS, microseconds=1)  # the 48th hour is in time
    return day_start(county_day(bought.received_at) + timedelta(days=RETURN_DAYS + 1))


def check_ask(kind: AfterSaleKind, bought: Bought, *, at: datetime, photos: int) -> None:
    """Raises: Refused as `window_ends_at`, "after-sale-too-late" (ends_at), "photo-needed", "too-many-photos"."""
    ends_at = window_ends_at(kind, bought)
    if ends_at is not None and at >= ends_at:
        raise Refused("after-sale-too-late", ends_at=ends_at)
    if kind is AfterSaleKind.QUALITY and not photos:
        raise Refused("photo-needed")
    if photos > MOST_PHOTOS:
        raise Refused("too-many-photos", most=MOST_PHOTOS)


def due_at(state: AfterSaleState, since: datetime, calendar: WorkCalendar) -> datetime | None:
    """Until when somebody must act in this state: the instant at which it is too late; None: nobody must."""
    today = county_day(since)
    if state is _S.ASKED:
        return day_start(calendar.after(today, ANSWER_WORKDAYS) + timedelta(days=1))
    if state in {_S.AGREED, _S.DECLINED}:
        return day_start(today + timedelta(days=BUYER_DAYS + 1))
    if state is _S.RETURNING:
        return day_start(today + timedelta(days=TAKE_BACK_DAYS + 1))
    if state is _S.ARBITRATION:
        return day_start(calendar.after(today, DECISION_WORKDAYS) + timedelta(days=1))
    return None


def hearing_ends_at(since: datetime, calendar: WorkCalendar) -> datetime:
    """Until when the other side may speak before the platform decides."""
    return day_start(calendar.after(county_day(since), HEARING_WORKDAYS) + timedelta(days=1))


def file_due_at(decided_at: datetime, calendar: WorkCalendar) -> datetime:
    """When a decision that nobody could carry out is handed out for the authorities (12315)."""
    return day_start(calendar.after(county_day(decided_at), HAND_OUT_WORKDAYS) + timedelta(days=1))


def silence(state: AfterSaleState, *, goods_back: bool) -> AfterSaleAct | None:
    """What the clock does once the time is over: a supplier's silence is consent, a buyer's ends the case."""
    if state is _S.ASKED:
        return _A.AGREE_RETURN if goods_back else _A.AGREE_REFUND
    return {_S.AGREED: _A.LAPSE, _S.DECLINED: _A.LAPSE, _S.RETURNING: _A.TAKE_BACK}.get(state)
