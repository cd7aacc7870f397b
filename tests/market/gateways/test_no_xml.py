"""S11: nothing in what runs parses XML, so that no entity is ever expanded (sheets go through limits of their own)."""

import ast
from pathlib import Path

from tests.house.sources import application, name, tree

PARSERS = {"xml", "lxml", "defusedxml", "xmltodict", "bs4", "html5lib"}


def imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


def test_s11_no_module_reads_xml() -> None:
    modules = application()
    assert len(modules) > 500
    assert [name(path) for path in modules if imported(path) & PARSERS] == []
