"""static/js/app.js in a real browser, on pieces of pages; nothing here is needed for an act to work."""

import pytest

from tests.support.bed import ROOT

SCRIPT = ROOT / "static" / "js" / "app.js"


@pytest.fixture
def open_piece(chrome, show):
    """A page in the browser that holds one rendered piece and our script."""
    context = chrome.new_context()

    def opened(piece, **names):
        tab = context.new_page()
        tab.set_content(f"<main>{show(piece, **names)}</main>")
        tab.add_script_tag(path=str(SCRIPT))
        return tab

    yield opened
    context.close()


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("19.2+16.7", "合计 35.9kg"),
        ("0.1＋0.2", "合计 0.3kg"),
        ("1，000+0.005", "合计 1000.005kg"),
        ("7.5", ""),
        ("a+b", ""),
    ],
)
def test_a_weight_written_as_a_sum_is_added_up(open_piece, typed, said):
    tab = open_piece('{{ f.weight("w", "实收") }}')

    tab.fill("[name=w]", typed)

    assert tab.locator(".field__sum").inner_text() == said


def test_a_stepper_stays_within_its_bounds(open_piece):
    tab = open_piece('{{ c.stepper("n", "数量", 2, min=1, max=3) }}')
    more, less = tab.get_by_label("数量增加"), tab.get_by_label("数量减少")

    more.click()

    assert tab.input_value("[name=n]") == "3" and more.is_disabled()
    less.click()
    less.click()
    assert tab.input_value("[name=n]") == "1" and less.is_disabled()


def test_tools_appear_with_the_first_tick_and_count(open_piece):
    rows = "{% for n in [1, 2, 3] %}{{ c.tick('unit', n, '选 ' ~ n) }}{% endfor %}"
    tab = open_piece("{{ c.tick('unit', '', '全选', all='unit') }}" + rows + "{% call t.tools('unit') %}x{% endcall %}")
    count = tab.locator("[data-tools-count]")

    tab.get_by_label("选 2").check()
    assert count.inner_text() == "1" and tab.get_by_label("全选").evaluate("box => box.indeterminate")

    tab.get_by_label("全选").check()
    assert count.inner_text() == "3"


def test_a_form_is_sent_once(open_piece):
    tab = open_piece('<form method="post" action="/x" target="away">{{ b.button("提交") }}</form>')
    tab.evaluate("window.sent = 0; addEventListener('submit', e => { if (!e.defaultPrevented) { window.sent += 1; } })")

    tab.evaluate("() => { const b = document.querySelector('button'); b.click(); b.click(); }")

    tab.get_by_text("处理中…").wait_for()
    assert tab.evaluate("window.sent") == 1


def test_a_confirm_opens_where_it_is(open_piece):
    tab = open_piece('{{ flow.confirm("drop", "作废", "/drop", "作废计划", "/drop", "不能恢复。") }}')

    tab.get_by_role("link", name="作废").click()

    assert tab.locator("dialog").is_visible() and tab.url == "about:blank"
    tab.get_by_role("button", name="返回").click()
    assert tab.locator("dialog").is_hidden()
