"""The wish to be paid for one order: made once, offered to the provider outside any transaction, closed in time.

A door calls `open_intent` (transaction), `offer` (provider, no transaction), `keep_offer` (transaction).
"""

from datetime import timedelta

import sqlalchemy as sa

from core import clock, codes
from core.access.actor import Actor
from core.db import db
from core.errors import Missing, Refused
from market.gateways import ports, providers
from market.models.order import Order
from market.models.payment import MerchantAccount, PaymentIntent
from market.rules.order_states import OrderState
from market.rules.payment_states import PaymentState

POLLS = (5, 15, 30, 60, 120, 300, 900)
"""Seconds after which a payment is asked about, if nobody told us (payments.md §5)."""
_OPEN = (PaymentState.CREATED, PaymentState.PENDING)


def open_intent(order_id: int, *, by: Actor) -> PaymentIntent:
    """The order's one payable intent, made if there is none. Payee: the supplier's own merchant account.

    Raises: Missing for a foreign order; Refused "order-not-payable", "supplier-takes-no-payment".
    """
    order = db.session.execute(
        sa.select(Order).where(Order.id == order_id, Order.person_id == by.person_id).with_for_update()
    ).scalar_one_or_none()
    if order is None or order.buyer_id is not None:
        raise Missing("no-such-order")
    if order.state is not OrderState.PENDING_PAY or order.expires_at is None or order.expires_at <= clock.now():
        raise Refused("order-not-payable")
    found = db.session.scalar(
        sa.select(PaymentIntent).where(
            PaymentIntent.order_id == order.id, PaymentIntent.state.in_((*_OPEN, PaymentState.CLOSING))
        )
    )
    if found is not None and found.state is PaymentState.CLOSING:
        raise Refused("order-not-payable")  # given up: the provider is being told
    if found is not None:
        return found
    account = merchant_account(order.supplier_id)
    if account is None:
        raise Refused("supplier-takes-no-payment")
    intent = PaymentIntent(
        out_trade_no=f"XC{order.id}T{codes.new_code('', 10)}",
        order_id=order.id,
        supplier_id=order.supplier_id,
        merchant_account_id=account.id,
        provider=account.provider,
        amount_fen=order.total_fen,
        state=PaymentState.CREATED,
        expires_at=order.expires_at,
        next_query_at=clock.now() + timedelta(seconds=POLLS[0]),
        created_at=clock.now(),
    )
    db.session.add(intent)
    db.session.flush()
    return intent


def merchant_account(supplier_id: int) -> MerchantAccount | None:
    """The supplier's active account; None: it sells to units only."""
    return db.session.scalar(
        sa.select(MerchantAccount).where(MerchantAccount.supplier_id == supplier_id, MerchantAccount.is_active)
    )


def reference(intent: PaymentIntent) -> ports.PaymentRef:
    """What the provider is asked about."""
    account = db.session.get_one(MerchantAccount, intent.merchant_account_id)
    return ports.PaymentRef(intent.out_trade_no, providers.payee_of(account))


def wish(intent: PaymentIntent, *, subject: str, event_url: str) -> ports.Intent:
    """What the provider is asked for."""
    ref = reference(intent)
    return ports.Intent(
        payment_no=ref.payment_no,
        amount_fen=intent.amount_fen,
        subject=subject,
        payee=ref.payee,
        expires_at=intent.expires_at,
        event_url=event_url,
    )


def keep_offer(intent_id: int, qr_text: str) -> None:
    """Keep the code that the provider gave."""
    db.session.execute(
        sa.update(PaymentIntent)
        .where(PaymentIntent.id == intent_id, PaymentIntent.state.in_(_OPEN))
        .values(qr_text=qr_text[:400])
    )


def postpone_query(intent: PaymentIntent) -> None:
    """Ask again later, each time later, and at the latest when it expires."""
    intent.queries += 1
    step = POLLS[min(intent.queries, len(POLLS) - 1)]
    later = clock.now() + timedelta(seconds=step)
    intent.next_query_at = min(later, intent.expires_at) if intent.expires_at > clock.now() else later
