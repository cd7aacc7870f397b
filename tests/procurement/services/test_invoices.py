"""Invoices on both floors: matched, decided by an approver, taken back; hostile files stay out."""

import io
import zipfile

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from core import clock
from core.db import db, transaction
from core.errors import Missing, Refused
from market.models.delivery import Acceptance
from market.models.settlement import Invoice, InvoiceAcceptance
from market.queries import payables
from market.rules.invoice import InvoiceState
from market.services.invoices import Words
from procurement.models.ledger import FactEntry, FactKind
from procurement.services import payments
from tests import make
from tests.make.market import Party
from tests.procurement.services.test_bank_files import received


@pytest.fixture
def line(app: Flask) -> make.Line:
    make.village_is_exited()
    return make.line()


def number(serial: int) -> str:
    return f"{clock.today():%y}95{serial:016d}"


def recorded(
    of: make.Line, signed: Acceptance, fen: int, *, no: int = 1, why: str = "", by: Party | None = None
) -> int:
    with transaction():
        return payments.record_invoice(
            number(no), [signed.id], issued_on=clock.today(), total_fen=fen, words=Words(explanation=why),
            by=(by or of.payer).actor,
        ).id  # fmt: skip


def invoiced_fen() -> list[int]:
    db.session.rollback()
    return list(
        db.session.scalars(
            sa.select(FactEntry.amount_fen).where(FactEntry.kind == FactKind.INVOICED).order_by(FactEntry.id)
        )
    )


def test_the_supplier_registers_and_the_payer_sees_it(line: make.Line) -> None:
    signed = received(line)
    recorded(line, signed, 520_00, by=line.seller)

    assert invoiced_fen() == [520_00]
    claim = payables.of_buyer(line.payer.actor)[0]
    assert claim.invoice_no == number(1)
    with pytest.raises(Missing):
        recorded(line, signed, 520_00, no=2, by=make.line().seller)


def test_a_mismatch_waits_for_an_approver_and_counts_after(line: make.Line) -> None:
    signed = received(line)
    with pytest.raises(Refused, match="invoice-mismatch"):
        recorded(line, signed, 500_00)
    one = recorded(line, signed, 500_00, why="少开一箱，下月补")
    assert (db.session.get_one(Invoice, one).state, invoiced_fen()) == (InvoiceState.MISMATCH, [])
    with pytest.raises(Refused, match="right-missing"), transaction():
        payments.decide_invoice(one, take=True, reason="可", by=line.payer.actor)
    with pytest.raises(Missing), transaction():
        payments.decide_invoice(one, take=True, reason="可", by=make.line().approver.actor)

    with transaction():
        payments.decide_invoice(one, take=True, reason="已核", by=line.approver.actor)

    assert db.session.get_one(Invoice, one).state is InvoiceState.APPROVED
    assert invoiced_fen() == [520_00]


def test_returned_is_issued_anew_under_another_number(line: make.Line) -> None:
    signed = received(line)
    one = recorded(line, signed, 500_00, why="少开")
    with transaction():
        payments.decide_invoice(one, take=False, reason="请重开", by=line.approver.actor)
    with pytest.raises(Refused, match="invoice-known"):
        recorded(line, signed, 520_00)

    recorded(line, signed, 520_00, no=2)

    assert invoiced_fen() == [520_00]


def test_red_in_parts_then_whole_then_a_new_one(line: make.Line) -> None:
    signed = received(line)
    one = recorded(line, signed, 520_00)

    def red(serial: int, fen: int) -> None:
        with transaction():
            payments.reverse_invoice(one, number(serial), issued_on=clock.today(), amount_fen=fen, by=line.payer.actor)

    red(11, 20_00)
    with pytest.raises(Refused, match="invoice-red-too-much"):
        red(12, 500_01)
    with pytest.raises(Refused, match="invoice-twice"):
        recorded(line, signed, 520_00, no=3)
    red(12, 500_00)
    recorded(line, signed, 520_00, no=3)

    assert invoiced_fen() == [520_00, -20_00, -500_00, 520_00]
    assert db.session.get_one(Invoice, one).state is InvoiceState.REVERSED
    assert db.session.scalar(sa.select(sa.func.sum(InvoiceAcceptance.amount_fen))) == 520_00


def ofd(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"%PDF-1.7 x", 303),
        (ofd("OFD.xml", "Doc_0/Document.xml"), 303),
        (b'<?xml version="1.0"?><EInvoice/>', 303),
        (b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x/>', 409),
        (ofd("../OFD.xml"), 409),
        (ofd("OFD.xml", "../../etc/passwd"), 409),
        (b"PK\x03\x04rubbish", 409),
        (b"MZ\x90", 409),
    ],
)
def test_only_what_is_an_invoice_is_kept(client: FlaskClient, line: make.Line, data: bytes, status: int) -> None:
    signed = received(line)
    make.log_in(client, line.seller.person)
    form = {
        "acceptance": signed.id, "number": number(5), "issued_on": clock.today().isoformat(), "total_fen": "520.00",
        "tax-exempt": "520.00", "paper": (io.BytesIO(data), "发票.pdf"),
    }  # fmt: skip

    assert client.post("/invoices", data=form, content_type="multipart/form-data").status_code == status
    assert (db.session.scalar(sa.select(sa.func.count(Invoice.id))) == 1) == (status == 303)


def test_the_pages_show_each_their_own(client: FlaskClient, line: make.Line) -> None:
    signed = received(line)
    recorded(line, signed, 500_00, why="少开一箱")
    make.log_in(client, line.approver.person)
    page = client.get("/invoices").text
    assert "同意收票" in page
    assert "少开一箱" in page
    one = db.session.scalars(sa.select(Invoice.id)).one()
    assert client.post(f"/invoices/{one}/decision", data={"take": "yes", "reason": "可"}).status_code == 303
    shown = client.get("/invoices/match").text
    assert "与验收一致" in shown
    assert "未付" in shown
    stranger = make.line()
    make.log_in(client, stranger.seller.person)
    assert number(1) not in client.get("/invoices").text
    red = {"number": number(9), "issued_on": clock.today().isoformat(), "amount_fen": "1.00"}
    assert client.post(f"/invoices/{one}/red", data=red).status_code == 404
