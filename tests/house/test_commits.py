"""One committer: `core.db.transaction()`. Whoever else commits could keep half of an act."""

import ast

from tests.house.sources import application, name, place, tree

ENDS_A_TRANSACTION = {"commit", "begin_nested", "begin", "autocommit"}
COMMITTER = "core/db.py"
OTHER_BOOKS = "catalog/gateways/search/"
"""The search index is a copy that may be made anew: its own commits keep no act."""


def commits(path):
    for node in ast.walk(tree(path)):
        called = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if called and node.func.attr in ENDS_A_TRANSACTION:
            yield place(path, node)


def guarded(path):
    return name(path) != COMMITTER and not name(path).startswith(OTHER_BOOKS)


def test_only_the_database_module_commits():
    found = [where for path in application() if guarded(path) for where in commits(path)]

    assert found == []


def test_the_committer_commits():
    committer = next(path for path in application() if name(path) == COMMITTER)

    assert len(list(commits(committer))) == 3  # `transaction`, a part of it (`savepoint`), and what is no fact (`note`)
