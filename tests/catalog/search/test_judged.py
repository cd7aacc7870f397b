"""The judged set on both engines: wanted things first, none of the wanted missing, no query without hits."""

import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from catalog.gateways.search.postgres import PostgresBackend
from catalog.gateways.search.whoosh import WhooshBackend
from catalog.models.product import Product
from catalog.queries.search import backend
from catalog.queries.shop import browse
from catalog.services import search_index
from core.db import db, transaction
from tests.catalog.search.judged import FRESH, JUDGED, Want, grade, ndcg, recall
from tests.catalog.search.shelf import Good, goods, stock


@pytest.fixture
def engines(app: Flask, tmp_path: Path) -> Iterator[list[backend.Backend]]:
    before = backend.current()
    yield [WhooshBackend(lambda: tmp_path / "search"), PostgresBackend()]
    backend.use(before)


def answers(shelf: list[Good], places: dict[str, int], want: Want) -> list[int]:
    """Places on the shelf of the first twenty products."""
    return [places[card.sku] for card in browse(want.text, size=20).page.cards if card.sku in places]


def measured(shelf: list[Good], places: dict[str, int]) -> dict[str, list[tuple[str, float, float, int]]]:
    out = defaultdict(list)
    for want in (*JUDGED, *FRESH):
        every = [grade(good, want) for good in shelf]
        shown = answers(shelf, places, want)
        found = [every[n] for n in shown]
        out[want.sort].append((want.text, ndcg(found, every), recall(found, every), len(shown)))
    return out


def say(line: str) -> None:
    """Shown by `pytest -s`, and when the test fails."""
    sys.stdout.write(line + "\n")


def report(name: str, out: dict[str, list[tuple[str, float, float, int]]]) -> tuple[float, float]:
    every = [row for rows in out.values() for row in rows]
    for sort, rows in out.items():
        say(f"{name:9} {sort:12} n={len(rows):3} NDCG@10={_mean(r[1] for r in rows):.3f} "
              f"recall@20={_mean(r[2] for r in rows):.3f}")  # fmt: skip
    say(f"{name:9} {'all':12} n={len(every):3} NDCG@10={_mean(r[1] for r in every):.3f} "
          f"recall@20={_mean(r[2] for r in every):.3f}")  # fmt: skip
    for text, gain, share, count in every:
        if gain < 0.9 or share < 0.95:
            say(f"{name:9}   {text}: NDCG {gain:.2f}, recall {share:.2f}, {count} shown")
    return _mean(r[1] for r in every), _mean(r[2] for r in every)


def _mean(values: Iterator[float]) -> float:
    found = list(values)
    return sum(found) / len(found)


def test_the_judged_set(engines: list[backend.Backend]) -> None:
    shelf = goods()
    places = stock(shelf)
    assert len(shelf) >= 400
    assert len(JUDGED) >= 60 and len(FRESH) >= 30
    first = None
    for engine in engines:
        backend.use(engine)
        with transaction():
            assert search_index.rebuild() == db.session.scalar(sa.select(sa.func.count()).select_from(Product))
        out = measured(shelf, places)
        gain, share = report(engine.name, out)
        assert [row[0] for rows in out.values() for row in rows if not row[3]] == []
        assert gain >= 0.90
        assert share >= 0.95
        first = first or out
        assert out == first  # what a hit is worth is ours, not the engine's
