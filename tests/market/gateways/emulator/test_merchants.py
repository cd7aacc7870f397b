"""Merchants and what they may do: authorisations, royalties, transfers; one never sees another's trades."""

import pytest

from market.gateways.emulator.emulator import SECOND_SELLER_ID, SELLER_ID
from tests.support.alipay import Alipay

BIND, BATCH = "alipay.trade.royalty.relation.bind", "alipay.trade.royalty.relation.batchquery"
UNBIND, RATE = "alipay.trade.royalty.relation.unbind", "alipay.trade.royalty.rate.query"
SETTLE, SETTLE_QUERY = "alipay.trade.order.settle", "alipay.trade.order.settle.query"
TRANSFER, TRANSFER_QUERY = "alipay.fund.trans.uni.transfer", "alipay.fund.trans.common.query"
EXCHANGE, TOKEN_QUERY = "alipay.open.auth.token.app", "alipay.open.auth.token.app.query"
SECOND = {"type": "userId", "account": SECOND_SELLER_ID, "name": "示例"}


@pytest.fixture
def paid(alipay: Alipay) -> Alipay:
    alipay.create("T1", 100_00)
    alipay.pay("T1")
    return alipay


def share(alipay: Alipay, amount: str, number: str = "S1", to: str = SECOND_SELLER_ID) -> dict[str, str]:
    parts = [{"trans_in": to, "trans_in_type": "userId", "amount": amount, "desc": "服务费"}]
    trade_no = alipay.row("T1")["trade_no"]
    return alipay.ask(SETTLE, {"trade_no": trade_no, "out_request_no": number, "royalty_parameters": parts})


def bind(alipay: Alipay) -> None:
    assert alipay.ask(BIND, {"out_request_no": "B1", "receiver_list": [SECOND]})["result_code"] == "SUCCESS"


def test_relations_are_bound_listed_and_loosened(alipay: Alipay):
    bind(alipay)
    bind(alipay)
    listed = alipay.ask(BATCH, {"out_request_no": "Q1"})
    assert (listed["total_record_num"], listed["receiver_list"]) == (1, [SECOND])
    assert alipay.ask(RATE, {})["max_ratio"] == "30"

    alipay.ask(UNBIND, {"out_request_no": "B2", "receiver_list": [SECOND]})
    assert alipay.ask(BATCH, {"out_request_no": "Q2"})["total_record_num"] == 0


@pytest.mark.parametrize(
    ("receiver", "sub_code"),
    [
        ({"type": "userId", "account": "2088999999999999"}, "ACQ.USER_NOT_EXIST"),
        ({"type": "loginName", "account": "a@b.c"}, "ACQ.INVALID_RECEIVER_TYPE"),
    ],
)
def test_a_receiver_nobody_knows_is_refused(alipay: Alipay, receiver: dict[str, str], sub_code: str):
    assert alipay.ask(BIND, {"out_request_no": "B1", "receiver_list": [receiver]})["sub_code"] == sub_code


def test_up_to_thirty_percent_may_be_given_on(paid: Alipay):
    assert share(paid, "1.00")["sub_code"] == "ACQ.ROYALTY_RECEIVER_INVALID"
    bind(paid)
    assert share(paid, "20.00", "S1")["code"] == "10000"
    assert share(paid, "10.01", "S2")["sub_code"] == "ACQ.ALLOC_AMOUNT_VALIDATE_ERROR"
    assert share(paid, "10.00", "S3")["code"] == "10000"
    assert (paid.balance_fen(), paid.balance_fen(SECOND_SELLER_ID)) == (70_00, 30_00)


def test_a_share_repeated_moves_once_and_can_be_asked_for(paid: Alipay):
    bind(paid)
    first, again = share(paid, "5.00"), share(paid, "5.00")
    assert first == again
    assert share(paid, "6.00")["sub_code"] == "ACQ.DISCORDANT_REPEAT_REQUEST"
    assert paid.balance_fen(SECOND_SELLER_ID) == 5_00

    asked = paid.ask(SETTLE_QUERY, {"settle_no": first["settle_no"]})
    assert asked["royalty_detail_list"][0]["amount"] == "5.00"
    assert paid.ask(SETTLE_QUERY, {"settle_no": "1" * 32})["sub_code"] == "ACQ.TRADE_NOT_EXIST"


def test_a_refund_can_fetch_the_share_back(paid: Alipay):
    bind(paid)
    share(paid, "30.00")
    refund = {"out_trade_no": "T1", "refund_amount": "100.00", "out_request_no": "R1"}
    assert paid.ask("alipay.trade.refund", refund)["sub_code"] == "ACQ.SELLER_BALANCE_NOT_ENOUGH"

    back = [{"trans_out": SECOND_SELLER_ID, "trans_out_type": "userId", "amount": "30.00"}]
    assert paid.ask("alipay.trade.refund", refund | {"refund_royalty_parameters": back})["fund_change"] == "Y"
    assert (paid.balance_fen(), paid.balance_fen(SECOND_SELLER_ID)) == (0, 0)


def test_a_secondary_merchants_trade_is_released_and_may_be_shared_in_full(alipay: Alipay):
    bind(alipay)
    alipay.browser.post(f"/_emulator/merchants/{SELLER_ID}/sub-merchants?smid=2088S1")
    order = {"out_trade_no": "T1", "total_amount": "10.00", "subject": "x", "sub_merchant": {"merchant_id": "2088S1"}}
    alipay.ask("alipay.trade.precreate", order)
    alipay.pay("T1")
    trade_no = alipay.row("T1")["trade_no"]

    def confirm(amount: str) -> dict[str, str]:
        info = {"settle_detail_infos": [{"trans_in_type": "defaultSettle", "amount": amount}]}
        biz = {"trade_no": trade_no, "out_request_no": "C1", "settle_info": info}
        return alipay.ask("alipay.trade.settle.confirm", biz)

    assert confirm("4.00")["settle_amount"] == "4.00"
    assert confirm("6.01")["sub_code"] == "ACQ.ALLOC_AMOUNT_VALIDATE_ERROR"
    assert share(alipay, "10.00")["code"] == "10000"


def transfer(alipay: Alipay, amount: str, to: str = SECOND_SELLER_ID) -> dict[str, str]:
    biz = {
        "out_biz_no": "W1",
        "trans_amount": amount,
        "product_code": "TRANS_ACCOUNT_NO_PWD",
        "biz_scene": "DIRECT_TRANSFER",
        "payee_info": {"identity": to, "identity_type": "ALIPAY_USER_ID"},
    }
    return alipay.ask(TRANSFER, biz)


def test_a_transfer_moves_once(paid: Alipay):
    assert transfer(paid, "0.09")["sub_code"] == "EXCEED_LIMIT_SM_MIN_AMOUNT"
    assert transfer(paid, "1.00", "2088999999999999")["sub_code"] == "PAYEE_NOT_EXIST"
    assert transfer(paid, "100.01")["sub_code"] == "PAYER_BALANCE_NOT_ENOUGH"
    assert transfer(paid, "40.00") == transfer(paid, "40.00")
    assert transfer(paid, "41.00")["sub_code"] == "PAYMENT_INFO_INCONSISTENCY"

    assert (paid.balance_fen(), paid.balance_fen(SECOND_SELLER_ID)) == (60_00, 40_00)
    assert paid.ask(TRANSFER_QUERY, {"out_biz_no": "W1"})["trans_amount"] == "40.00"
    assert paid.ask(TRANSFER_QUERY, {"out_biz_no": "W2"})["sub_code"] == "ORDER_NOT_EXIST"


def test_a_code_is_exchanged_once_and_a_token_refreshed(alipay: Alipay):
    seller = alipay.merchant().account_no
    code = alipay.browser.post(f"/_emulator/merchants/{seller}/codes").get_json()["app_auth_code"]
    by_code = {"grant_type": "authorization_code", "code": code}
    given = alipay.ask(EXCHANGE, by_code)
    assert given["user_id"] == seller
    assert alipay.ask(EXCHANGE, by_code)["sub_code"] == "isv.code-invalid"
    assert alipay.ask(TOKEN_QUERY, {"app_auth_token": given["app_auth_token"]})["status"] == "valid"

    newer = alipay.ask(EXCHANGE, {"grant_type": "refresh_token", "refresh_token": given["app_refresh_token"]})
    query = ("alipay.trade.query", {"out_trade_no": "T1"})
    for token in (given["app_auth_token"], newer["app_auth_token"]):
        assert alipay.ask(*query, app_auth_token=token)["sub_code"] == "ACQ.TRADE_NOT_EXIST"
    alipay.advance(minutes=10)
    assert alipay.ask(*query, app_auth_token=given["app_auth_token"])["sub_code"] == "aop.app-auth-token-time-out"
    assert alipay.ask(*query, app_auth_token=newer["app_auth_token"])["sub_code"] == "ACQ.TRADE_NOT_EXIST"


def test_a_code_lives_a_day_and_a_token_a_year(alipay: Alipay):
    supplier = alipay.merchant()
    code = alipay.browser.post(f"/_emulator/merchants/{supplier.account_no}/codes").get_json()["app_auth_code"]
    alipay.advance(days=1)
    assert alipay.ask(EXCHANGE, {"grant_type": "authorization_code", "code": code})["sub_code"] == "isv.code-invalid"
    alipay.advance(days=364)
    answer = alipay.ask("alipay.trade.query", {"out_trade_no": "T1"}, app_auth_token=supplier.token)
    assert answer["sub_code"] == "aop.app-auth-token-time-out"


def test_two_merchants_may_use_the_same_number(alipay: Alipay):
    one, two = alipay.merchant(), alipay.merchant()
    alipay.create("T1", 100, one)
    alipay.create("T1", 250, two)
    for payee in (one, two):
        assert alipay.browser.post(f"/_emulator/trades/T1/pay?seller_id={payee.account_no}").status_code == 200

    assert (alipay.query("T1", one).amount_fen, alipay.query("T1", two).amount_fen) == (100, 250)


def test_tokens_and_codes_stand_in_no_log(alipay: Alipay):
    supplier = alipay.merchant()
    alipay.create("T1", 100, supplier)
    code = alipay.browser.post(f"/_emulator/merchants/{supplier.account_no}/codes").get_json()["app_auth_code"]
    given = alipay.ask(EXCHANGE, {"grant_type": "authorization_code", "code": code})
    text = str(alipay.log())

    for secret in (supplier.token, code, given["app_auth_token"], given["app_refresh_token"]):
        assert secret not in text
