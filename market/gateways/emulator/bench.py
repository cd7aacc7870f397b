"""What every act of the emulator needs at hand."""

import sqlite3
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
