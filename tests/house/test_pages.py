"""Templates keep what no browser checks for us: no inline code, real icons and pictures, tokens, Chinese commas."""

import ast
import re
from functools import cache

import pytest
from jinja2 import Environment, nodes

from tests.house.sources import application, name, tree
from tests.support.bed import ROOT
from tests.support.punctuation import corrected, surfaces

TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
INLINE = re.compile(r"""<style|\sstyle=|\son[a-z]+=["']|<script(?![^>]*(?:\ssrc=|type="application/(?:ld\+)?json"))""")
FORM = re.compile(r"<form[^>]*method=[\"']post[\"'].*?</form>", re.DOTALL | re.IGNORECASE)
TOKEN = re.compile(r"csrf_token|token\(\)|hidden_tag\(\)")
PLACE_OF_ICON = {"icon": 0, "state": 1, "button": 2, "link": 2 + 1, "post": 3, "icon_link": 2, "tag": 2, "status": 2}
"""Where our macros take an icon's name among their positional arguments."""


def bare(path):
    """A template without its comments, which are English."""
    return re.sub(r"\{#.*?#\}", "", path.read_text("utf-8"), flags=re.DOTALL)


@cache
def parsed(path):
    return Environment(autoescape=True).parse(path.read_text("utf-8"))


def words(node):
    """The literal strings an expression may become."""
    if isinstance(node, nodes.Const):
        return [node.value] if isinstance(node.value, str) else []
    if isinstance(node, nodes.CondExpr):
        return words(node.expr1) + (words(node.expr2) if node.expr2 else [])
    return words(node.left) + words(node.right) if isinstance(node, nodes.Or) else []


def icons_of(path):
    for call in parsed(path).find_all(nodes.Call):
        called = getattr(call.node, "attr", None) or getattr(call.node, "name", "")
        place = PLACE_OF_ICON.get(called)
        if place is not None and len(call.args) > place:
            yield from words(call.args[place])
        yield from (word for pair in call.kwargs if pair.key == "icon" for word in words(pair.value))
    for pair in parsed(path).find_all(nodes.Pair):
        if isinstance(pair.key, nodes.Const) and pair.key.value == "icon":
            yield from words(pair.value)


def icons_in_code(path):
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.keyword) and node.arg == "icon" and isinstance(node.value, ast.Constant):
            yield node.value.value


def chosen():
    lines = (ROOT / "static" / "icons.txt").read_text("utf-8").splitlines()
    return {line.strip() for line in lines if line.strip() and not line.startswith("#")}


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_no_code_and_no_style_inside_a_page(path):
    assert INLINE.findall(bare(path)) == []


@pytest.mark.parametrize("path", surfaces(), ids=name)
def test_chinese_takes_full_width_punctuation(path):
    """`python -m tests.support.punctuation` corrects them all."""
    text = path.read_text("utf-8")

    assert corrected(text).splitlines() == text.splitlines()


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_every_post_form_carries_a_token(path):
    assert [form[:80] for form in FORM.findall(bare(path)) if not TOKEN.search(form)] == []


def test_every_icon_is_in_the_sprite():
    """A name that is missing shows nothing at all. Add it to static/icons.txt and run `dev.py assets`."""
    used = {word: name(path) for path in TEMPLATES for word in icons_of(path)}
    used |= {word: name(path) for path in application() for word in icons_in_code(path)}

    assert {word: place for word, place in used.items() if word not in chosen()} == {}


def test_every_named_asset_exists():
    calls = [
        (p, c) for p in TEMPLATES for c in parsed(p).find_all(nodes.Call) if getattr(c.node, "name", "") == "asset"
    ]
    named = {word: name(path) for path, call in calls for word in words(call.args[0])}

    assert {w: p for w, p in named.items() if not w.startswith("vendor/") and not (ROOT / "static" / w).exists()} == {}


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_pictures_of_emptiness_exist(path):
    """fb.empty's second argument names a file of static/art."""
    art = {
        word
        for call in parsed(path).find_all(nodes.Call)
        if getattr(call.node, "attr", "") == "empty" and len(call.args) > 1
        for word in words(call.args[1])
    }
    assert not {one for one in art if not (ROOT / "static" / "art" / f"empty-{one}.svg").exists()}
