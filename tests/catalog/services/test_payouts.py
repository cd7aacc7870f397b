"""The bank's file: each line once, partial matches said, benefits paid (rule 36's way, 4.2 c)."""

import io
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from catalog.models.benefit import HouseholdBenefit
from catalog.models.household import HouseholdConsent, HouseholdPerson
from catalog.models.purchase import BankFile, BankRow, PurchasePayment
from catalog.queries import payables
from catalog.rules.benefit import PayMethod
from catalog.rules.households import ConsentKind, ConsentMethod
from catalog.rules.purchase import PaymentOutcome
from catalog.services import pay_files, payouts, purchases
from core import clock, codes
from core.db import db, transaction
from core.errors import Missing, Refused
from core.trail.models import AuditEvent
from tests import make
from tests.make import farm as farms
from tests.make.farm import Farm
from tests.support.threads import at_once


@pytest.fixture
def farm(app: Flask) -> Farm:
    return farms.farm()


def csv(*lines: str) -> bytes:
    return "\n".join(["收购单号,金额（元）,付款日期,流水号,结果", *lines]).encode()


def take(farm: Farm, data: bytes) -> int:
    with transaction():
        return payouts.take_result(data, name="结果.csv", by=farm.clerk)


def outcomes(file_id: int) -> list[PaymentOutcome]:
    query = sa.select(BankRow.outcome).where(BankRow.file_id == file_id).order_by(BankRow.row_no)
    return list(db.session.scalars(query))


def test_a_line_marks_its_note_and_its_benefit_paid(farm: Farm) -> None:
    note, today = farms.purchase(farm), clock.today()
    assert payables.totals(farm.clerk) == payables.Totals(1, 64_62, today)

    take(farm, csv(f"{note.note_no},64.62,{today},LS-1,成功"))

    assert db.session.get_one(PurchasePayment, note.id).voucher == "LS-1"
    benefit = db.session.scalars(sa.select(HouseholdBenefit)).one()
    assert (benefit.paid_on, benefit.voucher, benefit.method) == (today, "LS-1", PayMethod.BANK)
    assert payables.totals(farm.clerk).households == 0


def test_the_same_file_twice_and_the_same_line_again_pay_once(farm: Farm) -> None:
    note, today = farms.purchase(farm), clock.today()
    data = csv(f"{note.note_no},64.62,{today},LS-1,成功")
    first = take(farm, data)

    assert take(farm, data) == first
    again = take(farm, data + b"\n")

    assert outcomes(again) == [PaymentOutcome.ALREADY]
    assert db.session.scalar(sa.select(sa.func.count(PurchasePayment.note_id))) == 1


def test_two_clerks_with_one_file_pay_once(farm: Farm, app: Flask) -> None:
    note, today, clerk = farms.purchase(farm), clock.today(), farm.clerk
    data = csv(f"{note.note_no},64.62,{today},LS-1,成功")
    db.session.rollback()

    def send() -> int:
        with transaction():
            return payouts.take_result(data, name="a.csv", by=clerk)

    told = at_once(app, send, send)

    assert told[0] == told[1]
    assert db.session.scalar(sa.select(sa.func.count(BankRow.row_no))) == 1


def test_lines_that_do_not_fit_are_said_and_change_nothing(farm: Farm) -> None:
    today = clock.today()
    first, second = farms.purchase(farm), farms.purchase(farm)
    cash, gone = farms.purchase(farm, pay_method=PayMethod.CASH), farms.purchase(farm)
    foreign = farms.purchase(farms.farm())
    with transaction():
        purchases.reverse(gone.id, reason="错", client_key="k", by=farm.clerk)

    file_id = take(
        farm,
        csv(
            f"{first.note_no},64.61,{today},1,成功", f"{second.note_no},64.62,{today},2,账号不符",
            f"{second.note_no},64.62,{today + timedelta(days=1)},3,成功", f"{cash.note_no},64.62,{today},4,成功",
            f"{gone.note_no},64.62,{today},5,成功", f"{foreign.note_no},64.62,{today},6,成功", f"nonsense,x,{today},7,",
        ),
    )  # fmt: skip

    found = [one.value for one in outcomes(file_id)]
    assert found == ["differs", "failed", "failed", "unknown", "unknown", "unknown", "unknown"]
    assert db.session.scalars(sa.select(PurchasePayment.note_id)).all() == [cash.id]


def test_a_file_without_its_columns_is_refused(farm: Farm) -> None:
    for data in ("金额\n1".encode(), csv()):
        with pytest.raises(Refused, match="bank-file"):
            take(farm, data)
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count(BankFile.id))) == 0


ACCOUNT = "6217000012345678"
HOLDER = "郑示例"


def has_account(of: Farm, account: str = ACCOUNT, *, agreed: bool = True) -> None:
    with transaction():
        row = HouseholdPerson(household_id=of.household.id, position=1, created_at=clock.now())
        row.close("account", account)
        row.close("name", HOLDER)
        db.session.add(row)
        db.session.add(
            HouseholdConsent(
                household_id=of.household.id, kind=ConsentKind.ACCOUNT, is_given=agreed, method=ConsentMethod.SIGNED,
                paper_no="示例-1", given_on=clock.today(), author_id=of.person.id, created_at=clock.now(),
            )
        )  # fmt: skip


def looked_at() -> int:
    query = sa.select(sa.func.count()).where(AuditEvent.action == pay_files.EXPORTED)
    return db.session.scalar(query) or 0


def test_the_file_for_the_bank_has_the_account_of_who_is_to_be_paid_and_says_so(farm: Farm) -> None:
    has_account(farm)
    note, gone = farms.purchase(farm), farms.purchase(farm)
    farms.purchase(farm, pay_method=PayMethod.CASH)
    with transaction():
        purchases.reverse(gone.id, reason="错", client_key="k", by=farm.clerk)
        lines = pay_files.make(reason="本周收购款", by=farm.clerk).decode("utf-8-sig").splitlines()

    assert lines[0].startswith("收购单号,户编码,收款人户名,收款账号,村,金额（元）") and len(lines) == 2
    assert (
        f"{note.note_no},{codes.with_check(farm.household.code)},{HOLDER},{ACCOUNT}," in lines[1]
        and ",64.62," in lines[1]
    )
    assert looked_at() == 1
    event = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == pay_files.EXPORTED)).one()
    assert (
        event.object_id == str(farm.household.id)
        and ACCOUNT not in event.body
        and HOLDER not in event.body
        and "本周收购款" in event.body
    )


def test_without_a_word_given_the_account_stays_sealed(farm: Farm) -> None:
    has_account(farm, agreed=False)
    note = farms.purchase(farm)
    with transaction():
        line = pay_files.make(reason="本周收购款", by=farm.clerk).decode("utf-8-sig").splitlines()[1]
    assert line.startswith(f"{note.note_no},{codes.with_check(farm.household.code)},,,") and looked_at() == 0


def test_a_file_without_purpose_or_without_notes_is_not_made(farm: Farm) -> None:
    has_account(farm)
    for reason, code in (
        ("款", "reason-too-short"),
        (f"付{ACCOUNT}", "text-holds-number"),
        ("收购款项", "pay-file-no-notes"),
    ):
        with pytest.raises(Refused, match=code), transaction():
            pay_files.make(reason=reason, by=farm.clerk)
    assert looked_at() == 0


def test_doors(farm: Farm, client: FlaskClient) -> None:
    note = farms.purchase(farm)
    make.log_in(client, farm.person)
    has_account(farm)
    page = client.get("/farm/payables").text
    assert farm.household.code in page and "****5678" in page and ACCOUNT not in page
    assert client.get("/farm/payables/bank.csv").status_code in {404, 405}
    sent = client.post("/farm/payables/bank.csv", data={"reason": "本周收购款"})
    assert sent.mimetype == "text/csv" and ACCOUNT in sent.text and "no-store" in sent.headers["Cache-Control"]
    with client.session_transaction() as session:
        session["proved"] = 0
    stale = client.post("/farm/payables/bank.csv", data={"reason": "本周收购款"})
    assert stale.status_code == 409 and ACCOUNT not in stale.text and looked_at() == 1

    data = csv(f"{note.note_no},64.62,{clock.today()},LS-1,成功")
    answer = client.post("/farm/payables/results", data={"file": (io.BytesIO(data), "r.csv")})

    assert "付讫 ¥64.62" in client.get(answer.location).text
    assert client.post("/farm/payables/results", data={}).status_code == 409
    with pytest.raises(Missing):
        payables.result(int(answer.location.rsplit("/", 1)[1]), farms.farm().clerk)


def test_a_posted_price_is_shown_where_notes_are_written(farm: Farm, client: FlaskClient) -> None:
    make.log_in(client, farm.person)

    assert client.post(f"/farm/prices/{farm.product_id}", data={"price": "1.25"}).status_code == 303
    assert client.post(f"/farm/prices/{farm.product_id}", data={"price": "0"}).status_code == 409

    assert client.get("/farm/purchases/book.json").json["goods"][0]["price"] == 12_500
    assert "1.25" in client.get("/farm/prices").text
