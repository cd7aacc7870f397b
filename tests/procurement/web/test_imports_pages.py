"""The pages of 832 files in a browser, at both widths: played with the mouse, nothing for axe to find."""

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from core import clock
from core.access.roles import OrganisationKind, Role
from core.db import db
from procurement.queries import p832_sample
from tests import make
from tests.make import p832
from tests.make.core import PASSWORD
from tests.support.browser import DESK, PHONE, violations

UNITS = ["示例一中", "示例医院", "示例二中"]


def enter(page: Page, phone: str) -> None:
    page.goto("/login")
    page.fill("input[name=login]", phone)
    page.fill("input[name=password]", PASSWORD)
    page.locator("main form button").last.click()
    page.wait_for_url(lambda url: not url.endswith("/login"))


def send(page: Page, path: Path) -> None:
    page.goto("/p832/imports")
    page.set_input_files("input[name=file]", str(path))
    page.get_by_role("button", name="上传并预览").click()


def clean(page: Page) -> None:
    assert violations(page) == []
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide <= 0, page.url


@pytest.mark.parametrize("device", [DESK, PHONE], ids=["1440", "390"])
def test_a_file_is_explained_looked_at_and_taken_over(
    app: Flask, new_page: Any, tmp_path: Path, device: dict[str, Any]
) -> None:
    units = [make.unit(name) for name in UNITS]
    bureau = make.organisation(OrganisationKind.FINANCE, "示例财政局")
    phone = make.seat(bureau, Role.FINANCE_OFFICER).phone or ""
    files, _ = p832_sample.files(UNITS, clock.today(), orders=40)
    (tmp_path / "sample.xlsx").write_bytes(files["p832-sample.xlsx"])
    head = p832.titles()
    head[15] = "订单总价"
    (tmp_path / "odd.csv").write_bytes(p832.csv_file([p832.row(units[0])], head=head))
    db.session.rollback()  # the rest is the server's
    page = new_page(device)
    enter(page, phone)

    send(page, tmp_path / "odd.csv")
    clean(page)
    page.get_by_label("“订单总价”是").select_option(label="实付金额*")
    page.get_by_role("button", name="继续预览").click()
    expect(page.get_by_role("heading", name="导入预览")).to_be_visible()

    send(page, tmp_path / "sample.xlsx")
    expect(page.get_by_role("heading", name="导入预览")).to_be_visible()
    clean(page)
    page.get_by_role("button", name="跳过").click()
    expect(page.get_by_text("已导入：新增")).to_be_visible()
    clean(page)

    page.goto("/p832/imports")
    clean(page)
    page.goto("/p832/orders?state=split")
    clean(page)
    page.locator("tbody th a").first.click()
    expect(page.get_by_role("heading", name="食堂和工会各多少")).to_be_visible()
    clean(page)
    page.goto("/p832/names")
    clean(page)
    page.get_by_role("button", name="确认归属").first.click()
    expect(page.get_by_text("张订单归到")).to_be_visible()
