"""After-sales from the question to the money, and what happens when nobody answers (rules 84, 85)."""

import hashlib
import io
import zipfile
from datetime import timedelta
from functools import partial

import pytest
import sqlalchemy as sa
from flask import Flask

from core import clock, jobs
from core.db import db, transaction
from core.errors import Missing, Refused
from core.notices import queries as inbox
from market import tasks
from market.gateways import providers
from market.models.after_sale import AfterSale, AfterSaleEvent
from market.models.payment import Refund
from market.queries import after_sale_lines, case_file, shop_blocks
from market.queries import after_sales as case_views
from market.rules.after_sale import AfterSaleKind, AfterSaleState
from market.rules.order_states import OrderState
from market.rules.parties import Party
from market.services import after_sale_clock, after_sales, arbitration
from market.services.after_sales import Wish
from market.services.arbitration import Ruling
from tests.make import after_sales as made
from tests.make import shop
from tests.make.after_sales import Bought
from tests.support.alipay import Alipay
from tests.support.threads import at_once

State = AfterSaleState


@pytest.fixture
def alipay(app: Flask) -> Alipay:
    emulator = Alipay(clock=clock.now().astimezone(clock.COUNTY).replace(tzinfo=None).isoformat(timespec="seconds"))
    app.extensions["payment_providers"] = {providers.ALIPAY: emulator.provider}
    return emulator


def now(case: AfterSale) -> AfterSale:
    db.session.rollback()
    return db.session.get_one(AfterSale, case.id, populate_existing=True)


def settle() -> None:
    """What the worker does in a minute."""
    jobs.run_due()
    with transaction():
        tasks.follow_after_sales()


def agreed(of: Bought, case: AfterSale) -> None:
    with transaction():
        after_sales.agree(case.token, goods_back=False, by=of.seller)


def test_a_claim_is_agreed_and_the_money_goes_back_by_line_share(alipay: Alipay) -> None:
    of = made.bought(alipay, packs=(3,))
    paid = of.lines[0].paid_fen
    case = made.case(of, packs=1)
    assert case.asked_fen == round(paid / 3)

    agreed(of, case)
    settle()

    assert now(case).state is State.REFUNDED
    assert of.intent.refunded_fen == case.asked_fen
    rest = made.case(of, packs=2)
    assert rest.asked_fen == paid - case.asked_fen
    agreed(of, rest)
    settle()
    assert of.intent.refunded_fen == of.intent.paid_fen
    assert after_sale_lines.of_order(of.order_id)[0].paid.left_fen == 0


def test_goods_go_back_first_and_then_the_money(alipay: Alipay) -> None:
    of = made.bought(alipay)
    case = made.case(of, packs=2, kind=AfterSaleKind.NO_REASON)
    with pytest.raises(Refused, match="no-reason-no-decline"), transaction():
        after_sales.decline(case.token, reason="不退", by=of.seller)
    with transaction():
        after_sales.agree(case.token, goods_back=True, by=of.seller)
    with pytest.raises(Refused, match="tracking-needed"), transaction():
        after_sales.send_back(case.token, carrier="示例快递", tracking_no=" ", by=of.by)
    with transaction():
        after_sales.send_back(case.token, carrier="示例快递", tracking_no="SF2", by=of.by)
    assert db.session.scalar(sa.select(sa.func.count(Refund.id))) == 0
    with transaction():
        after_sales.take_back(case.token, by=of.seller)
    settle()
    assert now(case).state is State.REFUNDED
    steps = db.session.scalars(sa.select(AfterSaleEvent.act).order_by(AfterSaleEvent.id)).all()
    assert steps == ["ask", "agree_return", "send_back", "take_back", "pay_back", "succeed"]


def test_one_line_has_one_open_case_and_a_stranger_none(alipay: Alipay) -> None:
    of, other = made.bought(), made.bought()
    made.case(of)
    with pytest.raises(Refused, match="after-sale-open"):
        made.case(of)
    with pytest.raises(Missing), transaction():
        after_sales.ask(of.lines[0].id, Wish(AfterSaleKind.MISSING, 1, None, "少了"), by=other.by)
    case = now(made.case(other))
    with pytest.raises(Missing), transaction():
        after_sales.agree(case.token, goods_back=False, by=of.seller)
    with pytest.raises(Missing), transaction():
        after_sales.withdraw(case.token, by=of.by)
    assert now(case).state is State.ASKED


def test_two_at_the_same_time_are_one_case(app: Flask) -> None:
    of = made.bought()
    line_id, by = of.lines[0].id, of.by
    db.session.rollback()

    def ask() -> str:
        try:
            with transaction():
                after_sales.ask(line_id, Wish(AfterSaleKind.MISSING, 1, None, "少了"), by=by)
        except Refused as refusal:
            return refusal.code
        return "ok"

    assert sorted(map(str, at_once(app, *[ask] * 4))) == ["after-sale-open"] * 3 + ["ok"]


def test_the_freight_goes_back_with_the_last_line_where_the_shop_is_at_fault(alipay: Alipay) -> None:
    of = made.bought(alipay, packs=(1, 1))
    first, second = made.case(of, line=0), made.case(of, line=1)
    agreed(of, first)
    settle()
    agreed(of, second)
    settle()
    assert (now(first).freight_fen, now(second).freight_fen) == (0, of.order.freight_fen)
    assert of.intent.refunded_fen == of.intent.paid_fen


def later(days: int) -> None:
    with clock.shifted(timedelta(days=days)), transaction():
        tasks.end_silence()


def test_a_shop_that_says_nothing_has_agreed(alipay: Alipay) -> None:
    of = made.bought(alipay, packs=(1, 1))
    claim, back = made.case(of, line=0), made.case(of, line=1, kind=AfterSaleKind.NO_REASON)
    later(1)
    assert now(claim).state is State.ASKED
    later(8)
    assert (now(claim).state, now(back).state) == (State.REFUNDING, State.AGREED)
    later(30)
    assert now(back).state is State.CLOSED
    with clock.shifted(timedelta(days=9)):
        settle()
    assert now(claim).state is State.REFUNDED


def test_goods_on_their_way_back_count_as_back_and_a_no_is_forgotten(alipay: Alipay) -> None:
    of = made.bought(alipay, packs=(1, 1))
    back, no = made.case(of, line=0, kind=AfterSaleKind.NO_REASON), made.case(of, line=1)
    with transaction():
        after_sales.agree(back.token, goods_back=True, by=of.seller)
        after_sales.send_back(back.token, carrier="示例快递", tracking_no="SF2", by=of.by)
        after_sales.decline(no.token, reason="照片看不出问题", by=of.seller)
    later(12)
    assert (now(back).state, now(no).state) == (State.REFUNDING, State.CLOSED)


def test_an_order_is_done_once_nothing_can_be_asked_any_more(app: Flask) -> None:
    of, asked = made.bought(), made.bought()
    made.case(asked)
    for days in (7, 9):
        with clock.shifted(timedelta(days=days)), transaction():
            tasks.close_received()
        done = days == 9
        assert (of.order.state is OrderState.CLOSED) is done
        assert asked.order.state is OrderState.RECEIVED
        db.session.rollback()


def before_platform(of: Bought) -> AfterSale:
    case = made.case(of)
    with transaction():
        after_sales.decline(case.token, reason="照片看不出问题", by=of.seller)
        after_sales.appeal(case.token, text="打开就有霉味", by=of.by)
    return case


def test_the_platform_decides_after_both_could_speak(alipay: Alipay) -> None:
    of = made.bought(alipay)
    case = before_platform(of)
    with pytest.raises(Refused, match="hearing-open"), transaction():
        arbitration.decide(case.token, Ruling.AGAINST, text="证据不足", by=of.operator)
    with transaction():
        after_sales.say(case.token, Party.SUPPLIER, text="发货前拍过照", photos=[made.photo()], by=of.seller)
    with transaction():
        arbitration.decide(case.token, Ruling.REFUND, text="照片清楚", amount_fen=100, by=of.operator)
    assert now(case).state is State.REFUNDING and now(case).is_part
    settle()
    assert (now(case).state, of.intent.refunded_fen) == (State.REFUNDED, 100)


def test_an_unpaid_decision_is_tried_daily_blocks_the_shop_and_ends_in_a_file(alipay: Alipay) -> None:
    of = made.bought(alipay)
    case = before_platform(of)
    balance(alipay, 0)
    with clock.shifted(timedelta(days=6)), transaction():
        arbitration.decide(case.token, Ruling.REFUND, text="供应商没有答复", by=of.operator)
    for days in (6, 7, 8):
        with clock.shifted(timedelta(days=days, minutes=10)):
            with transaction():
                tasks.watch_refunds()
            settle()
            assert now(case).state is State.FAILED
            assert shop_blocks.blocked([of.supplier.id]) == {of.supplier.id}
    with pytest.raises(Refused, match="shop-suspended"):
        shop_order(of)

    with clock.shifted(timedelta(days=30)), transaction():
        tasks.hand_out_case_files()
    assert now(case).handed_out_at is not None
    balance(alipay, 10_000_000)
    with transaction():
        after_sales.try_again(case.token, by=of.seller)
    settle()

    assert now(case).state is State.REFUNDED
    assert shop_blocks.blocked([of.supplier.id]) == frozenset()
    shop_order(of)


def balance(alipay: Alipay, fen: int) -> None:
    with alipay.emulator.store.tx() as store:
        store.execute("UPDATE merchant SET balance_fen = ?", (fen,))


def shop_order(of: Bought) -> None:
    buyer, by = shop.resident("另一位")
    shop.checked_out(by, shop.address(buyer), (of.offers[0], 1), price_fen=of.lines[0].pack_price_fen)


def test_refunds_never_exceed_what_was_paid_whoever_asks_at_once(app: Flask, alipay: Alipay) -> None:
    of = made.bought(alipay, packs=(1, 1, 1))
    cases = [made.case(of, line=n).token for n in range(3)]
    seller = of.seller
    db.session.rollback()

    def agree(token: str) -> str:
        try:
            with transaction():
                after_sales.agree(token, goods_back=False, by=seller)
        except Refused as refusal:
            return refusal.code
        return "ok"

    got = at_once(app, *[partial(agree, token) for token in cases for _ in range(2)])
    assert sorted(map(str, got)) == ["ok"] * 3 + ["state-forbids-act"] * 3
    settle()
    assert of.intent.refunded_fen == of.intent.paid_fen == of.order.total_fen


def test_a_shop_hears_once_that_its_time_to_answer_ends(app: Flask) -> None:
    of = made.bought()
    case = made.case(of)
    due, seller = case.due_at, of.seller
    db.session.rollback()
    assert due is not None
    for hours in (30, 20, 10):
        with clock.frozen(due - timedelta(hours=hours)), transaction():
            after_sale_clock.remind(10)
    told = [notice.text for notice in inbox.page(seller) if "期限快到" in notice.text]
    assert len(told) == 1


def test_the_file_holds_the_paper_every_picture_and_their_hashes(app: Flask) -> None:
    of = made.bought()
    case = made.case(of)
    view = case_views.find(case.token)
    assert view is not None
    with zipfile.ZipFile(io.BytesIO(case_file.bundle(view, demo=True, printed_by="x"))) as archive:
        names, sums = archive.namelist(), archive.read("SHA256SUMS").decode().split("\n")[:-1]
        for line in sums:
            digest, name = line.split("  ")
            assert hashlib.sha256(archive.read(name)).hexdigest() == digest
    assert names == [f"{case.case_no}.pdf", "01.webp", "SHA256SUMS"]
