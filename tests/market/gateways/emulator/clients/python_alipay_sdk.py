# ruff: noqa: S310, T201  (run by hand, against one own address)
"""python-alipay-sdk (fzlee), unmodified, against a running emulator. By hand, in an environment of its own, because it
owns the same package name as the official client:

    python -m market.gateways.emulator serve --port 8077 --keys var/keys --clock 2026-11-23T09:00:00 [--https] &
    pip install python-alipay-sdk && python python_alipay_sdk.py http://127.0.0.1:8077 var/keys
"""

import io
import json
import sys
import threading
import urllib.request
import zipfile
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from alipay import AliPay

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


shop = HTTPServer(("127.0.0.1", 0), Shop)
threading.Thread(target=shop.serve_forever, daemon=True).start()
client = AliPay(
    appid="2021000000000001",
    app_notify_url=f"http://127.0.0.1:{shop.server_port}/notify",
    app_private_key_string=(KEYS / "app_private.pem").read_text(),
    alipay_public_key_string=(KEYS / "alipay_public.pem").read_text(),
    sign_type="RSA2",
)
client._gateway = f"{BASE}/gateway.do"  # it offers no public way to name a gateway

control("reset")
made = client.api_alipay_trade_precreate(out_trade_no="T1", total_amount="12.30", subject="高山土豆/5斤")
assert made["qr_code"].startswith(BASE), made
control("trades/T1/pay")
control("deliver")
notify = HEARD[0]
assert client.verify(dict(notify), notify["sign"]) or client.verify(
    {name: value for name, value in notify.items() if name != "sign"}, notify["sign"]
)
assert client.api_alipay_trade_query(out_trade_no="T1")["trade_status"] == "TRADE_SUCCESS"
refunded = client.api_alipay_trade_refund(refund_amount="2.30", out_trade_no="T1", out_request_no="R1")
assert refunded["fund_change"] == "Y", refunded
asked = client.api_alipay_trade_fastpay_refund_query(out_request_no="R1", out_trade_no="T1")
assert asked["refund_status"] == "REFUND_SUCCESS", asked

link = client.api_alipay_trade_page_pay(
    subject="page", out_trade_no="T2", total_amount="1.00", return_url="http://s.test/"
)
assert "模拟收银台" in urllib.request.urlopen(f"{BASE}/gateway.do?{link}").read().decode()
assert client.api_alipay_trade_close(out_trade_no="T2")["code"] == "10000"

control("clock/advance?seconds=86400")
bill = client.server_api(
    "alipay.data.dataservice.bill.downloadurl.query", {"bill_type": "trade", "bill_date": "2026-11-23"}
)
packed = urllib.request.urlopen(bill["bill_download_url"]).read()
table = zipfile.ZipFile(io.BytesIO(packed))
assert b"T1" in table.read(table.namelist()[0])
print("python-alipay-sdk: all well")
