"""One SQLite database, a file or in memory, behind one lock: every change of the emulator is one transaction here."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MEMORY = ":memory:"
SCHEMA = (Path(__file__).parent / "schema.sql").read_text(encoding="utf-8")


class Store:
    """Transactions that run one after the other, over one connection. Nested `tx()` joins the outer one."""

    def __init__(self, path: str = MEMORY) -> None:
        self.path = path
        self._lock = threading.RLock()
        self._depth = 0
        self._snapshots: dict[str, sqlite3.Connection] = {}
        if path != MEMORY:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        if path != MEMORY:
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.execute("PRAGMA foreign_keys = ON")
        self._db.executescript(SCHEMA)

    @contextmanager
    def tx(self) -> Iterator[sqlite3.Connection]:
        """The connection inside a transaction: committed at the end, rolled back if the block raises."""
        with self._lock:
            if self._depth == 0:
                self._db.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield self._db
            except BaseException:
                self._depth -= 1
                if self._depth == 0:
                    self._db.execute("ROLLBACK")
                raise
            self._depth -= 1
            if self._depth == 0:
                self._db.execute("COMMIT")

    def empty(self) -> None:
        """Every row of every table gone."""
        with self.tx() as db:
            db.execute("PRAGMA defer_foreign_keys = ON")
            names = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            for name in names:
                db.execute(f'DELETE FROM "{name}"')  # noqa: S608 (our own table names)

    def save(self, name: str) -> None:
        """Keep a copy of everything under `name` (in memory, until the process ends)."""
        with self._lock:
            copy = sqlite3.connect(":memory:", check_same_thread=False)
            self._db.backup(copy)
            self._snapshots[name] = copy

    def load(self, name: str) -> None:
        """Everything as it was at `save(name)`. Raises: KeyError if there is no such copy."""
        with self._lock:
            self._snapshots[name].backup(self._db)

    def close(self) -> None:
        with self._lock:
            self._db.close()
