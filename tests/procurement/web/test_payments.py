"""From the accepted goods to 已到账 and the treasury's row."""

import io
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from core import clock
from core.access.roles import OrganisationKind, Role
from core.db import db
from market.models.delivery import Acceptance, AcceptanceLine, Deduction
from market.models.settlement import Allocation, Invoice, Transfer
from market.rules.transfer import ConfirmedBy, TransferState
from market.services import acceptance, settlement
from procurement.models.ledger import QuotaPosting
from procurement.services import receiving
from tests import make
from tests.make.core import writing
from tests.support.statements import statements


@pytest.fixture
def line(app: Flask) -> make.Line:
    make.village_is_exited()
    return make.line()


def received(of: make.Line) -> Acceptance:
    """Accepted through both floors, so that the ledger knows of it."""
    with writing():
        sent = make.delivery(of, make.order(of))
        draft = acceptance.count(sent.id, make.counts(sent), by=of.receiver.actor)
        return receiving.accept_delivery(sent.id, version=draft.version, by=of.second.actor)


def prepared(client: FlaskClient, of: make.Line, *signed: Acceptance, **amounts: str) -> Transfer:
    make.log_in(client, of.payer.person)
    answer = client.post("/unit/payments/transfers", data={"acceptance": [one.id for one in signed], **amounts})
    assert answer.status_code == 303, answer.text
    return db.session.scalars(sa.select(Transfer).order_by(Transfer.id.desc())).first()  # type: ignore[return-value]


def declared(client: FlaskClient, slip: Transfer, **fields: Any) -> Any:
    given = {"bank_day_on": clock.today().isoformat(), "bank_serial": "S 77", **fields}
    return client.post(f"/unit/payments/transfers/{slip.id}/declaration", data=given)


def counted() -> int:
    fen = sa.select(sa.func.coalesce(sa.func.sum(QuotaPosting.amount_fen), 0)).where(QuotaPosting.scheme_code == "L")
    return int(db.session.scalar(fen) or 0)


def officer() -> Any:
    return make.seat(make.organisation(OrganisationKind.FINANCE), Role.FINANCE_OFFICER)


def test_the_payer_pays_and_the_supplier_confirms(client: FlaskClient, line: make.Line) -> None:
    signed = received(line)
    make.log_in(client, line.payer.person)
    assert "已验收待付款" in client.get("/desk").text
    assert signed.acceptance_no in client.get("/unit/payments").text
    slip = prepared(client, line, signed)
    page = client.get(f"/unit/payments/transfers/{slip.id}").text
    assert slip.remittance_code in page
    assert "伍佰贰拾元整" in page
    assert client.get(f"/unit/payments/transfers/{slip.id}.pdf").data.startswith(b"%PDF-")
    voucher = (io.BytesIO(b"%PDF-1.4 demo"), "voucher.pdf")
    assert declared(client, slip, voucher=voucher).status_code == 303
    assert counted() == 0

    make.log_in(client, line.seller.person)
    assert "请确认到账" in client.get("/desk").text
    assert slip.transfer_no not in client.get("/unit/payments").text
    assert client.post(f"/supplier/receivables/transfers/{slip.id}/received").status_code == 303

    assert counted() == 520_00
    assert "最近到账" in client.get("/supplier/receivables").text


def test_finance_confirms_by_its_row(client: FlaskClient, line: make.Line) -> None:
    slip = prepared(client, line, received(line))
    declared(client, slip)
    make.log_in(client, officer())
    assert slip.transfer_no in client.get("/finance/transfers").text

    assert client.post(f"/finance/transfers/{slip.id}/confirmation").status_code == 303

    db.session.refresh(slip)
    assert (slip.state, slip.confirmed_by) == (TransferState.CONFIRMED, ConfirmedBy.FINANCE)
    assert slip.transfer_no in client.get("/finance/transfers?tab=confirmed").text


def test_the_supplier_says_that_nothing_came(client: FlaskClient, line: make.Line) -> None:
    slip = prepared(client, line, received(line))
    declared(client, slip)
    make.log_in(client, line.seller.person)
    url = f"/supplier/receivables/transfers/{slip.id}/missing"
    assert client.post(url, data={"reason": ""}).status_code == 409

    assert client.post(url, data={"reason": "账户未见"}).status_code == 303

    db.session.refresh(slip)
    assert slip.state is TransferState.REFUSED


def test_a_part_by_the_amount_typed(client: FlaskClient, line: make.Line) -> None:
    signed = received(line)

    slip = prepared(client, line, signed, **{f"amount-{signed.id}": "100.50"})

    assert slip.amount_fen == 100_50


@pytest.mark.parametrize(("day", "word"), [("2099-01-01", "不能晚于今天"), ("2020-01-01", "不能早于下单日")])
def test_a_bank_day_that_cannot_be_is_refused_on_the_same_page(
    client: FlaskClient, line: make.Line, day: str, word: str
) -> None:
    slip = prepared(client, line, received(line))

    answer = declared(client, slip, bank_day_on=day)

    assert answer.status_code == 409
    assert word in answer.text
    assert 'value="S 77"' in answer.text


def test_an_invoice_is_recorded_or_goes_back(client: FlaskClient, line: make.Line) -> None:
    signed = received(line)
    make.log_in(client, line.payer.person)
    assert "登记发票" in client.get(f"/unit/payments/invoices/new?acceptance={signed.id}").text
    form = {
        "acceptance": signed.id,
        "number": f"{clock.today():%y}110000000000000001",
        "issued_on": clock.today().isoformat(),
    }
    wrong = client.post("/unit/payments/invoices", data={**form, "total_fen": "536.90"})
    assert wrong.status_code == 409
    assert "退回供应商重开" in wrong.text

    assert client.post("/unit/payments/invoices", data={**form, "total_fen": "520.00"}).status_code == 303

    assert db.session.scalars(sa.select(Invoice.total_fen)).one() == 520_00


def test_who_accepted_sees_no_tick(client: FlaskClient, line: make.Line) -> None:
    signed = received(line)
    make.seat(line.unit, Role.UNIT_PAYER, who=line.second.person)
    make.log_in(client, line.second.person)
    client.post("/seat", data={"organisation": line.unit.id})

    assert "您参与了采购或验收" in client.get("/unit/payments").text
    answer = client.post("/unit/payments/transfers", data={"acceptance": signed.id})
    assert answer.status_code == 409
    assert "付款人不能是验收人" in answer.text


def test_strangers_find_nothing(client: FlaskClient, line: make.Line) -> None:
    slip = prepared(client, line, received(line))
    declared(client, slip)
    other = make.line()
    make.log_in(client, other.payer.person)
    assert client.get(f"/unit/payments/transfers/{slip.id}").status_code == 404
    assert declared(client, slip).status_code == 404
    make.log_in(client, other.seller.person)
    assert client.post(f"/supplier/receivables/transfers/{slip.id}/received").status_code == 404

    assert db.session.scalar(sa.select(sa.func.count(Allocation.id))) == 0


@pytest.mark.parametrize("path", ["/unit/payments", "/supplier/receivables", "/finance/transfers"])
def test_lists_cost_the_same_however_long(client: FlaskClient, line: make.Line, path: str) -> None:
    who = {"/unit/payments": line.payer.person, "/supplier/receivables": line.seller.person}.get(path) or officer()
    declared(client, prepared(client, line, received(line)))
    make.log_in(client, who)
    with statements() as one:
        assert client.get(path).status_code == 200
    for number in range(2):
        declared(client, prepared(client, line, received(line)), bank_serial=f"T{number}")
    make.log_in(client, who)
    with statements() as three:
        client.get(path)

    assert len(three) == len(one) <= 20


def test_a_disputed_kilo_waits_and_the_rest_is_paid(client: FlaskClient, line: make.Line) -> None:
    signed = received(line)
    row = db.session.scalars(sa.select(AcceptanceLine.id)).one()
    make.log_in(client, line.second.person)
    url = f"/canteen/deliveries/{signed.delivery_id}"
    too_much = client.post(f"{url}/disputes", data={"line": row, "amount_fen": "999", "reason": "发黄"})
    assert too_much.status_code == 409
    assert client.post(f"{url}/disputes", data={"line": row, "amount_fen": "5.20", "reason": "发黄"}).status_code == 303
    assert "争议 ¥5.20" in client.get(url).text
    assert prepared(client, line, signed).amount_fen == 514_80

    make.log_in(client, line.seller.person)
    assert "请处理" in client.get("/desk").text
    assert "发黄" in client.get("/supplier/receivables").text
    dispute = db.session.scalars(sa.select(Deduction.id)).one()
    assert client.post(f"/supplier/disputes/{dispute}/concession").status_code == 303
    assert client.post(f"/supplier/disputes/{dispute}/concession").status_code == 409

    assert db.session.scalar(sa.select(sa.func.sum(Deduction.amount_fen))) == 5_20


def test_a_declaration_nobody_confirms_becomes_finances_task(client: FlaskClient, line: make.Line) -> None:
    with clock.frozen(clock.now() - timedelta(days=12)):
        signed = received(line)
        with writing():
            made = settlement.prepare({signed.id: None}, by=line.payer.actor)
            settlement.declare(made.id, bank_day_on=clock.today(), bank_serial="S1", by=line.payer.actor)
    make.log_in(client, officer())

    assert "超过 5 个工作日" in client.get("/desk").text
    assert "超过 5 个工作日" in client.get("/finance/transfers").text
