"""The life of a trade: every move of the state table, every move that is not in it, money once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.gateways.emulator.money import MAX_FEN, fen_of, yuan_of
from market.gateways.emulator.states import TABLE, Act, Status
from tests.support.alipay import Alipay

PRECREATE, QUERY, CLOSE = "alipay.trade.precreate", "alipay.trade.query", "alipay.trade.close"
CANCEL, REFUND = "alipay.trade.cancel", "alipay.trade.refund"
REFUND_QUERY = "alipay.trade.fastpay.refund.query"
T1 = {"out_trade_no": "T1"}


def reach(alipay: Alipay, status: Status) -> None:
    """A trade T1 over 1.00 in `status`."""
    alipay.create("T1", 100)
    alipay.scan("T1")
    if status is Status.CLOSED:
        alipay.ask(CLOSE, T1)
    elif status is not Status.WAIT:
        alipay.pay("T1")
    if status is Status.FINISHED:
        alipay.advance(days=90)
    assert alipay.ask(QUERY, T1)["trade_status"] == status


ACTS = {
    Act.CLOSE: (CLOSE, T1),
    Act.REFUND_PART: (REFUND, T1 | {"refund_amount": "0.40", "out_request_no": "R1"}),
    Act.REFUND_ALL: (REFUND, T1 | {"refund_amount": "1.00"}),
}
REFUSED = {
    (Status.SUCCESS, Act.CLOSE): "ACQ.TRADE_STATUS_ERROR",
    (Status.CLOSED, Act.CLOSE): "ACQ.TRADE_STATUS_ERROR",
    (Status.FINISHED, Act.CLOSE): "ACQ.TRADE_STATUS_ERROR",
    (Status.WAIT, Act.REFUND_PART): "ACQ.TRADE_STATUS_ERROR",
    (Status.WAIT, Act.REFUND_ALL): "ACQ.TRADE_STATUS_ERROR",
    (Status.CLOSED, Act.REFUND_PART): "ACQ.TRADE_STATUS_ERROR",
    (Status.CLOSED, Act.REFUND_ALL): "ACQ.TRADE_STATUS_ERROR",
    (Status.FINISHED, Act.REFUND_PART): "ACQ.TRADE_HAS_FINISHED",
    (Status.FINISHED, Act.REFUND_ALL): "ACQ.TRADE_HAS_FINISHED",
}


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("act", list(ACTS))
def test_the_table_decides_every_move(alipay: Alipay, status: Status, act: Act):
    reach(alipay, status)
    before = alipay.row("T1")
    answer = alipay.ask(*ACTS[act])

    if (status, act) in TABLE:
        assert answer["code"] == "10000"
        assert alipay.ask(QUERY, T1)["trade_status"] == TABLE[status, act]
    else:
        assert (answer["code"], answer["sub_code"]) == ("40004", REFUSED[status, act])
        assert alipay.row("T1") == before


@pytest.mark.parametrize("status", [Status.SUCCESS, Status.CLOSED, Status.FINISHED])
def test_nobody_pays_twice_or_too_late(alipay: Alipay, status: Status):
    reach(alipay, status)
    answer = alipay.browser.post("/_emulator/trades/T1/pay")

    assert answer.status_code == 409
    assert answer.get_json()["error"] == ("ACQ.TRADE_HAS_CLOSE" if status is Status.CLOSED else "ACQ.TRADE_HAS_SUCCESS")


def test_no_trade_exists_before_the_scan(alipay: Alipay):
    alipay.create("T1")

    for method in (QUERY, CLOSE, REFUND):
        assert alipay.ask(method, T1 | {"refund_amount": "1.00"})["sub_code"] == "ACQ.TRADE_NOT_EXIST"
    assert alipay.ask(CANCEL, T1) == {"code": "10000", "msg": "Success", "out_trade_no": "T1", "retry_flag": "N"}


def test_an_eager_gateway_makes_the_trade_at_once(alipay: Alipay):
    alipay.emulator.options.eager = True
    alipay.create("T1")

    assert alipay.ask(QUERY, T1)["trade_status"] == Status.WAIT


def test_create_makes_a_trade_for_a_known_buyer(alipay: Alipay):
    order = T1 | {"total_amount": "1.00", "subject": "x"}
    assert alipay.ask("alipay.trade.create", order)["sub_code"] == "ACQ.INVALID_PARAMETER"
    made = alipay.ask("alipay.trade.create", order | {"buyer_id": "2088900000000001"})

    assert made["trade_no"] == alipay.ask(QUERY, T1)["trade_no"]


def test_cancel_closes_or_gives_back(alipay: Alipay):
    reach(alipay, Status.WAIT)
    assert alipay.ask(CANCEL, T1)["action"] == "close"

    alipay.create("T2", 100)
    alipay.pay("T2")
    assert alipay.ask(CANCEL, {"out_trade_no": "T2"})["action"] == "refund"
    assert alipay.ask(CANCEL, {"out_trade_no": "T2"})["action"] == "refund"
    assert alipay.ask(QUERY, {"out_trade_no": "T2"})["trade_status"] == Status.CLOSED
    assert alipay.balance_fen() == 0


def test_trade_no_wins_over_out_trade_no(alipay: Alipay):
    reach(alipay, Status.SUCCESS)
    alipay.create("T2")
    alipay.pay("T2")
    trade_no = alipay.row("T2")["trade_no"]

    assert alipay.ask(QUERY, T1 | {"trade_no": trade_no})["out_trade_no"] == "T2"


def test_an_unpaid_trade_closes_at_its_time(alipay: Alipay):
    order = {"total_amount": "1.00", "subject": "x"}
    alipay.ask(PRECREATE, T1 | order | {"timeout_express": "15m"})
    alipay.ask(PRECREATE, order | {"out_trade_no": "T2", "time_expire": "2026-11-23 09:10:00"})
    alipay.scan("T1")
    alipay.scan("T2")

    alipay.advance(minutes=10)
    assert alipay.ask(QUERY, {"out_trade_no": "T2"})["trade_status"] == Status.CLOSED
    assert alipay.ask(QUERY, T1)["trade_status"] == Status.WAIT
    alipay.advance(minutes=5)
    assert alipay.ask(QUERY, T1)["trade_status"] == Status.CLOSED


def test_a_code_nobody_scanned_in_two_hours_is_dead(alipay: Alipay):
    code = alipay.ask(PRECREATE, T1 | {"total_amount": "1.00", "subject": "x"})["qr_code"].rpartition("/")[2]
    alipay.advance(hours=2)

    assert alipay.browser.get(f"/cashier/{code}").status_code == 410
    assert alipay.ask(QUERY, T1)["sub_code"] == "ACQ.TRADE_NOT_EXIST"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("total_amount", "0"),
        ("total_amount", "0.00"),
        ("total_amount", "-1"),
        ("total_amount", "1.001"),
        ("total_amount", "1e2"),
        ("total_amount", "1,000.00"),
        ("total_amount", ""),
        ("total_amount", None),
        ("out_trade_no", ""),
        ("out_trade_no", "T-1"),
        ("out_trade_no", "T" * 65),
        ("subject", ""),
        ("subject", "x" * 257),
        ("time_expire", "2026-11-23 08:59:59"),
        ("time_expire", "tomorrow"),
        ("timeout_express", "0m"),
        ("timeout_express", "16d"),
    ],
)
def test_a_field_out_of_its_bounds_is_refused(alipay: Alipay, field: str, value: str | None):
    answer = alipay.ask(PRECREATE, T1 | {"total_amount": "1.00", "subject": "x"} | {field: value})

    assert (answer["code"], answer["sub_code"]) == ("40004", "ACQ.INVALID_PARAMETER")
    assert answer["sub_msg"].endswith(field)


def test_the_largest_amount_and_one_fen_more(alipay: Alipay):
    order = T1 | {"subject": "x"}
    assert alipay.ask(PRECREATE, order | {"total_amount": "100000000.01"})["sub_code"] == "ACQ.TOTAL_FEE_EXCEED"
    assert alipay.ask(PRECREATE, order | {"total_amount": "100000000"})["code"] == "10000"


def test_an_amount_may_come_as_a_json_number(alipay: Alipay):
    alipay.ask(PRECREATE, T1 | {"total_amount": 19.9, "subject": "x"})
    alipay.pay("T1")

    assert alipay.ask(QUERY, T1)["total_amount"] == "19.90"


@given(st.integers(0, MAX_FEN))
def test_yuan_and_fen_are_the_same_money(fen: int):
    assert fen_of(yuan_of(fen)) == fen


def test_the_same_refund_moves_money_once_also_after_the_last(alipay: Alipay):
    reach(alipay, Status.SUCCESS)
    first = alipay.ask(REFUND, T1 | {"refund_amount": "0.40", "out_request_no": "R1"})
    alipay.ask(REFUND, T1 | {"refund_amount": "0.60", "out_request_no": "R2"})
    again = alipay.ask(REFUND, T1 | {"refund_amount": "0.40", "out_request_no": "R1"})

    assert (first["fund_change"], first["refund_fee"]) == ("Y", "0.40")
    assert (again["fund_change"], again["refund_fee"]) == ("N", "1.00")
    assert alipay.balance_fen() == 0


@pytest.mark.parametrize(
    ("refund", "sub_code"),
    [
        ({"refund_amount": "0.41", "out_request_no": "R1"}, "ACQ.DISCORDANT_REPEAT_REQUEST"),
        ({"refund_amount": "0.61", "out_request_no": "R2"}, "ACQ.REASON_TRADE_REFUND_FEE_ERR"),
        ({"refund_amount": "0.10"}, "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL"),
        ({"refund_amount": "0"}, "ACQ.INVALID_PARAMETER"),
        ({"out_request_no": "R2"}, "ACQ.INVALID_PARAMETER"),
    ],
)
def test_a_refund_that_cannot_be_is_refused(alipay: Alipay, refund: dict[str, str], sub_code: str):
    reach(alipay, Status.SUCCESS)
    alipay.ask(REFUND, T1 | {"refund_amount": "0.40", "out_request_no": "R1"})

    assert alipay.ask(REFUND, T1 | refund)["sub_code"] == sub_code
    assert alipay.balance_fen() == 60


def test_a_refund_query_tells_what_is_and_what_is_not(alipay: Alipay):
    reach(alipay, Status.SUCCESS)
    alipay.ask(REFUND, T1 | {"refund_amount": "0.40", "out_request_no": "R1", "refund_reason": "少一袋"})

    found = alipay.ask(REFUND_QUERY, T1 | {"out_request_no": "R1"})
    assert (found["refund_status"], found["refund_amount"], found["refund_reason"]) == (
        "REFUND_SUCCESS",
        "0.40",
        "少一袋",
    )
    assert alipay.ask(REFUND_QUERY, T1 | {"out_request_no": "R9"}) == {"code": "10000", "msg": "Success"}


def test_eight_equal_refunds_at_once_move_money_once(alipay: Alipay):
    reach(alipay, Status.SUCCESS)
    refund = T1 | {"refund_amount": "0.40", "out_request_no": "R1"}

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: alipay.ask(REFUND, refund), range(8)))

    assert sorted(answer["fund_change"] for answer in answers) == ["N"] * 7 + ["Y"]
    assert alipay.balance_fen() == 60


def test_eight_different_refunds_at_once_never_exceed_what_was_paid(alipay: Alipay):
    reach(alipay, Status.SUCCESS)

    with ThreadPoolExecutor(8) as pool:
        refunds = [T1 | {"refund_amount": "0.30", "out_request_no": f"R{i}"} for i in range(8)]
        answers = list(pool.map(lambda refund: alipay.ask(REFUND, refund), refunds))

    assert sorted(answer["code"] for answer in answers) == ["10000"] * 3 + ["40004"] * 5
    assert alipay.balance_fen() == 10
