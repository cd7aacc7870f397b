"""One call of the gateway: the official request classes build the parameters, everything else is ours.

Through the SDK's public way (`skip_sign`, `sdk_execute`) come the parameters; then the time is set to GMT+8 (the SDK
takes the process's own zone), signed, sent, and the answer believed only if the exact text that was signed verifies and
belongs to the method that was asked.
"""

import json
from collections.abc import Mapping
from datetime import timedelta, timezone
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, urlencode

from alipay.aop.api.AlipayClientConfig import AlipayClientConfig
from alipay.aop.api.DefaultAlipayClient import DefaultAlipayClient

from core import clock
from market.gateways.alipay import signing
from market.gateways.alipay.keys import KeyRing
from market.gateways.alipay.transport import Transport
from market.gateways.ports import Decline, Declined, UnknownOutcome

CHINA = timezone(timedelta(hours=8))
STAMP = "%Y-%m-%d %H:%M:%S"
_DECODER = json.JSONDecoder()
_SUCCESS = "10000"
_IN_DOUBT = ("20000", "ACQ.SYSTEM_ERROR")

_DECLINES = {
    "ACQ.TRADE_NOT_EXIST": Decline.ABSENT,
    "ACQ.TRADE_HAS_SUCCESS": Decline.ALREADY_PAID,
    "ACQ.TRADE_HAS_CLOSE": Decline.ALREADY_CLOSED,
    "ACQ.TRADE_HAS_FINISHED": Decline.FINISHED,
    "ACQ.TRADE_STATUS_ERROR": Decline.WRONG_STATE,
    "ACQ.REASON_TRADE_STATUS_INVALID": Decline.WRONG_STATE,
    "ACQ.REASON_ILLEGAL_STATUS": Decline.WRONG_STATE,
    "ACQ.CONTEXT_INCONSISTENT": Decline.NUMBER_REUSED,
    "ACQ.DISCORDANT_REPEAT_REQUEST": Decline.NUMBER_REUSED,
    "ACQ.REASON_TRADE_REFUND_FEE_ERR": Decline.AMOUNT,
    "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL": Decline.AMOUNT,
    "ACQ.TOTAL_FEE_EXCEED": Decline.AMOUNT,
    "ACQ.SELLER_BALANCE_NOT_ENOUGH": Decline.BALANCE_SHORT,
    "ACQ.ACCESS_FORBIDDEN": Decline.NOT_AUTHORISED,
    "BILL_NOT_EXIST": Decline.NO_STATEMENT,
    "ISP.BILL_NOT_EXIST": Decline.NO_STATEMENT,
}
_FAMILIES = {
    "20001": Decline.NOT_AUTHORISED,
    "40001": Decline.MISCONFIGURED,
    "40002": Decline.MISCONFIGURED,
    "40003": Decline.MISCONFIGURED,
    "40006": Decline.NOT_AUTHORISED,
}


class AlipayClient:
    """Threads may share one. Holds no connection and no state."""

    def __init__(self, keys: KeyRing, transport: Transport, gateway_url: str) -> None:
        self.keys = keys
        self.transport = transport
        self.gateway_url = gateway_url

    def execute(self, request: Any, *, app_auth_token: str = "") -> dict[str, Any]:
        """The content of a successful answer. `request` is one of the SDK's request objects.

        Raises: Declined, NotSent, UnknownOutcome.
        """
        params = self._params(request, app_auth_token)
        body = urlencode(params).encode("ascii")
        # Only the charset stands in the address: a token there would end up in somebody's access log.
        answer = self.transport.post(f"{self.gateway_url}?charset=utf-8", body)
        return _content(self._believed(answer, params["method"]))

    def page_url(self, request: Any, *, app_auth_token: str = "") -> str:
        """Where to send a browser for a page method (page.pay, wap.pay): by redirect, not by a scripted form."""
        return f"{self.gateway_url}?{urlencode(self._params(request, app_auth_token))}"

    @cached_property
    def _sdk(self) -> DefaultAlipayClient:
        config = AlipayClientConfig()
        config.app_id = self.keys.app_id
        config.sign_type = signing.SIGN_TYPE
        config.skip_sign = True
        return DefaultAlipayClient(config)

    def _params(self, request: Any, app_auth_token: str) -> dict[str, str]:
        if app_auth_token:
            request.add_other_text_param("app_auth_token", app_auth_token)
        params = dict(parse_qsl(self._sdk.sdk_execute(request), strict_parsing=True))
        params["timestamp"] = clock.now().astimezone(CHINA).strftime(STAMP)
        params["sign"] = signing.sign(self.keys.private, signing.request_content(params).encode())
        return params

    def _believed(self, answer: bytes, method: str) -> Mapping[str, Any]:
        """The signed object of the method that was asked. Raises: UnknownOutcome for anything else."""
        members = _members(answer)
        content, text = members.get(method.replace(".", "_") + "_response") or members.get("error_response") or (0, "")
        signature, _ = members.get("sign", (None, ""))
        if not isinstance(content, dict) or not isinstance(signature, str):
            raise UnknownOutcome("answer-unsigned")
        if not signing.is_signed(self.keys.alipay, text.encode(), signature):
            raise UnknownOutcome("answer-badly-signed")
        if "error_response" in members and content.get("code") == _SUCCESS:
            raise UnknownOutcome("answer-of-another-kind")
        return content


def _members(answer: bytes) -> dict[str, tuple[Any, str]]:
    """The members of the answer's object, each with its exact text: what was signed must not be written anew."""
    members: dict[str, tuple[Any, str]] = {}
    try:
        text = answer.decode("utf-8").strip()
        at, mark = 0, "{"
        while mark != "}":
            name, end = _value(text, _after(text, at, mark))
            value_at = _after(text, end, ":")
            value, at = _value(text, value_at)
            if not isinstance(name, str) or name in members:
                raise ValueError("name")
            members[name] = (value, text[value_at:at])
            mark = "," if text[_blank(text, at)] == "," else "}"
        if _after(text, at, "}") != len(text):
            raise ValueError("rest")
    except (ValueError, IndexError, RecursionError):
        raise UnknownOutcome("answer-malformed") from None
    return members


def _value(text: str, at: int) -> tuple[Any, int]:
    return _DECODER.raw_decode(text, at)


def _after(text: str, at: int, mark: str) -> int:
    """Where the next token starts behind `mark`. Raises: ValueError if the mark is not there."""
    at = _blank(text, at)
    if text[at] != mark:
        raise ValueError(mark)
    return _blank(text, at + 1) if mark != "}" else at + 1


def _blank(text: str, at: int) -> int:
    while text[at] in " \t\r\n":
        at += 1
    return at


def _content(content: Mapping[str, Any]) -> dict[str, Any]:
    """A success as it is; a refusal as the exception it means."""
    code, sub_code = str(content.get("code", "")), str(content.get("sub_code", ""))
    if code == _SUCCESS:
        return dict(content)
    detail = f"{code} {sub_code}"[:80]
    if code in _IN_DOUBT or sub_code in _IN_DOUBT or not code:
        raise UnknownOutcome("provider-in-doubt", detail)
    raise Declined(_DECLINES.get(sub_code.upper(), _FAMILIES.get(code, Decline.OTHER)), detail)
