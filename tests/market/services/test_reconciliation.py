"""A merchant's day against the provider's bill: 100,000 rows, every injected error of every class, and nothing else."""

import time
from collections import Counter
from datetime import date, datetime, timedelta

import psycopg
import pytest
from flask import Flask
from sqlalchemy import func, select

from core import clock
from core.db import db, transaction
from market.gateways.ports import StatementRow
from market.models.payment import MerchantAccount
from market.models.reconciliation import PaymentException
from market.models.settlement import Account, BookPosting
from market.rules.payment_states import PaymentState
from market.rules.reconciliation import ExceptionKind as Kind
from market.rules.reconciliation import ExceptionState, RowKind, fee_fen
from market.services import bills, reconciling
from tests.make.payments import PRICE, Sale, sale
from tests.support.bed import Place
from tests.support.cleaning import Cleaner, plain_dsn

DAY = date(2026, 11, 20)
NOON = datetime(2026, 11, 20, 12, tzinfo=clock.COUNTY)
ROWS, REFUNDS = 100_000, 5_000
FIRST = 10_000_000  # ids of rows made here; what other tests make is far below

PAST = """
INSERT INTO payment_intent (id, out_trade_no, order_id, supplier_id, merchant_account_id, provider, amount_fen, state,
  version, qr_text, trade_no, paid_fen, refunded_fen, expires_at, paid_at, queries, created_at)
OVERRIDING SYSTEM VALUE
SELECT n, 'P' || n, n, %(supplier)s, %(account)s, 'alipay', 1000 + n %% 7919, 'paid', 1, '', 'T' || n, 1000 + n %% 7919,
       0, at, at, 0, at
FROM generate_series(%(first)s, %(first)s + %(rows)s - 1) n
CROSS JOIN LATERAL (SELECT %(noon)s::timestamptz + CASE WHEN (n - %(first)s) BETWEEN 500 AND 504
  THEN interval '11 hours 59 minutes' ELSE (n %% 30000) * interval '1 second' END AS at) t;
INSERT INTO book_tx (id, kind, ref_id, at) OVERRIDING SYSTEM VALUE
SELECT id, 'payment', id, paid_at FROM payment_intent WHERE id >= %(first)s;
INSERT INTO book_posting (tx_id, account, supplier_id, amount_fen)
SELECT i.id, a.account, i.supplier_id, a.sign * i.amount_fen FROM payment_intent i
CROSS JOIN (VALUES ('clearing', 1), ('payable', -1)) a(account, sign) WHERE i.id >= %(first)s;
INSERT INTO refund (id, out_request_no, ref, intent_id, amount_fen, reason, state, attempts, last_code, created_at,
  done_at)
OVERRIDING SYSTEM VALUE
SELECT id, 'R' || id, 'R' || id, id, 100, 'x', 'done', 1, '', paid_at, paid_at FROM payment_intent
WHERE id >= %(first)s + 10000 AND id < %(first)s + 10000 + %(refunds)s;
INSERT INTO book_tx (id, kind, ref_id, at) OVERRIDING SYSTEM VALUE
SELECT id + 1000000, 'refund', id, created_at FROM refund WHERE id >= %(first)s;
INSERT INTO book_posting (tx_id, account, supplier_id, amount_fen)
SELECT r.id + 1000000, a.account, %(supplier)s, a.sign * 100 FROM refund r
CROSS JOIN (VALUES ('payable', 1), ('clearing', -1)) a(account, sign) WHERE r.id >= %(first)s
"""


@pytest.fixture
def shop_day(app: Flask, place: Place, cleaner: Cleaner) -> Sale:
    """A shop whose day has 95,000 payments and 5,000 refunds, all booked; and an order of today that nobody paid."""
    cleaner.everything()
    made = sale(app).offered()
    account = merchant_of(made)
    facts = {"first": FIRST, "rows": ROWS - REFUNDS, "refunds": REFUNDS, "noon": NOON, "account": account}
    with psycopg.connect(plain_dsn(place.owner_url)) as owner:
        owner.execute("SET LOCAL session_replication_role = replica")
        for statement in PAST.split(";\n"):
            owner.execute(statement, facts | {"supplier": made.supplier_id})  # type: ignore[arg-type]
    return made


def merchant_of(of: Sale) -> int:
    found = db.session.scalars(select(MerchantAccount.id).where(MerchantAccount.supplier_id == of.supplier_id)).one()
    db.session.rollback()
    return found


def row(n: int, *, more_fen: int = 0, fee: int = 0, at: datetime = NOON, **changes: object) -> StatementRow:
    """The bill's row of payment n, right unless told otherwise."""
    amount = 1000 + n % 7919 + more_fen
    facts = {"payment_no": f"P{n}", "provider_no": f"T{n}", "refund_no": "", "amount_fen": amount}
    facts |= {"fee_fen": fee - fee_fen(amount, 60), "happened_at": at, "kind": RowKind.PAYMENT}
    return StatementRow(**(facts | changes))  # type: ignore[arg-type]


def back(n: int, amount_fen: int = 100) -> StatementRow:
    return row(n, kind=RowKind.REFUND, refund_no=f"R{n}", amount_fen=-amount_fen, fee_fen=0)


def hurt(of: Sale) -> list[StatementRow]:
    """The bill with its injected errors; what is wrong on our side is written to our tables."""
    n = FIRST
    gone = {n + k for k in (*range(100, 105), *range(500, 505))}  # 短款, and those of 23:59
    rows = [row(i) for i in range(n, n + ROWS - REFUNDS) if i not in gone]
    rows += [back(i) for i in range(n + 10_000, n + 10_000 + REFUNDS)]
    for k in range(5):
        rows[k] = row(n + k, more_fen=1)
        rows[10 + k] = row(n + 10 + k, fee=-5)
        rows += [row(n + 20 + k), row(n + 30 + k, payment_no=f"ZZ{k}", provider_no=f"ZT{k}")]
    at = next(i for i, one in enumerate(rows) if one.refund_no == f"R{n + 12_000}")
    rows[at] = back(n + 12_000, 101)
    intent = of.intent
    rows.append(row(0, payment_no=of.number, provider_no="TNEW", amount_fen=PRICE, fee_fen=-fee_fen(PRICE, 60)))
    assert intent.paid_fen == 0
    return rows


def review(place: Place) -> None:
    """Three payments of ours stand in review, unbooked."""
    with psycopg.connect(plain_dsn(place.owner_url)) as owner:
        owner.execute("SET LOCAL session_replication_role = replica")
        ids = [FIRST + 40, FIRST + 41, FIRST + 42]
        owner.execute("UPDATE payment_intent SET state='review', paid_fen=0, paid_at=NULL WHERE id = ANY(%s)", [ids])
        owner.execute("DELETE FROM book_posting WHERE tx_id = ANY(%s)", [ids])
        owner.execute("DELETE FROM book_tx WHERE id = ANY(%s)", [ids])


def found() -> Counter[tuple[Kind, ExceptionState]]:
    db.session.rollback()
    rows = db.session.execute(select(PaymentException.kind, PaymentException.state))
    return Counter((kind, state) for kind, state in rows)


EXPECTED = {
    (Kind.AMOUNT, ExceptionState.OPEN): 6,
    (Kind.FEE, ExceptionState.OPEN): 5,
    (Kind.DUPLICATE, ExceptionState.OPEN): 5,
    (Kind.UNKNOWN, ExceptionState.OPEN): 5,
    (Kind.LOCAL_ONLY, ExceptionState.OPEN): 5,
    (Kind.DAY_CUT, ExceptionState.CARRIED): 5,
    (Kind.STATUS, ExceptionState.OPEN): 3,
    (Kind.REMOTE_ONLY, ExceptionState.HEALED): 1,
}


def test_100_000_rows_every_injected_error_is_found_and_nothing_else(shop_day: Sale, place: Place) -> None:
    """R10, P12: within 30 s; the second run is a no-op; the next day's bill settles what lay at midnight."""
    rows, account = hurt(shop_day), merchant_of(shop_day)
    review(place)
    started = time.monotonic()
    with transaction():
        bill = bills.keep(account, DAY, rows).id
    with transaction():
        reconciling.compare(bill)
    taken = time.monotonic() - started

    assert found() == EXPECTED
    assert taken < 30
    assert shop_day.intent.state is PaymentState.PAID  # R3: the bill healed the lost notify
    fees = sum(one.fee_fen for one in rows)
    assert (
        db.session.scalar(select(func.sum(BookPosting.amount_fen)).where(BookPosting.account == Account.FEE)) == -fees
    )

    with transaction():
        assert bills.keep(account, DAY, rows).id == bill
        assert reconciling.compare(bill) == {}
    assert found() == EXPECTED
    tomorrow = [row(FIRST + 500 + k, at=NOON + timedelta(hours=13)) for k in range(4)]
    with transaction():
        assert reconciling.compare(bills.keep(account, DAY + timedelta(days=1), tomorrow).id) == {"local_only": 1}
    assert found()[Kind.DAY_CUT, ExceptionState.CLOSED] == 4
    assert found()[Kind.LOCAL_ONLY, ExceptionState.OPEN] == 6
