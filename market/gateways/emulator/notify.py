"""Asynchronous notifies: what they say, when they are sent again, who may get them.

A notify is repeated until its receiver answers exactly `success`: at once, then after 4m, 10m, 10m, 1h, 2h, 6h, 15h,
eight times in all, always under the same notify_id.
"""

import http.client
import ipaddress
import json
import sqlite3
import ssl
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

from market.gateways.emulator.bench import Bench
from market.gateways.emulator.clock import stamp
from market.gateways.emulator.money import yuan_of
from market.gateways.emulator.states import Status

MINUTE_MS = 60_000
RETRY_MS = tuple(minutes * MINUTE_MS for minutes in (4, 10, 10, 60, 120, 360, 900))
SUCCESS = b"success"
TIMEOUT_S = 5

Deliver = Callable[[str, bytes, str], tuple[int, bytes]]
"""(url, form body, content type) to (HTTP status, first bytes of the answer). Raises: OSError if nobody answers."""


def queue(bench: Bench, trade: sqlite3.Row, out_request_no: str = "") -> None:
    """Line up the notify of the state the trade has just reached; nothing if its offer named no address."""
    offer = bench.the("SELECT * FROM offer WHERE code = ?", trade["offer_code"])
    if not offer["notify_url"]:
        return
    bench.insert(
        "notify",
        {
            "notify_id": bench.ids.notify_id(bench.db, bench.now_ms),
            "trade_no": trade["trade_no"],
            "out_trade_no": trade["out_trade_no"],
            "url": offer["notify_url"],
            "charset": offer["charset"],
            "fields": json.dumps(_fields(trade, offer, out_request_no), ensure_ascii=False),
            "first_ms": bench.now_ms,
            "due_ms": bench.now_ms,
        },
    )


def _fields(trade: sqlite3.Row, offer: sqlite3.Row, out_request_no: str) -> dict[str, str]:
    """Everything but notify_time and the signature, which each attempt sets anew. Empty fields are not sent."""
    fields = {
        "notify_type": "trade_status_sync",
        "app_id": trade["app_id"],
        "auth_app_id": trade["auth_app_id"],
        "charset": offer["charset"],
        "version": "1.0",
        "trade_no": trade["trade_no"],
        "out_trade_no": trade["out_trade_no"],
        "buyer_id": trade["buyer_id"],
        "buyer_logon_id": trade["buyer_logon_id"],
        "seller_id": trade["seller_id"],
        "trade_status": trade["status"],
        "total_amount": yuan_of(trade["total_fen"]),
        "subject": trade["subject"],
        "body": offer["body"],
        "passback_params": offer["passback"],
        "gmt_create": stamp(trade["created_ms"]),
    }
    if trade["paid_ms"] is not None:
        fields |= _paid_fields(trade)
    if out_request_no:
        fields |= {
            "out_biz_no": out_request_no,
            "refund_fee": yuan_of(trade["refunded_fen"]),
            "gmt_refund": stamp(trade["refunded_ms"]) + f".{trade['refunded_ms'] % 1000:03d}",
        }
    if trade["status"] == Status.CLOSED:
        fields["gmt_close"] = stamp(trade["closed_ms"])
    return {name: value for name, value in fields.items() if value}


def _paid_fields(trade: sqlite3.Row) -> dict[str, str]:
    paid = yuan_of(trade["paid_fen"])
    return {
        "receipt_amount": paid,
        "invoice_amount": paid,
        "buyer_pay_amount": paid,
        "point_amount": "0.00",
        "gmt_payment": stamp(trade["paid_ms"]),
        "fund_bill_list": json.dumps([{"amount": paid, "fundChannel": "ALIPAYACCOUNT"}], separators=(",", ":")),
    }


def next_due(first_ms: int, attempts: int) -> int | None:
    """When attempt number `attempts` + 1 is sent, counted from the first; None after the eighth."""
    if attempts > len(RETRY_MS):
        return None
    return first_ms + sum(RETRY_MS[:attempts])


def allowed(url: str, hosts: Iterable[str]) -> bool:
    """Loopback, or a host named at the start: an emulator does not send messages into the world."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or not host:
        return False
    if host in set(hosts) or host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def post(url: str, body: bytes, content_type: str) -> tuple[int, bytes]:
    """Send one notify. No redirects, no proxy, five seconds; certificates are not checked (loopback)."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        connection = http.client.HTTPSConnection(host, parts.port, timeout=TIMEOUT_S, context=context)
    else:
        connection = http.client.HTTPConnection(host, parts.port, timeout=TIMEOUT_S)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("POST", target, body, {"Content-Type": content_type, "User-Agent": "Mozilla/4.0"})
        answer = connection.getresponse()
        return answer.status, answer.read(64)
    except http.client.HTTPException as error:
        raise OSError(type(error).__name__) from error
    finally:
        connection.close()
