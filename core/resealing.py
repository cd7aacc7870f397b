"""Changing keys: every sealed column is known here, so that a new key can take them over in batches.

The floors register their columns; `flask keys rotate` adds a key and seals anew what an older one holds. It may be
stopped at any time and goes on where it was: what is already under the new key is not looked at again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from core import sealing
from core.db import db

BATCH = 500


@dataclass(frozen=True)
class SealedColumn:
    """A column of sealed values. `purpose(*primary key)` is what a value was sealed for."""

    table: str
    column: str
    keys: tuple[str, ...]
    purpose: Callable[..., str]

    @property
    def name(self) -> str:
        """table.column"""
        return f"{self.table}.{self.column}"


COLUMNS: dict[str, SealedColumn] = {}


def register(table: str, column: str, *keys: str, purpose: Callable[..., str] | None = None) -> None:
    """Make a sealed column known; unless told otherwise its values are bound to their rows (`sealing.cell`)."""
    bound = purpose or (lambda *row: sealing.cell(table, column, *row))
    COLUMNS[f"{table}.{column}"] = SealedColumn(table, column, keys, bound)


@dataclass(frozen=True)
class BlindTable:
    """A table with blind indexes: {index column: (sealed, kind)}. `key_column`: the id of the key they are under."""

    table: str
    key_column: str
    keys: tuple[str, ...]
    indexes: dict[str, tuple[str, str]]


BLIND: dict[str, BlindTable] = {}


def register_blind(table: str, key_column: str, keys: tuple[str, ...], indexes: dict[str, tuple[str, str]]) -> None:
    """Make a table's blind indexes known; their sealed columns are registered too."""
    BLIND[table] = BlindTable(table, key_column, keys, indexes)


def blind_counts() -> dict[str, dict[int, int]]:
    """{table: {blind key id: rows indexed under it}}."""
    found: dict[str, dict[int, int]] = {}
    for one in BLIND.values():
        key = sa.column(one.key_column, sa.SmallInteger)
        rows = db.session.execute(sa.select(key, sa.func.count()).select_from(sa.table(one.table)).group_by(key))
        found[one.table] = {row[0]: row[1] for row in rows}
    return found


def reindex_batch(limit: int = BATCH) -> int:
    """Index up to `limit` rows of older keys under the active one, in the caller's transaction. The number indexed.

    Stopped at any moment it goes on: a row is either wholly under its old key or wholly under the new one.
    """
    active, done = sealing.active_blind_key(), 0
    for one in BLIND.values():
        if done < limit:
            done += _reindex(one, active, limit - done)
    return done


def _reindex(one: BlindTable, active: int, limit: int) -> int:
    keys = [sa.column(key, sa.BigInteger) for key in one.keys]
    sealed = [sa.column(name, sa.LargeBinary) for name, _ in one.indexes.values()]
    key_id = sa.column(one.key_column, sa.SmallInteger)
    indexes = [sa.column(name, sa.LargeBinary) for name in one.indexes]
    table = sa.table(one.table, key_id, *keys, *sealed, *indexes)
    rows = db.session.execute(
        sa.select(*keys, *sealed).select_from(table).where(key_id != active).order_by(*keys)
        .limit(limit).with_for_update(skip_locked=True)
    ).all()  # fmt: skip
    for found in rows:
        row: tuple[Any, ...] = tuple(found)
        place, values = row[: len(keys)], row[len(keys) :]
        fresh: dict[str, Any] = {one.key_column: active}
        for (name, (source, kind)), value in zip(one.indexes.items(), values, strict=True):
            purpose = COLUMNS[f"{one.table}.{source}"].purpose(*place)
            fresh[name] = None if value is None else sealing.blind_index(sealing.unseal(value, purpose), kind)
        here = sa.and_(*(column == value for column, value in zip(keys, place, strict=True)))
        db.session.execute(sa.update(table).where(here).values(fresh))
    return len(rows)


def counts() -> dict[str, dict[int, int]]:
    """{column: {key id: values under it}}: whether an old key may be thrown away."""
    found: dict[str, dict[int, int]] = {}
    for one in COLUMNS.values():
        column = sa.column(one.column, sa.LargeBinary)
        key_id = sa.func.get_byte(column, 0)
        rows = db.session.execute(
            sa.select(key_id, sa.func.count())
            .select_from(sa.table(one.table))
            .where(column.is_not(None))
            .group_by(key_id)
        )
        found[one.name] = {row[0]: row[1] for row in rows}
    return found


def reseal_batch(limit: int = BATCH) -> int:
    """Seal up to `limit` values of older keys under the active one, in the caller's transaction. The number sealed."""
    active, done = sealing.active_key(), 0
    for one in COLUMNS.values():
        if done < limit:
            done += _reseal(one, active, limit - done)
    return done


def _reseal(one: SealedColumn, active: int, limit: int) -> int:
    column = sa.column(one.column, sa.LargeBinary)
    keys = [sa.column(key, sa.BigInteger) for key in one.keys]
    table = sa.table(one.table, column, *keys)
    rows = db.session.execute(
        sa.select(column, *keys)
        .select_from(table)
        .where(column.is_not(None), sa.func.get_byte(column, 0) != active)
        .order_by(*keys)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    for row in rows:
        place, key = one.purpose(*row[1:]), row[1:]
        fresh = sealing.seal(sealing.unseal(row[0], place), place)
        here = sa.and_(*(column == value for column, value in zip(keys, key, strict=True)))
        db.session.execute(sa.update(table).where(here).values({one.column: fresh}))
    return len(rows)
