"""Notifies as we believe them: every fact once, every single change of a message refused."""

import base64
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qsl, quote_plus, urlencode

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import MD5, SHA1
from hypothesis import given
from hypothesis import strategies as st

from core import clock
from market.gateways.alipay import events
from market.gateways.alipay.signing import event_content, sign
from market.gateways.emulator.keys import new_key
from market.gateways.ports import EventKind, EventRejected, RawEvent
from tests.support.alipay import Alipay

FORM = "application/x-www-form-urlencoded; charset=utf-8"


def raw(fields: dict[str, str], charset: str = "utf-8") -> RawEvent:
    return RawEvent(urlencode(fields, encoding=charset).encode("ascii"), FORM)


def signed(alipay: Alipay, fields: dict[str, str]) -> dict[str, str]:
    """`fields` signed again as Alipay would."""
    return fields | {"sign": sign(alipay.emulator.keys.alipay, event_content(fields).encode())}


Paid = tuple[Alipay, dict[str, str]]


@pytest.fixture(scope="module")
def paid() -> Iterator[Paid]:
    """A true notify of a payment over 12.30, and the gateway it came from."""
    alipay = Alipay()
    with clock.frozen(alipay.now):
        alipay.create("T1", 12_30)
        alipay.pay("T1")
    yield alipay, alipay.notifies()[0]
    alipay.close()


def test_a_payment_is_one_fact(alipay: Alipay):
    alipay.create("T1", 12_30)
    alipay.pay("T1")
    event, *others = alipay.provider.parse_event(raw(alipay.notifies()[0]))

    assert others == []
    assert (event.kind, event.payment_no, event.payee_no) == (EventKind.PAID, "T1", alipay.payee.account_no)
    assert (event.amount_fen, event.refunded_fen, event.happened_at) == (12_30, 0, alipay.now)
    assert event.provider_no == alipay.row("T1")["trade_no"]


def test_a_refunds_notify_proves_the_payment_too_under_the_same_key(alipay: Alipay):
    alipay.create("T1", 12_30)
    alipay.pay("T1")
    alipay.refund("T1", "R1", 2_30)
    alipay.refund("T1", "R2", 10_00)
    alipay.emulator.settle()
    first, part, full = (alipay.provider.parse_event(raw(fields)) for fields in alipay.notifies())

    assert [event.kind for event in part] == [event.kind for event in full] == [EventKind.PAID, EventKind.REFUNDED]
    assert first[0].key == part[0].key == full[0].key
    assert [(event.refund_no, event.refunded_fen) for event in (part[1], full[1])] == [("R1", 2_30), ("R2", 12_30)]
    assert len({first[0].key, part[1].key, full[1].key}) == 3


def test_an_unpaid_close_is_a_close(alipay: Alipay):
    alipay.create("T1")
    alipay.scan("T1")
    alipay.advance(minutes=30)

    assert [event.kind for event in alipay.provider.parse_event(raw(alipay.notifies()[0]))] == [EventKind.CLOSED]


@pytest.mark.parametrize(
    ("status", "kind"), [("WAIT_BUYER_PAY", EventKind.PENDING), ("TRADE_FINISHED", EventKind.FINISHED)]
)
def test_the_other_states_have_their_kind(paid: Paid, status: str, kind: EventKind):
    alipay, fields = paid
    found = alipay.provider.parse_event(raw(signed(alipay, fields | {"trade_status": status})))

    assert found[-1].kind is kind


def test_gbk_is_read_as_gbk(alipay: Alipay):
    got: list[RawEvent] = []
    alipay.hears(lambda path, body, content_type: got.append(RawEvent(body, content_type)) or b"success")
    order = {"out_trade_no": "T1", "total_amount": "1.00", "subject": "高山土豆"}
    alipay.ask("alipay.trade.precreate", order, charset="gbk", notify_url="http://127.0.0.1/n")
    alipay.pay("T1")

    assert alipay.provider.parse_event(got[0])[0].amount_fen == 100


FIELDS = [
    "app_id", "auth_app_id", "buyer_id", "buyer_logon_id", "buyer_pay_amount", "charset", "fund_bill_list",
    "gmt_create", "gmt_payment", "invoice_amount", "notify_id", "notify_time", "notify_type", "out_trade_no",
    "point_amount", "receipt_amount", "seller_id", "sign", "sign_type", "subject", "total_amount", "trade_no",
    "trade_status", "version",
]  # fmt: skip


def test_the_changes_below_touch_every_field(paid: Paid):
    assert sorted(paid[1]) == FIELDS


@given(st.sampled_from(FIELDS), st.text(min_size=1, max_size=40))
def test_any_other_value_of_any_field_is_refused(paid: Paid, name: str, value: str):
    alipay, fields = paid
    if fields[name] == value:
        return
    with pytest.raises(EventRejected):
        alipay.provider.parse_event(RawEvent(urlencode(fields | {name: value}, errors="replace").encode(), FORM))


@pytest.mark.parametrize("name", FIELDS)
def test_any_missing_field_is_refused(paid: Paid, name: str):
    alipay, fields = paid
    with pytest.raises(EventRejected):
        alipay.provider.parse_event(raw({key: value for key, value in fields.items() if key != name}))


@pytest.mark.parametrize("name", ["extra", "refund_fee", "aaa"])
def test_any_added_field_is_refused(paid: Paid, name: str):
    alipay, fields = paid
    with pytest.raises(EventRejected, match="bad-signature"):
        alipay.provider.parse_event(raw(fields | {name: "1.00"}))


@pytest.mark.parametrize("name", FIELDS)
def test_a_field_twice_is_refused_even_with_the_same_value(paid: Paid, name: str):
    alipay, fields = paid
    body = urlencode([*fields.items(), (name, fields[name])]).encode()
    with pytest.raises(EventRejected):
        alipay.provider.parse_event(RawEvent(body, FORM))


@pytest.mark.parametrize("digest", [MD5(), SHA1()])  # noqa: S303 (the point of the test)
def test_a_weak_digest_is_refused_whatever_it_claims(paid: Paid, digest: MD5 | SHA1):
    alipay, fields = paid
    weak = alipay.emulator.keys.alipay.sign(event_content(fields).encode(), PKCS1v15(), digest)
    for sign_type in ("RSA2", "RSA"):
        with pytest.raises(EventRejected):
            alipay.provider.parse_event(raw(fields | {"sign": base64.b64encode(weak).decode(), "sign_type": sign_type}))


def test_a_well_signed_message_of_another_app_or_type_is_refused(paid: Paid):
    alipay, fields = paid
    with pytest.raises(EventRejected, match="another-app"):
        alipay.provider.parse_event(raw(signed(alipay, fields | {"app_id": "2021000000009999"})))
    with pytest.raises(EventRejected, match="bad-sign-type"):
        alipay.provider.parse_event(raw(signed(alipay, fields) | {"sign_type": "RSA"}))
    assert alipay.provider.parse_event(raw(signed(alipay, fields | {"notify_type": "other"}))) == []


@pytest.mark.parametrize(
    ("body", "content_type", "code"),
    [
        (b"x" * (events.MAX_BODY + 1), FORM, "too-large"),
        (b"{}", "application/json", "not-a-form"),
        (b"", FORM, "bad-charset"),
        (b"a=1", FORM, "bad-charset"),
        (b"charset=klingon", FORM, "bad-charset"),
        (b"charset=utf-8&charset=gbk", FORM, "bad-charset"),
        (b"charset=utf-8&a=%ff", FORM, "malformed"),
        (b"charset=utf-8&a", FORM, "malformed"),
        ("charset=utf-8&a=土".encode(), FORM, "malformed"),
        (b"charset=utf-8&" + b"&".join(b"a%d=1" % n for n in range(101)), FORM, "malformed"),
        (b"charset=utf-8&a=1", FORM, "field-missing"),
    ],
)
def test_what_is_no_plain_form_is_refused(paid: Paid, body: bytes, content_type: str, code: str):
    with pytest.raises(EventRejected, match=code):
        paid[0].provider.parse_event(RawEvent(body, content_type))


@given(st.binary(max_size=300))
def test_any_bytes_are_refused_and_nothing_else_happens(paid: Paid, body: bytes):
    with pytest.raises(EventRejected):
        paid[0].provider.parse_event(RawEvent(body, FORM))


@pytest.mark.parametrize("amount", ["12.3", "1e3", "-1.00", "0.00", "12", "NaN", "１２.30"])
def test_an_amount_that_is_none_is_refused_even_signed(paid: Paid, amount: str):
    alipay, fields = paid
    with pytest.raises(EventRejected, match="bad-amount"):
        alipay.provider.parse_event(raw(signed(alipay, fields | {"total_amount": amount})))


def test_keys_change_without_a_break(paid: Paid):
    alipay, fields = paid
    later = new_key()
    both = replace(alipay.keys, alipay=(*alipay.keys.alipay, later.public_key()))
    new_only = replace(alipay.keys, alipay=(later.public_key(),))
    by_new = fields | {"sign": sign(later, event_content(fields).encode())}

    assert events.parse(raw(fields), both) == events.parse(raw(by_new), both)
    with pytest.raises(EventRejected, match="bad-signature"):
        events.parse(raw(by_new), alipay.keys)
    with pytest.raises(EventRejected, match="bad-signature"):
        events.parse(raw(fields), new_only)


def test_the_receipts_are_constant(paid: Paid):
    provider = paid[0].provider

    assert (provider.receipt(True).body, provider.receipt(False).body) == (b"success", b"fail")


def test_a_message_is_what_its_bytes_say_not_what_quoting_style_they_use(paid: Paid):
    alipay, fields = paid
    pairs = "&".join(f"{name}={quote_plus(value, safe=':{}')}" for name, value in fields.items())

    assert alipay.provider.parse_event(RawEvent(pairs.encode(), FORM)) == alipay.provider.parse_event(raw(fields))
    assert dict(parse_qsl(pairs)) == fields
