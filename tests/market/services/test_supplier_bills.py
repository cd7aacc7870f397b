"""Suppliers' accounts and monthly statements: equal to the ledger to the fen, never changed (P10)."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import DBAPIError

from core import clock, settings
from core.access.roles import Role
from core.db import db, transaction
from core.errors import Missing, Refused
from core.sheets import read
from market.models.bill import SupplierBill, SupplierBillEntry, SupplierEntry
from market.models.delivery import AcceptanceLine
from market.models.settlement import Account
from market.queries import supplier_bills as reading
from market.rules import bill as rules
from market.rules.bill import BillState, EntryCause
from market.rules.transfer import ConfirmedBy
from market.services import book, disputes, settlement, supplier_bills
from tests import make
from tests.make import bank


@pytest.fixture
def line(app: Flask) -> make.Line:
    return make.line()


def traded(of: make.Line) -> None:
    """520 accepted twice, 10 conceded, one paid; a resident paid 88 and got 8 back."""
    one, two = (make.accepted(of, make.order(of)) for _ in range(2))
    row = db.session.scalars(sa.select(AcceptanceLine.id).where(AcceptanceLine.acceptance_id == two.id)).one()
    with transaction():
        disputed = disputes.open_dispute(row, amount_fen=10_00, reason="少秤", by=of.second.actor)
        disputes.concede(disputed.id, by=of.seller.actor)
        slip = settlement.prepare({one.id: None}, by=of.payer.actor)
        settlement.declare(slip.id, bank_day_on=clock.today(), bank_serial="S-1", by=of.payer.actor)
        settlement.confirm(slip.id, by=of.seller.actor, word=ConfirmedBy.SUPPLIER)
        for kind, fen in (("payment", 88_00), ("refund", -8_00)):
            sides = [(Account.CLEARING, fen), (Account.PAYABLE, -fen)]
            book.enter(kind, 999_999_999, of.supplier.id, sides)


def issued(of: make.Line) -> SupplierBill:
    """The statement of this month, issued on the first day of the next."""
    month = rules.month_of(clock.today())
    after = rules.last_day(month) + timedelta(days=1)
    with clock.frozen(clock.day_start(after)), transaction():
        supplier_bills.issue_all(month)
    return db.session.scalars(sa.select(SupplierBill).where(SupplierBill.supplier_id == of.supplier.id)).one()


def test_a_statement_is_equal_to_the_ledger_to_the_fen(line: make.Line) -> None:
    traded(line)
    made = issued(line)

    said = {EntryCause(code): fen for code, fen in made.sums.items() if fen}
    assert said == {
        EntryCause.GOODS: 1_128_00,
        EntryCause.CREDIT_NOTE: -10_00,
        EntryCause.REFUND: -8_00,
        EntryCause.RECEIVED_BANK: -520_00,
        EntryCause.RECEIVED_PROVIDER: -80_00,
    }
    assert (made.opening_fen, made.closing_fen) == (0, 510_00)
    assert reading.differences() == []
    with transaction():
        assert supplier_bills.collect() == 0
    total = sa.select(sa.func.sum(SupplierEntry.amount_fen))
    assert db.session.scalar(total) == made.closing_fen


def test_issued_twice_or_too_early_changes_nothing(line: make.Line) -> None:
    traded(line)
    with transaction():
        supplier_bills.collect()
        assert supplier_bills.issue(line.supplier.id, clock.today()) is None
    first = issued(line)

    assert issued(line).id == first.id
    assert db.session.scalar(sa.select(sa.func.count(SupplierBill.id))) == 1


def test_what_comes_late_stands_in_the_next_period(line: make.Line) -> None:
    traded(line)
    first = issued(line)
    month = first.month_on
    make.accepted(line, make.order(line))
    later = rules.last_day(rules.last_day(month) + timedelta(days=1)) + timedelta(days=1)
    with clock.frozen(clock.day_start(later)), transaction():
        supplier_bills.issue_all(rules.month_before(later))

    second = db.session.scalars(sa.select(SupplierBill).where(SupplierBill.month_on != month)).one()
    assert (second.opening_fen, second.closing_fen) == (510_00, 1_030_00)


def test_the_service_fee_is_its_own_line_and_never_out_of_goods_money(line: make.Line) -> None:
    with transaction():
        settings.put("settlement.fee_bp", 50, valid_from=date(2020, 1, 1), reason="示例", author_id=None)
    traded(line)
    made = issued(line)

    assert made.sums["service_fee"] == -5_55
    assert made.closing_fen == 510_00


def test_closed_by_another_and_then_nothing_changes(line: make.Line) -> None:
    traded(line)
    bill_id, officer = issued(line).id, bank.officer()
    with pytest.raises(Refused, match="state-forbids-act"), transaction():
        supplier_bills.close(bill_id, by=officer.actor)
    with transaction():
        supplier_bills.object_to(bill_id, reason="少一单", by=line.seller.actor)
        supplier_bills.answer(bill_id, reason="列入下期", by=officer.actor)
        supplier_bills.check(bill_id, by=line.seller.actor)
        supplier_bills.close(bill_id, by=officer.actor)

    entry = db.session.scalars(sa.select(SupplierEntry.id)).first()
    for statement in (
        sa.update(SupplierBill).values(note="x"),
        sa.update(SupplierBill).values(closing_fen=0),
        sa.delete(SupplierBill),
        sa.update(SupplierEntry).values(amount_fen=1),
        sa.insert(SupplierBillEntry).values(entry_id=entry, bill_id=bill_id),
    ):
        with pytest.raises(DBAPIError), transaction():
            db.session.execute(statement)
    assert db.session.get_one(SupplierBill, bill_id).state is BillState.CLOSED


def test_pages_paper_and_workbook_for_its_own_supplier_only(line: make.Line, client: FlaskClient) -> None:
    traded(line)
    bill_id = issued(line).id
    stranger, auditor = make.line(), bank.officer(Role.FINANCE_AUDITOR)
    make.log_in(client, line.seller.person)
    assert "510.00" in client.get("/supplier/bills").text
    assert "争议认可" in client.get(f"/bills/{bill_id}").text
    assert client.get(f"/bills/{bill_id}.pdf").data.startswith(b"%PDF-")
    rows = read(client.get(f"/bills/{bill_id}.xlsx").data)[0].rows
    assert sum(round(float(row[-1]) * 100) for row in rows[1:]) == 510_00
    assert client.post(f"/bills/{bill_id}/check").status_code == 303

    make.log_in(client, stranger.seller.person)
    for path in ("", ".pdf", ".xlsx"):
        assert client.get(f"/bills/{bill_id}{path}").status_code == 404
    assert client.post(f"/bills/{bill_id}/check").status_code == 404
    with pytest.raises(Missing), transaction():
        supplier_bills.object_to(bill_id, reason="x", by=stranger.seller.actor)
    make.log_in(client, auditor.person)
    assert "分毫不差" in client.get("/finance/bills").text
    assert client.get(f"/bills/{bill_id}").status_code == 200
    assert client.post(f"/bills/{bill_id}/close").status_code == 403
