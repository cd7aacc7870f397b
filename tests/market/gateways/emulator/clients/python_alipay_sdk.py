# ruff: noqa: S310, T201, PT017  (no pytest there; against one own address)
"""python-alipay-sdk (fzlee), unmodified, against a running emulator whose clock stands at 2026-11-23 09:00. In an
environment of its own, because it owns the same package name as the official client:

    python python_alipay_sdk.py GATEWAY_FRONT KEYS_DIR     (https: SSL_CERT_FILE=KEYS_DIR/ca.pem)

Without that file the last argument "untrusted" expects the line to be refused.
"""

import io
import json
import re
import sys
import threading
import urllib.error
import urllib.request
import zipfile
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from alipay import AliPay
from alipay.exceptions import AliPayException, AliPayValidationError

BASE, KEYS = sys.argv[1].rstrip("/"), Path(sys.argv[2])
HEARD: list[dict[str, str]] = []


class Shop(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        HEARD.append(dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode())))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"success")

    def log_message(self, *args: object) -> None:
        """Quiet."""


def control(path: str) -> Any:
    request = urllib.request.Request(f"{BASE}/_emulator/{path}", method="POST")
    return json.loads(urllib.request.urlopen(request).read())


def client_of(notify_url: str, private: str = "app_private.pem") -> AliPay:
    client = AliPay(
        appid="2021000000000001",
        app_notify_url=notify_url,
        app_private_key_string=(KEYS / private).read_text(),
        alipay_public_key_string=(KEYS / "alipay_public.pem").read_text(),
        sign_type="RSA2",
    )
    client._gateway = f"{BASE}/gateway.do"  # it offers no public way to name a gateway
    return client


def codes_and_refunds(client: AliPay) -> None:
    made = client.api_alipay_trade_precreate(out_trade_no="T1", total_amount="12.30", subject="高山土豆/5斤 & 葱")
    assert made["qr_code"].startswith(f"{BASE}/cashier/"), made
    assert client.api_alipay_trade_query(out_trade_no="T1")["sub_code"] == "ACQ.TRADE_NOT_EXIST"
    control("trades/T1/pay")
    control("deliver")
    notify = HEARD[0]
    sign = notify.pop("sign")
    assert client.verify(dict(notify), sign)
    assert not client.verify(notify | {"total_amount": "12.31"}, sign)
    assert notify["subject"] == "高山土豆/5斤 & 葱"
    assert client.api_alipay_trade_query(out_trade_no="T1")["trade_status"] == "TRADE_SUCCESS"
    refund = {"refund_amount": "2.30", "out_trade_no": "T1", "out_request_no": "R1"}
    assert client.api_alipay_trade_refund(**refund)["fund_change"] == "Y"
    assert client.api_alipay_trade_refund(**refund)["fund_change"] == "N"
    assert client.api_alipay_trade_refund(**refund | {"refund_amount": "9"})["code"] == "40004"
    asked = client.api_alipay_trade_fastpay_refund_query(out_request_no="R1", out_trade_no="T1")
    assert asked["refund_status"] == "REFUND_SUCCESS", asked
    assert client.api_alipay_trade_cancel(out_trade_no="T1")["action"] == "refund"


def pay_page(client: AliPay) -> None:
    for name, number in (("api_alipay_trade_page_pay", "T2"), ("api_alipay_trade_wap_pay", "T3")):
        link = getattr(client, name)(
            subject="page", out_trade_no=number, total_amount="1.00", return_url="http://shop.test/back"
        )
        shown = urllib.request.urlopen(f"{BASE}/gateway.do?{link}")
        assert "模拟收银台" in shown.read().decode()
        after = urllib.request.urlopen(urllib.request.Request(f"{shown.url}/pay", method="POST")).read().decode()
        back = re.search(r'href="(http://shop\.test[^"]+)"', after)
        assert back is not None
        fields = dict(parse_qsl(urlsplit(back[1].replace("&amp;", "&")).query))
        assert client.verify(fields, fields.pop("sign"))
        assert client.api_alipay_trade_close(out_trade_no=number)["sub_code"] == "ACQ.TRADE_STATUS_ERROR"


def bill(client: AliPay) -> None:
    control("clock/advance?seconds=86400")
    answer = client.server_api(
        "alipay.data.dataservice.bill.downloadurl.query", {"bill_type": "trade", "bill_date": "2026-11-23"}
    )
    packed = urllib.request.urlopen(answer["bill_download_url"]).read()
    table = zipfile.ZipFile(io.BytesIO(packed))
    assert b"T1\t" in table.read(table.namelist()[0])


def wrongs(client: AliPay) -> None:
    control("faults?kind=bad_sign")
    try:
        client.api_alipay_trade_query(out_trade_no="T1")
    except AliPayValidationError:
        pass
    else:
        raise AssertionError("it believed a wrong signature")
    refused = client_of("", "alipay_private.pem").api_alipay_trade_query(out_trade_no="T1")
    assert refused["sub_code"] == "isv.invalid-signature"
    try:
        client.server_api("alipay.no.such.method", {})
    except AliPayException as error:
        assert "isv.invalid-method" in str(error)
    else:
        raise AssertionError("it took an error_response for an answer")


def main() -> None:
    if sys.argv[3:] == ["untrusted"]:
        try:
            client_of("").api_alipay_trade_query(out_trade_no="T1")
        except urllib.error.URLError:
            return
        raise AssertionError("it trusted a certificate nobody vouches for")
    shop = HTTPServer(("127.0.0.1", 0), Shop)
    threading.Thread(target=shop.serve_forever, daemon=True).start()
    client = client_of(f"http://127.0.0.1:{shop.server_port}/notify")
    control("reset")
    for act in (codes_and_refunds, pay_page, bill, wrongs):
        act(client)


main()
print("all well")
