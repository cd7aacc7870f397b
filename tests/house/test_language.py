"""Chinese is the surface's: templates and the catalogues under templates/text. Inner rooms say codes."""

import ast
import re

from tests.house.sources import application, docstrings, name, place, tree

CHINESE = re.compile(r"[\u3400-\u9fff]")
WORDS_OF_OTHERS = {
    "config.py": "the county's name of the site, until somebody sets another",
    "core/money.py": "the numerals of 大写金额, and yuan as people type it",
    "core/quantity.py": "the words for units, as people type them",
    "core/text.py": "the one reader of the catalogues: it puts values into their sentences",
}
"""Modules whose Chinese is data of the outside world and no sentence of ours, with the reason."""


def chinese(path):
    documents = docstrings(path)
    for node in ast.walk(tree(path)):
        text = isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value
        if text and id(node) not in documents and CHINESE.search(text):
            yield f"{place(path, node)} {text[:30]}"


def test_no_chinese_below_the_surface():
    found = [where for path in application() if name(path) not in WORDS_OF_OTHERS for where in chinese(path)]

    assert found == []


def test_the_exceptions_are_needed():
    assert [key for key in WORDS_OF_OTHERS if not any(key == name(p) and any(chinese(p)) for p in application())] == []
