"""The emulator as a process of its own: one line of JSON, a second at most, no database, notifies over real sockets."""

import http.client
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest

from core import clock
from core.embedded.processes import free_port
from market.gateways.alipay.provider import connect
from market.gateways.alipay.transport import HttpTransport
from market.gateways.emulator.clock import Clock
from market.gateways.emulator.emulator import APP_ID, SELLER_ID, Emulator
from market.gateways.emulator.keys import Keys, new_key, public_pem
from market.gateways.emulator.notify import post
from market.gateways.emulator.remote import Remote, RemoteRefused
from market.gateways.emulator.server import Address, Live
from market.gateways.ports import Intent, Payee, PaymentRef, Standing
from tests.support.alipay import Alipay

ROOT = Path(__file__).parents[4]


@contextmanager
def started(*words: str) -> Iterator[dict[str, Any]]:
    command = [sys.executable, "-m", "market.gateways.emulator", "serve", *words]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield dict(json.loads(process.stdout.readline()))
    finally:
        process.terminate()
        rest = process.communicate(timeout=10)[0]
    assert rest == ""
    assert process.returncode == 0


def test_it_prints_one_line_and_answers(tmp_path: Path):
    before = time.monotonic()
    with started("--port", "0", "--keys", str(tmp_path / "k"), "--store", str(tmp_path / "s"), "--seed", "5") as said:
        assert time.monotonic() - before < 10  # about half a second on a machine with nothing else to do
        assert said["app_id"] == "2021000000000001"
        assert said["seller_ids"] == ["2088000000000001", "2088000000000002"]
        assert Path(said["keys"]["app_private"]).stat().st_mode & 0o777 == 0o600
        assert said["gateway_url"].startswith("http://127.0.0.1:")
        assert b"clock" in HttpTransport().get(said["control_url"] + "clock")


def test_it_takes_the_callers_public_key(tmp_path: Path):
    pem = public_pem(new_key().public_key())
    (tmp_path / "app_public.pem").write_text(pem)
    with started("--port", "0", "--keys", str(tmp_path)) as said:
        assert "app_private" not in said["keys"]
    assert (tmp_path / "app_public.pem").read_text() == pem
    assert not (tmp_path / "app_private.pem").exists()


def test_the_commands_steer_a_running_one(tmp_path: Path):
    with started("--port", "0", "--keys", str(tmp_path), "--clock", "2026-11-23") as said:
        command = [sys.executable, "-m", "market.gateways.emulator", "call", "--control", said["control_url"]]

        def call(*words: str) -> subprocess.CompletedProcess[str]:
            return subprocess.run([*command, *words], cwd=ROOT, capture_output=True, text=True, check=False)

        moved = call("post", "clock/advance", "seconds=60")
        assert json.loads(moved.stdout) == {"clock": "2026-11-23T00:01:00.000+08:00"}
        refused = call("post", "trades/T1/pay")
        assert (refused.returncode, json.loads(refused.stderr)) == (1, {"error": "no-such-order"})


def test_another_process_makes_merchants_and_pays(live_alipay: Alipay, tmp_path: Path):
    remote = Remote(live_alipay.gateway_url)
    for _ in range(2):
        remote.merchant("2088000000000101", "示例合作社", "202611BBdemo")
    provider = connect(*live_alipay.settings(tmp_path).values())
    payee = Payee("2088000000000101", "202611BBdemo")
    provider.create(Intent("T1", 100, "土豆", payee, clock.now() + timedelta(minutes=5)))
    remote.post("trades/T1/pay")

    assert provider.query(PaymentRef("T1", payee)).standing is Standing.PAID
    with pytest.raises(RemoteRefused, match="TRADE_HAS_SUCCESS"):
        remote.post("trades/T1/pay")


def test_codes_point_where_phones_can_go_and_bills_where_the_caller_is(tmp_path: Path):
    emulator = Emulator(Keys.open(tmp_path), clock=Clock.of("2026-11-23T09:00:00"))
    start = datetime(2026, 11, 23, 1, tzinfo=UTC)
    with Live(emulator, Address(public_url="http://192.168.1.20:8077/")) as live, clock.frozen(start):
        assert live.gateway_url == f"http://127.0.0.1:{live.server.server_port}/gateway.do"
        provider, payee = connect(live.gateway_url, str(tmp_path), APP_ID), Payee(SELLER_ID)
        action = provider.create(Intent("T1", 100, "土豆", payee, start + timedelta(minutes=5)))
        assert action.text.startswith("http://192.168.1.20:8077/cashier/")

        Remote(live.base_url).post("trades/T1/pay")
        emulator.advance(24 * 3600)
        assert [row.payment_no for row in provider.fetch_statement(date(2026, 11, 23), payee)] == ["T1"]


class Shop(BaseHTTPRequestHandler):
    """A receiver of notifies on a real port."""

    heard: list[dict[str, str]]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.heard.append({**dict(parse_qsl(body.decode("ascii"))), "path": self.path})
        self.send_response(200)
        self.send_header("Content-Length", "7")
        self.end_headers()
        self.wfile.write(b"success")

    def log_message(self, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def shop() -> Iterator[HTTPServer]:
    Shop.heard = []
    with HTTPServer(("127.0.0.1", 0), Shop) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def test_notifies_arrive_by_themselves_over_a_socket(live_alipay: Alipay, shop: HTTPServer):
    live_alipay.emulator.deliver = post
    live_alipay.create("T1", event_url=f"http://127.0.0.1:{shop.server_port}/notify/1?x=2")
    assert live_alipay.live is not None
    line = http.client.HTTPConnection("127.0.0.1", live_alipay.live.server.server_port)
    line.request("POST", "/_emulator/trades/T1/pay")
    assert line.getresponse().status == 200
    line.close()

    deadline = time.monotonic() + 5
    while not Shop.heard and time.monotonic() < deadline:
        time.sleep(0.02)
    assert [fields["path"] for fields in Shop.heard] == ["/notify/1?x=2"]
    assert Shop.heard[0]["trade_status"] == "TRADE_SUCCESS"


def test_a_shop_that_is_down_is_asked_again(live_alipay: Alipay):
    live_alipay.emulator.deliver = post
    live_alipay.create("T1", event_url=f"http://127.0.0.1:{free_port()}/notify")
    live_alipay.pay("T1")

    assert [entry["verdict"] for entry in live_alipay.log(kind="notify")] == ["unreachable: ConnectionRefusedError"]
