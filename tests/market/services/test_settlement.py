"""Invoice, transfer, declaration, confirmation (rules 25, 51–53)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from core import clock, codes
from core.access.roles import OrganisationKind, Role
from core.db import db, transaction
from core.errors import Forbidden, Missing, Refused
from market.models.delivery import Acceptance, AcceptanceLine
from market.models.order import Order
from market.models.settlement import Account, Allocation, BookPosting, Invoice, Transfer, TransferItem
from market.queries import payables
from market.rules.order_states import OrderState
from market.rules.transfer import ConfirmedBy, TransferState
from market.services import disputes, invoices, settlement
from tests import make
from tests.support.threads import at_once


@pytest.fixture
def line(app: Flask) -> make.Line:
    return make.line()


def prepared(of: make.Line, *signed: Acceptance, fen: int | None = None) -> Transfer:
    with transaction():
        return settlement.prepare(dict.fromkeys((one.id for one in signed), fen), by=of.payer.actor)


def declared(of: make.Line, transfer: Transfer, *, by: Any = None, serial: str = "S-1") -> Transfer:
    with transaction():
        return settlement.declare(transfer.id, bank_day_on=clock.today(), bank_serial=serial, by=(by or of.payer).actor)


def confirmed(of: make.Line, transfer: Transfer) -> Transfer:
    with transaction():
        return settlement.confirm(transfer.id, by=of.seller.actor, word=ConfirmedBy.SUPPLIER)


def paid_fen() -> int:
    db.session.rollback()
    return int(db.session.scalar(sa.select(sa.func.coalesce(sa.func.sum(Allocation.amount_fen), 0))) or 0)


def test_from_slip_to_paid_order(line: make.Line) -> None:
    order = make.order(line)
    signed = make.accepted(line, order)
    slip = prepared(line, signed)
    assert codes.check(slip.remittance_code)
    assert slip.payee_account_no == line.supplier.bank_account_no
    assert paid_fen() == 0

    declared(line, slip)
    assert paid_fen() == 0
    confirmed(line, slip)

    assert paid_fen() == signed.amount_fen == 520_00
    assert db.session.get_one(Order, order.id).state is OrderState.CLOSED
    assert db.session.scalars(sa.select(Allocation.bank_day_on)).one() == clock.today()


def test_the_memo_ledger_ends_at_nothing_owed(line: make.Line) -> None:
    signed = make.accepted(line, make.order(line))

    def owed() -> dict[Account, int]:
        rows = sa.select(BookPosting.account, sa.func.sum(BookPosting.amount_fen)).group_by(BookPosting.account)
        return {account: int(fen) for account, fen in db.session.execute(rows)}

    assert owed() == {Account.RECEIVABLE: 520_00, Account.PAYABLE: -520_00}
    confirmed(line, declared(line, prepared(line, signed)))

    assert owed() == {Account.RECEIVABLE: 0, Account.PAYABLE: 0}


def test_three_deliveries_two_paid_one_kilo_disputed(line: make.Line) -> None:
    order = make.order(line)
    first, second, third = (make.accepted(line, order, 30_000) for _ in range(3))
    kilo = db.session.scalars(sa.select(AcceptanceLine).where(AcceptanceLine.acceptance_id == second.id)).one()
    with transaction():
        disputes.open_dispute(kilo.id, amount_fen=5_20, reason="一公斤发黄", by=line.second.actor)

    confirmed(line, declared(line, prepared(line, first, second)))

    assert paid_fen() == 2 * 156_00 - 5_20
    claims = {one.acceptance_id: one for one in payables.of_buyer(line.payer.actor)}
    assert [claims[one.id].open_fen for one in (first, second, third)] == [0, 0, 156_00]


def test_a_dispute_withdrawn_is_payable_again_and_conceded_never(line: make.Line) -> None:
    signed = make.accepted(line, make.order(line))
    row = db.session.scalars(sa.select(AcceptanceLine)).one()
    with transaction():
        one = disputes.open_dispute(row.id, amount_fen=20_00, reason="少秤", by=line.second.actor)
        two = disputes.open_dispute(row.id, amount_fen=10_00, reason="发黄", by=line.second.actor)
    with transaction():
        disputes.withdraw(one.id, by=line.second.actor)
        disputes.concede(two.id, by=line.seller.actor)
    with pytest.raises(Refused, match="dispute-settled"), transaction():
        disputes.concede(one.id, by=line.seller.actor)

    assert prepared(line, signed).amount_fen == 510_00


def test_a_part_may_be_paid_and_the_rest_later(line: make.Line) -> None:
    signed = make.accepted(line, make.order(line))
    confirmed(line, declared(line, prepared(line, signed, fen=100_00)))

    rest = prepared(line, signed)

    assert rest.amount_fen == 420_00
    with pytest.raises(Refused, match="claim-paid"):
        prepared(line, signed)


def test_two_slips_at_once_never_pay_the_same_goods(line: make.Line, app: Flask) -> None:
    signed = make.accepted(line, make.order(line)).id

    def act() -> int:
        with transaction():
            return settlement.prepare({signed: None}, by=line.payer.actor).id

    results = at_once(app, act, act)

    assert sorted(type(one).__name__ for one in results) == ["Refused", "int"]
    assert db.session.scalar(sa.select(sa.func.sum(TransferItem.amount_fen))) == 520_00


def test_of_two_confirmations_at_once_one_lands(line: make.Line, app: Flask) -> None:
    slip = declared(line, prepared(line, make.accepted(line, make.order(line)))).id
    officer = finance_officer()

    def by_supplier() -> int:
        with transaction():
            return settlement.confirm(slip, by=line.seller.actor, word=ConfirmedBy.SUPPLIER).id

    def by_finance() -> int:
        with transaction():
            return settlement.confirm(slip, by=officer, word=ConfirmedBy.FINANCE).id

    results = at_once(app, by_supplier, by_finance)

    assert sorted(type(one).__name__ for one in results) == ["Refused", "int"]
    assert paid_fen() == 520_00


def finance_officer() -> Any:
    office = make.organisation(OrganisationKind.FINANCE)
    return make.actor(make.seat(office, Role.FINANCE_OFFICER), office, Role.FINANCE_OFFICER)


def as_payer(of: make.Line, who: Any) -> Any:
    """Somebody who ordered, signed or approved, and now sits at the payer's desk."""
    return make.actor(who.person, of.unit, Role.UNIT_PAYER)


@pytest.mark.parametrize(
    ("who", "code"),
    [
        ("orderer", "payer-is-orderer"),
        ("receiver", "payer-is-signer"),
        ("second", "payer-is-signer"),
        ("approver", "payer-is-approver"),
    ],
)
def test_who_had_a_hand_in_it_does_not_pay(line: make.Line, who: str, code: str) -> None:
    signed = make.accepted(line, make.order(line))
    with pytest.raises(Refused, match=code), transaction():
        settlement.prepare({signed.id: None}, by=as_payer(line, getattr(line, who)))
    slip = prepared(line, signed)

    with pytest.raises(Refused, match=code), transaction():
        settlement.declare(slip.id, bank_day_on=clock.today(), bank_serial="S", by=as_payer(line, getattr(line, who)))

    db.session.rollback()
    assert db.session.get_one(Transfer, slip.id).state is TransferState.PREPARED


@pytest.mark.parametrize("who", ["orderer", "receiver", "second", "approver"])
def test_the_database_too_refuses_a_fourth_person_too_few(line: make.Line, who: str) -> None:
    slip = prepared(line, make.accepted(line, make.order(line)))
    values = {
        "state": "declared",
        "bank_day_on": clock.today(),
        "bank_serial": "S",
        "declared_by_id": getattr(line, who).person.id,
        "declared_at": clock.now(),
    }

    with pytest.raises(sa.exc.DatabaseError, match="the payer ordered, approved or accepted"), transaction():
        db.session.execute(sa.update(Transfer).where(Transfer.id == slip.id).values(values))


def test_nobody_confirms_their_own_word(line: make.Line) -> None:
    slip = declared(line, prepared(line, make.accepted(line, make.order(line))))
    office = make.organisation(OrganisationKind.FINANCE)
    twice = make.actor(line.payer.person, office, Role.FINANCE_OFFICER)

    with pytest.raises(Refused, match="transfer-same-person"), transaction():
        settlement.confirm(slip.id, by=twice, word=ConfirmedBy.FINANCE)

    assert paid_fen() == 0


def test_only_the_supplier_paid_and_finance_confirm(line: make.Line) -> None:
    slip = declared(line, prepared(line, make.accepted(line, make.order(line))))
    other = make.line()
    with pytest.raises(Missing), transaction():
        settlement.confirm(slip.id, by=other.seller.actor, word=ConfirmedBy.SUPPLIER)
    with pytest.raises(Forbidden), transaction():
        settlement.confirm(slip.id, by=other.seller.actor, word=ConfirmedBy.FINANCE)
    with transaction():
        settlement.confirm(slip.id, by=finance_officer(), word=ConfirmedBy.FINANCE)

    assert paid_fen() == 520_00


def test_a_refused_transfer_stays_and_the_goods_are_open_again(line: make.Line) -> None:
    signed = make.accepted(line, make.order(line))
    slip = declared(line, prepared(line, signed))
    with transaction():
        settlement.refuse(slip.id, reason="账户未见入账", by=line.seller.actor, word=ConfirmedBy.SUPPLIER)

    again = declared(line, prepared(line, signed))

    assert (slip.state, again.state) == (TransferState.REFUSED, TransferState.DECLARED)


def test_the_bank_day_has_come_and_its_serial_is_new(line: make.Line) -> None:
    first, second = (make.accepted(line, make.order(line)) for _ in range(2))
    declared(line, prepared(line, first), serial="S 77")
    slip = prepared(line, second)
    with pytest.raises(Refused, match="bank-serial-used"):
        declared(line, slip, serial="s77")
    tomorrow = clock.today() + timedelta(days=1)
    with pytest.raises(Refused, match="bank-day-ahead"), transaction():
        settlement.declare(slip.id, bank_day_on=tomorrow, bank_serial="S 78", by=line.payer.actor)

    assert db.session.get_one(Transfer, slip.id).state is TransferState.PREPARED


def test_an_invoice_says_what_was_accepted(line: make.Line) -> None:
    signed = make.accepted(line, make.order(line), 103_250, rejected=1_500)

    def record(number: str, fen: int) -> Callable[[], Invoice]:
        return lambda: invoices.record(number, [signed.id], issued_on=clock.today(), total_fen=fen, by=line.payer.actor)

    for number, fen, code in (("2512345", 529_10, "invoice-number"), ("25123456", 536_90, "invoice-mismatch")):
        with pytest.raises(Refused, match=code), transaction():
            record(number, fen)()
    with transaction():
        record("25123456", 529_10)()
    with pytest.raises(Refused, match="invoice-known"), transaction():
        record("25123456", 529_10)()
    with pytest.raises(Refused, match="invoice-twice"), transaction():
        record("25123457", 529_10)()

    assert db.session.scalar(sa.select(sa.func.count(Invoice.id))) == 1


def test_one_transfer_pays_one_supplier(line: make.Line) -> None:
    other = make.line()
    elsewhere = replace(line, supplier=other.supplier, seller=other.seller)
    mine, theirs = make.accepted(line, make.order(line)), make.accepted(elsewhere, make.order(elsewhere))

    with pytest.raises(Refused, match="claims-two-suppliers"):
        prepared(line, mine, theirs)

    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count(Transfer.id))) == 0


def test_what_is_due_and_what_lateness_costs(line: make.Line) -> None:
    """Accepted 1 October, 30 days: due 31 October; 10 days late on 10 November: 0.05 % a day."""
    with clock.frozen(clock.day_start(date(2026, 10, 1))):
        make.accepted(line, make.order(line))
    with clock.frozen(clock.day_start(date(2026, 11, 10))):
        claim = payables.of_supplier(line.seller.actor)[0]

        assert claim.due_on == date(2026, 10, 31)
        assert (claim.days_late, claim.interest_fen) == (10, 2_60)
