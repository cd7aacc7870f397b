"""A co-operative asks to sell, on a phone; four offices say yes; its clerk lists a product the same day (3.1)."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Page

from catalog.models.admission import AdmissionApplication
from core import clock
from core.db import db, transaction
from tests import make
from tests.journeys import steps
from tests.journeys.steps import Crew
from tests.make import admission
from tests.support.browser import DESK, PHONE

APPLICANT = "13900000099"


def apply(page: Page, code: str) -> str:
    """Write the form, photograph four papers, hand in. → the address of the application."""
    page.goto("/apply")
    steps.clean(page)
    steps.follow(page, "开始申请")
    steps.write(
        page, name="示例灵芝合作社", uscc=admission.uscc(), legal_person="示例", phone=APPLICANT, goods="灵芝",
        agreements=f"{code} 订单收购", bank_name="示例农商行", bank_account_name="示例灵芝合作社",
        bank_account_no="6200000000099",
    )  # fmt: skip
    steps.choose(page, "青沟子村", of="village_code")
    steps.clean(page)
    steps.press(page, "保存")
    for number, kind in enumerate(("licence", "bank", "origin", "agreements")):
        page.locator("select[name=kind]").select_option(kind)
        picture = {"name": f"{number}.png", "mimeType": "image/png", "buffer": page.screenshot()}
        page.locator("[name=file]").set_input_files(picture)
        steps.press(page, "上传")
    steps.clean(page)
    steps.press(page, "提交申请")
    steps.has(page, "乡镇初审", "最晚")
    return page.url


def pass_on(page: Page) -> None:
    """The first of the desk's queue is looked at and passed."""
    page.goto("/admission")
    steps.clean(page)
    page.locator("td.acts a", has_text="审核").first.click()
    steps.clean(page)
    page.get_by_role("radio", name="通过", exact=True).check()
    steps.press(page, "提交意见")


def let_time_pass() -> None:
    """Eight days later: the publication is over."""
    with transaction():
        found = db.session.scalars(sa.select(AdmissionApplication)).one()
        found.objections_until = clock.today() - timedelta(days=1)


def test_from_the_form_on_a_phone_to_the_first_product(app: Flask, new_page: Any) -> None:
    make.village_is_exited()
    by, crew, code = admission.officers(), Crew(new_page), make.household(village="220681103204").code
    phone = crew.by_code(APPLICANT, device=PHONE)
    at = apply(phone, code)
    for name in ("township", "agriculture", "linkage"):
        pass_on(crew.at(by.people[name].phone or "", device=PHONE if name == "township" else DESK))
    phone.goto(at)
    steps.has(phone, "正在公示", "示例township")
    phone.goto("/publicity")
    steps.clean(phone)
    steps.follow(phone, "示例灵芝合作社")
    steps.clean(phone)
    let_time_pass()
    operator = crew.at(by.people["operator"].phone or "")
    operator.goto("/admission")
    operator.locator("td.acts a").first.click()
    steps.press(operator, "现在启用")
    phone.goto(at)
    steps.has(phone, "已经入驻")
    steps.press(phone, "进入工作台")
    phone.goto("/supplier/products/new")
    steps.has(phone, "商品")


@pytest.mark.parametrize("device", [PHONE, DESK], ids=["390", "1440"])
def test_the_offices_pages_keep_nobody_out(app: Flask, new_page: Any, device: dict[str, Any]) -> None:
    by = admission.officers()
    found, seller = admission.published(by), make.supplier("示例老供应商")
    returned = admission.application()
    admission.decided(returned, admission.AdmissionAct.SEND_BACK, by.township)
    crew = Crew(new_page)
    pages = {
        "township": (
            "/township/suppliers", f"/township/suppliers/{seller.id}", f"/admission/{returned.application_no}",
        ),
        "agriculture": ("/admission", "/admission/leads"),
        "operator": (
            f"/admission/{found.application_no}", "/admission/objections", "/admission/reasons", "/admission/terms",
            "/workdays", "/operator/suppliers", f"/operator/suppliers/{seller.id}", "/lead-enterprises",
        ),
    }  # fmt: skip
    db.session.rollback()
    for name, addresses in pages.items():
        page = crew.at(by.people[name].phone or "", device=device)
        for address in addresses:
            answer = page.goto(address)
            assert answer.status == 200, address
            steps.clean(page)
