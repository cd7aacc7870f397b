"""Cells of 832 files: what is read, and each thing that is not, with its sentence."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Refused
from procurement.queries import vocabulary
from procurement.queries.imports import problem_sentence
from procurement.rules import p832_cells
from procurement.rules.p832_cells import Level, header_key, header_row, match, moment, plain, read_row

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
GOOD = {
    "order_no": "8322026030200001", "ordered_at": "2026-03-02 09:00:00", "finished_at": "2026-03-20 10:00:00",
    "unit_name": "示例一中", "purchase_type": "食堂", "supplier_name": "示例合作社", "name": "大米", "qty": "2",
    "price": "45.00", "amount_fen": "90.00", "freight_fen": "10.00", "paid_fen": "100.00",
    "paid_at": "2026-03-21 15:30:00", "status": "已完结",
}  # fmt: skip


def told(**cells: str) -> list[tuple[str, str, str]]:
    _, problems = read_row(7, GOOD | cells, NOW)
    return [
        (p.field, p.level, problem_sentence({"code": p.code, "facts": p.facts}))
        for p in problems
    ]  # fmt: skip


def test_a_good_row_is_read_in_the_units_of_the_house() -> None:
    row, problems = read_row(7, GOOD, NOW)

    assert problems == []
    assert row is not None
    assert (row.head.paid_fen, row.goods.amount_fen, row.head.freight_fen) == (100_00, 90_00, 10_00)
    assert row.head.paid_at == datetime(2026, 3, 21, 7, 30, tzinfo=UTC)


BAD = [
    ("order_no", "", "没有填写。"),
    (
        "order_no",
        "8.32202603E+15",
        "订单号“8.32202603E+15”被电子表格改成了科学计数法。请把这一列设为文本，从平台重新导出。",
    ),
    ("order_no", "合计", "订单号“合计”不对：应为 4 到 60 位数字或字母。"),
    ("ordered_at", "", "没有填写。"),
    ("ordered_at", "上周三", "时间“上周三”读不出来。请写成 2026-11-23 09:30:00。"),
    ("paid_at", "2026-02-30", "时间“2026-02-30”读不出来。请写成 2026-11-23 09:30:00。"),
    ("paid_at", "2027-01-01", "时间“2027-01-01”晚于现在。"),
    ("finished_at", "2006-05-01", "时间“2006-05-01”早于 2019 年，832 平台那时还没有上线。"),
    ("unit_name", "", "没有填写。"),
    ("purchase_type", "", "没有填写。"),
    ("supplier_name", "", "没有填写。"),
    ("name", "", "没有填写。"),
    ("name", "长" * 201, "文字太长，最多 200 个字。"),
    ("qty", "两箱", "数量“两箱”读不出来，请只写数字。"),
    ("qty", "-1", "数量“-1”读不出来，请只写数字。"),
    ("qty", "1.2345", "数量“1.2345”的小数太多，最多 3 位。"),
    ("price", "二十", "金额“二十”读不出来。请写数字，如 1234.50。"),
    ("price", "-1", "单价不能是负数。"),
    ("amount_fen", "12.345", "金额“12.345”的小数太多，最多 2 位。"),
    ("freight_fen", "包邮", "金额“包邮”读不出来。请写数字，如 1234.50。"),
    ("paid_fen", "", "没有填写。"),
    ("paid_fen", "-58.00", "金额不能是负数。退款请用订单状态表示。"),
    ("paid_fen", "9" * 20, "金额“99999999999999999999”太大，请检查。"),
    ("paid_fen", "1e5", "金额“1e5”读不出来。请写数字，如 1234.50。"),
    ("status", "", "没有填写。"),
]


@pytest.mark.parametrize(("field", "text", "sentence"), BAD)
def test_each_bad_cell_is_named_with_its_sentence(field: str, text: str, sentence: str) -> None:
    row, _ = read_row(7, GOOD | {field: text}, NOW)

    assert row is None
    assert told(**{field: text}) == [(field, Level.REFUSED, sentence)]


def test_several_bad_cells_of_a_row_are_all_named() -> None:
    assert [field for field, _, _ in told(paid_fen="x", status="", qty="?")] == ["status", "paid_fen", "qty"]


def test_doubtful_cells_are_warnings() -> None:
    assert told(amount_fen="91.00") == [("amount_fen", Level.WARNING, "数量乘单价应为 ¥90.00。")]
    assert told(paid_at="2026-03-01 10:00:00") == [("paid_at", Level.WARNING, "早于下单时间，请核对。")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-12-31 23:59:59", (2026, 12, 31, 15, 59, 59)),
        ("2026/1/5 8:03", (2026, 1, 5, 0, 3, 0)),
        ("2026年3月5日", (2026, 3, 4, 16, 0, 0)),
        ("2026年12月31日 23时59分59秒", (2026, 12, 31, 15, 59, 59)),
        ("2026-12-31T23:59:59.123", (2026, 12, 31, 15, 59, 59)),
    ],
)
def test_times_as_exports_write_them_are_the_countys(text: str, expected: tuple[int, ...]) -> None:
    assert moment(text) == datetime(*expected, tzinfo=UTC)  # type: ignore[arg-type,misc]


@given(st.text(max_size=40))
def test_whatever_stands_in_a_cell_is_read_or_refused(text: str) -> None:
    for field in p832_cells.FIELDS:
        row, problems = read_row(2, GOOD | {field: plain(text)}, NOW)
        assert (row is None) == any(p.level is Level.REFUSED for p in problems)


@given(st.text(max_size=60))
def test_cleaned_text_is_one_visible_line(text: str) -> None:
    shown = plain(text)

    assert shown == plain(shown)
    assert all(c.isprintable() for c in shown)


def test_headers_are_known_in_many_dresses() -> None:
    words = vocabulary.header_words()
    headers = ["订单号*", "下单时间 ", "所属预算单位（全称）", "采购类型:", "实付金额(元)", "收货人", "实付款"]

    assert match(headers, words, {}) == {
        0: "order_no", 1: "ordered_at", 2: "unit_name", 3: "purchase_type", 4: "paid_fen"
    }  # fmt: skip
    assert match(headers, words, {header_key("收货人"): ""})[5] == ""


def test_the_header_stands_where_most_words_are_known() -> None:
    rows = [["832 订单导出"], ["单位：示例一中"], ["订单号", "下单时间", "状态"], ["1", "2", "3"]]

    assert header_row(rows, vocabulary.header_words()) == 2


def test_an_unreadable_time_is_refused_whatever_it_is() -> None:
    for text in ("0001-01-01", "9999-99-99", "2026-12-31 25:00", "46023.5", "20260105", "2026-12-31 23:59:59Z"):
        with pytest.raises(Refused, match="p832-day-unreadable"):
            moment(text)
