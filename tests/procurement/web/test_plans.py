"""A canteen manager's morning on the phone: plan, approval, orders; and the doors that refuse."""

import io
import os
import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page

from core.access.roles import Role
from core.db import db, transaction
from market.models.order import Order
from procurement.models.plan import Plan, PlanRelease
from procurement.rules.plan import PlanState
from procurement.services import canteen_orders, envelope, plan_lines, plans
from tests import make
from tests.make.kitchen import Kitchen, approved, draft, goods, kitchen
from tests.support.browser import DESK, PHONE, violations
from tests.support.hygiene import faults
from tests.support.statements import statements


@pytest.fixture
def school(app: Flask) -> Kitchen:
    return kitchen()


def submitted(of: Kitchen, **wanted: Any) -> Plan:
    plan = draft(of, **wanted)
    with transaction():
        plans.submit(plan.token, version=plan.version, by=of.orderer)
    return plan


def test_every_page_of_the_canteen_is_tidy(client: FlaskClient, school: Kitchen) -> None:
    one, ready = draft(school, packs=20, flour_fen=100_00), approved(school, packs=5)
    bought = approved(school, packs=1).token
    with transaction():
        token = canteen_orders.place(bought, by=school.orderer)[0].token
    make.log_in(client, school.people["orderer"])
    for path in (
        "/canteen", "/canteen/plans", "/canteen/plans/new", f"/canteen/plans/{one.token}", "/canteen/orders",
        f"/canteen/plans/{one.token}/offers", f"/canteen/plans/{one.token}/offers?q=白菜",
        f"/canteen/plans/{one.token}/ordinary", f"/canteen/plans/{ready.token}/order", "/desk",
        f"/canteen/orders/{token}", f"/canteen/orders/{token}/print",
    ):  # fmt: skip
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert faults(answer.text) == [], path


def test_a_plan_is_written_saved_and_submitted_through_its_doors(client: FlaskClient, school: Kitchen) -> None:
    make.log_in(client, school.people["orderer"])
    period = {"canteen": school.canteen.id, "period_from": "2099-01-05", "period_to": "2099-01-11"}
    place = client.post("/canteen/plans", data=period).location
    token = place.rsplit("/", 1)[1]
    add = {"version": 1, "offer_id": school.cabbage.id, f"packs-{school.cabbage.id}": "20"}
    assert client.post(f"/canteen/plans/{token}/offers", data=add).status_code == 303

    plan = db.session.scalars(sa.select(Plan).where(Plan.token == token)).one()
    (line,) = make.lines_of(plan)
    sheet = {"version": plan.version, f"packs-{line.id}": "30", f"day-{line.id}": "2099-01-06"}
    assert client.post(f"/canteen/plans/{token}/submission", data=sheet).status_code == 303

    db.session.expire_all()
    assert (plan.state, plan.total_fen) == (PlanState.APPROVED, 780_00)
    assert make.lines_of(plan)[0].deliver_on == make.day("2099-01-06")


def test_a_stale_page_gets_the_sentence_and_saves_nothing(client: FlaskClient, school: Kitchen) -> None:
    plan = draft(school, packs=20)
    (line,) = make.lines_of(plan)
    make.log_in(client, school.people["orderer"])

    sheet = {"version": plan.version - 1, f"packs-{line.id}": "99"}
    answer = client.post(f"/canteen/plans/{plan.token}/lines", data=sheet)

    assert answer.status_code == 409
    assert "已被他人修改" in answer.text
    assert 'value="99"' in answer.text
    assert make.lines_of(plan)[0].packs == 20


def test_a_stranger_gets_404_for_plan_and_order(client: FlaskClient, school: Kitchen) -> None:
    plan = approved(school, packs=20)
    stranger = make.seat(make.unit("示例二中"), Role.CANTEEN_ORDERER)
    make.log_in(client, stranger)

    for path in (f"/canteen/plans/{plan.token}", f"/canteen/plans/{plan.token}/order", "/canteen/orders/nothing"):
        assert client.get(path).status_code == 404
    assert client.post(f"/canteen/plans/{plan.token}/order", data={"packs-1": "1"}).status_code == 404


def test_the_approver_may_not_write_and_the_orderer_may_not_approve(client: FlaskClient, school: Kitchen) -> None:
    plan = submitted(school, packs=100)
    make.log_in(client, school.people["approver"])
    assert client.get("/canteen/plans/new").status_code == 403
    make.log_in(client, school.people["orderer"])
    assert client.post(f"/canteen/plans/{plan.token}/approval", data={"version": 1}).status_code == 403


def test_a_large_plan_is_approved_with_the_file_of_the_collective_decision(
    client: FlaskClient, school: Kitchen
) -> None:
    plan = submitted(school, packs=800)
    make.log_in(client, school.people["head"])
    path, version = f"/canteen/plans/{plan.token}/approval", {"version": plan.version}
    assert client.post(path, data=version).status_code == 409

    paper = {"decision": (io.BytesIO(b"%PDF-1.4 minutes"), "minutes.pdf")}
    assert client.post(path, data=version | paper, content_type="multipart/form-data").status_code == 303

    db.session.expire_all()
    assert plan.state is PlanState.APPROVED
    link = re.search(r'href="(/files/[^"]+)"', client.get(f"/canteen/plans/{plan.token}").text)
    assert link is not None
    with client.get(link[1]) as file:
        assert file.data == b"%PDF-1.4 minutes"


def test_the_plan_list_costs_the_same_however_long(client: FlaskClient, school: Kitchen) -> None:
    make.log_in(client, school.people["orderer"])
    counts = []
    for _ in range(2):
        draft(school, packs=1)
        client.get("/canteen/plans")
        with statements() as seen:
            client.get("/canteen/plans")
        counts.append(len(seen))

    assert counts[0] == counts[1]


def look(page: Page, name: str) -> None:
    """Keep a picture for people to look at, where the environment says to which directory."""
    if folder := os.environ.get("LOOK_AT"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def log_in(page: Page, who: Any) -> None:
    page.goto("/login")
    page.fill("[name=login]", who.phone)
    page.fill("[name=password]", make.core.PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url("**/desk*")


def test_a_week_from_plan_to_orders_on_two_phones(new_page: Any, app: Flask, school: Kitchen) -> None:
    people = school.people
    manager, head = new_page(PHONE), new_page(PHONE)
    log_in(manager, people["orderer"])
    manager.goto("/canteen")
    assert violations(manager) == []
    manager.click("text=写下周计划")
    manager.click("text=开始编制")
    manager.click("text=加平台商品")
    manager.fill(f"[name=packs-{school.cabbage.id}]", "100")
    manager.click(".pline__add button:has-text('加入')")
    assert violations(manager) == []
    manager.click("text=回到计划")
    manager.click("text=加普通商品")
    manager.fill("[name=goods]", "面粉")
    manager.select_option("[name=category]", label="面粉")
    manager.fill("[name=quantity]", "50")
    manager.fill("[name=price]", "2.10")
    manager.fill("[name=vendor]", "示例粮油店")
    manager.click("main button:has-text('加入计划')")
    assert "¥2,705.00" in manager.inner_text(".actbar")
    assert violations(manager) == []
    look(manager, "plan-390")
    manager.click(".actbar button:has-text('提交审批')")
    manager.wait_for_selector("text=等待审批")

    log_in(head, people["head"])
    head.click("text=采购计划待审批")
    assert violations(head) == []
    look(head, "approve-390")
    head.click("#approval button:has-text('批准')")
    head.wait_for_selector("text=已批准，采购员可以下单")

    manager.goto("/desk")
    manager.click("text=计划已批准，还没有下单")
    look(manager, "order-choose-390")
    manager.click(".actbar button:has-text('下单')")
    manager.wait_for_selector("text=已下 1 张订单")
    assert violations(manager) == []
    look(manager, "order-390")
    order = db.session.scalars(sa.select(Order)).one()
    assert (order.goods_fen, order.upper_fen) == (2_600_00, 2_808_00)
    manager.goto("/canteen")
    look(manager, "home-390")


def test_a_stopped_plan_shows_its_ways_out_and_the_head_takes_one(new_page: Any, app: Flask, school: Kitchen) -> None:
    with transaction():
        envelope.book_statement(
            school.unit.id, plans.clock.today().year, canteen_id=school.canteen.id, month=1,
            delta_fen=360_000_00, source_id=1,
        )  # fmt: skip
    year = plans.clock.today().year
    if year != 2026:
        make.declared(school.unit, 400_000_00, year=year)
    plan = draft(school)
    with transaction():
        typed = goods(900_00, category="veg-cabbage", name="外地白菜")
        plan_lines.add_ordinary(plan.token, version=plan.version, typed=typed, by=school.orderer)
    orderer, head = new_page(PHONE), new_page(DESK)
    log_in(orderer, school.people["orderer"])
    orderer.goto(f"/canteen/plans/{plan.token}")
    assert violations(orderer) == []
    look(orderer, "stop-390")
    orderer.select_option("[name^=reason-]", "price")
    orderer.click(".actbar button:has-text('报请放行')")
    orderer.wait_for_selector("text=等待审批")

    log_in(head, school.people["head"])
    head.goto(f"/canteen/plans/{plan.token}")
    assert violations(head) == []
    look(head, "stop-1440")
    head.fill("[name=emergency_reason]", "大雪封路，先保供餐")
    head.click("button:has-text('应急放行并批准')")
    head.wait_for_selector("text=已批准，采购员可以下单")
    assert db.session.scalars(sa.select(PlanRelease.reason)).first() == "大雪封路，先保供餐"


def test_sums_follow_the_quantities_and_agree_with_the_server(new_page: Any, school: Kitchen) -> None:
    plan = draft(school, packs=20, flour_fen=100_01)
    cabbage, flour = (line.id for line in make.lines_of(plan))
    page = new_page(PHONE)
    log_in(page, school.people["orderer"])
    page.goto(f"/canteen/plans/{plan.token}")
    page.click(f"#line-{cabbage} button[data-step='1']")
    page.fill(f"[name=qty-{flour}]", "2.5")
    live = page.inner_text(".actbar__figure")
    assert (live, page.inner_text(".actbar__label >> nth=-1")) == ("¥671.01", "可计入 ¥546.00")

    page.click("button:has-text('保存修改')")
    page.wait_for_selector("text=已保存。")

    assert page.inner_text(".actbar__figure") == live


@pytest.mark.parametrize("device", [PHONE, DESK], ids=["390", "1440"])
def test_the_pages_are_accessible_at_both_widths(new_page: Any, school: Kitchen, device: dict[str, Any]) -> None:
    one, bought = draft(school, packs=20, flour_fen=100_00), approved(school, packs=2).token
    with transaction():
        order = canteen_orders.place(bought, by=school.orderer)[0].token
    ready = approved(school, packs=3)
    width = device["viewport"]["width"]
    page = new_page(device)
    log_in(page, school.people["orderer"])
    for name, path in {
        "home": "/canteen", "list": "/canteen/plans", "new": "/canteen/plans/new",
        "plan2": f"/canteen/plans/{one.token}", "offers": f"/canteen/plans/{one.token}/offers",
        "ordinary": f"/canteen/plans/{one.token}/ordinary", "orders": "/canteen/orders",
        "order": f"/canteen/orders/{order}", "choose": f"/canteen/plans/{ready.token}/order",
        "print": f"/canteen/orders/{order}/print", "approved": f"/canteen/plans/{ready.token}",
    }.items():  # fmt: skip
        page.goto(path)
        look(page, f"{name}-{width}")
        assert violations(page) == [], name
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
