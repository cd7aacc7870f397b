"""Asynchronous notifies: believed only when the form is whole, plain, and signed by Alipay for this application.

One message may prove more than one fact: a refund's notify proves the payment too, so a lost first notify does no harm.
Whether seller, number and amount fit our books is the use case's question; it compares them with its intent.
"""

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl

from market.gateways.alipay import signing
from market.gateways.alipay.keys import KeyRing
from market.gateways.alipay.words import fen, instant
from market.gateways.ports import Event, EventKind, EventRejected, RawEvent

MAX_BODY = 64 * 1024
MAX_FIELDS = 100
TRADE_EVENT = "trade_status_sync"
_FORM = "application/x-www-form-urlencoded"
_CHARSETS = {"utf-8": "utf-8", "gbk": "gbk", "gb2312": "gbk", "gb18030": "gb18030"}
_CHARSET = re.compile(rb"(?:^|&)charset=([A-Za-z0-9-]{1,12})(?=&|$)")
_NEEDED = ("app_id", "sign", "sign_type", "trade_no", "out_trade_no", "trade_status", "total_amount", "seller_id")


def parse(raw: RawEvent, keys: KeyRing) -> list[Event]:
    """Raises: EventRejected with a code; its detail names fields, never their values."""
    fields, charset = _fields(raw)
    if fields.get("notify_type") not in (None, TRADE_EVENT):
        _check_signature(fields, charset, keys)
        return []
    for name in _NEEDED:
        if not fields.get(name):
            raise EventRejected("field-missing", name)
    _check_signature(fields, charset, keys)
    return _facts(fields)


def _fields(raw: RawEvent) -> tuple[dict[str, str], str]:
    """The form in its own charset: the same bytes that were signed. Raises: EventRejected."""
    if len(raw.body) > MAX_BODY:
        raise EventRejected("too-large")
    if raw.content_type.partition(";")[0].strip().lower() != _FORM:
        raise EventRejected("not-a-form")
    named = _CHARSET.findall(raw.body)
    charset = _CHARSETS.get(named[0].decode("ascii").lower()) if len(named) == 1 else None
    if charset is None:
        raise EventRejected("bad-charset")
    try:
        text = raw.body.decode("ascii")
        pairs = parse_qsl(
            text,
            keep_blank_values=True,
            strict_parsing=True,
            encoding=charset,
            errors="strict",
            max_num_fields=MAX_FIELDS,
        )
    except (UnicodeDecodeError, ValueError):
        raise EventRejected("malformed") from None
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise EventRejected("field-twice")
    return fields, charset


def _check_signature(fields: Mapping[str, str], charset: str, keys: KeyRing) -> None:
    if fields.get("app_id") != keys.app_id:
        raise EventRejected("another-app")
    if fields.get("sign_type") != signing.SIGN_TYPE:
        raise EventRejected("bad-sign-type")
    content = signing.event_content(fields).encode(charset)
    if not signing.is_signed(keys.alipay, content, fields.get("sign", "")):
        raise EventRejected("bad-signature")


def _facts(fields: Mapping[str, str]) -> list[Event]:
    match fields["trade_status"]:
        case "WAIT_BUYER_PAY":
            return [_event(fields, EventKind.PENDING)]
        case "TRADE_FINISHED":
            return [_event(fields, EventKind.PAID), _event(fields, EventKind.FINISHED)]
        case "TRADE_SUCCESS" if "refund_fee" in fields:
            return [_event(fields, EventKind.PAID), _event(fields, EventKind.REFUNDED)]
        case "TRADE_SUCCESS":
            return [_event(fields, EventKind.PAID)]
        case "TRADE_CLOSED" if "refund_fee" in fields or "gmt_payment" in fields:
            return [_event(fields, EventKind.PAID), _event(fields, EventKind.REFUNDED)]
        case "TRADE_CLOSED":
            return [_event(fields, EventKind.CLOSED)]
        case _:
            raise EventRejected("unknown-status")


_WHEN = {
    EventKind.PENDING: "gmt_create",
    EventKind.PAID: "gmt_payment",
    EventKind.FINISHED: "notify_time",
    EventKind.REFUNDED: "gmt_refund",
    EventKind.CLOSED: "gmt_close",
}


def _event(fields: Mapping[str, str], kind: EventKind) -> Event:
    amount_fen = fen(fields["total_amount"])
    refunded_fen, refund_no = 0, ""
    if kind is EventKind.REFUNDED:
        refunded_fen = _amount(fields.get("refund_fee", fields["total_amount"]))
        refund_no = fields.get("out_biz_no", "")
    if amount_fen is None or amount_fen <= 0:
        raise EventRejected("bad-amount")
    return Event(
        key="|".join(("alipay", fields["trade_no"], kind, refund_no, str(refunded_fen))),
        kind=kind,
        payment_no=fields["out_trade_no"],
        provider_no=fields["trade_no"],
        payee_no=fields["seller_id"],
        amount_fen=amount_fen,
        refund_no=refund_no,
        refunded_fen=refunded_fen,
        happened_at=instant(fields.get(_WHEN[kind])),
    )


def _amount(text: str) -> int:
    amount_fen = fen(text)
    if amount_fen is None or amount_fen < 0:
        raise EventRejected("bad-amount")
    return amount_fen
