"""From an empty system to the first counted yuan: one command, one workbook, and everybody's first acts (2.3, 5.2)."""

import re
from typing import Any

from flask import Flask
from playwright.sync_api import Page

from core import clock, sheets
from core.text import label, sentence
from procurement.queries.register_sheets import COLUMNS
from tests.journeys import steps
from tests.journeys.steps import Crew
from tests.journeys.test_canteen import completed

NEW_PASSWORD = "one-of-my-own-2026"
PHONES = {
    name: f"1390000000{number}"
    for number, name in enumerate(
        ("orderer", "first", "second", "approver", "payer", "clerk", "township", "officer"), start=1
    )
}


def rows() -> dict[str, list[list[str]]]:
    year = str(clock.today().year)
    people = [
        ("示例一中", "赵采购", "orderer", "食堂采购员"),
        ("示例一中", "钱验收", "first", "收货验收员"),
        ("示例一中", "孙验收", "second", "收货验收员"),
        ("示例一中", "李审批", "approver", "采购审批人"),
        ("示例一中", "周付款", "payer", "付款经办"),
        ("示例合作社", "吴经办", "clerk", "供应商经办"),
        ("示例镇政府", "郑核实", "township", "乡镇经办"),
        ("示例财政局", "王财政", "officer", "财政经办"),
    ]
    return {
        "bodies": [
            ["财政局", "示例财政局", *[""] * 8],
            ["乡镇（街道）", "示例镇政府", "", "", "花山镇", *[""] * 5],
            ["预算单位", "示例一中", "", "", "建国街道", "一号路", "", "学校", "教育系统", "本级"],
        ],
        "canteens": [["示例一中", "示例一中食堂", ""]],
        "suppliers": [
            [
                "示例合作社",
                "93220681MA0XY0010K",
                "合作社",
                "花山镇",
                "示例",
                "示例农商行",
                "示例合作社",
                "6200000000001",
                "",
            ]
        ],
        "villages": [["花山镇", "青沟子村", "2020-04-11", "演示数据"]],
        "people": [[body, name, PHONES[who], role] for body, name, who, role in people],
        "opening": [
            ["示例一中", year, "380000", "决算表", "自有食堂", "300000", "", "100000", "", "", "40000"],
        ],
    }


def workbook() -> bytes:
    given = rows()
    return sheets.write(
        [
            (
                label(code, "RegisterSheet"),
                [sheets.Column(sentence("register_column", field)) for field in fields],
                given[code],
            )
            for code, fields in COLUMNS.items()
        ]
    )


def first_password(app: Flask) -> str:
    """What the command prints, once; the second time it does nothing."""
    runner = app.test_cli_runner()
    said = runner.invoke(args=["people", "first-operator"]).output
    assert runner.invoke(args=["people", "first-operator"]).output == ""
    found = re.search(r"一次性密码：(\S+)", said)
    assert found is not None, said
    return found[1]


def take_office(page: Page, password: str) -> None:
    """The operator's first log-in leads to a password of their own, and nowhere else."""
    steps.enter(page, "operator", password)
    page.goto("/register")
    assert page.url.endswith("/password")
    steps.write(page, old=password, new=NEW_PASSWORD)
    steps.press(page, "保存新密码")


def load_register(page: Page) -> None:
    page.goto("/register")
    page.locator("[name=workbook]").set_input_files(
        {"name": "register.xlsx", "mimeType": "application/octet-stream", "buffer": workbook()}
    )
    steps.press(page, "先看预览")
    steps.has(page, "新增15行")
    steps.press(page, "确认导入")


def list_cabbage(page: Page) -> None:
    """The supplier's clerk writes the product of the worked example and hands it in."""
    page.goto("/supplier/products/new")
    steps.write(page, name="示例白菜", description="青沟子村的秋白菜")
    steps.choose(page, "白菜", of="category")
    steps.choose(page, "青沟子村", of="origin")
    steps.press(page, "下一步：规格和价格")
    steps.write(page, pack_name="箱", content="5", price="2.60", on_hand="100")
    page.locator("select[name=sale_mode]").select_option("by_weight")
    page.locator("select[name=unit]").select_option("kg")
    page.locator("select[name=per]").select_option("jin")
    steps.write(page, tolerance="8")
    steps.press(page, "保存规格")
    steps.press(page, "提交审核")


def bring_to_shelf(crew: Crew, operator: Page) -> None:
    list_cabbage(crew.by_code(PHONES["clerk"]))
    township = crew.by_code(PHONES["township"])
    township.goto("/township/products")
    township.locator("td.acts a", has_text="核实").first.click()
    steps.press(township, "确认产地")
    operator.goto("/operator/products")
    operator.get_by_role("link", name="示例白菜").first.click()
    steps.press(operator, "通过并上架")


def file_and_confirm(crew: Crew) -> None:
    """The payer checks the prefilled draft and files it; finance confirms."""
    payer, finance = crew.by_code(PHONES["payer"]), crew.by_code(PHONES["officer"])
    payer.goto("/declarations")
    steps.follow(payer, "继续填写")
    steps.press(payer, "提交")
    finance.goto("/declarations/queue")
    finance.locator("td.acts a", has_text="审核").first.click()
    steps.press(finance, "确认生效")


def test_an_empty_system_reaches_its_first_counted_yuan(app: Flask, new_page: Any) -> None:
    crew, operator = Crew(new_page), new_page()
    take_office(operator, first_password(app))
    load_register(operator)
    bring_to_shelf(crew, operator)
    file_and_confirm(crew)
    finance = crew.by_code(PHONES["officer"])
    assert completed(finance, "示例一中") == "0.00"

    orderer = crew.by_code(PHONES["orderer"])
    address = steps.plan(orderer, goods="示例白菜", packs=20, vendor="示例粮油店")
    steps.approve(crew.by_code(PHONES["approver"]), address)
    steps.place_orders(orderer, address)
    steps.send_goods(crew.by_code(PHONES["clerk"]), kilos="103.25")
    steps.weigh(crew.by_code(PHONES["first"]), kilos="101.75", back="1.5")
    steps.sign(crew.by_code(PHONES["second"]))
    steps.pay(crew.by_code(PHONES["payer"]), yuan="529.10")
    steps.money_has_come(crew.by_code(PHONES["clerk"]))

    assert completed(finance, "示例一中") == "529.10"
