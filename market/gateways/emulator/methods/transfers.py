"""Paying out: fund.trans.uni.transfer to another merchant of this emulator, and what became of it."""

import sqlite3
from typing import Any

from market.gateways.emulator import trades
from market.gateways.emulator.call import Call
from market.gateways.emulator.clock import stamp
from market.gateways.emulator.errors import ApiError
from market.gateways.emulator.money import yuan_of

MIN_FEN = 10


def transfer(call: Call) -> dict[str, Any]:
    """The same out_biz_no with the same payee and amount answers the same; the money moves once."""
    number = call.number("out_biz_no", needed=True)
    amount_fen = call.amount_fen("trans_amount")
    payee_info = call.biz.get("payee_info")
    payee = str(payee_info.get("identity", "")) if isinstance(payee_info, dict) else ""
    known = _find(call, number)
    if known is None:
        known = _move(call, number, payee, amount_fen)
    elif (known["payee"], known["amount_fen"]) != (payee, amount_fen):
        raise ApiError("PAYMENT_INFO_INCONSISTENCY")
    return {
        "out_biz_no": number,
        "order_id": known["order_id"],
        "pay_fund_order_id": known["order_id"],
        "status": "SUCCESS",
        "trans_date": stamp(known["at_ms"]),
    }


def query(call: Call) -> dict[str, Any]:
    row = call.bench.one(
        "SELECT * FROM transfer WHERE owner_id = ? AND (out_biz_no = ? OR order_id = ?)",
        call.party.owner_id,
        call.text("out_biz_no", 64),
        call.text("order_id", 64) or call.text("pay_fund_order_id", 64),
    )
    if row is None:
        raise ApiError("ORDER_NOT_EXIST")
    return {
        "out_biz_no": row["out_biz_no"],
        "order_id": row["order_id"],
        "pay_fund_order_id": row["order_id"],
        "status": "SUCCESS",
        "pay_date": stamp(row["at_ms"]),
        "trans_amount": yuan_of(row["amount_fen"]),
    }


def _move(call: Call, number: str, payee: str, amount_fen: int) -> sqlite3.Row:
    bench = call.bench
    if amount_fen < MIN_FEN:
        raise ApiError("EXCEED_LIMIT_SM_MIN_AMOUNT")
    if bench.one("SELECT 1 FROM merchant WHERE seller_id = ?", payee) is None:
        raise ApiError("PAYEE_NOT_EXIST")
    if not trades.shift(bench, call.party.owner_id, -amount_fen):
        raise ApiError("PAYER_BALANCE_NOT_ENOUGH")
    trades.shift(bench, payee, amount_fen)
    bench.insert(
        "transfer",
        {
            "order_id": bench.ids.order_no(bench.db, bench.now_ms, "transfer"),
            "owner_id": call.party.owner_id,
            "out_biz_no": number,
            "payee": payee,
            "amount_fen": amount_fen,
            "title": call.text("order_title"),
            "at_ms": bench.now_ms,
        },
    )
    moved = _find(call, number)
    if moved is None:
        raise LookupError(number)
    return moved


def _find(call: Call, number: str) -> sqlite3.Row | None:
    return call.bench.one("SELECT * FROM transfer WHERE owner_id = ? AND out_biz_no = ?", call.party.owner_id, number)
