"""The official client, unmodified, against the emulator on a real port, over http and https.

It always connects to port 80 or 443, whatever its address says, so the test lends it the emulator's port one level
below: the only line that is not the client's own.
"""

import json
import re
import socket
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from alipay.aop.api.AlipayClientConfig import AlipayClientConfig
from alipay.aop.api.DefaultAlipayClient import DefaultAlipayClient
from alipay.aop.api.domain.AlipayDataDataserviceBillDownloadurlQueryModel import (
    AlipayDataDataserviceBillDownloadurlQueryModel,
)
from alipay.aop.api.domain.AlipayTradeCancelModel import AlipayTradeCancelModel
from alipay.aop.api.domain.AlipayTradeCloseModel import AlipayTradeCloseModel
from alipay.aop.api.domain.AlipayTradeFastpayRefundQueryModel import AlipayTradeFastpayRefundQueryModel
from alipay.aop.api.domain.AlipayTradePagePayModel import AlipayTradePagePayModel
from alipay.aop.api.domain.AlipayTradePrecreateModel import AlipayTradePrecreateModel
from alipay.aop.api.domain.AlipayTradeQueryModel import AlipayTradeQueryModel
from alipay.aop.api.domain.AlipayTradeRefundModel import AlipayTradeRefundModel
from alipay.aop.api.exception.Exception import RequestException, ResponseException
from alipay.aop.api.request.AlipayDataDataserviceBillDownloadurlQueryRequest import (
    AlipayDataDataserviceBillDownloadurlQueryRequest,
)
from alipay.aop.api.request.AlipayTradeCancelRequest import AlipayTradeCancelRequest
from alipay.aop.api.request.AlipayTradeCloseRequest import AlipayTradeCloseRequest
from alipay.aop.api.request.AlipayTradeFastpayRefundQueryRequest import AlipayTradeFastpayRefundQueryRequest
from alipay.aop.api.request.AlipayTradePagePayRequest import AlipayTradePagePayRequest
from alipay.aop.api.request.AlipayTradePrecreateRequest import AlipayTradePrecreateRequest
from alipay.aop.api.request.AlipayTradeQueryRequest import AlipayTradeQueryRequest
from alipay.aop.api.request.AlipayTradeRefundRequest import AlipayTradeRefundRequest
from alipay.aop.api.util.SignatureUtils import verify_with_rsa

from market.gateways.alipay import statement
from market.gateways.alipay.transport import FORM, HttpTransport
from market.gateways.emulator import tls
from market.gateways.emulator.app import create_emulator_app
from market.gateways.emulator.emulator import APP_ID
from market.gateways.emulator.server import Live

DAY_S = 24 * 3600


@pytest.fixture
def lent(live: Live, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Live:
    """The emulator where this client looks for it: its port lent one level below, its authority trusted."""
    plain = socket.create_connection

    def connect(address: tuple[str, int], *args: Any, **kwargs: Any) -> socket.socket:
        host, port = address
        return plain((host, live.server.server_port if port in (80, 443) else port), *args, **kwargs)

    monkeypatch.setattr(socket, "create_connection", connect)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / tls.CA))
    return live


def made(live: Live, charset: str = "utf-8", private: str = "app_private") -> DefaultAlipayClient:
    directory = Path(live.emulator.keys.files["alipay_public"]).parent
    config = AlipayClientConfig()
    config.server_url = f"{live.base_url.partition(':')[0]}://127.0.0.1/gateway.do"
    config.app_id = APP_ID
    config.charset = charset
    config.app_private_key = (directory / f"{private}.pem").read_text()
    config.alipay_public_key = (directory / "alipay_public.pem").read_text()
    return DefaultAlipayClient(config)


@pytest.fixture
def client(lent: Live) -> DefaultAlipayClient:
    return made(lent)


def filled(model: Any, **values: str) -> Any:
    for name, value in values.items():
        setattr(model, name, value)
    return model


def public_key(live: Live) -> str:
    return Path(live.emulator.keys.files["alipay_public"]).read_text()


def content_of(notify: dict[str, str]) -> str:
    return "&".join(f"{name}={notify[name]}" for name in sorted(notify) if name not in ("sign", "sign_type"))


def line(live: Live) -> HttpTransport:
    return HttpTransport(ca_file=live.emulator.keys.files.get("ca"))


def post(live: Live, path: str) -> dict[str, Any]:
    return dict(json.loads(line(live).post(f"{live.base_url}/_emulator/{path}", b"")))


def test_the_official_client_pays_refunds_and_reads_its_bill(live: Live, client: DefaultAlipayClient):
    heard: list[dict[str, str]] = []

    def deliver(url: str, body: bytes, content_type: str) -> tuple[int, bytes]:
        heard.append(dict(parse_qsl(body.decode("ascii"))))
        return 200, b"success"

    live.emulator.deliver = deliver
    order = filled(AlipayTradePrecreateModel(), out_trade_no="T1", total_amount="12.30", subject="高山土豆/5斤")
    request = AlipayTradePrecreateRequest(order)
    request.notify_url = "http://127.0.0.1/notify"
    made = json.loads(client.execute(request))
    assert made["qr_code"].startswith(f"{live.base_url}/cashier/")

    post(live, "trades/T1/pay")
    post(live, "deliver")
    notify = heard[0]
    assert verify_with_rsa(public_key(live), content_of(notify).encode(), notify["sign"])

    query = AlipayTradeQueryRequest(filled(AlipayTradeQueryModel(), out_trade_no="T1"))
    assert json.loads(client.execute(query))["trade_status"] == "TRADE_SUCCESS"
    refund = filled(AlipayTradeRefundModel(), out_trade_no="T1", refund_amount="2.30", out_request_no="R1")
    assert json.loads(client.execute(AlipayTradeRefundRequest(refund)))["fund_change"] == "Y"
    asked = filled(AlipayTradeFastpayRefundQueryModel(), out_trade_no="T1", out_request_no="R1")
    assert json.loads(client.execute(AlipayTradeFastpayRefundQueryRequest(asked)))["refund_status"] == "REFUND_SUCCESS"

    post(live, f"clock/advance?seconds={DAY_S}")
    day = filled(AlipayDataDataserviceBillDownloadurlQueryModel(), bill_type="trade", bill_date="2026-11-23")
    url = json.loads(client.execute(AlipayDataDataserviceBillDownloadurlQueryRequest(day)))["bill_download_url"]
    rows = statement.read(line(live).get(url))
    assert [row.amount_fen for row in rows] == [12_30, -2_30]


def page_order(number: str) -> AlipayTradePagePayRequest:
    model = filled(
        AlipayTradePagePayModel(),
        out_trade_no=number,
        total_amount="12.30",
        subject='高山土豆 & more "big"',
        product_code="FAST_INSTANT_TRADE_PAY",
    )
    request = AlipayTradePagePayRequest(model)
    request.return_url = "http://shop.test/back?a=1&b=2"
    return request


@pytest.mark.parametrize("charset", ["utf-8", "GBK"])
def test_its_pay_page_is_paid_and_leads_back(live: Live, lent: Live, charset: str):
    client = made(lent, charset)
    browser = create_emulator_app(live.emulator).test_client()
    by_link = client.page_execute(page_order("T1"), "GET")
    form = client.page_execute(page_order("T2"))
    action = re.search(r'action="([^"]+)"', form)
    fields = re.findall(r'name="([^"]+)" value="([^"]+)"', form)
    assert action is not None
    body = urlencode({name: value.replace("&quot;", '"') for name, value in fields}, encoding=charset)
    answers = [
        browser.get("/gateway.do?" + by_link.partition("?")[2]),
        browser.post("/gateway.do?" + action[1].partition("?")[2], data=body, content_type=FORM),
    ]

    for answer in answers:
        assert answer.status_code == 302
        assert "高山土豆" in browser.get(answer.location).get_data(as_text=True)
        after = browser.post(f"{answer.location}/pay", follow_redirects=True).get_data(as_text=True)
        back = re.search(r'href="(http://shop.test[^"]+)"', after)
        assert back is not None
        signed = dict(parse_qsl(urlsplit(back[1].replace("&amp;", "&")).query, encoding=charset))
        assert (signed.pop("a"), signed.pop("b")) == ("1", "2")
        assert verify_with_rsa(public_key(live), content_of(signed).encode(charset), signed["sign"])


def test_it_speaks_gbk_and_hears_each_refusal(live: Live, lent: Live):
    client = made(lent, "GBK")
    order = filled(AlipayTradePrecreateModel(), out_trade_no="T1", total_amount="0.01", subject="临江/土豆")
    assert json.loads(client.execute(AlipayTradePrecreateRequest(order)))["code"] == "10000"
    post(live, "trades/T1/pay")
    query = AlipayTradeQueryRequest(filled(AlipayTradeQueryModel(), out_trade_no="T1"))
    assert json.loads(client.execute(query))["subject"] == "临江/土豆"

    close = AlipayTradeCloseRequest(filled(AlipayTradeCloseModel(), out_trade_no="T1"))
    assert json.loads(client.execute(close))["sub_code"] == "ACQ.TRADE_STATUS_ERROR"
    cancel = AlipayTradeCancelRequest(filled(AlipayTradeCancelModel(), out_trade_no="T1"))
    assert json.loads(client.execute(cancel))["action"] == "refund"
    assert json.loads(client.execute(query))["trade_status"] == "TRADE_CLOSED"
    refused = json.loads(made(lent, private="alipay_private").execute(query))
    assert (refused["code"], refused["sub_code"]) == ("40002", "isv.invalid-signature")
    assert "app_id=" in refused["sub_msg"]


@pytest.mark.parametrize("live", ["https"], indirect=True)
def test_without_the_authoritys_file_it_does_not_speak(client: DefaultAlipayClient, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("SSL_CERT_FILE")
    query = AlipayTradeQueryRequest(filled(AlipayTradeQueryModel(), out_trade_no="T1"))

    with pytest.raises(RequestException):
        client.execute(query)


def test_a_bad_signature_of_ours_is_noticed_by_it(live: Live, client: DefaultAlipayClient):
    post(live, "faults?kind=bad_sign")
    query = AlipayTradeQueryRequest(filled(AlipayTradeQueryModel(), out_trade_no="T1"))

    with pytest.raises(ResponseException):
        client.execute(query)
