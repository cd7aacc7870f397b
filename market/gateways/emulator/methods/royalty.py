"""Sharing a paid trade with others: relations, order.settle, settle.confirm.

Receivers are merchants of this emulator, named by their id. Without a secondary merchant at most `royalty_bp` of a
trade (30 %) may be given on; a secondary merchant's trade may be shared in full.
"""

import hashlib
import json
import sqlite3
from typing import Any

from market.gateways.emulator import trades
from market.gateways.emulator.call import Call
from market.gateways.emulator.clock import stamp
from market.gateways.emulator.errors import ApiError
from market.gateways.emulator.money import fen_of, yuan_of

WHOLE_BP = 10_000
MAX_RECEIVERS = 20
PAGE = 20


def bind(call: Call) -> dict[str, Any]:
    """Who may receive. Binding somebody twice changes the name only."""
    for receiver in _receivers(call):
        call.bench.db.execute(
            "INSERT OR REPLACE INTO relation VALUES (?, 'userId', ?, ?, ?)",
            (call.party.owner_id, receiver["account"], str(receiver.get("name", "")), str(receiver.get("memo", ""))),
        )
    return {"result_code": "SUCCESS"}


def unbind(call: Call) -> dict[str, Any]:
    for receiver in _receivers(call):
        call.bench.db.execute(
            "DELETE FROM relation WHERE owner_id = ? AND account = ?", (call.party.owner_id, receiver["account"])
        )
    return {"result_code": "SUCCESS"}


def batchquery(call: Call) -> dict[str, Any]:
    call.number("out_request_no", needed=True)
    page, size = _whole(call, "page_num", 1), _whole(call, "page_size", PAGE)
    rows = call.bench.db.execute(
        "SELECT kind AS type, account, name, memo FROM relation WHERE owner_id = ? ORDER BY account",
        (call.party.owner_id,),
    ).fetchall()
    shown = rows[(page - 1) * size : page * size]
    return {
        "result_code": "SUCCESS",
        "receiver_list": [{name: row[name] for name in row.keys() if row[name]} for row in shown],  # noqa: SIM118
        "total_page_num": -(-len(rows) // size),
        "total_record_num": len(rows),
        "current_page_num": page,
        "current_page_size": len(shown),
    }


def rate_query(call: Call) -> dict[str, Any]:
    row = call.bench.the("SELECT royalty_bp FROM merchant WHERE seller_id = ?", call.party.owner_id)
    return {"user_id": call.party.owner_id, "max_ratio": str(row["royalty_bp"] // 100)}


def settle(call: Call) -> dict[str, Any]:
    """Give parts of a paid trade on; the same out_request_no with the same parts answers the same."""
    trade = _paid(call)
    number = call.number("out_request_no", needed=True)
    parts = _parts(call, "royalty_parameters", "trans_in")
    digest = hashlib.sha256(json.dumps(parts).encode()).hexdigest()
    known = call.bench.one("SELECT * FROM settle WHERE trade_no = ? AND out_request_no = ?", trade["trade_no"], number)
    if known is None:
        known = _settle(call, trade, number, parts, digest)
    elif known["digest"] != digest:
        raise ApiError("ACQ.DISCORDANT_REPEAT_REQUEST")
    return {"trade_no": trade["trade_no"], "settle_no": known["settle_no"]}


def settle_query(call: Call) -> dict[str, Any]:
    row = call.bench.one(
        "SELECT s.* FROM settle s JOIN trade t ON t.trade_no = s.trade_no WHERE t.owner_id = ?"
        " AND (s.settle_no = ? OR (s.trade_no = ? AND s.out_request_no = ?))",
        call.party.owner_id,
        call.text("settle_no", 64),
        call.text("trade_no", 64),
        call.text("out_request_no", 64),
    )
    if row is None:
        raise ApiError("ACQ.TRADE_NOT_EXIST")
    at = stamp(row["at_ms"])
    details = [
        {"operation_type": "transfer", "execute_dt": at, "trans_in": to, "amount": yuan_of(fen), "state": "SUCCESS"}
        for to, fen in json.loads(row["details"])
    ]
    return {"out_request_no": row["out_request_no"], "operation_dt": at, "royalty_detail_list": details}


def confirm(call: Call) -> dict[str, Any]:
    """Release a secondary merchant's money. Here it is in its balance already; what is released is written down."""
    trade = _paid(call)
    call.number("out_request_no", needed=True)
    info = call.biz.get("settle_info")
    details = info.get("settle_detail_infos") if isinstance(info, dict) else None
    if trade["smid"] is None or not isinstance(details, list) or not details:
        raise ApiError("ACQ.INVALID_PARAMETER", "settle_info")
    fen = sum(_fen(detail, "amount") for detail in details)
    left_fen = trade["paid_fen"] - trade["refunded_fen"] - trade["confirmed_fen"]
    if fen > left_fen:
        raise ApiError("ACQ.ALLOC_AMOUNT_VALIDATE_ERROR")
    call.bench.db.execute(
        "UPDATE trade SET confirmed_fen = confirmed_fen + ? WHERE trade_no = ?", (fen, trade["trade_no"])
    )
    return {
        "trade_no": trade["trade_no"],
        "out_request_no": call.text("out_request_no"),
        "settle_amount": yuan_of(fen),
    }


def give_back(call: Call, trade: sqlite3.Row) -> None:
    """Parts given on earlier return to the seller first, where a refund asks for it."""
    if "refund_royalty_parameters" not in call.biz:
        return
    for account, fen in _parts(call, "refund_royalty_parameters", "trans_out"):
        if fen > trade["shared_fen"] or not trades.shift(call.bench, account, -fen):
            raise ApiError("ACQ.SELLER_BALANCE_NOT_ENOUGH")
        trades.shift(call.bench, trade["seller_id"], fen)
        call.bench.db.execute(
            "UPDATE trade SET shared_fen = shared_fen - ? WHERE trade_no = ?", (fen, trade["trade_no"])
        )


def _settle(call: Call, trade: sqlite3.Row, number: str, parts: list[tuple[str, int]], digest: str) -> sqlite3.Row:
    total_fen = sum(fen for _, fen in parts)
    if trade["shared_fen"] + total_fen > _limit_fen(call, trade):
        raise ApiError("ACQ.ALLOC_AMOUNT_VALIDATE_ERROR")
    for account, fen in parts:
        bound = call.bench.one(
            "SELECT 1 FROM relation WHERE owner_id = ? AND account = ?", call.party.owner_id, account
        )
        if bound is None:
            raise ApiError("ACQ.ROYALTY_RECEIVER_INVALID")
        if not trades.shift(call.bench, trade["seller_id"], -fen):
            raise ApiError("ACQ.SELLER_BALANCE_NOT_ENOUGH")
        trades.shift(call.bench, account, fen)
    bench = call.bench
    row = {
        "settle_no": bench.ids.order_no(bench.db, bench.now_ms, "settle"),
        "trade_no": trade["trade_no"],
        "out_request_no": number,
        "digest": digest,
        "details": json.dumps(parts),
        "at_ms": bench.now_ms,
    }
    bench.insert("settle", row)
    bench.db.execute("UPDATE trade SET shared_fen = shared_fen + ? WHERE trade_no = ?", (total_fen, trade["trade_no"]))
    return bench.the("SELECT * FROM settle WHERE settle_no = ?", row["settle_no"])


def _limit_fen(call: Call, trade: sqlite3.Row) -> int:
    left_fen = int(trade["paid_fen"] - trade["refunded_fen"])
    if trade["smid"] is not None:
        return left_fen
    row = call.bench.the("SELECT royalty_bp FROM merchant WHERE seller_id = ?", trade["seller_id"])
    return min(left_fen, int(trade["paid_fen"] * row["royalty_bp"]) // WHOLE_BP)


def _paid(call: Call) -> sqlite3.Row:
    trade = call.trade()
    if trade["paid_ms"] is None:
        raise ApiError("ACQ.TRADE_STATUS_ERROR")
    return trade


def _receivers(call: Call) -> list[dict[str, Any]]:
    call.number("out_request_no", needed=True)
    receivers = call.biz.get("receiver_list")
    if not isinstance(receivers, list) or not 0 < len(receivers) <= MAX_RECEIVERS:
        raise ApiError("ACQ.INVALID_PARAMETER", "receiver_list")
    for receiver in receivers:
        if not isinstance(receiver, dict) or receiver.get("type") != "userId":
            raise ApiError("ACQ.INVALID_RECEIVER_TYPE")
        _known(call, receiver.get("account"))
    return receivers


def _parts(call: Call, name: str, who: str) -> list[tuple[str, int]]:
    """(account, fen) of each part of a list parameter. Raises: ApiError."""
    parts = call.biz.get(name)
    if not isinstance(parts, list) or not parts or not all(isinstance(part, dict) for part in parts):
        raise ApiError("ACQ.INVALID_PARAMETER", name)
    return [(_known(call, part.get(who)), _fen(part, "amount")) for part in parts]


def _known(call: Call, account: Any) -> str:
    if call.bench.one("SELECT 1 FROM merchant WHERE seller_id = ?", str(account)) is None:
        raise ApiError("ACQ.USER_NOT_EXIST")
    return str(account)


def _fen(part: Any, name: str) -> int:
    fen = fen_of(part.get(name)) if isinstance(part, dict) else None
    if not fen:
        raise ApiError("ACQ.INVALID_PARAMETER", name)
    return fen


def _whole(call: Call, name: str, default: int) -> int:
    text = call.text(name, 6) or str(default)
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise ApiError("ACQ.INVALID_PARAMETER", name)
    return int(text)
