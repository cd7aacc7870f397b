"""Bank files: exact lines book themselves, the rest is worked off by two persons, nothing lands twice (rule 51)."""

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from core import clock, jobs
from core.access.roles import Role
from core.db import db, transaction
from core.errors import Forbidden, Missing, Refused
from market.models.bank import BankFault, BankLanding, BankLine, BankStatement, FileState
from market.models.delivery import Acceptance
from market.models.settlement import Allocation, Transfer, TransferItem
from market.rules.bank_match import LineState, MatchKind
from market.rules.transfer import ConfirmedBy, TransferState
from market.services import acceptance, bank_matching, bank_statements, settlement
from procurement.models.ledger import FactEntry, FactKind
from procurement.services import bank_files, receiving
from tests import make
from tests.make import bank
from tests.make.core import writing
from tests.support.threads import at_once


@pytest.fixture
def line(app: Flask) -> make.Line:
    return make.line()


def received(of: make.Line) -> Acceptance:
    with writing():
        sent = make.delivery(of, make.order(of))
        draft = acceptance.count(sent.id, make.counts(sent), by=of.receiver.actor)
        return receiving.accept_delivery(sent.id, version=draft.version, by=of.second.actor)


def slip(of: make.Line, *signed: Acceptance) -> Transfer:
    with transaction():
        return settlement.prepare(dict.fromkeys((one.id for one in signed), None), by=of.payer.actor)


def paid_fen() -> int:
    db.session.rollback()
    return int(db.session.scalar(sa.select(sa.func.coalesce(sa.func.sum(Allocation.amount_fen), 0))) or 0)


def lines() -> dict[str, BankLine]:
    db.session.rollback()
    return {row.serial: row for row in db.session.scalars(sa.select(BankLine))}


def proposed(of: make.Line, row: BankLine, by: Any = None, **said: Any) -> int:
    with transaction():
        return bank_matching.propose(row.id, said.pop("kind", MatchKind.BOOK), by=(by or of.seller).actor, **said).id


def agreed(match_id: int, by: bank.Party) -> None:
    with transaction():
        bank_files.agree(match_id, by=by.actor)


def test_an_exact_line_books_itself_and_counts(line: make.Line) -> None:
    one = slip(line, received(line))

    brought = bank.brought(bank.rows(("S-1", 520_00, line.unit.name, f"货款 {one.remittance_code}")), line.seller)

    assert paid_fen() == 520_00
    assert (brought.taken, brought.booked, brought.failed) == (1, 1, 0)
    slip_row = db.session.get_one(Transfer, one.id)
    assert (slip_row.state, slip_row.confirmed_by) == (TransferState.CONFIRMED, ConfirmedBy.BANK)
    facts = sa.select(FactEntry.amount_fen).where(FactEntry.kind == FactKind.PAID)
    assert db.session.scalars(facts).all() == [520_00]


def test_the_same_file_or_line_again_changes_nothing(line: make.Line) -> None:
    one = slip(line, received(line))
    data = bank.rows(("S-1", 520_00, line.unit.name, one.remittance_code), ("S-2", 9_99, "路人", ""))

    first, second = bank.brought(data, line.seller), bank.brought(data, line.seller)
    longer = bank.brought(data + b"\r\n", line.seller)

    assert first.id == second.id
    assert (longer.taken, longer.known) == (0, 2)
    assert paid_fen() == 520_00
    assert len(lines()) == 2


@pytest.mark.parametrize(("fen", "party"), [(519_00, None), (521_00, None), (520_00, "路人")])
def test_another_amount_or_payer_waits_for_persons(line: make.Line, fen: int, party: str | None) -> None:
    one = slip(line, received(line))

    bank.brought(bank.rows(("S-1", fen, party or line.unit.name, one.remittance_code)), line.seller)

    assert paid_fen() == 0
    assert lines()["S-1"].state is LineState.OPEN


def test_who_declared_does_not_confirm_by_bringing_the_file(line: make.Line) -> None:
    one = slip(line, received(line))
    payee = line.supplier.bank_account_name

    bank.brought(bank.rows(("S-1", 520_00, payee, one.remittance_code), mark="借"), line.payer)

    assert paid_fen() == 0
    match = proposed(line, lines()["S-1"], line.payer, slips={one.id: None})
    with pytest.raises(Refused, match="bank-match-same-person"):
        agreed(match, line.payer)
    agreed(match, line.approver)
    assert paid_fen() == 520_00


def test_part_over_and_merged_payments_by_two_persons(line: make.Line) -> None:
    first, second = slip(line, received(line)), slip(line, received(line))
    data = bank.rows(("PART", 100_00, line.unit.name, ""), ("MERGED", 945_00, line.unit.name, ""))
    bank.brought(data, line.seller)
    other = bank.second_clerk(line)

    agreed(proposed(line, lines()["PART"], slips={first.id: 100_00}), other)
    assert paid_fen() == 100_00
    assert db.session.get_one(Transfer, first.id).state is TransferState.WITHDRAWN
    rest = slip(line, db.session.get_one(Acceptance, db.session.scalars(sa.select(TransferItem.acceptance_id)).first()))
    assert rest.amount_fen == 420_00
    agreed(proposed(line, lines()["MERGED"], slips={rest.id: None, second.id: None}), other)

    assert paid_fen() == 1_040_00
    over = lines()["MERGED"]
    assert (over.state, over.amount_fen - over.landed_fen) == (LineState.REST, 5_00)
    agreed(proposed(line, over, kind=MatchKind.RETURN, reason="退回单位"), other)
    assert lines()["MERGED"].state is LineState.RETURNED


def test_money_without_a_slip_lands_on_what_two_persons_name(line: make.Line) -> None:
    signed = received(line)
    bank.brought(bank.rows(("S-9", 520_00, "会计核算中心", "蔬菜款")), line.seller)

    agreed(proposed(line, lines()["S-9"], claims={signed.id: 520_00}), bank.officer())

    assert paid_fen() == 520_00
    assert lines()["S-9"].state is LineState.SETTLED


def test_refused_lines_are_open_again_and_nothing_landed(line: make.Line) -> None:
    one = slip(line, received(line))
    bank.brought(bank.rows(("S-1", 500_00, line.unit.name, "")), line.seller)
    with pytest.raises(Refused, match="bank-line-too-little"):
        proposed(line, lines()["S-1"], slips={one.id: None})
    match = proposed(line, lines()["S-1"], slips={one.id: 500_00})

    with transaction():
        bank_matching.refuse(match, by=bank.second_clerk(line).actor)

    assert (lines()["S-1"].state, paid_fen()) == (LineState.OPEN, 0)


def test_strangers_and_the_auditor_touch_nothing(line: make.Line) -> None:
    bank.brought(bank.rows(("S-1", 500_00, line.unit.name, "")), line.seller)
    row, stranger, auditor = lines()["S-1"], make.line(), bank.officer(Role.FINANCE_AUDITOR)

    for who in (stranger.seller, stranger.payer):
        with pytest.raises(Missing):
            proposed(line, row, who, kind=MatchKind.OTHER, reason="无关")
    for act in (
        lambda: proposed(line, row, auditor, kind=MatchKind.OTHER, reason="无关"),
        lambda: bank.brought(bank.rows(("S-2", 1, "甲", "")), auditor),
    ):
        with pytest.raises(Forbidden):
            act()
    own = slip(stranger, received(stranger))
    with pytest.raises(Missing):
        proposed(line, row, slips={own.id: 500_00})
    assert lines()["S-1"].state is LineState.OPEN


def test_of_two_who_agree_at_once_one_lands(line: make.Line, app: Flask) -> None:
    one = slip(line, received(line))
    bank.brought(bank.rows(("S-1", 520_00, "别名", one.remittance_code)), line.seller)
    match = proposed(line, lines()["S-1"], slips={one.id: None})
    second, officer = bank.second_clerk(line).actor, bank.officer().actor

    def by(who: Any) -> Any:
        def act() -> int:
            with transaction():
                return bank_files.agree(match, by=who).id

        return act

    results = at_once(app, by(second), by(officer))

    assert sorted(type(one).__name__ for one in results) == ["Refused", "int"]
    assert paid_fen() == 520_00


def test_hostile_and_broken_rows_are_listed_not_taken(line: make.Line) -> None:
    bad = bank.rows(("A", 1_00, "甲", "=cmd|' /C calc'!A0")) + "\r\n20261301,B,贷,1.00,,,乙,,".encode("gbk")

    brought = bank.brought(bad, line.seller)

    assert (brought.taken, brought.failed, brought.state) == (1, 1, FileState.DONE)
    assert db.session.scalars(sa.select(BankFault.problem)).one() == "bank-line-day"
    for data, code in ((b"", "file-empty"), (b"PK\x03\x04rubbish", "sheet-unreadable"), (b"\xff\xfe\x00", "sheet")):
        with pytest.raises(Refused, match=code):
            bank.brought(data, line.seller)


def test_unknown_titles_are_asked_once(line: make.Line) -> None:
    def file(serial: str) -> bytes:
        return f"何时,多少,是谁\n2026-11-20,5.00,甲\n2026-11-20,6.00,{serial}\n".encode()

    first = bank.brought(file("甲"), line.seller)
    assert (first.state, lines()) == (FileState.UNREAD, {})
    with transaction():
        known = bank_statements.explain(first.id, {0: "day", 1: "amount", 2: "party"}, by=line.seller.actor)
        bank_files.start(known, by=line.seller.actor)
    again = bank.brought(file("乙"), line.seller)

    assert (again.state, again.taken, again.known) == (FileState.DONE, 1, 1)


def test_a_long_file_is_taken_in_by_a_worker(line: make.Line) -> None:
    one = slip(line, received(line))
    exact = ("S-1", 520_00, line.unit.name, one.remittance_code)
    data = bank.rows(*((f"N{n}", 1_00 + n, "甲", "") for n in range(700)), exact)

    brought = bank.brought(data, line.seller)
    assert brought.state is FileState.RUNNING
    statement_id = brought.id
    jobs.run_due()

    done = db.session.get_one(BankStatement, statement_id)
    assert (done.state, done.taken, done.booked) == (FileState.DONE, 701, 1)
    assert paid_fen() == 520_00
    assert db.session.scalar(sa.select(sa.func.count(BankLanding.id))) == 1
    assert clock.today() == lines()["S-1"].bank_day_on
