"""The doors of the admission: the applicant's way on paper, each desk, the public, the officers' lists."""

import io
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from catalog.models.admission import AdmissionApplication
from catalog.rules.admission import AdmissionState
from catalog.services import publications
from core import clock
from core.access.roles import OrganisationKind, Role
from core.db import db, transaction
from core.settings import calendar
from tests import make
from tests.make import admission
from tests.support.hygiene import faults

WRITTEN = {
    "kind": "cooperative", "name": "示例山货合作社", "legal_person": "示例", "phone": "13800000001",
    "village_code": "220681103200", "goods": "黑木耳", "bank_name": "示例农商行", "bank_account_name": "示例山货合作社",
    "bank_account_no": "6200000000001",
}  # fmt: skip


def picture() -> io.BytesIO:
    data = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(data, "PNG")
    data.seek(0)
    return data


def ok(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    assert faults(answer.text) == [], path
    return answer.text


def posted(client: FlaskClient, path: str, **fields: object) -> str:
    answer = client.post(path, data=fields, content_type="multipart/form-data")
    assert answer.status_code == 303, re.sub(r"\s+", " ", answer.text)[:3000]
    return str(answer.headers["Location"])


def test_a_resident_applies_with_pictures_of_papers(app: Flask, client: FlaskClient) -> None:
    code = make.household().code
    make.log_in(client, make.person("申请人"))
    ok(client, "/apply")
    ok(client, "/apply/new")
    at = posted(client, "/apply/new", **WRITTEN, uscc=admission.uscc(), agreements=f"{code} 订单收购")
    assert "还缺 4 项" in ok(client, at)
    assert client.post(f"{at}/submission").status_code == 409
    for kind in ("licence", "bank", "origin", "agreements"):
        posted(client, f"{at}/papers", kind=kind, file=(picture(), "照片.png"))
    posted(client, f"{at}/submission")
    page = ok(client, at)
    assert "乡镇初审" in page and "最晚" in page
    assert "示例山货合作社" in ok(client, "/apply")


def test_a_grower_is_shown_who_sells_for_them(app: Flask, client: FlaskClient) -> None:
    make.supplier("示例代卖合作社")
    make.log_in(client, make.person())
    answer = client.post("/apply/new", data={**WRITTEN, "kind": "grower", "uscc": admission.uscc()})
    assert answer.status_code == 409
    assert "个人种养户不用单独入驻" in answer.text
    assert "示例代卖合作社" in answer.text


def test_a_wrong_line_of_agreements_is_named(app: Flask, client: FlaskClient) -> None:
    make.log_in(client, make.person())
    data = {**WRITTEN, "uscc": admission.uscc(), "agreements": "YS1\nYS2 送礼"}
    assert "第 2 行" in client.post("/apply/new", data=data).text


def test_each_desk_sees_its_queue_and_gives_its_word(app: Flask, client: FlaskClient) -> None:
    by, found = admission.officers(), admission.application()
    no = found.application_no
    for name, desk in (("township", "agriculture"), ("agriculture", "linkage"), ("linkage", "publication")):
        make.log_in(client, by.people[name])
        assert no in ok(client, "/admission")
        page = ok(client, f"/admission/{no}")
        assert "为什么排在这里" in page
        seen = re.findall(r'name="seen" value="(\w+)"', page)[0]
        posted(client, f"/admission/{no}/decision", act="pass", seen=seen, version_no=1)
        db.session.refresh(found)
        assert found.state.value == desk
        assert no not in ok(client, "/admission")
    assert found.name in ok(client, "/publicity")
    assert "示例township" in ok(client, f"/publicity/{no}")


def test_a_reason_from_the_list_reaches_the_applicant(app: Flask, client: FlaskClient) -> None:
    by, who = admission.officers(), make.person("申请人")
    found = admission.application(by=make.actor(who))
    make.log_in(client, by.people["township"])
    given = {"act": "send_back", "seen": "township", "version_no": 1}
    assert client.post(f"/admission/{found.application_no}/decision", data=given).status_code == 409
    posted(client, f"/admission/{found.application_no}/decision", **given, template="营业执照不清楚", reason="重新拍照")
    make.log_in(client, who)
    assert "营业执照不清楚；重新拍照" in ok(client, f"/apply/{found.application_no}")
    assert "入驻申请被退回" in ok(client, "/desk")


@pytest.mark.parametrize("role", ["township", "stranger", "buyer"])
def test_what_is_not_yours_is_not_there(app: Flask, client: FlaskClient, role: str) -> None:
    found = admission.application()
    people = {
        "township": lambda: admission.officers(town="220681105").people["township"],
        "stranger": make.person,
        "buyer": lambda: make.line().orderer.person,
    }
    make.log_in(client, people[role]())
    desk = client.get(f"/admission/{found.application_no}").status_code
    assert desk == (404 if role == "township" else 403)
    for path in ("", "/edit", "/withdrawal"):
        assert client.get(f"/apply/{found.application_no}{path}").status_code == 404
    assert client.post(f"/apply/{found.application_no}/withdrawal").status_code == 404
    assert client.get(f"/publicity/{found.application_no}").status_code == 404
    db.session.refresh(found)
    assert found.state is AdmissionState.TOWNSHIP


def test_an_objection_is_made_answered_and_read_without_a_name(app: Flask, client: FlaskClient) -> None:
    by = admission.officers()
    found = admission.published(by)
    path = f"/publicity/{found.application_no}"
    assert "登录后提异议" in ok(client, path)
    make.log_in(client, make.person("邻居甲"))
    posted(client, f"{path}/objection", text="这个村不产黑木耳，请核实", file=(picture(), "照片.png"))
    make.log_in(client, by.people["operator"])
    assert "邻居甲" in ok(client, "/admission/objections")
    objection = db.session.scalars(publications.sa.select(publications.AdmissionObjection.id)).one()
    posted(client, f"/admission/objections/{objection}", verdict="0", text="已到村核实，属实")
    client.post("/logout")
    page = ok(client, path)
    assert "已到村核实，属实" in page and "邻居甲" not in page


def test_the_operator_activates_only_after_the_time(app: Flask, client: FlaskClient) -> None:
    by = admission.officers()
    found = admission.published(by)
    make.log_in(client, by.people["operator"])
    ok(client, f"/admission/{found.application_no}")
    assert client.post(f"/admission/{found.application_no}/activation").status_code == 409
    db.session.refresh(found)
    assert found.state is AdmissionState.PUBLICATION


def test_the_township_looks_again_on_a_phone(app: Flask, client: FlaskClient) -> None:
    by, seller = admission.officers(), make.supplier("示例老供应商")
    make.log_in(client, by.people["township"])
    assert "超期" in ok(client, "/township/suppliers")
    due = re.findall(r'name="due_on" value="([\d-]+)"', ok(client, f"/township/suppliers/{seller.id}"))[0]
    path = f"/township/suppliers/{seller.id}"
    assert client.post(path, data={"outcome": "failed", "due_on": due}).status_code == 409
    posted(client, path, outcome="passed", due_on=due, note="种植正常", file=(picture(), "照片.png"))
    ok(client, "/township/suppliers")
    assert "最近没有到期的复核" in ok(client, "/township/suppliers")


def test_lists_of_the_office_are_changed_on_pages(app: Flask, client: FlaskClient) -> None:
    by = admission.officers()
    make.log_in(client, by.people["operator"])
    ok(client, "/admission/reasons")
    posted(client, "/admission/reasons/return", lines="缺产地证明\n缺合同", reason="更新")
    assert "缺合同" in ok(client, "/admission/reasons")
    ok(client, "/workdays")
    posted(client, "/workdays/2027", holidays="2027-10-01~2027-10-07", worked="2027-10-09", reason="通知")
    known = calendar.current()
    assert not known.is_workday(make.day("2027-10-05")) and known.is_workday(make.day("2027-10-09"))
    assert client.post("/workdays/2027", data={"holidays": "十月一日", "reason": "x"}).status_code == 409


def test_limits_are_changed_from_a_day_on_and_waiting_ones_keep_theirs(app: Flask, client: FlaskClient) -> None:
    by, waiting = admission.officers(), admission.application()
    make.log_in(client, by.people["operator"])
    ok(client, "/admission/terms")
    given = {
        "township": 8, "agriculture": 5, "linkage": 5, "publication_days": 10, "check_months": 6, "households": 10,
        "verified": "50000", "points": 60, "valid_from": clock.today().isoformat(), "reason": "示例文件",
    }  # fmt: skip
    assert client.post("/admission/terms", data={**given, "publication_days": 3}).status_code == 409
    posted(client, "/admission/terms", **given)
    assert client.post("/admission/terms", data=given).status_code == 409
    assert (waiting.limit_days, admission.application().limit_days) == (5, 8)


def test_the_public_list_of_lead_enterprises_and_the_officers_desk(app: Flask, client: FlaskClient) -> None:
    ok(client, "/lead-enterprises")
    officer = make.seat(make.organisation(OrganisationKind.AGRICULTURE), Role.AGRICULTURE_OFFICER)
    make.log_in(client, officer)
    ok(client, "/admission/leads")
    assert client.post("/admission/leads/1/recognition", data={"document": "文"}).status_code == 404


def test_the_operators_supplier_pages(app: Flask, client: FlaskClient) -> None:
    by, seller = admission.officers(), make.supplier("示例经销商")
    with transaction():
        db.session.get_one(type(seller), seller.id).entity_type = "trader"
    producer = make.supplier("示例生产者")
    make.log_in(client, by.people["operator"])
    assert "示例经销商" in ok(client, "/operator/suppliers?q=经销")
    path = f"/operator/suppliers/{seller.id}"
    assert "没有有效的授权" in ok(client, path)
    posted(client, f"{path}/authorisations", producer=producer.id, valid_to="")
    assert "示例生产者" in ok(client, path)
    posted(client, path, act="blacklist", ground="food_safety", reason="食品安全事故", licence_valid_to="")
    assert "黑名单到" in ok(client, path)
    assert (
        db.session.scalar(publications.sa.select(publications.sa.func.count()).select_from(AdmissionApplication)) == 0
    )
