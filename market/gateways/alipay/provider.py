"""Alipay as a payment provider: codes (precreate) under each supplier's own authorisation.

Payment by code is the product that works under `app_auth_token`; page.pay does not. The payee is always the supplier.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from alipay.aop.api.domain.AlipayTradeCloseModel import AlipayTradeCloseModel
from alipay.aop.api.domain.AlipayTradeFastpayRefundQueryModel import AlipayTradeFastpayRefundQueryModel
from alipay.aop.api.domain.AlipayTradePrecreateModel import AlipayTradePrecreateModel
from alipay.aop.api.domain.AlipayTradeQueryModel import AlipayTradeQueryModel
from alipay.aop.api.domain.AlipayTradeRefundModel import AlipayTradeRefundModel
from alipay.aop.api.request.AlipayTradeCloseRequest import AlipayTradeCloseRequest
from alipay.aop.api.request.AlipayTradeFastpayRefundQueryRequest import AlipayTradeFastpayRefundQueryRequest
from alipay.aop.api.request.AlipayTradePrecreateRequest import AlipayTradePrecreateRequest
from alipay.aop.api.request.AlipayTradeQueryRequest import AlipayTradeQueryRequest
from alipay.aop.api.request.AlipayTradeRefundRequest import AlipayTradeRefundRequest

from core import clock
from core.money import plain_yuan
from market.gateways.alipay import events, keys, statement
from market.gateways.alipay.client import CHINA, STAMP, AlipayClient
from market.gateways.alipay.transport import HttpTransport
from market.gateways.alipay.words import fen, instant
from market.gateways.ports import (
    Decline,
    Declined,
    Event,
    Intent,
    NextAction,
    NextKind,
    Payee,
    PaymentRef,
    QueryResult,
    RawEvent,
    Receipt,
    RefundOrder,
    RefundResult,
    Standing,
    StatementRow,
    UnknownOutcome,
)

NUMBER = re.compile(r"[A-Za-z0-9_]{1,64}")
REFUND_NUMBER = re.compile(r"[A-Za-z0-9_-]{1,64}")
MAX_LINK = 400
MAX_SUBJECT = 120
_FORBIDDEN_IN_SUBJECT = re.compile(r"[/=&\x00-\x1f]")  # the document of precreate forbids these three

_STANDINGS = {
    "WAIT_BUYER_PAY": Standing.PENDING,
    "TRADE_SUCCESS": Standing.PAID,
    "TRADE_FINISHED": Standing.FINISHED,
    "TRADE_CLOSED": Standing.CLOSED,
}


class AlipayProvider:
    """See `ports.PaymentProvider`. Threads may share it."""

    name = "alipay"

    def __init__(self, client: AlipayClient) -> None:
        self.client = client

    def create(self, intent: Intent) -> NextAction:
        """A code good until `expires_at`; the same intent again gives a code for the same payment."""
        model = AlipayTradePrecreateModel()
        model.out_trade_no = _number(intent.payment_no)
        model.total_amount = plain_yuan(intent.amount_fen)
        model.subject = _FORBIDDEN_IN_SUBJECT.sub(" ", intent.subject)[:MAX_SUBJECT]
        model.time_expire = intent.expires_at.astimezone(CHINA).strftime(STAMP)
        model.qr_code_timeout_express = _minutes_left(intent.expires_at)
        request = AlipayTradePrecreateRequest(model)
        request.notify_url = intent.event_url
        answer = self._ask(request, intent.payment_no, intent.payee)
        link = answer.get("qr_code")
        if not isinstance(link, str) or not link.startswith(("https://", "http://")) or len(link) > MAX_LINK:
            raise UnknownOutcome("answer-without-code")
        return NextAction(NextKind.QR, link, intent.expires_at)

    def query(self, ref: PaymentRef) -> QueryResult:
        model = AlipayTradeQueryModel()
        model.out_trade_no = _number(ref.payment_no)
        try:
            answer = self._ask(AlipayTradeQueryRequest(model), ref.payment_no, ref.payee)
        except Declined as refusal:
            if refusal.decline is Decline.ABSENT:
                return QueryResult(Standing.ABSENT)
            raise
        standing = _STANDINGS.get(str(answer.get("trade_status")))
        amount_fen = fen(answer.get("total_amount"))
        if standing is None or amount_fen is None:
            raise UnknownOutcome("answer-malformed", "query")
        paid_at = instant(answer.get("send_pay_date"))
        if standing is Standing.CLOSED and paid_at is not None:
            standing = Standing.REFUNDED
        return QueryResult(standing, str(answer.get("trade_no", "")), amount_fen, paid_at)

    def close(self, ref: PaymentRef) -> Standing:
        model = AlipayTradeCloseModel()
        model.out_trade_no = _number(ref.payment_no)
        try:
            self._ask(AlipayTradeCloseRequest(model), ref.payment_no, ref.payee)
        except Declined as refusal:
            if refusal.decline is Decline.ABSENT:
                return Standing.ABSENT
            raise
        return Standing.CLOSED

    def refund(self, order: RefundOrder) -> RefundResult:
        """Once per `refund_no`. An answer that does not say the money moved is followed by a question."""
        model = AlipayTradeRefundModel()
        model.out_trade_no = _number(order.payment_no)
        model.out_request_no = _number(order.refund_no, REFUND_NUMBER)
        model.refund_amount = plain_yuan(order.amount_fen)
        model.refund_reason = order.reason[:MAX_SUBJECT]
        answer = self._ask(AlipayTradeRefundRequest(model), order.payment_no, order.payee)
        if answer.get("fund_change") == "Y":
            refunded_at = instant(answer.get("gmt_refund_pay"))
            return RefundResult(order.refund_no, order.amount_fen, moved_now=True, refunded_at=refunded_at)
        found = self.find_refund(order)
        if found is None:
            raise UnknownOutcome("refund-not-seen", order.refund_no)
        return found

    def find_refund(self, order: RefundOrder) -> RefundResult | None:
        model = AlipayTradeFastpayRefundQueryModel()
        model.out_trade_no = _number(order.payment_no)
        model.out_request_no = _number(order.refund_no, REFUND_NUMBER)
        model.query_options = ["gmt_refund_pay"]
        answer = self._ask(AlipayTradeFastpayRefundQueryRequest(model), "", order.payee)
        if answer.get("refund_status", "REFUND_SUCCESS") != "REFUND_SUCCESS" or "refund_amount" not in answer:
            return None
        amount_fen = fen(answer["refund_amount"])
        if amount_fen != order.amount_fen or answer.get("out_request_no") != order.refund_no:
            raise UnknownOutcome("answer-about-another-refund", order.refund_no)
        refunded_at = instant(answer.get("gmt_refund_pay"))
        return RefundResult(order.refund_no, amount_fen, moved_now=False, refunded_at=refunded_at)

    def parse_event(self, raw: RawEvent) -> list[Event]:
        return events.parse(raw, self.client.keys)

    def receipt(self, accepted: bool) -> Receipt:
        """Exactly `success`, seven bytes; anything else and Alipay sends again."""
        return Receipt(200, b"success" if accepted else b"fail")

    def fetch_statement(self, day: date, payee: Payee) -> list[StatementRow]:
        return statement.fetch(self.client, day, payee.token)

    def _ask(self, request: Any, payment_no: str, payee: Payee) -> Mapping[str, Any]:
        answer = self.client.execute(request, app_auth_token=payee.token)
        if payment_no and answer.get("out_trade_no", payment_no) != payment_no:
            raise UnknownOutcome("answer-about-another-payment", payment_no)
        return answer


def connect(gateway_url: str, keys_dir: str, app_id: str) -> AlipayProvider:
    """The provider of an installation's settings, keys read once: after a change of keys, start again.

    Raises: KeyProblem.
    """
    ring = keys.load(Path(keys_dir), app_id)
    return AlipayProvider(AlipayClient(ring, HttpTransport(), gateway_url))


def _number(number: str, kind: re.Pattern[str] = NUMBER) -> str:
    if not kind.fullmatch(number):
        raise Declined(Decline.MISCONFIGURED, "number")
    return number


def _minutes_left(expires_at: datetime) -> str:
    """For the code itself, in whole minutes rounded up: the trade's own end, to the second, is `time_expire`."""
    left = expires_at - clock.now()
    if left <= timedelta(0):
        raise Declined(Decline.ALREADY_CLOSED, "expired")
    return f"{-(-left // timedelta(minutes=1))}m"
