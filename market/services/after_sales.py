"""After-sales between a resident and a shop: asked for, answered, sent back, taken back (rules 84, 85).

The platform decides only where the two do not agree: `arbitration`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.dialects.postgresql import insert

from core import clock, codes, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Missing, Refused
from core.files.services import Upload
from core.settings import calendar
from core.trail.models import Stream
from market.models.after_sale import AfterSale
from market.models.order import Order
from market.queries import after_sale_lines
from market.queries.after_sale_lines import LineOfOrder
from market.rules.after_sale import AfterSaleAct, AfterSaleKind, AfterSaleState, check_ask, due_at
from market.rules.order_states import OrderState
from market.rules.parties import Party
from market.rules.refund_share import asked_fen
from market.services import after_sale_money, after_sale_news, after_sale_steps, dialogue, numbers

_SENT = frozenset({OrderState.SHIPPED, OrderState.RECEIVED, OrderState.CLOSED})


@dataclass(frozen=True)
class Wish:
    """What a buyer asks for one line. `wanted_fen`: a smaller sum than the packs' share; None: all of it."""

    kind: AfterSaleKind
    packs: int
    wanted_fen: int | None
    text: str


def ask(order_line_id: int, wish: Wish, *, photos: Sequence[Upload] = (), by: Actor) -> AfterSale:
    """Open a case for one line of one's own order.

    Raises: Missing; Refused "after-sale-not-sent", "after-sale-open", "no-return-fresh", "no-return-ticked",
    "after-sale-too-late", "photo-needed", "after-sale-packs", "after-sale-amount", "nothing-left", as `dialogue.say`.
    """
    line, order = _line(order_line_id, by)
    if order.state not in _SENT:
        raise Refused("after-sale-not-sent")
    check_ask(wish.kind, line.bought, at=clock.now(), photos=len(photos))
    asked = asked_fen(line.paid, wish.packs, wish.wanted_fen)
    case = _insert(line, order, wish, asked, by)
    if wish.text.strip() or photos:
        dialogue.say(case.thread_id, Party.BUYER, wish.text, by=by, photos=photos)
    after_sale_steps.write(case, "ask", Party.BUYER, None, by=by)
    after_sale_news.to_shop(case, "after-sale-new")
    return case


def _line(order_line_id: int, by: Actor) -> tuple[LineOfOrder, Order]:
    order_id = after_sale_lines.order_of(order_line_id, by)
    if order_id is None:
        raise Missing("no-such-order")
    order = db.session.get_one(Order, order_id)
    return next(one for one in after_sale_lines.of_order(order_id) if one.line.id == order_line_id), order


def _insert(line: LineOfOrder, order: Order, wish: Wish, asked: int, by: Actor) -> AfterSale:
    """The row; two at the same time for one line are one. Raises: Refused "after-sale-open"."""
    now = clock.now()
    case_id, case_no = numbers.take(AfterSale, "SH")
    row = insert(AfterSale).values(
        id=case_id,
        case_no=case_no,
        token=codes.token(),
        order_id=order.id,
        order_line_id=line.line.id,
        person_id=by.person_id,
        supplier_id=order.supplier_id,
        thread_id=dialogue.start(),
        kind=wish.kind,
        state=AfterSaleState.ASKED,
        packs=wish.packs,
        is_part=asked < line.paid.share_fen(wish.packs),
        asked_fen=asked,
        since=now,
        due_at=due_at(AfterSaleState.ASKED, now, calendar.current()),
        created_at=now,
    )
    if db.session.execute(row.on_conflict_do_nothing().returning(AfterSale.id)).scalar() is None:
        raise Refused("after-sale-open")
    return db.session.get_one(AfterSale, case_id)


def withdraw(token: str, *, by: Actor) -> AfterSale:
    """The buyer takes the case back. Raises: Missing; Refused "state-forbids-act"."""
    case = after_sale_steps.own(token, by)
    after_sale_steps.move(case, AfterSaleAct.WITHDRAW, Party.BUYER, by=by)
    return case


def send_back(token: str, *, carrier: str, tracking_no: str, by: Actor) -> AfterSale:
    """The goods are on their way back. Raises: Missing; Refused "tracking-needed", "state-forbids-act"."""
    case = after_sale_steps.own(token, by)
    if not carrier.strip() or not tracking_no.strip():
        raise Refused("tracking-needed")
    case.carrier, case.tracking_no = carrier.strip(), tracking_no.strip()
    after_sale_steps.move(case, AfterSaleAct.SEND_BACK, Party.BUYER, by=by, note=f"{case.carrier} {case.tracking_no}")
    after_sale_news.to_shop(case, "after-sale-returning")
    return case


def appeal(token: str, *, text: str, photos: Sequence[Upload] = (), by: Actor) -> AfterSale:
    """The buyer asks the platform to decide. Raises: Missing; Refused "reason-needed", "state-forbids-act"."""
    case = after_sale_steps.own(token, by)
    if not text.strip():
        raise Refused("reason-needed")
    after_sale_steps.move(case, AfterSaleAct.APPEAL, Party.BUYER, by=by)
    dialogue.say(case.thread_id, Party.BUYER, text, by=by, photos=photos)
    after_sale_news.to_shop(case, "after-sale-arbitration")
    return case


def agree(token: str, *, goods_back: bool, by: Actor) -> AfterSale:
    """The supplier agrees: with the goods back first, or at once. Raises as `after_sale_money.pay_back`."""
    case = after_sale_steps.sold(token, by)
    _not_own(case, by)
    consent(case, goods_back=goods_back, party=Party.SUPPLIER, by=by)
    return case


def consent(case: AfterSale, *, goods_back: bool, party: Party, by: Actor | None) -> None:
    """Agree to a locked case, by the supplier's word or by its silence."""
    if goods_back:
        after_sale_steps.move(case, AfterSaleAct.AGREE_RETURN, party, by=by)
        after_sale_news.to_buyer(case, "after-sale-agreed-return")
    else:
        after_sale_money.pay_back(case, AfterSaleAct.AGREE_REFUND, party, by=by, asked_by=by)
        after_sale_news.to_buyer(case, "after-sale-agreed-refund")


def decline(token: str, *, reason: str, photos: Sequence[Upload] = (), by: Actor) -> AfterSale:
    """The supplier says no, with its reason; the buyer may ask the platform.

    Raises: Missing; Refused "reason-needed", "no-reason-no-decline" (a return without a reason cannot be declined).
    """
    case = after_sale_steps.sold(token, by)
    _not_own(case, by)
    if not reason.strip():
        raise Refused("reason-needed")
    if not case.kind.is_fault:
        raise Refused("no-reason-no-decline")
    after_sale_steps.move(case, AfterSaleAct.DECLINE, Party.SUPPLIER, by=by)
    dialogue.say(case.thread_id, Party.SUPPLIER, reason, by=by, photos=photos)
    after_sale_news.to_buyer(case, "after-sale-declined")
    return case


def take_back(token: str, *, by: Actor) -> AfterSale:
    """The supplier has the goods again: the money goes out."""
    case = after_sale_steps.sold(token, by)
    taken_back(case, Party.SUPPLIER, by=by)
    return case


def taken_back(case: AfterSale, party: Party, *, by: Actor | None) -> None:
    """A locked case's goods count as back, by the supplier's word or by its silence."""
    after_sale_steps.move(case, AfterSaleAct.TAKE_BACK, party, by=by)
    after_sale_money.pay_back(case, AfterSaleAct.PAY_BACK, party, by=by, asked_by=by)
    after_sale_news.to_buyer(case, "after-sale-agreed-refund")


def contest(token: str, *, reason: str, photos: Sequence[Upload] = (), by: Actor) -> AfterSale:
    """What came back is not what was sent: the platform decides. Raises: Refused "reason-needed", "photo-needed"."""
    case = after_sale_steps.sold(token, by)
    if not reason.strip():
        raise Refused("reason-needed")
    if not photos:
        raise Refused("photo-needed")
    after_sale_steps.move(case, AfterSaleAct.CONTEST, Party.SUPPLIER, by=by)
    dialogue.say(case.thread_id, Party.SUPPLIER, reason, by=by, photos=photos)
    after_sale_news.to_buyer(case, "after-sale-arbitration")
    return case


def try_again(token: str, *, by: Actor) -> AfterSale:
    """The shop's balance is there now: the refund goes out again at once."""
    case = after_sale_steps.sold(token, by)
    after_sale_money.try_again(case, by=by)
    return case


def say(token: str, party: Party, *, text: str, photos: Sequence[Upload] = (), by: Actor) -> AfterSale:
    """Speak in one's own case while it is open. Raises: Missing; Refused "case-closed", as `dialogue.say`."""
    find = {Party.BUYER: after_sale_steps.own, Party.SUPPLIER: after_sale_steps.sold}
    case = find[party](token, by) if party in find else after_sale_steps.locked(AfterSale.token == token)
    if not case.state.is_open:
        raise Refused("case-closed")
    dialogue.say(case.thread_id, party, text, by=by, photos=photos)
    right = {Party.BUYER: Right.SHOP, Party.SUPPLIER: Right.SELL, Party.PLATFORM: Right.ARBITRATE}[party]
    trail.record(Stream.MONEY, "after-sale-said", "after_sale", case.id, by=by, right=right, case_no=case.case_no)
    return case


def _not_own(case: AfterSale, by: Actor) -> None:
    """Nobody answers for the shop in a case of their own."""
    if case.person_id == by.person_id:
        raise Refused("own-case")
