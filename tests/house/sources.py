"""Our own source files as syntax trees, for the tests of the house."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.support.bed import ROOT

FLOORS = ("core", "catalog", "market", "procurement", "demo")
FRONT = ("wsgi.py", "config.py")
FOREIGN = ("core/embedded/", "market/gateways/emulator/")
"""Not the application: what runs servers for the person at the terminal, and what stands for Alipay."""


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), str(path))


def application() -> list[Path]:
    """Every module of the four floors, the demo above them and the front door, but the foreign ones."""
    paths = [path for floor in FLOORS for path in sorted((ROOT / floor).rglob("*.py"))]
    paths += [ROOT / name for name in FRONT if (ROOT / name).exists()]
    return [path for path in paths if not name(path).startswith(FOREIGN)]


def everything() -> list[Path]:
    """The application, the foreign parts, the tests and dev.py; not the migrations, which are generated."""
    parts = [path for part in (*FLOORS, "tests") for path in sorted((ROOT / part).rglob("*.py"))]
    return parts + [ROOT / front for front in (*FRONT, "dev.py")]


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def docstrings(path: Path) -> set[int]:
    """`id` of every string that only documents: under a module, class, function, or after an assignment."""
    found = set()
    for node in ast.walk(tree(path)):
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
                found.add(id(child.value))
    return found


def place(path: Path, node: ast.AST) -> str:
    return f"{name(path)}:{getattr(node, 'lineno', 0)}"
