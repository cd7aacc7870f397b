"""The pages of household linkage: whose they are, what they do, what a stranger is told (nothing)."""

import io
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from catalog.models.benefit import HouseholdBenefit
from catalog.models.linkage import Agreement, BenefitBatch, ClaimReview, MarginCoefficient, RecheckItem
from catalog.models.supplier import Household, Supplier
from catalog.rules.benefit import BenefitKind, BenefitState
from catalog.rules.claim_checks import CheckVerdict, ReviewState
from catalog.rules.quarter import Quarter
from catalog.services import attesting, claim_checks, scoring
from core import clock, sheets
from core.access.roles import OrganisationKind, Role
from core.db import db, transaction
from core.organisations.models import Organisation
from tests import make
from tests.make import effects as builders
from tests.make.catalog import VILLAGE
from tests.make.catalogue_staff import category
from tests.support.hygiene import faults
from tests.support.statements import statements

PDF = b"%PDF-1.4 example"
NOW = datetime(2026, 11, 1, 2, tzinfo=UTC)


def clerk(client: FlaskClient, of: Supplier) -> None:
    body = db.session.get_one(Organisation, of.organisation_id)
    make.log_in(client, make.seat(body, Role.SUPPLIER_CLERK))


def village(client: FlaskClient, code: str = VILLAGE) -> None:
    body = make.organisation(OrganisationKind.VILLAGE, place_code=code)
    make.log_in(client, make.seat(body, Role.VILLAGE_WORKER))


def officer(client: FlaskClient) -> None:
    body = make.organisation(OrganisationKind.REVITALISATION, place_code="220681")
    make.log_in(client, make.seat(body, Role.LINKAGE_OFFICER))


def page(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    assert faults(answer.text) == [], path
    return answer.text


def drafts(count: int, seller: Supplier | None = None, **rest: object) -> list[int]:
    of = seller or make.supplier("示例合作社")
    state = rest.pop("state", BenefitState.DRAFT)
    return [
        builders.benefit(of, make.household(), 600_00, date(2026, 8, 2), state=state, **rest).id  # type: ignore[arg-type]
        for _ in range(count)
    ]


def states(ids: list[int]) -> set[BenefitState]:
    db.session.rollback()
    query = sa.select(HouseholdBenefit.state).where(HouseholdBenefit.id.in_(ids))
    return set(db.session.scalars(query))


def test_a_village_attests_several_with_one_press(client: FlaskClient) -> None:
    ids = drafts(3)
    village(client)
    assert "示例合作社" in page(client, "/village/benefits")
    assert client.post("/village/benefits", data={}).status_code == 409
    assert client.post("/village/benefits", data={"benefit": ids[:2]}).status_code == 303
    assert states(ids[:2]) == {BenefitState.ATTESTED}
    page(client, f"/village/benefits/{ids[0]}")
    page(client, f"/village/benefits/{ids[2]}")
    assert "供应商登记的付款等待村里核实" in client.get("/desk").text
    client.post(f"/village/benefits/{ids[2]}/dispute", data={"reason": "没有这笔交易"})
    assert states(ids[2:]) == {BenefitState.DISPUTED}
    signature = {"signature": (io.BytesIO(PDF), "sign.pdf")}
    assert client.post(f"/village/benefits/{ids[0]}/signature", data={}).status_code == 409
    assert client.post(f"/village/benefits/{ids[0]}/signature", data=signature).status_code == 303
    assert states(ids[:1]) == {BenefitState.CONFIRMED}


def test_another_village_is_told_nothing(client: FlaskClient) -> None:
    ids = drafts(1)
    village(client, "220681103201")
    assert "示例合作社" not in page(client, "/village/benefits")
    assert client.get(f"/village/benefits/{ids[0]}").status_code == 404
    assert client.post("/village/benefits", data={"benefit": ids}).status_code == 404
    assert client.get("/linkage").status_code == 403
    assert states(ids) == {BenefitState.DRAFT}


def test_a_household_says_yes_and_no_without_a_log_in(client: FlaskClient) -> None:
    ids = drafts(1)
    worker = builders.village_worker()
    with transaction():
        attesting.attest(ids, by=worker)
        token = attesting.new_link(ids[0])
        code = db.session.scalar(sa.select(Household.code))
    text = page(client, f"/b/{token}")
    assert "600.00" in text
    assert str(code) not in text
    assert client.post(f"/b/{token}/yes").status_code == 303
    assert states(ids) == {BenefitState.CONFIRMED}
    assert "您已确认收到" in page(client, f"/b/{token}")
    assert client.post(f"/b/{token}/no", data={"reason": "amount"}).status_code == 303
    assert states(ids) == {BenefitState.DISPUTED}
    assert client.get("/b/" + "x" * 32).status_code == 404
    assert client.post("/b/" + "x" * 32 + "/yes").status_code == 404


def test_a_clerk_writes_pays_and_takes_back(client: FlaskClient) -> None:
    seller, home = make.supplier("示例合作社"), make.household("H000001")
    clerk(client, seller)
    page(client, "/supplier/benefits")
    page(client, "/supplier/benefits/new")
    data = {
        "kind": "purchase", "household": "h000001", "amount": "820.50", "earned_on": "2026-08-01", "method": "",
        "category": "0", "quantity": "20", "paid_on": "", "voucher": "",
    }  # fmt: skip
    assert client.post("/supplier/benefits/new", data=data).status_code == 409
    goods = {"category": str(category("fungi-muer"))}
    assert client.post("/supplier/benefits/new", data={**data, "household": "H9", **goods}).status_code == 409
    assert client.post("/supplier/benefits/new", data={**data, **goods}).status_code == 303
    made = db.session.scalars(sa.select(HouseholdBenefit)).one()
    assert (made.kind, made.amount_fen, made.quantity_g) == (BenefitKind.PURCHASE, 820_50, 20_000)
    page(client, f"/supplier/benefits/{made.id}")
    cash = {"method": "cash", "paid_on": "2026-08-03", "voucher": ""}
    assert client.post(f"/supplier/benefits/{made.id}/payment", data=cash).status_code == 409
    receipt = {**cash, "paper": (io.BytesIO(PDF), "receipt.pdf")}
    assert client.post(f"/supplier/benefits/{made.id}/payment", data=receipt).status_code == 303
    more = {"evidence": (io.BytesIO(PDF), "note.pdf"), "note": "过磅单"}
    assert client.post(f"/supplier/benefits/{made.id}/evidence", data=more).status_code == 303
    assert client.post(f"/supplier/benefits/{made.id}/void", data={"reason": "误录"}).status_code == 303
    assert states([made.id]) == {BenefitState.VOID}
    stranger = make.supplier()
    clerk(client, stranger)
    assert client.get(f"/supplier/benefits/{made.id}").status_code == 404
    assert client.post(f"/supplier/benefits/{made.id}/void", data={"reason": "x"}).status_code == 404
    assert home.code not in page(client, "/supplier/benefits")


def test_a_bank_file_is_looked_at_and_taken_over_once(client: FlaskClient) -> None:
    seller, home = make.supplier(), make.household("H000001")
    owed = builders.benefit(
        seller, home, 300_00, date(2026, 8, 1), kind=BenefitKind.WAGE, state=BenefitState.DRAFT, paid=False
    )
    rows = [
        ["h000001", "1,280.00", "2026-09-30", "NS01", "收购款", "黑木耳", ""],
        ["H000001", "300", "2026/8/20", "NS02", "工资", "", ""],
        ["H000001", "300", "2026/8/20", "NS02", "工资", "", ""],
        ["H999999", "10", "2026-09-30", "NS03", "分红", "", ""],
        ["H000001", "-5", "2026-09-30", "NS04", "分红", "", ""],
    ]
    data = sheets.csv_text(["户编号", "付款金额", "日期", "流水号", "用途", "品类", "收款人账号"], rows)
    clerk(client, seller)
    page(client, "/supplier/benefits/files")
    assert client.get("/supplier/benefits/files/template.xlsx").status_code == 200
    sent = client.post("/supplier/benefits/files", data={"file": (io.BytesIO(data), "九月.csv")})
    where = sent.headers["Location"]
    text = page(client, where)
    for said in ("新增", "登记付款", "没有登记这个户编号", "文件里重复的一行", "金额看不懂"):
        assert said in text
    for _ in range(2):
        assert client.post(where).status_code == 303
        again = client.post("/supplier/benefits/files", data={"file": (io.BytesIO(data), "另一个名字.csv")})
        assert again.headers["Location"] == where
    db.session.rollback()
    found = db.session.scalars(sa.select(HouseholdBenefit).order_by(HouseholdBenefit.id)).all()
    assert [(one.id == owed.id, one.amount_fen, one.voucher) for one in found] == [
        (True, 300_00, "NS02"),
        (False, 1_280_00, "NS01"),
    ]
    renamed = sheets.csv_text(["户编号", "付款金额", "日期", "流水号", "用途", "品类"], [row[:6] for row in rows[:2]])
    other = client.post("/supplier/benefits/files", data={"file": (io.BytesIO(renamed), "b.csv")})
    assert page(client, other.headers["Location"]).count("已有，不重复") >= 2
    assert client.post(other.headers["Location"]).status_code == 409
    assert db.session.scalar(sa.select(sa.func.count()).select_from(BenefitBatch)) == 2
    assert client.post("/supplier/benefits/files", data={"file": (io.BytesIO(b"a,b\n1,2"), "c.csv")}).status_code == 409
    clerk(client, make.supplier())
    assert client.get(where).status_code == 404
    assert client.post(where).status_code == 404


def test_an_account_in_the_file_must_be_the_households_and_is_not_kept(client: FlaskClient) -> None:
    seller, home = make.supplier(), make.household("H000001")
    builders.account(home, "6228480000000000018")
    titles = ["户编号", "付款金额", "日期", "流水号", "用途", "账号"]
    lines = [
        ["H000001", "10", "2026-08-01", n, "分红", account]
        for n, account in (("1", "6228480000000000018"), ("2", "6228480000000000026"))
    ]
    clerk(client, seller)
    sent = client.post("/supplier/benefits/files", data={"file": (io.BytesIO(sheets.csv_text(titles, lines)), "a.csv")})
    assert "收款账号和农户登记的不一致" in page(client, sent.headers["Location"])
    kept = db.session.scalars(sa.select(BenefitBatch)).one()
    assert "622848" not in str(kept.rows)


def test_an_agreement_is_signed_and_renewed(client: FlaskClient) -> None:
    seller = make.supplier("示例合作社")
    for code in ("H000001", "H000002", "H000003"):
        make.household(code)
    clerk(client, seller)
    page(client, "/supplier/agreements")
    page(client, "/supplier/agreements/new")
    data = {
        "mode": "purchase", "valid_from": "2026-01-01", "valid_to": "2027-12-31", "price": "28.5", "guaranteed": "",
        "share": "", "text": "随行就市不低于保底价", "households": "H000001\nh000002", "signed_on": "2025-12-20",
    }  # fmt: skip
    assert client.post("/supplier/agreements/new", data=data).status_code == 409
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Agreement)) == 0
    sent = client.post("/supplier/agreements/new", data={**data, "paper": (io.BytesIO(PDF), "a.pdf")})
    first = sent.headers["Location"]
    assert "H000002" in page(client, first)
    page(client, f"{first}/renew")
    renewal = {**data, "valid_from": "2026-10-01", "price": "30", "paper": (io.BytesIO(PDF), "b.pdf")}
    second = client.post(f"{first}/renew", data=renewal).headers["Location"]
    assert (
        client.post(f"{second}/households", data={"households": "H000003", "signed_on": "2026-10-02"}).status_code
        == 303
    )
    home = db.session.scalars(sa.select(Household.id).where(Household.code == "H000001")).one()
    assert client.post(f"{second}/households/{home}/leave", data={"on": "2026-11-01"}).status_code == 303
    assert "H000003" in page(client, second)
    officer(client)
    page(client, "/linkage/agreements")
    number = int(second.rsplit("/", 1)[1])
    assert "H000003" in page(client, f"/linkage/agreements/{number}")
    clerk(client, make.supplier())
    assert client.get(second).status_code == 404


def scored(count: int = 6) -> Supplier:
    seller = make.supplier("示例合作社")
    drafts(count, seller, state=BenefitState.CONFIRMED)
    with clock.frozen(NOW), transaction():
        claim_checks.draw(Quarter(2026, 3))
        scoring.compute()
    return seller


def test_a_supplier_sees_its_arithmetic(client: FlaskClient) -> None:
    seller = scored()
    drafts(1, seller)
    clerk(client, seller)
    text = page(client, "/supplier/score")
    for said in ("百分位", "等村里核实", "3,600.00", "权重"):
        assert said in text
    clerk(client, make.supplier())
    assert "还没有评分" in page(client, "/supplier/score")


@pytest.mark.parametrize(("count", "said"), [(6, "带动6户"), (4, "少于5户")])
def test_the_public_sees_aggregates_of_five_or_more(client: FlaskClient, count: int, said: str) -> None:
    scored(count)
    text = page(client, "/linkage-effect")
    assert said in text
    assert ("3,600" in text) == (count == 6)
    assert "2026Q3:" in text


def test_the_office_settles_reviews_and_checks(client: FlaskClient) -> None:
    seller = scored()
    home = make.household()
    builders.income(home, 2026, 3, wage_fen=100_00)
    mine = builders.benefit(seller, home, 900_00, date(2026, 8, 1), state=BenefitState.DISPUTED)
    builders.benefit(seller, home, 800_00, date(2026, 8, 1))
    with transaction():
        claim_checks.open_reviews(Quarter(2026, 3))
    officer(client)
    desk = client.get("/desk").text
    for said in ("等待核查", "等待复核", "等待入户"):
        assert said in desk
    for path in (
        "/linkage",
        "/linkage?q=示例",
        "/linkage/benefits",
        "/linkage/benefits?state=",
        f"/linkage/suppliers/{seller.id}",
    ):
        page(client, path)
    page(client, f"/linkage/benefits/{mine.id}")
    assert client.post(f"/linkage/benefits/{mine.id}", data={"act": "uphold", "note": ""}).status_code == 409
    assert client.post(f"/linkage/benefits/{mine.id}", data={"act": "uphold", "note": "流水属实"}).status_code == 303
    assert states([mine.id]) == {BenefitState.ATTESTED}
    review = db.session.scalars(sa.select(ClaimReview)).one()
    assert "示例合作社" in page(client, "/linkage/reviews")
    assert client.post(f"/linkage/reviews/{review.id}", data={"verdict": "rejected", "note": "虚报"}).status_code == 303
    db.session.rollback()
    assert db.session.get_one(ClaimReview, review.id).state is ReviewState.REJECTED
    page(client, "/linkage/reviews?state=rejected")
    items = list(db.session.scalars(sa.select(RecheckItem.id).order_by(RecheckItem.id)))
    page(client, "/linkage/checks")
    page(client, f"/linkage/checks/{items[0]}")
    assert client.post(f"/linkage/checks/{items[0]}", data={"verdict": "true", "note": ""}).status_code == 303
    assert client.post(f"/linkage/checks/{items[1]}", data={"verdict": "false", "note": ""}).status_code == 409
    assert client.post(f"/linkage/checks/{items[1]}", data={"verdict": "false", "note": "没收到"}).status_code == 303
    db.session.rollback()
    assert db.session.get_one(RecheckItem, items[1]).verdict is CheckVerdict.FALSE
    page(client, "/linkage/checks?verdict=false")
    related = {"household": home.code, "note": "法人亲属"}
    assert client.post(f"/linkage/suppliers/{seller.id}/related", data=related).status_code == 303
    assert "不实归零" in page(client, "/linkage")


def test_the_agriculture_bureau_sets_margins(client: FlaskClient) -> None:
    body = make.organisation(OrganisationKind.AGRICULTURE)
    make.log_in(client, make.seat(body, Role.AGRICULTURE_OFFICER))
    page(client, "/agriculture/margins")
    data = {"category": category("fungi-muer"), "margin": "62.5", "valid_from": "2026-10-01", "document": "示例通知"}
    assert client.post("/agriculture/margins", data={**data, "margin": "101"}).status_code == 409
    assert client.post("/agriculture/margins", data=data).status_code == 303
    assert db.session.scalars(sa.select(MarginCoefficient.margin_bp)).one() == 6_250
    assert "62.50%" in page(client, "/agriculture/margins")
    page(client, "/linkage")
    assert client.get("/linkage/reviews").status_code == 403


def test_ten_thousand_claims_are_one_quick_page(app: Flask, client: FlaskClient) -> None:
    seller, home = make.supplier(), make.household()
    rows = (
        "INSERT INTO household_benefit (kind, supplier_id, household_id, village_code, amount_fen, earned_on,"
        " counts_on, voucher, source_kind, source_id, state, created_at, updated_at)"
        f" SELECT 'wage', {seller.id}, {home.id}, '{VILLAGE}', 100, '2026-08-01', '2026-08-01', '', 'test', n, 'draft',"
        " now(), now() FROM generate_series(1, 10000) n"
    )
    with transaction():
        db.session.execute(sa.text(rows))
    village(client)
    client.get("/village/benefits")
    with statements() as seen:
        assert client.get("/village/benefits?page=150").status_code == 200
    assert len(seen) <= 12, seen
