"""A merchant's day: our payments and refunds, our ledger, and the provider's bill, compared set by set (R10).

What the bill knows of a payment of ours and we do not is heard as any other word of the provider; the rest becomes
exceptions for people. Everything found has a key: a day compared again finds the same and changes nothing.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa

from core import clock, settings
from core.db import db
from market.gateways.ports import Event, EventKind
from market.models.payment import MerchantAccount
from market.models.reconciliation import ProviderBill, ProviderBillLine
from market.models.settlement import Account
from market.rules.reconciliation import RowKind
from market.services import book, payments
from market.services.reconcile_sql import CARRIED_ARRIVED, CARRIED_MISSED, FINDINGS, HEALABLE, REMOTE_HEALED, SHEET

settings.register(reconcile__second_person_fen=10_000, payment__fee_bp=60, reconcile__day_cut_minutes=60)


def compare(bill_id: int) -> dict[str, int]:
    """Compare a kept bill with our books; how many exceptions of each kind were found now (none on a second run)."""
    bill = db.session.get_one(ProviderBill, bill_id, with_for_update=True)
    account = db.session.get_one(MerchantAccount, bill.merchant_account_id)
    facts = _facts(bill, account)
    _sheet(facts)
    healed = _heal(facts, account)
    found: dict[str, int] = {}
    if healed:
        db.session.execute(sa.text(REMOTE_HEALED), facts | {"lines": healed})
        found["remote_only"] = len(healed)
        _sheet(facts)
    for statement in FINDINGS:
        for (kind,) in db.session.execute(sa.text(statement), facts):
            found[kind] = found.get(kind, 0) + 1
    _settle_carried(facts, found)
    _book_fees(bill, account)
    db.session.execute(sa.text("SET LOCAL enable_nestloop = on"))
    bill.compared_at = bill.compared_at or clock.now()
    return found


def _facts(bill: ProviderBill, account: MerchantAccount) -> dict[str, object]:
    """What the statements are told: times are the county day's, [lo, hi); `cut` is when midnight is near."""
    lo = datetime.combine(bill.day_on, datetime.min.time(), clock.COUNTY)
    hi = lo + timedelta(days=1)
    near = timedelta(minutes=settings.value("reconcile.day_cut_minutes", on=bill.day_on))
    return {
        "bill": bill.id,
        "account": account.id,
        "provider": account.provider,
        "lo": lo,
        "hi": hi,
        "cut": hi - near,
        "day": bill.day_on,
        "now": clock.now(),
        "fee_bp": settings.value("payment.fee_bp", on=bill.day_on),
    }


def _sheet(facts: dict[str, object]) -> None:
    for statement in SHEET:
        db.session.execute(sa.text(statement), facts if ":" in statement else {})


def _heal(facts: dict[str, object], account: MerchantAccount) -> list[int]:
    """Tell our payments what only the bill knew, payments before refunds; ids of the lines that were news."""
    healed = []
    for line_id, seen in db.session.execute(sa.text(HEALABLE), facts).all():
        line = db.session.get_one(ProviderBillLine, line_id)
        payments.hear(_word(line, account, seen), provider=account.provider)
        healed.append(line_id)
    db.session.flush()
    return healed


def _word(line: ProviderBillLine, account: MerchantAccount, amount_fen: int) -> Event:
    is_refund = line.kind is RowKind.REFUND
    return Event(
        key=f"bill|{line.kind}|{line.payment_no}|{line.refund_no}",
        kind=EventKind.REFUNDED if is_refund else EventKind.PAID,
        payment_no=line.payment_no,
        provider_no=line.provider_no,
        payee_no=account.seller_id,
        amount_fen=amount_fen,
        refund_no=line.refund_no if is_refund else "",
        refund_fen=-line.amount_fen if is_refund else 0,
        happened_at=line.happened_at,
    )


def _settle_carried(facts: dict[str, object], found: dict[str, int]) -> None:
    """Yesterday's last hour: it stands in today's bill, or it is missing for good."""
    db.session.execute(sa.text(CARRIED_ARRIVED), facts)
    missed = len(db.session.execute(sa.text(CARRIED_MISSED), facts).all())
    if missed:
        found["local_only"] = found.get("local_only", 0) + missed


def _book_fees(bill: ProviderBill, account: MerchantAccount) -> None:
    """What the provider kept that day: one entry for the bill."""
    total = sa.select(sa.func.coalesce(sa.func.sum(ProviderBillLine.fee_fen), 0))
    fees_fen = int(db.session.scalar(total.where(ProviderBillLine.bill_id == bill.id)) or 0)
    if fees_fen:
        book.enter("fee", bill.id, account.supplier_id, [(Account.FEE, -fees_fen), (Account.CLEARING, fees_fen)])
