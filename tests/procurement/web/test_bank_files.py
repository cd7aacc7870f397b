"""The pages of bank files: brought, worked off by two, foreign ones not found."""

import io

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from core.access.roles import Role
from core.db import db
from market.models.bank import BankLine, BankMatch, BankStatement, PayerAlias
from market.models.settlement import Allocation, Transfer
from market.rules.bank_match import LineState
from tests import make
from tests.make import bank
from tests.procurement.services.test_bank_files import received, slip


@pytest.fixture
def line(app: Flask) -> make.Line:
    make.village_is_exited()
    return make.line()


def upload(client: FlaskClient, data: bytes, name: str = "明细.csv") -> str:
    answer = client.post("/bank/files", data={"file": (io.BytesIO(data), name)}, content_type="multipart/form-data")
    assert answer.status_code == 303, answer.text
    return str(answer.headers["Location"])


def test_brought_by_one_worked_off_by_two(client: FlaskClient, line: make.Line) -> None:
    one, other = slip(line, received(line)), bank.second_clerk(line)
    make.log_in(client, line.seller.person)
    page = client.get(
        upload(client, bank.rows(("S-1", 500_00, line.unit.name, one.remittance_code), ("S-2", 1, "x", "")))
    )
    assert "新流水" in page.text
    row = db.session.scalars(sa.select(BankLine).where(BankLine.serial == "S-1")).one()

    shown = client.get(f"/bank/lines/{row.id}").text
    assert one.transfer_no in shown
    assert "汇款附言相符" in shown
    said = {"kind": "book", "slip": [one.id], f"slip-amount-{one.id}": "500.00"}
    assert client.post(f"/bank/lines/{row.id}/match", data=said).status_code == 303
    match = db.session.scalars(sa.select(BankMatch.id)).one()
    assert client.post(f"/bank/lines/{row.id}/matches/{match}/agreement").status_code == 409
    make.log_in(client, other.person)
    assert "同意入账" in client.get(f"/bank/lines/{row.id}").text
    assert client.post(f"/bank/lines/{row.id}/matches/{match}/agreement").status_code == 303

    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.sum(Allocation.amount_fen))) == 500_00
    assert db.session.get_one(BankLine, row.id).state is LineState.SETTLED
    assert "已入账" in client.get("/bank?tab=settled").text


def test_columns_are_explained_and_failed_rows_handed_out(client: FlaskClient, line: make.Line) -> None:
    make.log_in(client, line.seller.person)
    address = upload(client, "何时,多少,是谁\n2026-11-20,5.00,甲\n昨天,=1+1,乙\n".encode())
    assert "不认识这些列名" in client.get(address).text
    assert client.post(f"{address}/columns", data={"c0": "day"}).status_code == 409
    assert client.post(f"{address}/columns", data={"c0": "day", "c1": "amount", "c2": "party"}).status_code == 303

    failed = client.get(f"{address}/failed.csv")

    assert failed.data.startswith(b"\xef\xbb\xbf")
    assert "昨天,'=1+1,乙" in failed.text
    assert "日期看不懂" in client.get(address).text


def test_foreign_files_and_lines_are_not_found_and_the_auditor_only_reads(client: FlaskClient, line: make.Line) -> None:
    bank.brought(bank.rows(("S-1", 500_00, "甲", "")), line.seller)
    row = db.session.scalars(sa.select(BankLine.id)).one()
    file = db.session.scalars(sa.select(BankStatement.id)).one()
    stranger, auditor = make.line(), bank.officer(Role.FINANCE_AUDITOR)

    for who in (stranger.seller, stranger.payer):
        make.log_in(client, who.person)
        for path in (f"/bank/lines/{row}", f"/bank/files/{file}", f"/bank/files/{file}/failed.csv"):
            assert client.get(path).status_code == 404
        assert client.post(f"/bank/lines/{row}/match", data={"kind": "other", "reason": "x"}).status_code == 404
    make.log_in(client, auditor.person)
    assert client.get(f"/bank/lines/{row}").status_code == 200
    assert client.post(f"/bank/lines/{row}/match", data={"kind": "other", "reason": "x"}).status_code == 403
    assert db.session.scalar(sa.select(sa.func.count(BankMatch.id))) == 0


def test_a_payer_is_named_by_one_and_checked_by_another(client: FlaskClient, line: make.Line) -> None:
    one = slip(line, received(line))
    make.log_in(client, line.payer.person)
    assert client.post("/bank/payers", data={"name": "县会计核算中心", "kind": "accounting_centre"}).status_code == 303
    alias = db.session.scalars(sa.select(PayerAlias.id)).one()
    assert client.post(f"/bank/payers/{alias}/check").status_code == 403
    line_of = bank.rows(("S-1", 520_00, "县会计核算中心", one.remittance_code))
    bank.brought(line_of, line.seller)
    assert db.session.get_one(Transfer, one.id).confirmed_by is None

    make.log_in(client, line.approver.person)
    assert "县会计核算中心" in client.get("/bank/payers").text
    assert client.post(f"/bank/payers/{alias}/check").status_code == 303
    second = slip(line, received(line))
    bank.brought(bank.rows(("S-2", 520_00, "县会计核算中心", second.remittance_code)), line.seller)

    db.session.rollback()
    assert db.session.get_one(Transfer, second.id).confirmed_by == "bank"
    make.log_in(client, make.line().approver.person)
    assert client.post(f"/bank/payers/{alias}/end").status_code == 404
