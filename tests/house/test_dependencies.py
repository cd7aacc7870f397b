"""What we import is what we declare: a package that only came along with another may be gone tomorrow."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions

from tests.house.sources import FLOORS, application, everything, name, tree
from tests.support.bed import ROOT

OURS = {*FLOORS, "config", "dev", "migrations", "tests", "wsgi"}
COMES_WITH = {
    "flask": {"click", "itsdangerous", "jinja2", "markupsafe", "werkzeug"},
    "flask-migrate": {"alembic"},
    "flask-wtf": {"wtforms"},
}
"""Packages that are the other's public face: its documentation tells to import them."""
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def plain(requirement):
    """The normalised name in front of extras and versions."""
    return re.sub(r"[-_.]+", "-", re.match(r"[\w.-]+", requirement)[0]).lower()


def imported(paths):
    """{top-level module: where it is imported}; not the standard library, ourselves, mypy's own `_typeshed`."""
    found = {}
    for path in paths:
        for node in ast.walk(tree(path)):
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.module and not node.level:
                modules = [node.module]
            for module in modules:
                found.setdefault(module.split(".")[0], name(path))
    return {
        module: where for module, where in found.items() if module not in OURS | sys.stdlib_module_names | {"_typeshed"}
    }


def undeclared(paths, *groups):
    declared = {plain(one) for one in PROJECT["project"]["dependencies"]}
    declared |= {plain(one) for group in groups for one in PROJECT["dependency-groups"][group]}
    declared |= {face for package, faces in COMES_WITH.items() if package in declared for face in faces}
    owners = packages_distributions()
    return {
        module: where
        for module, where in imported(paths).items()
        if not declared & {plain(owner) for owner in owners.get(module, [module])}
    }


def test_the_application_declares_what_it_imports():
    assert undeclared([*application(), *(ROOT / "core/embedded").glob("*.py")]) == {}


def test_the_tests_declare_what_they_import():
    assert undeclared(everything(), "test", "check") == {}


def test_the_locks_hold_what_is_declared_and_no_address():
    locked = {}
    for group in ("run", *PROJECT["dependency-groups"]):
        text = (ROOT / f"requirements/{group}.txt").read_text("utf-8")
        assert "://" not in text
        locked[group] = set(re.findall(r"^([\w.-]+)==", text, re.MULTILINE))

    assert {plain(one) for one in PROJECT["project"]["dependencies"]} <= {plain(one) for one in locked["run"]}
    for group, wanted in PROJECT["dependency-groups"].items():
        assert {plain(one) for one in wanted} <= {plain(one) for one in locked[group] | locked["run"]}
