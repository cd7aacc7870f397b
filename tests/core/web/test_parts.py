"""The page parts as macros: what a mistake in one would break on every page at once."""

import importlib
import pkgutil
import re
from enum import EnumType

import pytest
from markupsafe import escape
from wtforms import Form, PasswordField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice

from core.quantity import JIN
from core.web.forms import DayField, QuantityField, ShortText, YuanField
from tests.support.bed import ROOT


def ids(html):
    return re.findall(r'\bid="([^"]+)"', html)


def test_an_error_is_tied_to_its_field(show):
    html = show('{{ f.text("phone", "手机号", "12", error=["太短", "不是手机号"], hint="11 位") }}')

    described = re.search(r'aria-describedby="([^"]+)"', html)[1].split()
    assert 'aria-invalid="true"' in html
    assert set(described) <= set(ids(html)) and len(described) == 2
    assert "太短；不是手机号" in html


def test_a_name_used_twice_can_have_two_ids(show):
    html = show('{{ f.text("phone", "甲", id="a") }}{{ f.date("phone", "乙", id="b") }}')

    assert ids(html) == ["a", "b"]
    assert re.findall(r'for="([^"]+)"', html) == ["a", "b"]


def test_what_was_typed_is_escaped(show):
    typed = '"><script>alert(1)</script>'

    html = show('{{ f.text("q", "查", typed) }}{{ f.area("r", "说明", typed) }}{{ d.tag(typed) }}', typed=typed)

    assert "<script>" not in html and html.count(str(escape(typed))) == 3


class Filled(Form):
    name = ShortText("名称")
    price = YuanField("单价")
    weight = QuantityField("重量", unit=JIN)
    on = DayField("日期")
    kind = SelectField("类别", choices=[SelectChoice("a", "甲"), SelectChoice("b", "乙")])
    note = TextAreaField("说明")
    secret = PasswordField("密码")


@pytest.mark.parametrize(
    ("field", "wanted"),
    [
        ("name", 'type="text"'),
        ("price", ">¥</span>"),
        ("weight", 'data-sum="斤"'),
        ("on", 'type="date"'),
        ("kind", '<option value="b" selected>'),
        ("note", "<textarea"),
        ("secret", 'type="password" value=""'),
    ],
)
def test_a_bound_field_finds_its_macro(show, field, wanted):
    form = Filled(data={"kind": "b", "price": 1250, "secret": "s3cr3t"})

    html = show("{{ f.bound(field) }}", field=form[field])

    assert wanted in html and f'name="{field}"' in html and "s3cr3t" not in html


def test_attributes_drop_what_is_false_and_keep_dashes(show):
    html = show('{{ b.button("存", hx_post="/x", disabled=False, formnovalidate=True, form=None) }}')

    assert 'hx-post="/x"' in html and " formnovalidate>" in html
    assert "disabled" not in html and "form=" not in html


def test_an_act_carries_its_token_and_fields(show):
    html = show('{{ b.post("到账", "/pay", fields={"id": 3}) }}')

    assert 'name="csrf_token" value="t0ken"' in html and 'name="id" value="3"' in html and 'name="_key"' in html


@pytest.mark.parametrize(
    ("bp", "width", "word"), [(500, "25.0%", "5.00%"), (1000, "50.0%", "10.00%"), (9999, "100.0%", "99.99%")]
)
def test_a_share_bar_puts_the_duty_in_the_middle(show, bp, width, word):
    html = show("{{ d.threshold(bp) }}", bp=bp)

    assert f'class="tbar__fill" y="4" width="{width}"' in html and f"占比{word}，要求10.00%" in html


def test_a_share_that_cannot_be_computed_shows_no_bar(show):
    html = show("{{ d.share(None) }}")

    assert "不适用" in html and "tbar__fill" not in html and "tbar--muted" in html


def test_a_price_shows_fen_and_the_price_per_basis(show):
    html = re.sub(r"<[^>]+>", "", show('{{ shop.price(123456, "箱", 6980) }}'))

    assert html == "¥1,234.56/箱合 ¥69.80/500g"


def test_a_pager_leaves_gaps(show):
    html = show('{{ t.pager(6, 20, 400, "/x?page={page}") }}')

    assert re.findall(r'aria-label="第 (\d+) 页"', html) == ["1", "5", "7", "20"]
    assert html.count("pager__gap") == 2 and 'aria-current="page">6<' in html


def test_a_single_page_has_a_total_only(show):
    assert "<ul>" not in show('{{ t.pager(1, 1, 3, "/x") }}')


def test_a_chart_survives_nothing_and_gaps(show):
    none = [{"label": "1月", "fen": 0, "bp": None}]
    some = [{"label": f"{n}月", "fen": n * 1_000_000_00, "bp": None if n == 2 else n * 400} for n in range(1, 13)]

    empty, full = (show('{{ charts.monthly("月度", months) }}', months=m) for m in (none, some))

    assert "chart__dot" not in empty and full.count("chart__dot") == 11 and full.count("chart__share") == 9
    heights = [float(h) for h in re.findall(r'chart__bar"[^>]* height="([\d.]+)"', full)]
    assert heights == sorted(heights) and 0 < heights[-1] <= 180


def test_a_dialog_has_a_page_for_browsers_without_scripts(show):
    html = show('{{ flow.confirm("drop", "作废", "/drop", "作废计划", "/drop", "不能恢复。", word="作废") }}')

    assert '<a class="btn btn-danger-line" href="/drop" data-dialog="drop">' in html
    assert 'pattern="作废"' in html and 'name="csrf_token"' in html


def test_every_state_is_said_by_colour_icon_and_word(show):
    html = show('{% for tone in ["ok", "warn", "danger", "info", "muted"] %}{{ d.status("词", tone) }}{% endfor %}')

    assert html.count("<use href=") == 5 and html.count("词") == 5


STATES = re.compile(r"(State|Status|Verdict)$|^(Gate|Passage)$")
FLOORS = ("catalog", "market", "procurement")


def states():
    """Every state enum of the rules: {"OrderState.paid", …}."""
    for floor in FLOORS:
        for found in pkgutil.iter_modules([str(ROOT / floor / "rules")]):
            module = importlib.import_module(f"{floor}.rules.{found.name}")
            for name, enum in vars(module).items():
                if isinstance(enum, EnumType) and enum.__module__ == module.__name__ and STATES.search(name):
                    yield from (f"{name}.{member.value}" for member in enum)


def test_every_state_has_a_colour():
    """A state without one in parts/tones.html would look like work under way."""
    coloured = re.findall(r"'([A-Za-z]+\.\w+)':", (ROOT / "templates" / "parts" / "tones.html").read_text("utf-8"))

    assert sorted(set(states()) - set(coloured)) == []
