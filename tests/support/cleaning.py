"""Cleaning after a test: only the tables it wrote, in one round trip, whatever wrote them and from which thread.

Rows are deleted as the owner with triggers off (facts refuse it otherwise) and without regard to foreign keys. Rolling
a test back would be no test of commits and threads; a fresh database for each would cost a hundred times as much.
Tables that the migrations filled get their rows back from the pristine copy. Ids are not reset.
"""

import re
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import Engine, event
from sqlalchemy.engine import make_url

from tests.support.bed import PRISTINE, tables

WRITE = re.compile(r"\b(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM|MERGE\s+INTO|COPY)\s+(?:ONLY\s+)?\"?(\w+)", re.IGNORECASE)
COLUMNS = (
    "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
    " AND attgenerated = '' ORDER BY attnum"
)


def plain_dsn(url: str) -> str:
    """What psycopg understands, out of a SQLAlchemy URL."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


class Cleaner:
    """Notes the tables that statements of this process write; `clean()` empties them."""

    def __init__(self, owner_url: str) -> None:
        self.connection = psycopg.connect(plain_dsn(owner_url), autocommit=True)
        self.statements = {name: self._cleaning(name) for name in tables(self.connection)}
        self.written: set[str] = set()
        event.listen(Engine, "before_cursor_execute", self._note)

    def _note(self, _connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        self.written.update(name.lower() for name in WRITE.findall(statement))

    def everything(self) -> None:
        """For tests whose writes happen in another process, where nobody notes them."""
        self.written.update(self.statements)

    def clean(self) -> None:
        chosen = sorted(self.written & self.statements.keys())
        self.written.clear()
        if chosen:
            begin = sql.SQL("BEGIN; SET LOCAL session_replication_role = replica; SET LOCAL lock_timeout = '5s'; ")
            body = sql.SQL("; ").join(self.statements[name] for name in chosen)
            try:
                self.connection.execute(begin + body + sql.SQL("; COMMIT"))
            except psycopg.errors.LockNotAvailable as error:
                raise RuntimeError("the test left a transaction open in another session") from error
            finally:
                if self.connection.info.transaction_status:
                    self.connection.execute("ROLLBACK")

    def _cleaning(self, name: str) -> sql.Composable:
        delete = sql.SQL("DELETE FROM {}").format(sql.Identifier(name))
        found = self.connection.execute("SELECT to_regclass(%s)", [f"{PRISTINE}.{name}"]).fetchone()
        if not found or found[0] is None:
            return delete
        columns = sql.SQL(", ").join(sql.Identifier(column) for (column,) in self.connection.execute(COLUMNS, [name]))
        restore = sql.SQL("{}; INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM {}")
        return restore.format(delete, sql.Identifier(name), columns, columns, sql.Identifier(PRISTINE, name))

    def close(self) -> None:
        event.remove(Engine, "before_cursor_execute", self._note)
        self.connection.close()
