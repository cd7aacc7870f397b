"""A provider of another make than Alipay: JSON sealed with AES-GCM, a signature in a header, fen as integers.

It stands for those to come (WeChat Pay). No form, no yuan, no `success` in seven bytes; whoever passes the contract of
`tests/market/gateways/test_contract.py` may be added without touching payments, refunds or reconciliation.
"""

import hashlib
import hmac
import json
import os
from dataclasses import dataclass, field
from datetime import date, datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core import clock
from market.gateways.ports import (
    Decline,
    Declined,
    Event,
    EventKind,
    EventRejected,
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
)
from market.rules.reconciliation import RowKind

NAME = "codepay"


@dataclass
class Trade:
    """A payment in this provider's books, fen."""

    payee_no: str
    amount_fen: int
    provider_no: str
    paid_at: datetime | None = None
    closed: bool = False
    refunds: dict[str, tuple[int, datetime]] = field(default_factory=dict)

    @property
    def refunded_fen(self) -> int:
        return sum(amount for amount, _ in self.refunds.values())

    @property
    def standing(self) -> Standing:
        if self.paid_at is None:
            return Standing.CLOSED if self.closed else Standing.PENDING
        return Standing.REFUNDED if self.refunded_fen == self.amount_fen else Standing.PAID


class CodePay:
    """Both sides of it: what the shop calls, and `pay` and `messages` of the world outside."""

    def __init__(self) -> None:
        self.secret, self.key = os.urandom(32), AESGCM.generate_key(256)
        self.trades: dict[str, Trade] = {}
        self.messages: list[RawEvent] = []

    @property
    def name(self) -> str:
        return NAME

    # --- what the shop calls ----------------------------------------------------------------------

    def create(self, intent: Intent) -> NextAction:
        made = Trade(intent.payee.account_no, intent.amount_fen, f"C{len(self.trades):08d}")
        known = self.trades.setdefault(intent.payment_no, made)
        if (known.amount_fen, known.payee_no) != (intent.amount_fen, intent.payee.account_no):
            raise Declined(Decline.NUMBER_REUSED)
        return NextAction(NextKind.QR, f"codepay://pay/{known.provider_no}", intent.expires_at)

    def query(self, ref: PaymentRef) -> QueryResult:
        known = self.trades.get(ref.payment_no)
        if known is None:
            return QueryResult(Standing.ABSENT)
        return QueryResult(known.standing, known.provider_no, known.amount_fen, known.paid_at)

    def close(self, ref: PaymentRef) -> Standing:
        known = self.trades.get(ref.payment_no)
        if known is None:
            return Standing.ABSENT
        if known.paid_at is not None:
            raise Declined(Decline.ALREADY_PAID)
        known.closed = True
        return Standing.CLOSED

    def refund(self, order: RefundOrder) -> RefundResult:
        known = self.trades[order.payment_no]
        done = known.refunds.get(order.refund_no)
        if done is not None:
            return RefundResult(order.refund_no, done[0], moved_now=False, refunded_at=done[1])
        if known.refunded_fen + order.amount_fen > known.amount_fen:
            raise Declined(Decline.AMOUNT)
        known.refunds[order.refund_no] = (order.amount_fen, clock.now())
        self._tell(order.payment_no, EventKind.REFUNDED, order.refund_no, order.amount_fen)
        return RefundResult(order.refund_no, order.amount_fen, moved_now=True, refunded_at=clock.now())

    def find_refund(self, order: RefundOrder) -> RefundResult | None:
        done = self.trades[order.payment_no].refunds.get(order.refund_no)
        return None if done is None else RefundResult(order.refund_no, done[0], moved_now=False, refunded_at=done[1])

    def parse_event(self, raw: RawEvent) -> list[Event]:
        if not hmac.compare_digest(raw.headers.get("Codepay-Signature", ""), self._signature(raw.body)):
            raise EventRejected("signature")
        try:
            outer = json.loads(raw.body)
            inner = AESGCM(self.key).decrypt(bytes.fromhex(outer["nonce"]), bytes.fromhex(outer["sealed"]), b"event")
        except (ValueError, KeyError, InvalidTag) as problem:
            raise EventRejected("sealed") from problem
        fact = json.loads(inner)
        return [
            Event(
                key=f"{NAME}|{fact['id']}", kind=EventKind(fact["kind"]), payment_no=fact["payment_no"],
                provider_no=fact["provider_no"], payee_no=fact["payee_no"], amount_fen=fact["amount_fen"],
                refund_no=fact["refund_no"], refund_fen=fact["refund_fen"],
                happened_at=datetime.fromisoformat(fact["at"]),
            )
        ]  # fmt: skip

    def receipt(self, accepted: bool) -> Receipt:
        said = {"code": "SUCCESS"} if accepted else {"code": "FAIL"}
        return Receipt(200 if accepted else 401, json.dumps(said).encode(), "application/json")

    def fetch_statement(self, day: date, payee: Payee) -> list[StatementRow]:
        rows = []
        for number, one in self.trades.items():
            if one.payee_no != payee.account_no or one.paid_at is None:
                continue
            paid = StatementRow(RowKind.PAYMENT, number, one.provider_no, "", one.amount_fen, 0, one.paid_at)
            back = [
                StatementRow(RowKind.REFUND, number, one.provider_no, refund_no, -amount, 0, at)
                for refund_no, (amount, at) in one.refunds.items()
            ]
            rows += [row for row in (paid, *back) if clock.county_day(row.happened_at) == day]
        if not rows:
            raise Declined(Decline.NO_STATEMENT)
        return rows

    # --- the world's side -------------------------------------------------------------------------

    def pay(self, payment_no: str) -> None:
        """Somebody scanned the code and paid; the message waits in `messages`."""
        known = self.trades[payment_no]
        known.paid_at = clock.now()
        self._tell(payment_no, EventKind.PAID)

    def _tell(self, payment_no: str, kind: EventKind, refund_no: str = "", refund_fen: int = 0) -> None:
        known = self.trades[payment_no]
        fact = {
            "id": len(self.messages), "kind": kind.value, "payment_no": payment_no, "provider_no": known.provider_no,
            "payee_no": known.payee_no, "amount_fen": known.amount_fen, "refund_no": refund_no,
            "refund_fen": refund_fen, "at": clock.now().isoformat(),
        }  # fmt: skip
        nonce = os.urandom(12)
        sealed = AESGCM(self.key).encrypt(nonce, json.dumps(fact).encode(), b"event")
        body = json.dumps({"nonce": nonce.hex(), "sealed": sealed.hex()}).encode()
        self.messages.append(RawEvent(body, "application/json", {"Codepay-Signature": self._signature(body)}))

    def _signature(self, body: bytes) -> str:
        return hmac.new(self.secret, body, hashlib.sha256).hexdigest()
