"""Every code has its sentence, and every enum member that is shown its word."""

import ast
from pathlib import Path

from core import text
from core.access.rights import Right
from core.access.roles import OrganisationKind, Role

ROOT = Path(__file__).resolve().parents[2]
FLOORS = ("core", "catalog", "market", "procurement")
REFUSALS = {"Refused", "Missing", "Forbidden"}
SILENT = {"Missing"}  # a plain 404: nothing is said about what is not there


def _codes(calls: set[str]) -> set[tuple[str, str]]:
    found = set()
    for floor in FLOORS:
        for path in (ROOT / floor).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not isinstance(node, ast.Call):
                    continue
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                first = node.args[0] if node.args else None
                if name in calls and isinstance(first, ast.Constant) and isinstance(first.value, str):
                    found.add((first.value, path.name))
    return found


def test_every_refusal_has_a_sentence() -> None:
    codes = {code for code, _ in _codes(REFUSALS - SILENT)}
    assert sorted(codes - text.known("refused")) == []


def test_every_act_has_a_sentence() -> None:
    acts = set()
    for floor in FLOORS:
        for path in (ROOT / floor).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "record" and len(node.args) > 1:
                    code = node.args[1]
                    if isinstance(code, ast.Constant) and isinstance(code.value, str):
                        acts.add(code.value)
    assert sorted(acts - text.known("act")) == []


def test_roles_and_kinds_have_words() -> None:
    assert all(text.label(member) != member.value for kind in (Role, OrganisationKind) for member in kind)
    assert all(right.value for right in Right)


def test_a_fact_is_shown_by_its_unit() -> None:
    assert text.show("amount_fen", 52_910) == "¥529.10"
    assert text.show("left_g", 101_750) == "101.75kg"
    assert text.show("share_bp", 999) == "9.99%"
