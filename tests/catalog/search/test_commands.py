"""`flask search rebuild | reconcile | health`: what they say, and when they fail."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from catalog.gateways.search.whoosh import WhooshBackend
from catalog.models.product import Product
from catalog.queries.search import backend
from catalog.queries.search.find import find
from core.db import db, transaction
from tests import make


@pytest.fixture
def index(app: Flask, tmp_path: Path) -> Iterator[WhooshBackend]:
    before, made = backend.current(), WhooshBackend(lambda: tmp_path / "search")
    backend.use(made)
    yield made
    backend.use(before)


def said(app: Flask, command: str) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["search", command])
    db.session.rollback()
    return result.exit_code, result.output


def test_an_index_is_made_compared_and_looked_at(app: Flask, index: WhooshBackend) -> None:
    of = make.supplier()
    offer = make.product(of, name="示例白菜")
    assert said(app, "health")[0] == 1  # there is none
    code, words = said(app, "rebuild")
    assert code == 0 and "共 1 件商品" in words
    code, words = said(app, "health")
    assert code == 0 and "正常：1 件商品" in words
    assert "缺 0 件，多 0 件，旧 0 件" in said(app, "reconcile")[1]

    make.product(of, name="示例萝卜")  # behind the index's back
    with transaction():
        db.session.get_one(Product, offer.product_id).version += 1
    assert "缺 1 件，多 0 件，旧 1 件" in said(app, "reconcile")[1]
    assert said(app, "rebuild")[0] == 0
    assert len(find("萝卜").hits or {}) == 1


def test_two_comparisons_with_differences_are_an_alarm(app: Flask, index: WhooshBackend) -> None:
    said(app, "rebuild")
    make.product(make.supplier(), name="示例白菜")
    said(app, "reconcile")
    said(app, "reconcile")
    assert said(app, "health")[0] == 1
