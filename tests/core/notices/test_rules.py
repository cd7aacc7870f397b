"""Quiet hours over midnight, what may not be turned off, and no person's numbers in any text."""

import re
import tomllib
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.clock import COUNTY
from core.notices.rules import OWED, URGENT, NoticeKind, Quiet, bare, due_at, quiet_of

NIGHT = quiet_of(["22:00", "07:00"])
TEXTS = sorted((Path(__file__).parents[3] / "templates" / "text").glob("*.toml"))
PERSONAL = {
    "person",
    "receiver",
    "phone",
    "address",
    "id_no",
    "identity",
    "account",
    "household_name",
    "head",
    "mobile",
}
"""Facts that name somebody: they never stand in a text that leaves the house."""


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=COUNTY)


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-11-23 21:59", "2026-11-23 21:59"),
        ("2026-11-23 22:00", "2026-11-24 07:00"),
        ("2026-12-31 23:59", "2027-01-01 07:00"),
        ("2026-11-24 06:59", "2026-11-24 07:00"),
        ("2026-11-24 07:00", "2026-11-24 07:00"),
    ],
)
def test_nothing_leaves_at_night_but_what_is_urgent(now: str, due: str) -> None:
    assert due_at(at(now), NIGHT, NoticeKind.ORDERS) == at(due)
    assert all(due_at(at(now), NIGHT, kind) == at(now) for kind in URGENT)


@given(st.times(), st.times(), st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2028, 1, 1)))
def test_what_waits_leaves_at_the_first_loud_minute(start: time, end: time, now: datetime) -> None:
    quiet = Quiet(start.replace(second=0, microsecond=0), end.replace(second=0, microsecond=0))
    here = now.replace(tzinfo=COUNTY)
    due = due_at(here, quiet, NoticeKind.ORDERS)
    assert timedelta(0) <= due - here <= timedelta(days=1)
    assert not quiet.holds(due.astimezone(COUNTY).time())
    assert (due == here) == (not quiet.holds(here.time()))


def test_what_is_urgent_cannot_be_turned_off() -> None:
    assert URGENT <= OWED


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("请拨 13812342716 联系", "请拨 ****16 联系"),
        ("证件 220681199001011234。", "证件 ****34。"),
        ("卡号6222021234567890123到账", "卡号****23到账"),
        ("验证码 482913，5 分钟内有效", "验证码 482913，5 分钟内有效"),
        ("订单 OR7K2M9Q 已发货", "订单 OR7K2M9Q 已发货"),
    ],
)
def test_numbers_of_people_are_struck_out(text: str, left: str) -> None:
    assert bare(text) == left


def test_no_template_that_leaves_asks_for_a_person() -> None:
    for path in TEXTS:
        found = tomllib.loads(path.read_text("utf-8"))
        for section in ("sms", "notice"):
            for code, text in found.get(section, {}).items():
                names = set(re.findall(r"\{(\w+)", text))
                assert not names & PERSONAL, (path.name, section, code)
                assert bare(text) == text, (path.name, section, code)
