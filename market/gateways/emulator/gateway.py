"""One request of the gateway from its bytes to its answer: read, check, act or fail on purpose, sign, write down."""

import html
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from market.gateways.emulator import diagnose, faults, log, wire
from market.gateways.emulator.bench import Bench
from market.gateways.emulator.call import Call, Party, read_biz
from market.gateways.emulator.clock import read_stamp
from market.gateways.emulator.emulator import Emulator
from market.gateways.emulator.errors import ApiError
from market.gateways.emulator.faults import Fault, Kind
from market.gateways.emulator.methods import METHODS, PAGES

CUT, HANG = "cut", "hang"
_VERSION = "1.0"
_BAD_GATEWAY = (
    b"<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>"
)


@dataclass(frozen=True)
class Reply:
    """What goes back. `drop`: no answer, the line is cut at once or after `wait_ms`. `cashier`: a page to go to."""

    status: int = 200
    body: bytes = b""
    content_type: str = "text/html;charset=utf-8"
    drop: str = ""
    wait_ms: int = 0
    cashier: str = ""
    refused: Mapping[str, str] = field(default_factory=dict)


@dataclass
class _Request:
    """What is known of a request so far; filled step by step, so that a refusal can be answered and logged as well."""

    params: dict[str, str] = field(default_factory=dict)
    charset: str = "utf-8"
    known: bool = False  # the app is registered: answers to it are signed
    signed: str = ""
    advice: str = ""  # why the signature failed
    biz: dict[str, Any] = field(default_factory=dict)
    out_trade_no: str | None = None

    @property
    def method(self) -> str:
        return self.params.get("method", "")


def handle(emulator: Emulator, query: bytes, body: bytes) -> Reply:
    """Answer one request, whatever it holds."""
    request = _Request()
    started_ms = emulator.clock.now_ms()
    content: dict[str, Any] = {}
    fault: Fault | None = None
    try:
        party = _understand(emulator, request, query, body)
        with emulator.store.tx() as db:
            fault = faults.take(db, faults.REQUEST_KINDS, {request.method}, request.out_trade_no)
        reply, content = _answer(emulator, request, party, fault)
    except ApiError as error:
        content = error.content
        reply = _refusal(emulator, request, content)
    if fault is not None:
        reply = _struck(emulator, request, reply, content, fault)
    _write(emulator, request, content, fault, started_ms)
    emulator.courier.wake()
    return reply


def _understand(emulator: Emulator, request: _Request, query: bytes, body: bytes) -> Party:
    """Parameters, app, signature, method, token, in that order. Raises: ApiError."""
    unreadable: ApiError | None = None
    try:
        request.params = wire.read_params(query, body)
        request.charset = wire.CHARSETS[request.params.get("charset", "utf-8").lower()]
    except ApiError as error:
        unreadable, request.params = error, wire.read_roughly(query, body)
    params = request.params
    if not params.get("app_id"):
        raise unreadable or ApiError("isv.missing-app-id")
    with emulator.bench() as bench:
        app = bench.one("SELECT * FROM app WHERE app_id = ?", params["app_id"])
    if app is None:
        raise unreadable or ApiError("isv.invalid-app-id")
    request.known = True
    if unreadable:
        raise unreadable
    _check_common(params)
    request.signed = wire.request_text(params)
    key = emulator.keys.public(app["public_pem"])
    if not wire.verified(key, request.signed.encode(request.charset), params["sign"]):
        request.advice = _advice(emulator, params)
        raise ApiError("isv.invalid-signature", html.escape(request.signed))
    if request.method not in METHODS and request.method not in PAGES:
        raise ApiError("isv.invalid-method")
    request.biz = read_biz(params.get("biz_content"))
    with emulator.bench() as bench:
        party = _party(bench, params, app["seller_id"])
        request.out_trade_no = _order_of(bench, request.biz)
    return party


def _advice(emulator: Emulator, params: Mapping[str, str]) -> str:
    with emulator.bench() as bench:
        apps = bench.db.execute("SELECT app_id, public_pem FROM app ORDER BY app_id").fetchall()
    return diagnose.why(params, {app["app_id"]: emulator.keys.public(app["public_pem"]) for app in apps})


def _check_common(params: Mapping[str, str]) -> None:
    for name, code in (
        ("method", "isv.missing-method"),
        ("sign", "isv.missing-signature"),
        ("sign_type", "isv.missing-signature-type"),
        ("timestamp", "isv.missing-timestamp"),
        ("version", "isv.missing-version"),
    ):
        if not params.get(name):
            raise ApiError(code)
    if params["sign_type"] != "RSA2":
        raise ApiError("isv.invalid-signature-type")
    if params.get("format", "json").lower() != "json":
        raise ApiError("isv.invalid-format")
    if params["version"] != _VERSION:
        raise ApiError("isv.invalid-version")
    if read_stamp(params["timestamp"]) is None:
        raise ApiError("isv.invalid-timestamp")


def _party(bench: Bench, params: Mapping[str, str], seller_id: str) -> Party:
    app_id = params["app_id"]
    token = params.get("app_auth_token")
    if not token:
        return Party(app_id, app_id, seller_id)
    row = bench.one("SELECT * FROM token WHERE app_auth_token = ? AND app_id = ? AND revoked = 0", token, app_id)
    if row is None:
        raise ApiError("aop.invalid-app-auth-token")
    if bench.now_ms >= row["expires_ms"]:
        raise ApiError("aop.app-auth-token-time-out")
    return Party(app_id, row["auth_app_id"], row["seller_id"])


def _order_of(bench: Bench, biz: Mapping[str, Any]) -> str | None:
    """The order a request is about, for faults and the log."""
    row = bench.one("SELECT out_trade_no FROM trade WHERE trade_no = ?", str(biz.get("trade_no", "")))
    number = row["out_trade_no"] if row is not None else biz.get("out_trade_no")
    return number if isinstance(number, str) else None


def _answer(emulator: Emulator, request: _Request, party: Party, fault: Fault | None) -> tuple[Reply, dict[str, Any]]:
    """Do what is asked, unless a fault comes first. Raises: ApiError."""
    if fault is not None and not fault.after and fault.kind is not Kind.DELAY:
        return Reply(), {}
    with emulator.bench() as bench:
        call = Call(bench, party, request.params, request.biz, request.charset, emulator.options)
        if request.method in PAGES:
            code = PAGES[request.method](call)
            return Reply(302, cashier=code), {"code": "10000", "cashier": code}
        content = {"code": "10000", "msg": "Success", **METHODS[request.method](call)}
    return _signed(emulator, request, content), content


def _signed(emulator: Emulator, request: _Request, content: Mapping[str, Any]) -> Reply:
    method = request.method if request.method in METHODS or request.method in PAGES else None
    signer = emulator.keys.alipay if request.known else None
    body, _ = wire.answer(wire.answer_key(method), content, signer, request.charset)
    return Reply(200, body, f"text/html;charset={request.charset}")


def _refusal(emulator: Emulator, request: _Request, content: Mapping[str, str]) -> Reply:
    reply = _signed(emulator, request, content)
    return replace(reply, refused=content) if request.method in PAGES else reply


def _struck(emulator: Emulator, request: _Request, reply: Reply, content: Mapping[str, Any], fault: Fault) -> Reply:
    """The answer as the fault leaves it."""
    match fault.kind:
        case Kind.DELAY:
            emulator.pause(fault.ms / 1000)
        case Kind.TIMEOUT_BEFORE | Kind.TIMEOUT_AFTER:
            reply = Reply(drop=HANG, wait_ms=fault.ms)
        case Kind.LOST_RESPONSE:
            reply = Reply(drop=CUT)
        case Kind.HTTP_500:
            reply = Reply(500, b"Internal Server Error", "text/plain")
        case Kind.HTTP_502_HTML:
            reply = Reply(502, _BAD_GATEWAY, "text/html")
        case Kind.CODE_20000:
            reply = _signed(emulator, request, ApiError("isp.unknow-error").content)
        case Kind.BAD_SIGN | Kind.NO_SIGN:
            signer = emulator.keys.stranger if fault.kind is Kind.BAD_SIGN else None
            body, _ = wire.answer(wire.answer_key(request.method), content, signer, request.charset)
            reply = replace(reply, body=body)
    return reply


def _write(
    emulator: Emulator, request: _Request, content: Mapping[str, Any], fault: Fault | None, started_ms: int
) -> None:
    entry = {
        "method": request.method,
        "app_id": request.params.get("app_id", ""),
        "out_trade_no": request.out_trade_no,
        "verdict": content.get("sub_code") or content.get("code") or (fault.kind.value if fault else ""),
        "fault": fault.kind.value if fault else None,
        "ms": emulator.clock.now_ms() - started_ms,
        "params": log.hidden(dict(sorted(request.params.items()))),
        "signed": log.hidden_text(request.signed, request.params),
        "answer": log.relative(log.hidden(content), emulator.options.base_url, emulator.options.own_url),
    }
    if request.advice:
        entry["advice"] = request.advice
    with emulator.store.tx() as db:
        log.write(db, log.REQUEST, started_ms, log.next_seq(db), request.out_trade_no, entry)
