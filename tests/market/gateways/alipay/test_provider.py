"""Our side of a payment: what each call means, and what a doubt means."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.embedded.processes import free_port
from market.gateways.alipay.transport import MEGABYTE, HttpTransport, Transport
from market.gateways.ports import (
    Decline,
    Declined,
    NextKind,
    NotSent,
    PaymentRef,
    RefundOrder,
    Standing,
    UnknownOutcome,
)
from tests.support.alipay import Alipay


def test_a_payment_runs_from_the_code_to_the_last_refund(alipay: Alipay):
    action = alipay.create("T1", 12_30)
    assert action.kind is NextKind.QR
    assert alipay.query("T1").standing is Standing.ABSENT  # no trade before a scan

    alipay.scan("T1")
    assert alipay.query("T1").standing is Standing.PENDING

    alipay.pay("T1")
    paid = alipay.query("T1")
    assert (paid.standing, paid.amount_fen, paid.paid_at) == (Standing.PAID, 12_30, alipay.now)

    part = alipay.refund("T1", "R1", 2_30)
    assert part.moved_now
    assert alipay.query("T1").standing is Standing.PAID
    alipay.refund("T1", "R2", 10_00)
    assert alipay.query("T1").standing is Standing.REFUNDED
    assert alipay.balance_fen() == 0


def test_the_supplier_is_the_payee(alipay: Alipay):
    supplier, other = alipay.merchant(), alipay.merchant()
    alipay.create("T1", 100, supplier)
    alipay.pay("T1")

    assert (alipay.balance_fen(supplier.account_no), alipay.balance_fen()) == (100, 0)
    assert alipay.query("T1", supplier).standing is Standing.PAID
    assert alipay.query("T1", other).standing is Standing.ABSENT
    assert alipay.query("T1").standing is Standing.ABSENT


def test_a_withdrawn_authorisation_is_final(alipay: Alipay):
    supplier = alipay.merchant()
    alipay.browser.delete(f"/_emulator/merchants/{supplier.account_no}/tokens")

    with pytest.raises(Declined) as refused:
        alipay.create("T1", 100, supplier)

    assert refused.value.decline is Decline.NOT_AUTHORISED


def test_the_same_intent_again_gives_the_same_code_and_another_amount_is_refused_once_scanned(alipay: Alipay):
    assert alipay.create("T1", 100) == alipay.create("T1", 100)
    alipay.scan("T1")

    with pytest.raises(Declined) as refused:
        alipay.create("T1", 101)

    assert refused.value.decline is Decline.NUMBER_REUSED


def test_a_paid_number_cannot_be_offered_again(alipay: Alipay):
    alipay.create("T1")
    alipay.pay("T1")

    with pytest.raises(Declined) as refused:
        alipay.create("T1")

    assert refused.value.decline is Decline.ALREADY_PAID


def test_closing_says_what_it_could_do(alipay: Alipay):
    ref = PaymentRef("T1", alipay.payee)
    alipay.create("T1")
    assert alipay.provider.close(ref) is Standing.ABSENT

    alipay.scan("T1")
    assert alipay.provider.close(ref) is Standing.CLOSED
    assert alipay.query("T1").standing is Standing.CLOSED

    alipay.create("T2")
    alipay.pay("T2")
    with pytest.raises(Declined) as refused:
        alipay.provider.close(PaymentRef("T2", alipay.payee))
    assert refused.value.decline is Decline.WRONG_STATE


def test_an_unpaid_trade_closes_at_its_end(alipay: Alipay):
    alipay.create("T1", expires_at=alipay.now + timedelta(minutes=30))
    alipay.scan("T1")

    alipay.advance(minutes=30)

    assert alipay.query("T1").standing is Standing.CLOSED


def test_an_expired_intent_is_not_even_sent(alipay: Alipay):
    with pytest.raises(Declined) as refused:
        alipay.create("T1", expires_at=alipay.now)

    assert refused.value.decline is Decline.ALREADY_CLOSED
    assert alipay.log() == []


def test_a_refund_repeated_moves_once_and_another_amount_is_refused(alipay: Alipay):
    alipay.create("T1", 100)
    alipay.pay("T1")
    first, again = alipay.refund("T1", "R1", 40), alipay.refund("T1", "R1", 40)

    assert (first.moved_now, again.moved_now, again.amount_fen) == (True, False, 40)
    with pytest.raises(Declined) as refused:
        alipay.refund("T1", "R1", 41)
    assert refused.value.decline is Decline.NUMBER_REUSED
    with pytest.raises(Declined) as refused:
        alipay.refund("T1", "R2", 61)
    assert refused.value.decline is Decline.AMOUNT
    assert alipay.balance_fen() == 60


def test_a_refund_waits_for_the_suppliers_balance(alipay: Alipay):
    alipay.create("T1", 100)
    alipay.pay("T1")
    alipay.browser.post(f"/_emulator/merchants/{alipay.payee.account_no}/withdraw?fen=80")

    with pytest.raises(Declined) as refused:
        alipay.refund("T1", "R1", 40)

    assert refused.value.decline is Decline.BALANCE_SHORT
    assert alipay.provider.find_refund(RefundOrder("T1", "R1", 40, "", alipay.payee)) is None


@pytest.mark.parametrize(
    "kind",
    [
        "timeout_before",
        "timeout_after",
        "lost_response",
        "http_500",
        "http_502_html",
        "bad_sign",
        "no_sign",
        "code_20000",
    ],
)
def test_every_doubt_after_sending_is_an_unknown_outcome_that_a_repeat_heals(alipay: Alipay, kind: str):
    alipay.create("T1", 100)
    alipay.pay("T1")
    alipay.fault(kind, method="alipay.trade.refund")

    with pytest.raises(UnknownOutcome):
        alipay.refund("T1", "R1", 40)

    assert alipay.refund("T1", "R1", 40).amount_fen == 40
    assert alipay.balance_fen() == 60


def test_nobody_listening_is_not_sent():
    with pytest.raises(NotSent):
        HttpTransport(connect_s=0.5).post(f"http://127.0.0.1:{free_port()}/gateway.do", b"")


class Tap:
    """A line that keeps what passes, and may answer with what it kept."""

    def __init__(self, line: Transport) -> None:
        self.line = line
        self.urls: list[str] = []
        self.answers: list[bytes] = []
        self.replays = False

    def post(self, url: str, form: bytes, max_bytes: int = MEGABYTE) -> bytes:
        self.urls.append(url)
        self.answers.append(self.answers[0] if self.replays else self.line.post(url, form, max_bytes))
        return self.answers[-1]

    def get(self, url: str, max_bytes: int = MEGABYTE) -> bytes:
        return self.line.get(url, max_bytes)


@pytest.fixture
def tap(alipay: Alipay) -> Tap:
    alipay.client.transport = made = Tap(alipay.client.transport)
    return made


def test_an_answer_about_another_method_is_not_believed(alipay: Alipay, tap: Tap):
    """The gateway's well signed answer to a query must not serve as the answer to a refund."""
    alipay.create("T1")
    tap.answers.clear()
    alipay.query("T1")
    tap.replays = True

    with pytest.raises(UnknownOutcome, match="unsigned"):
        alipay.refund("T1", "R1", 40)


def test_an_unsigned_error_is_never_an_answer(alipay: Alipay):
    alipay.client.keys = replace(alipay.keys, app_id="2021000000009999")  # an app the gateway does not know

    with pytest.raises(UnknownOutcome, match="unsigned"):
        alipay.query("T1")


def test_a_token_never_stands_in_the_address_or_in_a_repr(alipay: Alipay, tap: Tap):
    supplier = alipay.merchant()
    alipay.create("T1", 100, supplier)

    assert supplier.token not in tap.urls[0]
    assert supplier.token not in repr(supplier)
