"""Faults: armed by kind, method, order and count; each strikes where it says and disarms itself."""

import pytest

from market.gateways.emulator.faults import NOTIFY_KINDS, REQUEST_KINDS, Kind
from market.gateways.ports import UnknownOutcome
from tests.support.alipay import Alipay

QUERY, REFUND = "alipay.trade.query", "alipay.trade.refund"
AFTER = ["timeout_after", "lost_response", "bad_sign", "no_sign"]
BEFORE = ["timeout_before", "http_500", "http_502_html", "code_20000"]


@pytest.fixture
def paid(alipay: Alipay) -> Alipay:
    alipay.create("T1", 100)
    alipay.pay("T1")
    return alipay


@pytest.mark.parametrize("kind", AFTER)
def test_these_strike_after_the_money_moved(paid: Alipay, kind: str):
    paid.fault(kind)
    with pytest.raises(UnknownOutcome):
        paid.refund("T1", "R1", 40)

    assert paid.balance_fen() == 60


@pytest.mark.parametrize("kind", BEFORE)
def test_these_strike_before(paid: Alipay, kind: str):
    paid.fault(kind)
    with pytest.raises(UnknownOutcome):
        paid.refund("T1", "R1", 40)

    assert paid.balance_fen() == 100


@pytest.mark.parametrize("kind", ["http_500", "http_502_html", "code_20000"])
def test_and_these_after_when_told_so(paid: Alipay, kind: str):
    paid.fault(kind, after="1")
    with pytest.raises(UnknownOutcome):
        paid.refund("T1", "R1", 40)

    assert paid.balance_fen() == 60


def test_a_delay_only_delays(paid: Alipay):
    waited: list[float] = []
    paid.emulator.pause = waited.append
    paid.fault("delay", ms=700)

    assert paid.query("T1").amount_fen == 100
    assert waited == [0.7]


def test_a_fault_waits_for_its_method_and_its_order_and_ends_with_its_count(paid: Alipay):
    paid.create("T2", 100)
    paid.pay("T2")
    paid.fault("http_500", method=QUERY, payment_no="T2", count=2)

    paid.query("T1")
    paid.refund("T2", "R1", 1)
    for _ in range(2):
        with pytest.raises(UnknownOutcome):
            paid.query("T2")
    paid.query("T2")


def test_over_http_they_are_armed_seen_and_disarmed(paid: Alipay):
    armed = paid.browser.post(f"/_emulator/faults?kind=delay&method={QUERY}&count=3&ms=20")
    assert armed.get_json()["faults"] == [
        {"kind": "delay", "method": QUERY, "out_trade_no": None, "remaining": 3, "ms": "20"}
    ]
    assert paid.browser.post("/_emulator/faults?kind=earthquake").status_code == 400
    assert paid.browser.post("/_emulator/faults?kind=delay&count=0").status_code == 400
    assert len(paid.browser.get("/_emulator/faults").get_json()["faults"]) == 1
    assert paid.browser.delete("/_emulator/faults").get_json() == {"faults": []}


def test_every_kind_is_of_requests_or_of_notifies():
    assert set(Kind) == REQUEST_KINDS | NOTIFY_KINDS
    assert {kind for kind in Kind if kind in AFTER + BEFORE + ["delay"]} == REQUEST_KINDS


def test_the_log_names_the_fault(paid: Alipay):
    paid.fault("lost_response")
    with pytest.raises(UnknownOutcome):
        paid.refund("T1", "R1", 40)

    entry = paid.log(kind="request")[-1]
    assert (entry["fault"], entry["verdict"], entry["out_trade_no"]) == ("lost_response", "10000", "T1")
