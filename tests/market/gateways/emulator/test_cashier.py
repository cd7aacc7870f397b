"""The buyer's page: three buttons without JavaScript, nothing but escaped text, a way back with signed parameters."""

import re
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from market.gateways.emulator import wire
from market.gateways.emulator.keys import read_public
from tests.support.alipay import Alipay

RETURN_URL = "https://shop.test/orders/1?tab=paid"
HOSTILE = "\"><script>alert(1)</script><img src=x onerror='x'>{{7*7}}"


def page_pay(alipay: Alipay, method: str = "alipay.trade.page.pay", **changes: str) -> str:
    """The path of the cashier page a pay link leads to."""
    order = {
        "out_trade_no": "T1",
        "total_amount": "12.30",
        "subject": "高山土豆",
        "product_code": "FAST_INSTANT_TRADE_PAY",
    }
    params = alipay.params(method, order | changes, return_url=RETURN_URL)
    answer = alipay.browser.get(f"/gateway.do?{urlencode(params)}")
    assert answer.status_code == 302
    return answer.location


@pytest.mark.parametrize("method", ["alipay.trade.page.pay", "alipay.trade.wap.pay"])
def test_a_pay_link_leads_to_the_page_and_back_with_signed_parameters(alipay: Alipay, method: str):
    path = page_pay(alipay, method)
    shown = alipay.browser.get(path).get_data(as_text=True)
    assert "模拟收银台" in shown
    assert "确认付款" in shown

    after = alipay.browser.post(f"{path}/pay", follow_redirects=True).get_data(as_text=True)
    assert "付款成功" in after
    link = re.search(r'href="(https://shop.test[^"]+)"', after)
    assert link is not None
    url = link[1].replace("&amp;", "&")
    fields = dict(parse_qsl(urlsplit(url).query))
    assert fields.pop("tab") == "paid"
    assert (fields["out_trade_no"], fields["total_amount"], fields["method"]) == ("T1", "12.30", f"{method}.return")
    content = wire.notify_text(fields).encode()
    assert wire.verified(read_public(alipay.emulator.keys.alipay_public_pem), content, fields["sign"])


def test_a_refused_pay_link_is_a_page_that_says_why(alipay: Alipay):
    params = alipay.params("alipay.trade.page.pay", {"out_trade_no": "T1", "total_amount": "0"})
    answer = alipay.browser.get(f"/gateway.do?{urlencode(params)}")

    assert answer.status_code == 200
    assert "ACQ.INVALID_PARAMETER" in answer.get_data(as_text=True)


def test_cancelling_and_too_little_money_leave_the_order_payable(alipay: Alipay):
    path = page_pay(alipay)
    assert "已取消付款" in alipay.browser.post(f"{path}/cancel").get_data(as_text=True)
    assert "余额不足" in alipay.browser.post(f"{path}/short").get_data(as_text=True)
    assert alipay.row("T1")["status"] == "WAIT_BUYER_PAY"

    assert alipay.browser.post(f"{path}/pay").status_code == 303
    assert alipay.row("T1")["status"] == "TRADE_SUCCESS"


def test_the_button_pressed_twice_pays_once(alipay: Alipay):
    path = page_pay(alipay)
    alipay.browser.post(f"{path}/pay")
    again = alipay.browser.post(f"{path}/pay")

    assert again.status_code == 200
    assert "付款成功" in again.get_data(as_text=True)
    assert alipay.balance_fen() == 12_30


def test_everything_a_caller_wrote_is_escaped(alipay: Alipay):
    with alipay.emulator.bench() as bench:
        bench.db.execute("UPDATE merchant SET name = ?", (HOSTILE,))
    path = page_pay(alipay, subject=HOSTILE)
    for shown in (alipay.browser.get(path), alipay.browser.post(f"{path}/pay", follow_redirects=True)):
        text = shown.get_data(as_text=True)
        assert "<script" not in text
        assert "<img" not in text
        assert "{{7*7}}" in text
        assert "default-src 'none'" in shown.headers["Content-Security-Policy"]


def test_a_return_address_that_is_no_web_address_becomes_no_link(alipay: Alipay):
    order = {"out_trade_no": "T1", "total_amount": "1.00", "subject": "x"}
    params = alipay.params("alipay.trade.page.pay", order, return_url="javascript:alert(1)")
    path = alipay.browser.get(f"/gateway.do?{urlencode(params)}").location
    after = alipay.browser.post(f"{path}/pay", follow_redirects=True).get_data(as_text=True)

    assert "javascript:" not in after


def test_no_inline_style_script_or_handler(alipay: Alipay):
    text = alipay.browser.get(page_pay(alipay)).get_data(as_text=True)

    assert not re.search(r"<style|<script|\sstyle=|\son[a-z]+=", text)


def test_a_closed_order_offers_no_button(alipay: Alipay):
    path = page_pay(alipay)
    alipay.browser.get(path)
    alipay.ask("alipay.trade.close", {"out_trade_no": "T1"})
    text = alipay.browser.get(path).get_data(as_text=True)

    assert "交易已关闭" in text
    assert "确认付款" not in text
    assert "交易已经关闭" in alipay.browser.post(f"{path}/pay").get_data(as_text=True)


def test_an_unknown_code_is_not_found(alipay: Alipay):
    assert alipay.browser.get("/cashier/baxnothing").status_code == 404
    assert alipay.browser.post("/cashier/baxnothing/pay").status_code == 404
