"""Keeping the provider's bill: its rows go in once; the same day fetched again changes nothing."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date

import sqlalchemy as sa

from core import clock
from core.bulk import insert_many
from core.db import db
from core.errors import Missing, Refused
from market.gateways.ports import StatementRow
from market.models.payment import MerchantAccount
from market.models.reconciliation import ProviderBill, ProviderBillLine

AT_ONCE = 10_000


def keep(merchant_account_id: int, day: date, rows: Sequence[StatementRow]) -> ProviderBill:
    """The merchant's bill of a day with all its rows; a bill that is there with the same rows is given back.

    Raises: Missing; Refused "bill-changed" when the provider now states other rows for a day that is kept.
    """
    account = db.session.get(MerchantAccount, merchant_account_id, with_for_update=True)
    if account is None:
        raise Missing("no-such-merchant")
    digest = _digest(rows)
    known = db.session.scalar(
        sa.select(ProviderBill).where(
            ProviderBill.merchant_account_id == merchant_account_id, ProviderBill.day_on == day
        )
    )
    if known is not None:
        if known.sha256 != digest:
            raise Refused("bill-changed", day_on=day)
        return known
    made = ProviderBill(
        merchant_account_id=merchant_account_id, day_on=day, rows=len(rows), sha256=digest, fetched_at=clock.now()
    )
    db.session.add(made)
    db.session.flush()
    for part in _parts(rows):
        insert_many(ProviderBillLine, [_values(made.id, row) for row in part])
    return made


def _parts(rows: Sequence[StatementRow]) -> Iterable[Sequence[StatementRow]]:
    return (rows[at : at + AT_ONCE] for at in range(0, len(rows), AT_ONCE))


def _values(bill_id: int, row: StatementRow) -> dict[str, object]:
    return {
        "bill_id": bill_id,
        "kind": row.kind,
        "payment_no": row.payment_no[:64],
        "provider_no": row.provider_no[:64],
        "refund_no": row.refund_no[:64],
        "amount_fen": row.amount_fen,
        "fee_fen": row.fee_fen,
        "happened_at": row.happened_at,
    }


def _digest(rows: Sequence[StatementRow]) -> bytes:
    """Of what the rows say, in their order."""
    found = hashlib.sha256()
    for row in rows:
        said = (row.kind, row.payment_no, row.provider_no, row.refund_no, row.amount_fen, row.fee_fen)
        found.update(repr((*map(str, said), row.happened_at.isoformat())).encode())
    return found.digest()
