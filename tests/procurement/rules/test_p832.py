import tomllib
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import COUNTY
from procurement.rules.p832 import (
    Goods,
    Head,
    NotCounted,
    PurchaseType,
    Row,
    RowVerdict,
    Split,
    Words,
    group,
    read,
    verdict,
    words_on,
)

TABLE = tomllib.loads((Path(__file__).parents[3] / "data" / "p832.toml").read_text("utf-8"))
SHIPPED = [Words.from_table(words) for words in TABLE["words"]]
WORDS = SHIPPED[0]
HEAD = Head(
    unit_name="示例一中",
    purchase_type="食堂",
    supplier_name="示例合作社",
    status="已完结",
    ordered_at=datetime(2026, 3, 1, 9, tzinfo=COUNTY),
    paid_fen=1_080_00,
    freight_fen=80_00,
    finished_at=datetime(2026, 3, 20, 9, tzinfo=COUNTY),
    paid_at=datetime(2026, 4, 2, 23, 30, tzinfo=COUNTY),
)


def order(*amounts, **head):
    goods = amounts or (400_00, 600_00)
    rows = [Row(n + 2, "832-1", replace(HEAD, **head), Goods(f"g{n}", amount_fen=a)) for n, a in enumerate(goods)]
    return group(rows)[0]


def test_one_order_of_many_rows_counts_its_payment_once():
    """Rules 27 and 32."""
    reading = read(order(), WORDS)

    assert reading.split == Split(1_080_00, 0)
    assert reading.recognised_on == date(2026, 4, 2)
    assert (reading.not_counted, reading.refused, reading.warnings) == (None, (), ())


def test_the_day_is_the_later_of_paying_and_finishing_in_the_county():
    later = read(order(finished_at=datetime(2026, 12, 31, 16, tzinfo=COUNTY)), WORDS)
    new_year = read(order(paid_at=datetime(2027, 1, 1, tzinfo=COUNTY)), WORDS)

    assert later.recognised_on == date(2026, 12, 31)
    assert new_year.recognised_on == date(2027, 1, 1)


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        ({"paid_at": None}, NotCounted.PAID_DAY_MISSING),
        ({"finished_at": None}, NotCounted.FINISHED_DAY_MISSING),
        ({"status": "退款中"}, NotCounted.STATUS),
        ({"status": "已取消", "paid_fen": 0, "paid_at": None}, NotCounted.STATUS),
        ({"paid_fen": 0}, NotCounted.NOTHING_PAID),
        ({"purchase_type": "其它"}, NotCounted.PURCHASE_TYPE),
        ({"purchase_type": "食堂+工会"}, NotCounted.SPLIT_MISSING),
    ],
)
def test_what_is_kept_but_does_not_count_says_why(head, reason):
    reading = read(order(**head), WORDS)

    assert (reading.not_counted, reading.recognised_on, reading.refused) == (reason, None, ())


def test_rows_that_contradict_each_other_refuse_the_order_and_name_the_cells():
    rows = [*order().rows, Row(9, "832-1", replace(HEAD, paid_fen=1, status="待评价"), Goods("x"))]
    reading = read(group(rows)[0], WORDS)

    assert {(r.field, r.row_no) for r in reading.refused} == {("paid_fen", 9), ("status", 9)}
    assert reading.recognised_on is None


def test_unknown_words_are_refused():
    assert [r.code for r in read(order(status="神秘状态"), WORDS).refused] == ["p832-status-unknown"]
    assert [r.code for r in read(order(purchase_type="?"), WORDS).refused] == ["p832-type-unknown"]
    assert [r.code for r in read(order(paid_fen=-1), WORDS).refused] == ["p832-amount-negative"]


def test_a_sum_that_differs_is_only_a_warning():
    assert [w.code for w in read(order(400_00, 600_01), WORDS).warnings] == ["p832-sum-differs"]
    assert [w.code for w in read(order(400_00, None), WORDS).warnings] == ["p832-goods-amount-missing"]
    assert read(order(400_00, 600_01), WORDS).recognised_on


def test_a_joint_order_asks_for_its_split():
    joint = order(purchase_type="食堂+工会")

    assert read(joint, WORDS, Split(1_000_00, 80_00)).split == Split(1_000_00, 80_00)
    assert read(joint, WORDS, Split(1_000_00, 80_00)).recognised_on
    for wrong in (Split(1_000_00, 79_99), Split(1_080_01, -1)):
        assert [r.code for r in read(joint, WORDS, wrong).refused] == ["p832-split-differs"]
    assert read(order(purchase_type="工会"), WORDS).split == Split(0, 1_080_00)


@given(st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=12))
def test_grouping_keeps_every_row_and_the_order_of_appearance(numbers):
    orders = group([Row(n, no, HEAD, Goods("g")) for n, no in enumerate(numbers)])

    assert [o.order_no for o in orders] == list(dict.fromkeys(numbers))
    assert sorted(row.row_no for o in orders for row in o.rows) == list(range(len(numbers)))


def test_the_same_file_again_is_the_same_whatever_the_order_of_its_rows():
    """Rule 36."""
    once = order()
    again = group(reversed(once.rows))[0]
    changed = order(status="退款中")
    reading = read(once, WORDS)

    assert once.fingerprint() == again.fingerprint()
    assert once.fingerprint() == order(paid_at=HEAD.paid_at.astimezone(UTC)).fingerprint()
    assert verdict(reading, once.fingerprint(), None) is RowVerdict.NEW
    assert verdict(reading, once.fingerprint(), again.fingerprint()) is RowVerdict.SAME
    assert verdict(reading, changed.fingerprint(), once.fingerprint()) is RowVerdict.CHANGED
    assert verdict(read(order(status="?"), WORDS), "x", "x") is RowVerdict.REFUSED


def test_the_vocabulary_is_dated():
    newer = replace(WORDS, valid_from=date(2027, 1, 1), counting=frozenset({"已完成"}))

    assert words_on([newer, *SHIPPED], date(2026, 12, 31)) is WORDS
    assert words_on([newer, *SHIPPED], date(2027, 1, 1)) is newer
    with pytest.raises(LookupError):
        words_on(SHIPPED, date(2020, 12, 31))
    assert WORDS.counting == {"已完结", "待评价"} and not WORDS.counting & WORDS.not_counting
    assert set(WORDS.types.values()) == set(PurchaseType)


def test_a_vocabulary_of_the_wrong_shape_is_an_error():
    table = {"valid_from": "2026-01-01", "counting": ["a"], "not_counting": [], "types": {"t": "union"}}

    assert Words.from_table(table).types == {"t": PurchaseType.UNION}
    for wrong in ({"types": "x"}, {"counting": "a"}):
        with pytest.raises(TypeError):
            Words.from_table(table | wrong)
