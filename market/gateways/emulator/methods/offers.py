"""Asking for money: precreate (a code), page.pay and wap.pay (a page), create (a trade for a known buyer)."""

import re
import sqlite3
from typing import Any

from market.gateways.emulator import trades
from market.gateways.emulator.call import Call
from market.gateways.emulator.clock import DAY_MS, next_midnight, read_stamp
from market.gateways.emulator.errors import ApiError
from market.gateways.emulator.states import Status

CODE_LIFE_MS = 2 * 3600 * 1000
TRADE_LIFE_MS = 15 * DAY_MS
_EXPRESS = re.compile(r"([1-9][0-9]{0,4})([mhd])")
_UNIT_MS = {"m": 60_000, "h": 3_600_000, "d": DAY_MS}
_TAKEN = {
    Status.SUCCESS: "ACQ.TRADE_HAS_SUCCESS",
    Status.FINISHED: "ACQ.TRADE_HAS_SUCCESS",
    Status.CLOSED: "ACQ.TRADE_HAS_CLOSE",
}


def precreate(call: Call) -> dict[str, Any]:
    """A code to scan. No trade exists until somebody scans it."""
    offer = make_offer(call, "alipay.trade.precreate")
    return {"out_trade_no": offer["out_trade_no"], "qr_code": f"{call.options.base_url}/cashier/{offer['code']}"}


def create(call: Call) -> dict[str, Any]:
    """A trade for a buyer who is already known (JSAPI): it exists at once."""
    if not (call.text("buyer_id") or call.text("buyer_logon_id") or call.text("buyer_open_id")):
        raise ApiError("ACQ.INVALID_PARAMETER", "buyer_id")
    offer = make_offer(call, "alipay.trade.create")
    trade = trades.open_offer(call.bench, offer, tell=call.options.tell_created)
    return {"out_trade_no": trade["out_trade_no"], "trade_no": trade["trade_no"]}


def page_pay(call: Call) -> str:
    """The code of the cashier page the buyer's browser is sent to."""
    return str(make_offer(call, call.params["method"])["code"])


def make_offer(call: Call, method: str) -> sqlite3.Row:
    """Write down what is asked; the same request again gives the same code. Raises: ApiError."""
    wanted = _wanted(call, method)
    taken = trades.find(call.bench, wanted["owner_id"], out_trade_no=wanted["out_trade_no"])
    if taken is not None:
        _check_taken(taken, wanted)
    offer = _same(call, wanted)
    if offer is None:
        wanted["code"] = call.bench.ids.code(call.bench.db)
        call.bench.insert("offer", wanted)
        offer = call.bench.the("SELECT * FROM offer WHERE code = ?", wanted["code"])
    if call.options.eager:
        trades.open_offer(call.bench, offer, tell=call.options.tell_created)
    return offer


def _wanted(call: Call, method: str) -> dict[str, Any]:
    now_ms = call.bench.now_ms
    owner_id = call.party.owner_id
    if call.text("seller_id", 28) not in ("", owner_id):
        raise ApiError("ACQ.ACCESS_FORBIDDEN")
    smid, seller_id = _payee(call)
    trade_expires_ms = _expiry(call)
    code_life_ms = _span(call.text("qr_code_timeout_express", 6)) or CODE_LIFE_MS
    return {
        "app_id": call.party.app_id,
        "auth_app_id": call.party.auth_app_id,
        "owner_id": owner_id,
        "seller_id": seller_id,
        "smid": smid,
        "method": method,
        "out_trade_no": call.number("out_trade_no", needed=True),
        "total_fen": call.amount_fen("total_amount"),
        "subject": call.text("subject", needed=True),
        "body": call.text("body", 400),
        "passback": call.text("passback_params", 512),
        "notify_url": call.params.get("notify_url", "")[:256],
        "return_url": call.params.get("return_url", "")[:256],
        "charset": call.charset,
        "created_ms": now_ms,
        "code_expires_ms": now_ms + (code_life_ms if method == "alipay.trade.precreate" else TRADE_LIFE_MS),
        "trade_expires_ms": trade_expires_ms,
    }


def _payee(call: Call) -> tuple[str | None, str]:
    """(smid, seller): the secondary merchant named in `sub_merchant`, else the caller itself."""
    sub = call.biz.get("sub_merchant")
    if not isinstance(sub, dict):
        return None, call.party.owner_id
    row = call.bench.one(
        "SELECT * FROM sub_merchant WHERE smid = ? AND owner_id = ?", sub.get("merchant_id"), call.party.owner_id
    )
    if row is None:
        raise ApiError("ACQ.INVALID_PARAMETER", "sub_merchant")
    return row["smid"], row["seller_id"]


def _expiry(call: Call) -> int:
    """When the unpaid trade closes: `time_expire` wins over `timeout_express`."""
    now_ms = call.bench.now_ms
    if text := call.text("time_expire", 32):
        at_ms = read_stamp(text)
        if at_ms is None or at_ms <= now_ms:
            raise ApiError("ACQ.INVALID_PARAMETER", "time_expire")
        return at_ms
    express = call.text("timeout_express", 6)
    if express == "1c":
        return next_midnight(now_ms)
    return now_ms + (_span(express) or TRADE_LIFE_MS)


def _span(express: str) -> int | None:
    if not express:
        return None
    match = _EXPRESS.fullmatch(express)
    span_ms = int(match[1]) * _UNIT_MS[match[2]] if match else 0
    if not 0 < span_ms <= TRADE_LIFE_MS:
        raise ApiError("ACQ.INVALID_PARAMETER", "timeout_express")
    return span_ms


def _check_taken(trade: sqlite3.Row, wanted: dict[str, Any]) -> None:
    status = Status(trade["status"])
    if status in _TAKEN:
        raise ApiError(_TAKEN[status])
    if (trade["total_fen"], trade["seller_id"]) != (wanted["total_fen"], wanted["seller_id"]):
        raise ApiError("ACQ.CONTEXT_INCONSISTENT")


def _same(call: Call, wanted: dict[str, Any]) -> sqlite3.Row | None:
    """An offer of the very same content whose code still lives."""
    varying = {"created_ms", "code_expires_ms", "trade_expires_ms"}
    rows = call.bench.db.execute(
        "SELECT * FROM offer WHERE owner_id = ? AND out_trade_no = ? AND code_expires_ms > ? ORDER BY created_ms DESC",
        (wanted["owner_id"], wanted["out_trade_no"], call.bench.now_ms),
    ).fetchall()
    for row in rows:
        if all(row[name] == value for name, value in wanted.items() if name not in varying):
            return row if isinstance(row, sqlite3.Row) else None
    return None
