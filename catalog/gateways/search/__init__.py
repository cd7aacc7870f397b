"""Engines behind `catalog.queries.search.backend`; one setting chooses."""

from collections.abc import Callable
from pathlib import Path

from catalog.gateways.search.postgres import PostgresBackend
from catalog.gateways.search.whoosh import WhooshBackend
from catalog.queries.search.backend import Backend


def engine_named(name: str, root: Callable[[], Path]) -> Backend:
    """The engine of the setting SEARCH_BACKEND; `root` is where an index of files lies. Raises: RuntimeError."""
    if name == PostgresBackend.name:
        return PostgresBackend()
    if name == WhooshBackend.name:
        return WhooshBackend(root)
    raise RuntimeError(f"SEARCH_BACKEND is whoosh or postgres, not {name}")
