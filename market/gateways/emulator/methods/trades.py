"""What a merchant asks about or does to its trade: query, close, cancel, refund, refund query."""

from typing import Any

from market.gateways.emulator import trades
from market.gateways.emulator.call import Call
from market.gateways.emulator.clock import stamp
from market.gateways.emulator.errors import ApiError
from market.gateways.emulator.methods import royalty
from market.gateways.emulator.money import yuan_of
from market.gateways.emulator.states import Act, Status


def query(call: Call) -> dict[str, Any]:
    trade = call.trade()
    paid = yuan_of(trade["paid_fen"])
    answer: dict[str, Any] = {
        "trade_no": trade["trade_no"],
        "out_trade_no": trade["out_trade_no"],
        "buyer_logon_id": trade["buyer_logon_id"] or trades.Buyer().logon_id,
        "buyer_user_id": trade["buyer_id"] or trades.Buyer().buyer_id,
        "trade_status": trade["status"],
        "total_amount": yuan_of(trade["total_fen"]),
        "buyer_pay_amount": paid,
        "receipt_amount": paid,
        "invoice_amount": paid,
        "point_amount": "0.00",
        "subject": trade["subject"],
    }
    if trade["paid_ms"] is not None:
        answer["send_pay_date"] = stamp(trade["paid_ms"])
        answer["fund_bill_list"] = [{"amount": paid, "fund_channel": "ALIPAYACCOUNT"}]
    return answer


def close(call: Call) -> dict[str, Any]:
    trade = trades.close(call.bench, call.trade())
    return {"trade_no": trade["trade_no"], "out_trade_no": trade["out_trade_no"]}


def cancel(call: Call) -> dict[str, Any]:
    """Close if unpaid, give everything back if paid. A trade nobody opened answers without `action`."""
    trade = call.find_trade()
    if trade is None:
        return {"out_trade_no": call.text("out_trade_no", 64), "retry_flag": "N"}
    answer = {"trade_no": trade["trade_no"], "out_trade_no": trade["out_trade_no"], "retry_flag": "N"}
    status = Status(trade["status"])
    if status is Status.WAIT:
        trades.close(call.bench, trade, Act.CLOSE)
        return answer | {"action": "close"}
    if status is Status.FINISHED:
        raise ApiError("ACQ.TRADE_HAS_FINISHED")
    left_fen = trade["paid_fen"] - trade["refunded_fen"]
    if left_fen:
        trades.refund(call.bench, trade, f"cancel_{trade['out_trade_no']}"[:64], left_fen)
    return answer | {"action": "refund" if trade["paid_fen"] else "close"}


def refund(call: Call) -> dict[str, Any]:
    trade = call.trade()
    amount_fen = call.amount_fen("refund_amount")
    number = call.text("out_request_no", 64)
    if not number and amount_fen != trade["total_fen"]:
        raise ApiError("ACQ.REFUND_AMT_NOT_EQUAL_TOTAL")
    number = number or trade["out_trade_no"]
    if trades.find_refund(call.bench, trade["trade_no"], number) is None:
        royalty.give_back(call, trade)
    moved = trades.refund(call.bench, trade, number, amount_fen, call.text("refund_reason"))
    trade = trades.read(call.bench, trade["trade_no"])
    return {
        "trade_no": trade["trade_no"],
        "out_trade_no": trade["out_trade_no"],
        "buyer_logon_id": trade["buyer_logon_id"],
        "buyer_user_id": trade["buyer_id"],
        "fund_change": "Y" if moved else "N",
        "refund_fee": yuan_of(trade["refunded_fen"]),
        "send_back_fee": yuan_of(amount_fen) if moved else "0.00",
        "gmt_refund_pay": stamp(trade["refunded_ms"]),
    }


def refund_query(call: Call) -> dict[str, Any]:
    """What became of one refund. A number never used answers a bare success."""
    trade = call.trade()
    found = trades.find_refund(call.bench, trade["trade_no"], call.text("out_request_no", 64, needed=True))
    if found is None:
        return {}
    answer = {
        "trade_no": trade["trade_no"],
        "out_trade_no": trade["out_trade_no"],
        "out_request_no": found["out_request_no"],
        "total_amount": yuan_of(trade["total_fen"]),
        "refund_amount": yuan_of(found["amount_fen"]),
        "refund_status": "REFUND_SUCCESS",
        "gmt_refund_pay": stamp(found["at_ms"]),
    }
    return answer | ({"refund_reason": found["reason"]} if found["reason"] else {})
