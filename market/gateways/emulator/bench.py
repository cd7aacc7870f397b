"""What every act of the emulator needs at hand."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

from market.gateways.emulator.ids import Ids


@dataclass(frozen=True)
class Bench:
    """The open transaction, the number maker, the time."""

    db: sqlite3.Connection
    ids: Ids
    now_ms: int

    def one(self, sql: str, *values: object) -> sqlite3.Row | None:
        row = self.db.execute(sql, values).fetchone()
        return row if isinstance(row, sqlite3.Row) else None

    def the(self, sql: str, *values: object) -> sqlite3.Row:
        """A row that must be there. Raises: LookupError."""
        row = self.one(sql, *values)
        if row is None:
            raise LookupError(sql)
        return row

    def insert(self, table: str, row: Mapping[str, object]) -> None:
        """Table and column names are ours, never a caller's."""
        names, marks = ", ".join(row), ", ".join("?" * len(row))
        self.db.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(row.values()))  # noqa: S608
