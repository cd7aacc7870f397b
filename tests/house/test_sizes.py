"""When a module outgrows its room, the noun is split, not the role. Here is where growing stops."""

import ast

from tests.house.sources import application, everything, functions, name, place
from tests.support.bed import ROOT

MODULE, FUNCTION, VIEW, TEMPLATE = 500, 60, 20, 120
ROUTES = {"get", "post", "route"}


def lines(node):
    """Of a function without its decorators and its docstring."""
    start = node.lineno
    first = node.body[0]
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and len(node.body) > 1:
        return node.end_lineno - first.end_lineno
    return node.end_lineno - start + 1


def is_view(node):
    calls = [d for d in node.decorator_list if isinstance(d, ast.Call) and isinstance(d.func, ast.Attribute)]
    return any(call.func.attr in ROUTES for call in calls)


def test_modules():
    sizes = {name(path): len(path.read_text("utf-8").splitlines()) for path in everything()}

    assert {path: size for path, size in sizes.items() if size > MODULE} == {}


def test_functions():
    found = [(place(p, f), f.name, lines(f)) for p in everything() for f in functions(p) if lines(f) > FUNCTION]

    assert found == []


def test_views():
    views = [(path, view) for path in application() for view in functions(path) if is_view(view)]

    assert views
    assert [(place(p, v), v.name, lines(v)) for p, v in views if lines(v) > VIEW] == []


def test_templates():
    sizes = {path.relative_to(ROOT).as_posix(): len(path.read_text("utf-8").splitlines())
             for path in (ROOT / "templates").rglob("*.html")}  # fmt: skip

    assert {path: size for path, size in sizes.items() if size > TEMPLATE} == {}
