"""What happens to a trade: opened by a buyer, paid, closed, refunded, finished.

Each function runs inside one transaction and either changes everything it names (trade, balance, notify) or raises
`ApiError` and changes nothing.
"""

import sqlite3
from dataclasses import dataclass

from market.gateways.emulator import notify
from market.gateways.emulator.bench import Bench
from market.gateways.emulator.clock import DAY_MS
from market.gateways.emulator.errors import ApiError
from market.gateways.emulator.states import TABLE, Act, Status, refusal


@dataclass(frozen=True)
class Buyer:
    """Who pays. The default is one made-up person with a masked log-in, as Alipay shows it."""

    buyer_id: str = "2088900000000001"
    logon_id: str = "138****0001"


SOMEBODY = Buyer()


def find(bench: Bench, owner_id: str, *, trade_no: str = "", out_trade_no: str = "") -> sqlite3.Row | None:
    """The merchant's own trade; `trade_no` wins over `out_trade_no`. Another merchant's is not there at all."""
    if trade_no:
        return bench.one("SELECT * FROM trade WHERE owner_id = ? AND trade_no = ?", owner_id, trade_no)
    return bench.one("SELECT * FROM trade WHERE owner_id = ? AND out_trade_no = ?", owner_id, out_trade_no)


def read(bench: Bench, trade_no: str) -> sqlite3.Row:
    return bench.the("SELECT * FROM trade WHERE trade_no = ?", trade_no)


def open_offer(bench: Bench, offer: sqlite3.Row, buyer: Buyer = SOMEBODY, *, tell: bool = False) -> sqlite3.Row:
    """A buyer scanned the code or reached the pay page: the trade exists from now on.

    `tell`: send the WAIT_BUYER_PAY notify too. Raises: ApiError if the code is too old or its number is taken by a
    trade of another amount.
    """
    trade = find(bench, offer["owner_id"], out_trade_no=offer["out_trade_no"])
    if trade is not None:
        if (trade["total_fen"], trade["seller_id"]) != (offer["total_fen"], offer["seller_id"]):
            raise ApiError("ACQ.CONTEXT_INCONSISTENT")
        return trade
    if bench.now_ms >= min(offer["code_expires_ms"], offer["trade_expires_ms"]):
        raise ApiError("ACQ.TRADE_HAS_CLOSE")
    trade_no = bench.ids.trade_no(bench.db, bench.now_ms, buyer.buyer_id)
    shared = (
        "app_id",
        "auth_app_id",
        "owner_id",
        "seller_id",
        "smid",
        "out_trade_no",
        "subject",
        "total_fen",
    )
    bench.insert(
        "trade",
        {name: offer[name] for name in shared}
        | {
            "trade_no": trade_no,
            "offer_code": offer["code"],
            "status": Status.WAIT,
            "created_ms": bench.now_ms,
            "due_ms": offer["trade_expires_ms"],
        },
    )
    trade = read(bench, trade_no)
    if tell:
        notify.queue(bench, trade)
    return trade


def pay(bench: Bench, trade: sqlite3.Row, buyer: Buyer = SOMEBODY) -> sqlite3.Row:
    """The buyer's money reaches the seller's balance."""
    status = _after(trade, Act.PAY)
    days = bench.db.execute("SELECT refund_days FROM merchant WHERE seller_id = ?", (trade["seller_id"],)).fetchone()
    bench.db.execute(
        "UPDATE trade SET status = ?, paid_fen = total_fen, paid_ms = ?, due_ms = ?, buyer_id = ?, buyer_logon_id = ?"
        " WHERE trade_no = ?",
        (status, bench.now_ms, bench.now_ms + days[0] * DAY_MS, buyer.buyer_id, buyer.logon_id, trade["trade_no"]),
    )
    shift(bench, trade["seller_id"], trade["total_fen"])
    trade = read(bench, trade["trade_no"])
    notify.queue(bench, trade)
    return trade


def close(bench: Bench, trade: sqlite3.Row, act: Act = Act.CLOSE) -> sqlite3.Row:
    """Nobody paid and nobody will."""
    status = _after(trade, act)
    bench.db.execute(
        "UPDATE trade SET status = ?, closed_ms = ?, due_ms = NULL WHERE trade_no = ?",
        (status, bench.now_ms, trade["trade_no"]),
    )
    trade = read(bench, trade["trade_no"])
    notify.queue(bench, trade)
    return trade


def refund(bench: Bench, trade: sqlite3.Row, out_request_no: str, amount_fen: int, reason: str = "") -> bool:
    """Money back to the buyer; True if it moved now, False if this very refund had been made before.

    Raises: ApiError for another amount under a used number, for more than is left, for a balance too small.
    """
    known = find_refund(bench, trade["trade_no"], out_request_no)
    if known is not None:
        if known["amount_fen"] != amount_fen:
            raise ApiError("ACQ.DISCORDANT_REPEAT_REQUEST")
        return False
    total_fen = trade["refunded_fen"] + amount_fen
    act = Act.REFUND_ALL if total_fen >= trade["paid_fen"] else Act.REFUND_PART
    status = _after(trade, act)
    if total_fen > trade["paid_fen"]:
        raise ApiError("ACQ.REASON_TRADE_REFUND_FEE_ERR")
    if not shift(bench, trade["seller_id"], -amount_fen):
        raise ApiError("ACQ.SELLER_BALANCE_NOT_ENOUGH")
    bench.db.execute(
        "INSERT INTO refund VALUES (?, ?, ?, ?, ?)",
        (trade["trade_no"], out_request_no, amount_fen, reason, bench.now_ms),
    )
    closed_ms, due_ms = (bench.now_ms, None) if act is Act.REFUND_ALL else (None, trade["due_ms"])
    bench.db.execute(
        "UPDATE trade SET status = ?, refunded_fen = ?, refunded_ms = ?, closed_ms = ?, due_ms = ? WHERE trade_no = ?",
        (status, total_fen, bench.now_ms, closed_ms, due_ms, trade["trade_no"]),
    )
    notify.queue(bench, read(bench, trade["trade_no"]), out_request_no)
    return True


def find_refund(bench: Bench, trade_no: str, out_request_no: str) -> sqlite3.Row | None:
    return bench.one("SELECT * FROM refund WHERE trade_no = ? AND out_request_no = ?", trade_no, out_request_no)


def shift(bench: Bench, seller_id: str, by_fen: int) -> bool:
    """Move a balance; False, and nothing changed, if it would fall below zero."""
    changed = bench.db.execute(
        "UPDATE merchant SET balance_fen = balance_fen + ? WHERE seller_id = ? AND balance_fen + ? >= 0",
        (by_fen, seller_id, by_fen),
    )
    return changed.rowcount == 1


def run_due(bench: Bench) -> None:
    """Let time act: unpaid trades past their end close, paid ones past the refund window finish."""
    due = bench.db.execute(
        "SELECT * FROM trade WHERE due_ms <= ? ORDER BY due_ms, trade_no", (bench.now_ms,)
    ).fetchall()
    for trade in due:
        then = Bench(bench.db, bench.ids, trade["due_ms"])
        if trade["status"] == Status.WAIT:
            close(then, trade, Act.EXPIRE)
        else:
            bench.db.execute(
                "UPDATE trade SET status = ?, due_ms = NULL WHERE trade_no = ?",
                (_after(trade, Act.FINISH), trade["trade_no"]),
            )


def _after(trade: sqlite3.Row, act: Act) -> Status:
    status = Status(trade["status"])
    try:
        return TABLE[status, act]
    except KeyError:
        raise ApiError(refusal(status, act)) from None
