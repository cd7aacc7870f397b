"""Reading banks' files: layouts, amounts, codes; nothing is guessed."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import codes, money
from core.errors import Refused
from market.rules import bank_file
from market.rules.bank_file import BankField, Marks, parse, plain
from market.services.bank_statements import layouts, marks

TODAY = date(2026, 11, 23)


def titles_of(text: str) -> list[str]:
    return text.split(",")


ABC = titles_of("交易时间,收入金额,支出金额,账户余额,交易行名,对方账号,对方户名,交易说明,交易摘要,交易附言,日志号")
ICBC = titles_of("凭证号,本方账号,对方账号,交易时间,借/贷,借方发生额,贷方发生额,对方行号,摘要,用途,对方单位名称,余额")
CCB = titles_of(
    "账号,账户名称,交易时间,借方发生额（支取）,贷方发生额（收入）,余额,币种,对方户名,对方账号,对方开户机构,"
    "记账日期,摘要,备注,账户明细编号-交易流水号"
)
RURAL = titles_of("交易日期,交易流水号,借贷标志,交易金额,账户余额,对方账号,对方户名,摘要,附言")
OWN = titles_of("日期,银行流水号,金额,付款户名,附言")


@pytest.mark.parametrize(
    ("titles", "layout"), [(ABC, "abc"), (ICBC, "icbc"), (CCB, "ccb"), (RURAL, "rural"), (OWN, "other")]
)
def test_each_bank_is_known_by_its_titles_wherever_they_stand(titles, layout):
    found = bank_file.find([["账户交易明细"], ["起止日期", "2026-11-01"], titles], layouts())

    assert found is not None
    assert (found.layout, found.title_row) == (layout, 2)


def test_a_file_without_a_day_or_an_amount_is_asked_about():
    assert bank_file.find([["甲", "乙", "丙"]], layouts()) is None
    assert bank_file.find([["交易日期", "对方户名"]], layouts()) is None


def read(titles, cells):
    places = bank_file.find([titles], layouts()).places
    return bank_file.read(2, cells, places, marks(), TODAY)


def test_two_columns_a_mark_and_a_sign_say_the_same():
    abc = ["2026-11-20 09:31:05", "1,234.50", "", "9", "", "", "示例一中", "", "货款", "LJ", "778"]
    rural = ["20261120", "778", "贷", "1234.50", "9", "", "示例一中", "货款", "LJ"]
    own = ["2026/11/20", "778", "+1,234.50", "示例一中", "LJ"]

    for row in (read(ABC, abc), read(RURAL, rural), read(OWN, own)):
        assert (row.day, row.serial, row.amount_fen, row.party) == (date(2026, 11, 20), "778", 1_234_50, "示例一中")
    assert read(RURAL, ["20261120", "778", "借", "1234.50", "", "", "甲", "", ""]).amount_fen == -1_234_50
    assert read(OWN, ["2026-11-20", "778", "-0.01", "甲", ""]).amount_fen == -1


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        (["2026-13-01", "1", "贷", "1.00"], "bank-line-day"),
        (["2026-11-24", "1", "贷", "1.00"], "bank-line-future"),
        (["2026-11-20", "1", "贷", "=1+1"], "bank-line-amount"),
        (["2026-11-20", "1", "贷", "1.005"], "bank-line-amount"),
        (["2026-11-20", "1", "贷", "1e9"], "bank-line-amount"),
        (["2026-11-20", "1", "贷", "0.00"], "bank-line-amount"),
        (["2026-11-20", "1", "贷", "99999999999999.00"], "bank-line-amount"),
        (["2026-11-20", "1", "冲", "1.00"], "bank-line-mark"),
        ([""], "bank-line-day"),
    ],
)
def test_what_cannot_be_read_is_named(cells, problem):
    assert read(RURAL, cells).problem == problem


def test_income_and_outgo_in_one_row_are_not_netted():
    assert read(ABC, ["2026-11-20", "5.00", "3.00"]).problem == "bank-line-amount"


def test_the_code_is_found_among_peoples_blanks_and_letters():
    code = codes.new_code("LJ")
    for memo in (f"货款 {code}", code.lower(), f"{code[:4]} {code[4:8]}-{code[8:]}", f"附言:{code}谢谢"):
        assert read(OWN, ["2026-11-20", "1", "1.00", "甲", memo]).code == code
    assert read(OWN, ["2026-11-20", "1", "1.00", "甲", "LJ23456789X 货款"]).code in {"", "LJ23456789X"}


@given(st.data())
def test_one_wrong_character_or_a_swap_is_no_code(data):
    code = codes.new_code("LJ")
    place = data.draw(st.integers(2, len(code) - 1))
    other = data.draw(st.sampled_from([c for c in codes.ALPHABET if c != code[place]]))
    wrong = code[:place] + other + code[place + 1 :]
    swapped = code[: place - 1] + code[place] + code[place - 1] + code[place + 1 :]

    assert not codes.check(wrong)
    assert swapped == code or not codes.check(swapped)


@given(st.integers(-(10**9), 10**9))
def test_every_amount_comes_back(fen):
    assert parse(money.yuan(fen)) == fen
    assert parse(money.plain_yuan(fen)) == fen


def test_a_row_without_a_number_has_the_same_one_in_every_file():
    row = read(OWN, ["2026-11-20", "", "1.00", "甲", "货款"])
    twice = bank_file.with_serials([row, row])
    again = bank_file.with_serials([row])

    assert twice[0].serial == again[0].serial != twice[1].serial


def test_words_are_compared_without_brackets_and_width():
    assert plain(" 收入金额（元） ") == plain("收入金额(元)") == "收入金额元"
    with pytest.raises(Refused, match="bank-line-amount"):
        parse("一百")
    assert Marks(frozenset({"贷"}), frozenset({"借"})) and BankField("day") is BankField.DAY
