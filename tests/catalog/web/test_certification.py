"""The certification help as people use it: the applicant, the office, the inspectors on the phone; hygiene of pages."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from catalog.models.certification import CertificationEvent, InspectionPhoto
from catalog.models.product import Certificate
from catalog.queries import certification_case, inspections
from catalog.rules.certificates import CertificateKind
from catalog.rules.certification import CertificationState, FeePayer
from catalog.services import certification_office
from catalog.services import inspections as visits
from core import clock, sheets
from core.db import db, transaction
from core.people.models import Person
from tests import make
from tests.make import catalogue_staff
from tests.make import certification as cert
from tests.make.catalog import VILLAGE
from tests.make.certification import Office
from tests.support import hygiene
from tests.support.statements import statements

S = CertificationState
OFFICE = "/agriculture/certification"


@pytest.fixture
def of(app: Flask) -> Office:
    make.village_is_exited()
    return cert.office()


def at(client: FlaskClient, who: Person) -> FlaskClient:
    make.log_in(client, who)
    return client


def application(**given: object) -> dict[str, object]:
    form: dict[str, object] = {
        "kind": "green", "goods": "示例黑木耳", "scale_unit": "bag", "output": "5000", "village-0": VILLAGE,
        "scale-0": "3000.5",
    }  # fmt: skip
    return {**form, **given}


def newest() -> int:
    db.session.expire_all()
    row = db.session.query(cert.Certification).order_by(cert.Certification.id.desc()).first()
    assert row is not None
    return row.id


def planned(of: Office, id_: int) -> int:
    with transaction():
        return visits.plan(
            id_, planned_on=clock.today(), lead_id=of.lead.person_id, second_id=of.second.person_id, by=of.officer
        ).id


def test_an_applicant_writes_gives_papers_and_hands_in(client: FlaskClient, of: Office) -> None:
    at(client, of.of.clerk_person)
    assert client.post("/supplier/certification/new", data=application(goods="")).status_code == 409
    missing = client.post("/supplier/certification/new", data=application(**{"village-0": ""}))
    assert missing.status_code == 409
    assert "至少填写一个生产所在的村" in missing.text
    assert client.post("/supplier/certification/new", data=application()).status_code == 303
    id_ = newest()
    here = f"/supplier/certification/{id_}"
    assert "3000.5 袋" in client.get(here).text
    assert "还有 9 份必需的材料没有交" in client.post(f"{here}/hand-in").text
    assert client.post(f"{here}/edit", data=application(goods="示例木耳")).status_code == 303
    for paper in certification_case.papers_of(id_):
        if paper.is_required:
            files = {"file": (cert.picture(), "材料.jpg")}
            answer = client.post(f"{here}/papers/{paper.material_id}", data=files, content_type="multipart/form-data")
            assert answer.status_code == 303
    assert client.post(f"{here}/hand-in").status_code == 303
    row = cert.row(id_)
    assert (row.state, row.goods, row.is_exited) == (S.INTAKE, "示例木耳", True)
    at(client, of.officer_person)
    assert "绿色有机申报：材料受理" in client.get("/desk").text
    token = certification_case.papers_of(id_)[0].file_token
    with client.get(f"/files/{token}") as file:
        assert file.status_code == 200
    assert "脱贫村优先" in client.get(OFFICE).text


def test_the_office_returns_waits_and_goes_on(client: FlaskClient, of: Office) -> None:
    id_ = cert.handed_in(of)
    here, mine = f"{OFFICE}/{id_}", f"/supplier/certification/{id_}"
    paper = certification_case.papers_of(id_)[0]
    at(client, of.officer_person)
    back = {"chosen": "未加盖公章", "reason": ""}
    assert client.post(f"{here}/papers/{paper.material_id}/return", data=back).status_code == 303
    assert client.post(f"{here}/pass", data={"at": "intake"}).status_code == 409
    assert client.post(f"{here}/asking", data={"at": "inspection", "reason": "x"}).status_code == 409
    assert client.post(f"{here}/asking", data={"at": "intake", "reason": "请重交申请书"}).status_code == 303
    at(client, of.of.clerk_person)
    assert "绿色有机申报要您补正" in client.get("/desk").text
    page = client.get(mine).text
    assert "请重交申请书" in page
    assert "未加盖公章" in page
    assert client.post(f"{mine}/answer", data={"reason": ""}).status_code == 409
    files = {"file": (cert.picture(), "材料.jpg")}
    client.post(f"{mine}/papers/{paper.material_id}", data=files, content_type="multipart/form-data")
    assert client.post(f"{mine}/answer", data={"reason": "已重交"}).status_code == 303
    assert not cert.row(id_).is_waiting


def test_from_intake_to_the_certificate_by_its_pages(client: FlaskClient, of: Office) -> None:
    id_ = cert.handed_in(of)
    here = f"{OFFICE}/{id_}"
    at(client, of.officer_person)
    for paper in certification_case.papers_of(id_):
        if paper.file_token:
            assert client.post(f"{here}/papers/{paper.material_id}/acceptance").status_code == 303
    assert client.post(f"{here}/pass", data={"at": "intake"}).status_code == 303
    visit: dict[str, object] = {"planned_on": clock.today().isoformat(), "lead": of.lead.person_id}
    assert client.post(f"{here}/visit", data={**visit, "second": of.lead.person_id}).status_code == 409
    assert client.post(f"{here}/visit", data={**visit, "second": of.second.person_id}).status_code == 303
    inspect(client, of, inspections.of_application(id_)[0][0].id)
    at(client, of.officer_person)
    report = {
        "result": "passed",
        "agency": "示例检测中心",
        "report_no": "HJ-7",
        "sampled_on": clock.today().isoformat(),
    }
    assert client.post(f"{here}/monitoring", data={"result": "exempt"}).status_code == 409
    assert client.post(f"{here}/monitoring", data=report).status_code == 303
    assert client.post(f"{here}/pass", data={"at": "monitoring"}).status_code == 303
    assert client.post(f"{here}/pass", data={"at": "review"}).status_code == 303
    sent = {"sent_to": "示例绿色食品办公室", "sent_document": "示例报〔2026〕1号"}
    assert client.post(f"{here}/sending", data=sent).status_code == 303
    grant = {
        "number": "LB-20-2611071234A", "issuer": "示例中心", "valid_from": "2026-01-01", "valid_to": "2099-01-01",
        "approved": "5000",
    }  # fmt: skip
    assert client.post(f"{here}/grant", data={**grant, "number": "x"}).status_code == 409
    assert cert.row(id_).state is S.SENT
    assert client.post(f"{here}/grant", data=grant).status_code == 303
    assert cert.row(id_).state is S.GRANTED
    at(client, of.of.clerk_person)
    assert "LB-20-2611071234A" in client.get("/supplier/certificates").text


def inspect(client: FlaskClient, of: Office, visit_id: int) -> None:
    """Both inspectors on the phone: findings, a picture, two signatures."""
    here = f"/inspections/{visit_id}"
    at(client, of.lead_person)
    assert "现场检查等您去做或签字" in client.get("/desk").text
    items = inspections.sheet(visit_id, of.lead).items
    found: dict[str, Any] = {f"verdict-{item.check_id}": "fit" for item in items}
    found |= {f"note-{items[0].check_id}": "人员到齐", f"photo-{items[0].check_id}": (cert.picture(), "1.jpg")}
    assert client.post(f"{here}/signature", data={"conclusion": "passed"}).status_code == 409
    assert client.post(f"{here}/findings", data=found, content_type="multipart/form-data").status_code == 303
    assert client.post(f"{here}/signature", data={"conclusion": "nonsense"}).status_code == 409
    for who in (of.lead_person, of.second_person):
        at(client, who)
        assert client.post(f"{here}/signature", data={"conclusion": "passed", "opinion": ""}).status_code == 303
    assert db.session.query(InspectionPhoto).count() == 1


def test_foreign_ids_are_alike_404(client: FlaskClient, of: Office) -> None:
    stranger = cert.office(catalogue_staff.staff(make.supplier()))
    id_ = cert.brought_to(of, S.INSPECTION)
    visit_id = planned(of, id_)
    before = db.session.query(CertificationEvent).count()
    at(client, stranger.of.clerk_person)
    mine = f"/supplier/certification/{id_}"
    for path in ("", "/edit"):
        assert client.get(f"{mine}{path}").status_code == 404, path
    for path, data in (
        ("/edit", application()), ("/hand-in", {}), ("/answer", {}), ("/withdrawal", {"reason": "x"}),
    ):  # fmt: skip
        assert client.post(f"{mine}{path}", data=data).status_code == 404, path
    files = {"file": (cert.picture(), "1.jpg")}
    assert client.post(f"{mine}/papers/1", data=files, content_type="multipart/form-data").status_code == 404
    assert client.get(OFFICE).status_code == 403
    at(client, stranger.lead_person)
    assert client.get(f"/inspections/{visit_id}").status_code == 404
    for path in ("findings", "signature"):
        data = {"conclusion": "passed"}
        assert client.post(f"/inspections/{visit_id}/{path}", data=data).status_code == 404, path
    at(client, of.officer_person)
    draft = cert.written(of)
    assert client.get(f"{OFFICE}/{draft}").status_code == 404
    assert client.get(f"{OFFICE}/letters/1.pdf").status_code == 404
    assert client.get(f"{OFFICE}/{10**19}").status_code == 404
    assert db.session.query(CertificationEvent).count() == before


def test_the_letter_is_a_paper(client: FlaskClient, of: Office) -> None:
    id_ = cert.handed_in(of)
    at(client, of.officer_person)
    here = f"{OFFICE}/{id_}"
    ask = {"addressee": "示例绿色食品发展中心", "asked": "4000", "because": "带动脱贫户 12 户"}
    assert client.post(f"{here}/letters", data=ask).status_code == 409
    fee = {"standard": "8000", "reduction": "0", "payer": "nobody", "document": ""}
    assert client.post(f"{here}/fee", data={**fee, "reduction": "9000"}).status_code == 409
    assert client.post(f"{here}/fee", data=fee).status_code == 303
    assert client.post(f"{here}/letters", data=ask).status_code == 303
    letter = certification_case.get(id_, of.officer).letters[0]
    paper = client.get(f"{OFFICE}/letters/{letter.id}.pdf")
    assert paper.status_code == 200
    assert paper.data.startswith(b"%PDF-")
    at(client, of.of.clerk_person)
    assert client.get(f"{OFFICE}/letters/{letter.id}.pdf").status_code == 403


def test_the_years_figures_and_their_workbook(client: FlaskClient, of: Office) -> None:
    id_ = cert.brought_to(of, S.SENT)
    cert.handed_in(of)
    with transaction():
        certification_office.put_fee(
            id_, standard_fen=800_000, reduction_fen=300_000, payer=FeePayer.COUNTY, document="1号", by=of.officer
        )
        certification_office.put_fee(
            id_, standard_fen=800_000, reduction_fen=500_000, payer=FeePayer.COUNTY, document="2号", by=of.officer
        )
        certification_office.grant(id_, cert.certificate_paper(), by=of.officer)
    at(client, of.officer_person)
    page = client.get(f"{OFFICE}/figures")
    assert "5,000.00" in page.text
    answer = client.get(f"{OFFICE}/figures.xlsx?year={clock.today().year}")
    rows = sheets.read(answer.data)[0].rows
    assert rows[2][:4] == ["绿色食品", "2", "2", "2"]
    assert rows[2][9:11] == ["1", "1"]
    assert rows[5][0] == "合计"
    assert client.get(f"{OFFICE}/figures?year=99999").status_code == 200


def test_limits_are_the_offices_and_hold_from_today(client: FlaskClient, of: Office) -> None:
    at(client, of.officer_person)
    form = {
        "intake": "7", "inspection": "45", "monitoring": "30", "review": "20", "submission": "5", "green": "8000",
        "organic": "12000", "gi": "0", "reason": "示例文件",
    }  # fmt: skip
    assert client.post(f"{OFFICE}/limits", data={**form, "intake": "0"}).status_code == 409
    assert client.post(f"{OFFICE}/limits", data=form).status_code == 303
    id_ = cert.handed_in(of)
    assert certification_case.get(id_, of.officer).events[0].limit_days == 7


def test_pages_cost_the_same_however_many_there_are(client: FlaskClient, of: Office) -> None:
    at(client, of.officer_person)
    costs: dict[str, list[int]] = {}
    for more in (1, 5):
        for _ in range(more):
            cert.handed_in(of)
        for path in (OFFICE, f"{OFFICE}/list", f"{OFFICE}/figures"):
            with statements() as sent:
                assert client.get(path).status_code == 200
            costs.setdefault(path, []).append(len(sent))
    assert all(first == then for first, then in costs.values()), costs
    assert max(cost[0] for cost in costs.values()) <= 16, costs


def test_every_page_is_clean(client: FlaskClient, of: Office) -> None:
    product = catalogue_staff.brought_to_shelf(of.of)
    held = make.certificate(of.of.supplier, CertificateKind.GREEN, product.id)
    draft = cert.written(of, renews_id=held.id)
    ids = {state: cert.brought_to(of, state) for state in (*certification_states(), S.SENT)}
    waiting = cert.handed_in(of)
    with transaction():
        certification_office.ask(waiting, "请补地块图", at=S.INTAKE, by=of.officer)
        certification_office.grant(ids[S.SENT], cert.certificate_paper(), by=of.officer)
        certification_office.put_fee(
            waiting, standard_fen=800_000, reduction_fen=0, payer=FeePayer.NOBODY, document="", by=of.officer
        )
    visit_id = planned(of, ids[S.INSPECTION])
    mine = "/supplier/certification"
    pages = {
        of.of.clerk_person: (
            mine, f"{mine}/new", f"{mine}/new?renews={held.id}", f"{mine}/{draft}", f"{mine}/{draft}/edit",
            *(f"{mine}/{id_}" for id_ in (*ids.values(), waiting)),
        ),
        of.officer_person: (
            OFFICE, f"{OFFICE}/list", f"{OFFICE}/list?late=1&state=intake&kind=green&q=示例",
            f"{OFFICE}/list?state=all",
            f"{OFFICE}/figures",
            f"{OFFICE}/limits", *(f"{OFFICE}/{id_}" for id_ in (*ids.values(), waiting)),
        ),
        of.lead_person: ("/inspections", f"/inspections/{visit_id}"),
    }  # fmt: skip
    for who, paths in pages.items():
        at(client, who)
        for path in paths:
            answer = client.get(path)
            assert answer.status_code == 200, path
            assert hygiene.faults(answer.text) == [], path
            assert ">None<" not in answer.text
    assert db.session.query(Certificate).count() == 2


def certification_states() -> tuple[CertificationState, ...]:
    return (S.INTAKE, S.INSPECTION, S.MONITORING, S.REVIEW, S.SUBMISSION)
