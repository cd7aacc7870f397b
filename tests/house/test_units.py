"""Names carry units, and the types keep them: no float comes near money, weight or share."""

import ast
import re

import sqlalchemy as sa

import wsgi  # noqa: F401  every table is known once the front door is imported
from core.db import Base, Instant
from tests.house.sources import application, place, tree

MEASURED = re.compile(r"_(fen|fen_x100|bp|g|qty)$")
KINDS = {
    re.compile(r"_(fen|fen_x100|g|qty)$"): sa.BigInteger,
    re.compile(r"_bp$"): sa.Integer,
    re.compile(r"_at$"): Instant,
    re.compile(r"_on$"): sa.Date,
}


def names(node):
    for part in ast.walk(node):
        found = getattr(part, "id", None) or getattr(part, "attr", None) or getattr(part, "arg", None)
        if isinstance(found, str):
            yield found


def measured(node):
    return any(MEASURED.search(found) for found in names(node))


def makes_float(node):
    """A true division, a float literal, or `float` itself."""
    divided = isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div)
    literal = isinstance(node, ast.Constant) and isinstance(node.value, float)
    return divided or literal or (isinstance(node, ast.Name) and node.id == "float")


def is_simple(node):
    return isinstance(node, ast.stmt | ast.arg) and not hasattr(node, "body")


def test_no_float_in_a_statement_about_money_weight_or_share():
    found = [
        place(path, node)
        for path in application()
        for node in ast.walk(tree(path))
        if is_simple(node) and measured(node) and any(map(makes_float, ast.walk(node)))
    ]

    assert found == []


def test_columns_have_the_type_that_their_name_says():
    wrong = [
        f"{table.name}.{column.name}: {column.type!r}"
        for table in Base.metadata.tables.values()
        for column in table.columns
        for pattern, kind in KINDS.items()
        if pattern.search(column.name) and not isinstance(column.type, kind)
    ]

    assert wrong == []


def test_no_column_is_a_float():
    columns = [column for table in Base.metadata.tables.values() for column in table.columns]

    assert columns
    assert [str(c) for c in columns if isinstance(c.type, sa.Float | sa.Numeric)] == []
