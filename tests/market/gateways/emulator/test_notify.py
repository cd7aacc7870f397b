"""Asynchronous notifies: their fields, their signature, their schedule, and each thing that goes wrong with them."""

from datetime import timedelta
from itertools import pairwise
from urllib.parse import parse_qsl

import pytest

from market.gateways.emulator import wire
from market.gateways.emulator.emulator import APP_ID, SELLER_ID
from market.gateways.emulator.keys import read_public
from market.gateways.emulator.notify import allowed
from tests.support.alipay import EVENT_URL, Alipay


def paid(alipay: Alipay, payment_no: str = "T1", **changes: object) -> dict[str, str]:
    alipay.create(payment_no, 12_30, **changes)
    alipay.pay(payment_no)
    return alipay.notifies(payment_no)[-1]


def test_a_payment_is_told_with_its_fields(alipay: Alipay):
    fields = paid(alipay, subject="高山土豆")

    assert {name: fields[name] for name in ("out_trade_no", "trade_status", "total_amount", "seller_id", "app_id")} == {
        "out_trade_no": "T1",
        "trade_status": "TRADE_SUCCESS",
        "total_amount": "12.30",
        "seller_id": SELLER_ID,
        "app_id": APP_ID,
    }
    assert fields["notify_type"] == "trade_status_sync"
    assert fields["gmt_payment"] == fields["notify_time"] == "2026-11-23 09:00:00"
    assert fields["fund_bill_list"] == '[{"amount":"12.30","fundChannel":"ALIPAYACCOUNT"}]'
    assert fields["subject"] == "高山土豆"
    assert "refund_fee" not in fields
    assert "" not in fields.values()


def test_under_an_authorisation_both_apps_are_named(alipay: Alipay):
    supplier = alipay.merchant()
    fields = paid(alipay, payee=supplier)

    assert fields["app_id"] == APP_ID
    assert fields["auth_app_id"] == "2021" + supplier.account_no[4:]
    assert fields["seller_id"] == supplier.account_no


@pytest.mark.parametrize("charset", ["utf-8", "gbk"])
def test_the_signature_covers_everything_but_itself_in_the_orders_charset(alipay: Alipay, charset: str):
    got: list[tuple[bytes, str]] = []
    alipay.hears(lambda path, body, content_type: got.append((body, content_type)) or b"success")
    order = {"out_trade_no": "T1", "total_amount": "1.00", "subject": "土豆 & 萝卜=2"}
    alipay.ask("alipay.trade.precreate", order, charset=charset, notify_url=EVENT_URL)
    alipay.pay("T1")

    body, content_type = got[0]
    fields = dict(parse_qsl(body.decode("ascii"), encoding=charset, strict_parsing=True))
    sign = fields.pop("sign")
    assert fields.pop("sign_type") == "RSA2"
    content = "&".join(f"{name}={fields[name]}" for name in sorted(fields))
    assert wire.verified(read_public(alipay.emulator.keys.alipay_public_pem), content.encode(charset), sign)
    assert fields["subject"] == order["subject"]
    assert content_type.endswith(charset)


def test_a_refund_is_told_with_its_number_and_the_sum_so_far(alipay: Alipay):
    paid(alipay)
    alipay.refund("T1", "R1", 2_30)
    alipay.emulator.settle()
    part = alipay.notifies()[-1]
    alipay.refund("T1", "R2", 10_00)
    alipay.emulator.settle()
    full = alipay.notifies()[-1]

    assert (part["trade_status"], part["out_biz_no"], part["refund_fee"]) == ("TRADE_SUCCESS", "R1", "2.30")
    assert (full["trade_status"], full["out_biz_no"], full["refund_fee"]) == ("TRADE_CLOSED", "R2", "12.30")
    assert "gmt_close" in full
    assert "gmt_refund" in full


def test_an_unpaid_close_is_told_too_and_a_scan_only_when_asked_for(alipay: Alipay):
    alipay.create("T1")
    alipay.scan("T1")
    alipay.advance(minutes=30)
    assert [fields["trade_status"] for fields in alipay.notifies()] == ["TRADE_CLOSED"]

    alipay.emulator.options.tell_created = True
    alipay.create("T2")
    alipay.scan("T2")
    alipay.emulator.settle()
    assert alipay.notifies("T2")[0]["trade_status"] == "WAIT_BUYER_PAY"


@pytest.mark.parametrize("answer", [b"fail", b"SUCCESS", b"success\n", b"<html>success</html>", b""])
def test_anything_but_success_is_asked_again_eight_times_in_all(alipay: Alipay, answer: bytes):
    times = []
    alipay.hears(lambda path, body, content_type: times.append(alipay.now) or answer)
    paid(alipay)
    alipay.advance(days=3)

    minutes = [gap // timedelta(minutes=1) for gap in (later - sooner for sooner, later in pairwise(times))]
    assert minutes == [4, 10, 10, 60, 120, 360, 900]
    assert len({fields["notify_id"] for fields in alipay.notifies()}) == 1
    assert len({fields["notify_time"] for fields in alipay.notifies()}) == 8


def test_success_ends_it(alipay: Alipay):
    answers = iter([b"fail", b"fail", b"success"])
    alipay.hears(lambda path, body, content_type: next(answers))
    paid(alipay)
    alipay.advance(days=3)

    assert len(alipay.notifies()) == 3


def test_a_lost_notify_comes_again_by_the_schedule(alipay: Alipay):
    alipay.fault("notify_lost")
    alipay.create("T1")
    alipay.pay("T1")
    assert alipay.notifies() == []

    alipay.advance(minutes=4)
    assert len(alipay.notifies()) == 1


@pytest.mark.parametrize(("method", "told"), [("alipay.trade.refund", 1), ("alipay.trade.precreate", 1), ("x", 2)])
def test_a_fault_may_wait_for_the_method_a_notify_comes_from(alipay: Alipay, method: str, told: int):
    alipay.fault("notify_lost", method=method)
    paid_and_refunded(alipay)

    assert len(alipay.notifies()) == told


def paid_and_refunded(alipay: Alipay) -> None:
    alipay.create("T1", 12_30)
    alipay.pay("T1")
    alipay.refund("T1", "R1", 2_30)
    alipay.emulator.settle()


def test_a_duplicate_is_the_same_notify_twice(alipay: Alipay):
    alipay.fault("notify_dup", payment_no="T1")
    paid(alipay)
    paid(alipay, "T2")

    first, second = alipay.notifies("T1")
    assert first == second
    assert len(alipay.notifies("T2")) == 1


def test_a_delayed_notify_waits(alipay: Alipay):
    alipay.fault("notify_delay", ms=90_000)
    alipay.create("T1")
    alipay.pay("T1")
    alipay.advance(seconds=89)
    assert alipay.notifies() == []

    alipay.advance(seconds=1)
    assert len(alipay.notifies()) == 1


def test_a_held_back_notify_comes_after_the_next_one(alipay: Alipay):
    alipay.fault("notify_reorder")
    alipay.create("T1", 12_30)
    alipay.pay("T1")
    alipay.refund("T1", "R1", 2_30)
    alipay.emulator.settle()

    assert ["out_biz_no" in fields for fields in alipay.notifies()] == [True, False]


@pytest.mark.parametrize("kind", ["notify_forged", "notify_wrong_amount", "notify_wrong_app"])
def test_a_false_notify_comes_before_the_true_one(alipay: Alipay, kind: str):
    alipay.fault(kind)
    paid(alipay)
    false, true = alipay.notifies()

    assert false["notify_id"] != true["notify_id"]
    key = read_public(alipay.emulator.keys.alipay_public_pem)
    signed = wire.verified(key, wire.notify_text(false).encode(), false["sign"])
    assert signed is (kind != "notify_forged")
    assert (false["total_amount"] != true["total_amount"]) is (kind == "notify_wrong_amount")
    assert (false["app_id"] != true["app_id"]) is (kind == "notify_wrong_app")


@pytest.mark.parametrize(
    ("url", "may"),
    [
        ("http://127.0.0.1:8000/notify", True),
        ("https://localhost/notify?x=1", True),
        ("http://[::1]:8000/n", True),
        ("http://shop.example/n", False),
        ("http://shop.test/n", True),
        ("http://10.0.0.1/n", False),
        ("http://127.0.0.1.example/n", False),
        ("file:///etc/passwd", False),
        ("ftp://127.0.0.1/n", False),
        ("", False),
    ],
)
def test_only_this_machine_is_told(url: str, may: bool):
    assert allowed(url, ["shop.test"]) is may


def test_a_refused_address_stands_in_the_log(alipay: Alipay):
    alipay.create("T1", event_url="http://shop.example/notify")
    alipay.pay("T1")

    assert alipay.notifies() == []
    assert [entry["verdict"] for entry in alipay.log(kind="notify")] == ["refused: not loopback"]
