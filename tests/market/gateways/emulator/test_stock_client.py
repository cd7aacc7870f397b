"""The official client, unmodified, against the emulator on a real port, over http and https.

It always connects to port 80 or 443, whatever its address says, so the test lends it the emulator's port one level
below: the only line that is not the client's own.
"""

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest
from alipay.aop.api.AlipayClientConfig import AlipayClientConfig
from alipay.aop.api.DefaultAlipayClient import DefaultAlipayClient
from alipay.aop.api.domain.AlipayDataDataserviceBillDownloadurlQueryModel import (
    AlipayDataDataserviceBillDownloadurlQueryModel,
)
from alipay.aop.api.domain.AlipayTradeFastpayRefundQueryModel import AlipayTradeFastpayRefundQueryModel
from alipay.aop.api.domain.AlipayTradePagePayModel import AlipayTradePagePayModel
from alipay.aop.api.domain.AlipayTradePrecreateModel import AlipayTradePrecreateModel
from alipay.aop.api.domain.AlipayTradeQueryModel import AlipayTradeQueryModel
from alipay.aop.api.domain.AlipayTradeRefundModel import AlipayTradeRefundModel
from alipay.aop.api.exception.Exception import ResponseException
from alipay.aop.api.request.AlipayDataDataserviceBillDownloadurlQueryRequest import (
    AlipayDataDataserviceBillDownloadurlQueryRequest,
)
from alipay.aop.api.request.AlipayTradeFastpayRefundQueryRequest import AlipayTradeFastpayRefundQueryRequest
from alipay.aop.api.request.AlipayTradePagePayRequest import AlipayTradePagePayRequest
from alipay.aop.api.request.AlipayTradePrecreateRequest import AlipayTradePrecreateRequest
from alipay.aop.api.request.AlipayTradeQueryRequest import AlipayTradeQueryRequest
from alipay.aop.api.request.AlipayTradeRefundRequest import AlipayTradeRefundRequest
from alipay.aop.api.util.SignatureUtils import verify_with_rsa

from market.gateways.alipay import statement
from market.gateways.alipay.transport import HttpTransport
from market.gateways.emulator import tls
from market.gateways.emulator.app import create_emulator_app
from market.gateways.emulator.clock import Clock
from market.gateways.emulator.emulator import APP_ID, Emulator
from market.gateways.emulator.keys import Keys
from market.gateways.emulator.server import Address, Live

DAY_S = 24 * 3600


@pytest.fixture(params=["http", "https"])
def live(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Live]:
    files = tls.files(tmp_path) if request.param == "https" else None
    emulator = Emulator(Keys.open(tmp_path), clock=Clock.of("2026-11-23T09:00:00"))
    with Live(emulator, Address(tls=files)) as running:
        plain = socket.create_connection

        def lent(address: tuple[str, int], *args: Any, **kwargs: Any) -> socket.socket:
            host, port = address
            return plain((host, running.server.server_port if port in (80, 443) else port), *args, **kwargs)

        monkeypatch.setattr(socket, "create_connection", lent)
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / tls.CA))
        yield running


@pytest.fixture
def client(live: Live, tmp_path: Path) -> DefaultAlipayClient:
    config = AlipayClientConfig()
    config.server_url = f"{'https' if live.base_url.startswith('https') else 'http'}://127.0.0.1/gateway.do"
    config.app_id = APP_ID
    config.app_private_key = (tmp_path / "app_private.pem").read_text()
    config.alipay_public_key = (tmp_path / "alipay_public.pem").read_text()
    return DefaultAlipayClient(config)


def filled(model: Any, **values: str) -> Any:
    for name, value in values.items():
        setattr(model, name, value)
    return model


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
    content = "&".join(f"{name}={notify[name]}" for name in sorted(notify) if name not in ("sign", "sign_type"))
    public = Path(live.emulator.keys.files["alipay_public"]).read_text()
    assert verify_with_rsa(public, content.encode(), notify["sign"])

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


def test_its_pay_page_leads_to_the_cashier(live: Live, client: DefaultAlipayClient):
    model = filled(
        AlipayTradePagePayModel(),
        out_trade_no="T1",
        total_amount="12.30",
        subject="高山土豆 & more",
        product_code="FAST_INSTANT_TRADE_PAY",
    )
    url = client.page_execute(AlipayTradePagePayRequest(model), "GET")
    answer = create_emulator_app(live.emulator).test_client().get("/gateway.do?" + url.partition("?")[2])

    assert answer.status_code == 302
    assert "/cashier/" in answer.location


def test_a_bad_signature_of_ours_is_noticed_by_it(live: Live, client: DefaultAlipayClient):
    post(live, "faults?kind=bad_sign")
    query = AlipayTradeQueryRequest(filled(AlipayTradeQueryModel(), out_trade_no="T1"))

    with pytest.raises(ResponseException):
        client.execute(query)
