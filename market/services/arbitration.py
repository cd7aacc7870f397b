"""The platform's decision between a resident and a shop.

The platform holds no money, so a decision acts on rights: the refund goes out with the supplier's authorisation, again
every day while its balance is short; until it succeeded the shop takes no residents' orders; after ten working days the
file is handed out for the authorities.
"""

from collections.abc import Sequence
from enum import StrEnum

import sqlalchemy as sa

from core import clock, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Refused
from core.files.services import Upload
from core.settings import calendar
from core.trail.models import Stream
from market.models.after_sale import AfterSale
from market.models.dialogue import ThreadMessage
from market.rules.after_sale import AfterSaleAct, AfterSaleState, file_due_at, hearing_ends_at
from market.rules.parties import Party
from market.services import after_sale_money, after_sale_news, after_sale_steps, dialogue

_UNPAID = (AfterSaleState.REFUNDING, AfterSaleState.FAILED)


class Ruling(StrEnum):
    """What the platform can decide."""

    REFUND = "refund"
    RETURN = "return"
    AGAINST = "against"


_ACTS = {Ruling.RETURN: AfterSaleAct.RULE_RETURN, Ruling.AGAINST: AfterSaleAct.RULE_AGAINST}


def decide(
    token: str, ruling: Ruling, *, text: str, amount_fen: int | None = None, photos: Sequence[Upload] = (), by: Actor
) -> AfterSale:
    """Decide a case that was brought before the platform, after both sides could speak.

    Raises: Missing; Refused "reason-needed", "hearing-open" (until_at), "own-case", "refund-under-way",
    "state-forbids-act", and as `after_sale_money.pay_back`.
    """
    case = after_sale_steps.locked(AfterSale.token == token)
    _may_decide(case, text, by)
    if ruling is Ruling.REFUND:
        case.decided_at, case.decided_by_id = clock.now(), by.person_id
        after_sale_money.pay_back(case, AfterSaleAct.RULE_REFUND, Party.PLATFORM, by=by, amount_fen=amount_fen)
    else:
        if after_sale_money.pending(case):
            raise Refused("refund-under-way")
        case.decided_at, case.decided_by_id = clock.now(), by.person_id
        after_sale_steps.move(case, _ACTS[ruling], Party.PLATFORM, by=by)
    case.decision = text.strip()[: dialogue.LONGEST]
    dialogue.say(case.thread_id, Party.PLATFORM, case.decision, by=by, photos=photos)
    trail.record(
        *(Stream.MONEY, "after-sale-decided", "after_sale", case.id),
        by=by,
        right=Right.ARBITRATE,
        case_no=case.case_no,
        ruling=ruling.value,
        amount_fen=case.agreed_fen or 0,
    )
    after_sale_news.to_buyer(case, "after-sale-decided")
    after_sale_news.to_shop(case, "after-sale-decided")
    return case


def _may_decide(case: AfterSale, text: str, by: Actor) -> None:
    if not text.strip():
        raise Refused("reason-needed")
    if case.person_id == by.person_id:
        raise Refused("own-case")
    until_at = hearing_ends_at(case.since, calendar.current())
    if case.state is AfterSaleState.ARBITRATION and clock.now() < until_at and not _both_spoke(case):
        raise Refused("hearing-open", until_at=until_at)


def _both_spoke(case: AfterSale) -> bool:
    """Whether buyer and supplier have each said something since the case came here."""
    spoke = db.session.scalars(
        sa.select(ThreadMessage.party)
        .where(ThreadMessage.thread_id == case.thread_id, ThreadMessage.at >= case.since)
        .distinct()
    )
    return {Party.BUYER, Party.SUPPLIER} <= set(spoke)


def unpaid_before(limit: int) -> list[int]:
    """Ids of decisions that nobody could carry out so far and whose file was not handed out yet."""
    query = sa.select(AfterSale.id).where(
        AfterSale.decided_at.is_not(None), AfterSale.state.in_(_UNPAID), AfterSale.handed_out_at.is_(None)
    )
    return list(db.session.scalars(query.order_by(AfterSale.id).limit(limit)))


def hand_out(case_id: int) -> bool:
    """Give the buyer the file for 12315 once ten working days have passed; whether it was time."""
    case = after_sale_steps.locked(AfterSale.id == case_id)
    is_due = (
        case.decided_at is not None
        and case.state in _UNPAID
        and case.handed_out_at is None
        and file_due_at(case.decided_at, calendar.current()) <= clock.now()
    )
    if is_due:
        case.handed_out_at = clock.now()
        after_sale_steps.write(case, "hand_out", Party.CLOCK, case.state, by=None)
        after_sale_news.to_buyer(case, "after-sale-file")
    return is_due
