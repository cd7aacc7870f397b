"""An Alipay of the test's own: in process or on a live port, with a clock that stands still until it is moved.

    def test_a_paid_code_is_seen(alipay):
        alipay.create("T1", 12_30)
        alipay.pay("T1")
        assert alipay.query("T1").standing is Standing.PAID

`alipay.hears(receive)` sends its notifies to a function `(path, body, content type) -> answer` instead of a socket.
"""

import json
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask.testing import FlaskClient

from market.gateways.alipay import keys as alipay_keys
from market.gateways.alipay import signing
from market.gateways.alipay.client import CHINA, STAMP, AlipayClient
from market.gateways.alipay.keys import KeyRing
from market.gateways.alipay.provider import AlipayProvider
from market.gateways.alipay.transport import FORM, HttpTransport, Transport, WsgiTransport
from market.gateways.emulator import faults, log, merchants
from market.gateways.emulator.app import create_emulator_app
from market.gateways.emulator.cashier import pay_offer
from market.gateways.emulator.clock import Clock
from market.gateways.emulator.control import find_offer
from market.gateways.emulator.emulator import APP_ID, SELLER_ID, Emulator
from market.gateways.emulator.keys import Keys
from market.gateways.emulator.options import Options
from market.gateways.emulator.server import Live
from market.gateways.emulator.store import Store
from market.gateways.ports import Intent, NextAction, Payee, PaymentRef, QueryResult, RefundOrder, RefundResult

START = "2026-11-23T09:00:00"
BASE = "http://alipay.test"
EVENT_URL = "http://127.0.0.1/notify"

Receive = Callable[[str, bytes, str], bytes]


@cache
def _keys() -> tuple[Keys, KeyRing]:
    """One set of keys for the whole run, both sides of it: making them, and reading them, costs more than a test."""
    with tempfile.TemporaryDirectory(prefix="alipay-keys-") as name:
        made = Keys.open(Path(name))
        return made, alipay_keys.load(Path(name), APP_ID)


class Alipay:
    """An emulator and a provider that talks to it. `payee` is the emulator's first merchant, our own application's."""

    def __init__(
        self, *, clock: str = START, seed: int = 1, options: Options | None = None, live: bool = False
    ) -> None:
        made, self.keys = _keys()
        options = options or Options(seed=seed, base_url=BASE)
        self.emulator = Emulator(
            replace(made, directory=None), Store(), Clock.of(clock), options, self._deliver, pause=lambda seconds: None
        )
        self._receive: Receive = lambda path, body, content_type: b"success"
        self.heard: list[dict[str, str]] = []
        self.payee = Payee(SELLER_ID)
        self.live = Live(self.emulator).__enter__() if live else None
        self.app = create_emulator_app(self.emulator)
        transport: Transport = HttpTransport() if self.live else WsgiTransport(self.app)
        self.gateway_url = self.live.gateway_url if self.live else f"{BASE}/gateway.do"
        self.client = AlipayClient(self.keys, transport, self.gateway_url)
        self.provider = AlipayProvider(self.client)

    def close(self) -> None:
        if self.live:
            self.live.__exit__(None, None, None)
        else:
            self.emulator.store.close()

    def settings(self, directory: Path) -> dict[str, str]:
        """Settings of an application that pays here, its key files written to `directory` (live emulators only)."""
        assert self.live is not None
        made = self.emulator.keys
        for name, text in (("app_private.pem", made.app_private_pem), ("alipay_public.pem", made.alipay_public_pem)):
            (directory / name).write_text(text)
            (directory / name).chmod(0o600)
        return {"ALIPAY_GATEWAY_URL": self.gateway_url, "ALIPAY_KEYS_DIR": str(directory), "ALIPAY_APP_ID": APP_ID}

    # --- the shop's side --------------------------------------------------------------------------

    def create(self, payment_no: str, amount_fen: int = 100, payee: Payee | None = None, **changes: Any) -> NextAction:
        intent = {"subject": "测试订单", "expires_at": self.now + timedelta(minutes=30), "event_url": EVENT_URL}
        return self.provider.create(Intent(payment_no, amount_fen, payee=payee or self.payee, **(intent | changes)))

    def query(self, payment_no: str, payee: Payee | None = None) -> QueryResult:
        return self.provider.query(PaymentRef(payment_no, payee or self.payee))

    def refund(self, payment_no: str, refund_no: str, amount_fen: int, payee: Payee | None = None) -> RefundResult:
        return self.provider.refund(RefundOrder(payment_no, refund_no, amount_fen, "退货", payee or self.payee))

    def ask(self, method: str, biz: dict[str, Any] | None = None, /, **params: str | None) -> dict[str, Any]:
        """A raw call: the content of the answer, whatever it says. `params` replace or (None) drop common ones."""
        answer = self.send(self.params(method, biz, **params))
        return next(value for name, value in answer.items() if name.endswith("_response"))

    def params(self, method: str, biz: dict[str, Any] | None = None, /, **params: str | None) -> dict[str, str]:
        """The signed parameters of a call."""
        charset = params.get("charset") or "utf-8"
        common = {
            "app_id": APP_ID,
            "method": method,
            "charset": "utf-8",
            "sign_type": "RSA2",
            "timestamp": self.now.astimezone(CHINA).strftime(STAMP),
            "version": "1.0",
            "biz_content": json.dumps(biz or {}, ensure_ascii=False),
        }
        wanted = {name: value for name, value in (common | params).items() if value is not None}
        content = signing.request_content(wanted).encode(charset)
        return {"sign": signing.sign(self.keys.private, content)} | wanted

    def send(self, params: dict[str, str]) -> dict[str, Any]:
        """POST parameters as they are; the parsed answer."""
        charset = params.get("charset", "utf-8")
        answer = self.browser.post("/gateway.do", data=urlencode(params, encoding=charset), content_type=FORM)
        return dict(json.loads(answer.get_data().decode(charset)))

    # --- the world's side -------------------------------------------------------------------------

    def pay(self, payment_no: str) -> None:
        """A buyer scans and pays; the notify is delivered before this returns."""
        with self.emulator.bench() as bench:
            pay_offer(bench, find_offer(bench, payment_no))
        self.emulator.settle()

    def scan(self, payment_no: str) -> None:
        """A buyer opens the cashier page and does nothing there."""
        with self.emulator.bench() as bench:
            code = find_offer(bench, payment_no)["code"]
        assert self.browser.get(f"/cashier/{code}").status_code == 200

    def advance(self, **time: float) -> None:
        """`advance(minutes=4)`: the emulator's clock; what falls due on the way happens."""
        self.emulator.advance(round(timedelta(**time).total_seconds()))

    def fault(self, kind: str, *, method: str | None = None, payment_no: str | None = None, **options: Any) -> None:
        count = options.pop("count", 1)
        with self.emulator.store.tx() as db:
            faults.arm(db, kind, method=method, out_trade_no=payment_no, count=count, options=options)

    def merchant(self, name: str = "示例合作社") -> Payee:
        """A new merchant that lets our application act for it."""
        with self.emulator.bench() as bench:
            seller_id = merchants.add(bench, name=name)["seller_id"]
            return Payee(seller_id, merchants.authorise(bench, seller_id)["app_auth_token"])

    def hears(self, receive: Receive) -> None:
        self._receive = receive

    def notifies(self, payment_no: str | None = None) -> list[dict[str, str]]:
        """Every notify that was sent so far, as its fields, oldest first."""
        return [fields for fields in self.heard if payment_no in (None, fields["out_trade_no"])]

    def log(self, **wanted: Any) -> list[dict[str, Any]]:
        with self.emulator.store.tx() as db:
            return log.read(db, **wanted)

    def balance_fen(self, seller_id: str = SELLER_ID) -> int:
        with self.emulator.bench() as bench:
            return int(bench.the("SELECT balance_fen FROM merchant WHERE seller_id = ?", seller_id)[0])

    def row(self, payment_no: str) -> dict[str, Any]:
        with self.emulator.bench() as bench:
            return dict(bench.the("SELECT * FROM trade WHERE out_trade_no = ?", payment_no))

    @property
    def browser(self) -> FlaskClient:
        return self.app.test_client()

    @property
    def now(self) -> datetime:
        return datetime.fromtimestamp(self.emulator.clock.now_ms() / 1000, UTC)

    def _deliver(self, url: str, body: bytes, content_type: str) -> tuple[int, bytes]:
        charset = content_type.rpartition("=")[2]
        self.heard.append(dict(parse_qsl(body.decode("ascii"), encoding=charset)))
        return 200, self._receive(urlsplit(url).path, body, content_type)


def fields_of(text: str) -> dict[str, str]:
    """The fields a stored notify carries."""
    return {str(name): str(value) for name, value in json.loads(text).items()}
