"""The database: typed base, column types that carry units, the one committer, retry for lost races.

Only `transaction()` commits. Doors open it; services run inside it and never commit. A block cannot
be replayed from inside itself, so a lost race (serialization failure, deadlock) is retried by the
door: see `core.web.app.XingcunFlask.dispatch_request` and `core.jobs`.
"""

import enum
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Any, ClassVar

import psycopg._queries as psycopg_queries
import sqlalchemy as sa
from flask import current_app, has_request_context, request
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event, orm
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, mapped_column

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Instant(sa.TypeDecorator[datetime]):
    """A moment: aware, kept in UTC. A naive value is refused before it reaches the database."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)


@dataclass(frozen=True)
class _Unit:
    """What a column's number or text is; only tells the aliases below apart."""

    name: str


Pk = Annotated[int, mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)]
Fen = Annotated[int, _Unit("fen")]
"""Money in fen, 1/100 yuan."""
FenX100 = Annotated[int, _Unit("fen_x100")]
"""A price in 1/100 fen per basis quantity; never an amount."""
BaseQty = Annotated[int, _Unit("base_qty")]
"""A quantity in base units: grams, millilitres or pieces."""
Bp = Annotated[int, _Unit("bp")]
"""A share in basis points; 1000 = 10 %."""
Ref = Annotated[int, _Unit("ref")]
"""A foreign key's value."""
Code = Annotated[str, _Unit("code")]
"""A short machine word (≤ 64 characters)."""
Line = Annotated[str, _Unit("line")]
"""One line of a person's text (≤ 200 characters)."""
JsonDict = dict[str, Any]


class Base(DeclarativeBase):
    """Parent of every table. `__append_only__ = True` marks facts: the database refuses to change them."""

    __append_only__: ClassVar[bool] = False
    registry: ClassVar[orm.registry] = orm.registry(
        metadata=sa.MetaData(naming_convention=NAMING),
        type_annotation_map={
            Fen: sa.BigInteger,
            FenX100: sa.BigInteger,
            BaseQty: sa.BigInteger,
            Ref: sa.BigInteger,
            Bp: sa.Integer,
            Code: sa.String(64),
            Line: sa.String(200),
            str: sa.Text,
            datetime: Instant,
            date: sa.Date,
            JsonDict: JSONB,
            list[Any]: JSONB,
            enum.Enum: sa.Enum(
                enum.Enum,
                native_enum=False,
                create_constraint=True,
                length=32,
                values_callable=lambda kind: [member.value for member in kind],
            ),
        },
    )


db = SQLAlchemy(model_class=Base)

# The driver takes statements of more than 4 kB or 50 parameters apart anew at each call, 5 ms for the shop's list. Ours
# are written once and reused, and their many values travel in arrays.
psycopg_queries.MAX_CACHED_STATEMENT_LENGTH = 32_768
psycopg_queries.MAX_CACHED_STATEMENT_PARAMS = 300


def engine_options(pool_size: int) -> dict[str, Any]:
    """Pool and session limits: nothing waits for ever, a dead link is noticed before use."""
    limits = {
        "statement_timeout": "20s",
        "lock_timeout": "6s",
        "idle_in_transaction_session_timeout": "30s",
        "timezone": "UTC",
    }
    return {
        "pool_size": pool_size,
        "max_overflow": pool_size,
        "pool_timeout": 30,
        "pool_pre_ping": True,
        "connect_args": {
            "connect_timeout": 4,
            "options": " ".join(f"-c {name}={value}" for name, value in limits.items()),
        },
    }


def any_of(column: Any, values: Collection[Any], kind: Any = sa.BigInteger) -> sa.ColumnElement[bool]:
    """`column` is one of many values, sent as one array: thousands cost no more parameters than one."""
    found: sa.ColumnElement[bool] = column == sa.any_(sa.bindparam(None, list(values), type_=ARRAY(kind)))
    return found


# --- the one committer ---------------------------------------------------------------------------

Callback = Callable[[], None]
before_commit_hooks: list[Callback] = []
"""Run inside every transaction just before it commits (the audit trail writes its rows here)."""


class GetWrites(RuntimeError):
    """A door that only shows tried to change something."""


@contextmanager
def transaction() -> Iterator[None]:
    """Commit the block or none of it; then run what `after_commit` collected.

    Raises: GetWrites inside a GET or HEAD request; RuntimeError when transactions are nested.
    """
    info = db.session().info
    if has_request_context() and request.method in {"GET", "HEAD"}:
        raise GetWrites(request.path)
    if info.get("in_transaction"):
        raise RuntimeError("transactions are opened by doors, once")
    info["in_transaction"], info["after_commit"] = True, []
    try:
        yield
        for hook in before_commit_hooks:
            hook()
        db.session.commit()
    except BaseException:
        info["after_commit"] = []
        info.pop("acts", None)
        db.session.rollback()
        raise
    finally:
        info["in_transaction"] = False
    callbacks, info["after_commit"] = info["after_commit"], []
    for callback in callbacks:
        callback()


def note(statement: sa.Executable) -> None:
    """Write one statement on a connection of its own: no fact, only a note such as when a key was last used."""
    with db.engine.begin() as connection:
        connection.execute(statement)


@contextmanager
def savepoint() -> Iterator[None]:
    """A part of the open transaction that can fail alone: what it raises undoes only the part, with the acts that it
    told the trail and what it asked for after the commit.
    """
    info = db.session().info
    kept = {name: len(info.get(name, ())) for name in ("acts", "after_commit")}
    try:
        with db.session.begin_nested():
            yield
    except BaseException:
        for name, count in kept.items():
            del info.get(name, [])[count:]
        raise


@contextmanager
def apart() -> Iterator[None]:
    """A session of its own: `transaction()` in it neither sees nor touches the one that is open outside."""
    with current_app.app_context():
        try:
            yield
        finally:
            db.session.remove()


def after_commit(callback: Callback) -> None:
    """Run `callback` once the open transaction is safely committed; forget it on rollback."""
    info = db.session().info
    if not info.get("in_transaction"):
        raise RuntimeError("after_commit needs an open transaction()")
    info["after_commit"].append(callback)


@event.listens_for(db.session, "do_orm_execute")
def _locked_is_fresh(execution: orm.ORMExecuteState) -> None:
    """A row that is locked is read anew: what the session read before the lock may be another's past."""
    if execution.is_select and getattr(execution.statement, "_for_update_arg", None) is not None:
        execution.update_execution_options(populate_existing=True)


LOST_RACES = {"40001", "40P01"}


def lost_race(error: BaseException) -> bool:
    """Whether a retry of the whole act may succeed: serialization failure or deadlock."""
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in LOST_RACES


def violated(error: BaseException) -> str | None:
    """The name of the constraint an IntegrityError broke, if PostgreSQL said so."""
    diag = getattr(getattr(error, "orig", None), "diag", None)
    name = getattr(diag, "constraint_name", None)
    return name if isinstance(name, str) else None


# --- facts ---------------------------------------------------------------------------------------

REFUSE_CHANGE = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'table % holds facts: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'XC001';
END $$
"""


def protection(table: str, app_role: str) -> list[str]:
    """SQL that makes `table` append-only: triggers for everybody, and no right to change for the app."""
    guard = "EXECUTE FUNCTION refuse_change()"
    return [
        f"CREATE TRIGGER {table}_facts BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW {guard}",
        f"CREATE TRIGGER {table}_facts_all BEFORE TRUNCATE ON {table} {guard}",
        f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {app_role}",
    ]


def append_only_tables() -> list[str]:
    """Names of the tables whose models say `__append_only__`."""
    return sorted(
        mapper.local_table.name  # type: ignore[attr-defined]
        for mapper in Base.registry.mappers
        if getattr(mapper.class_, "__append_only__", False)
    )


@event.listens_for(db.session, "before_flush")
def _facts_stay(session: Any, _context: object, _instances: object) -> None:
    """Say it in Python too, with a better message than the trigger's."""
    for row in (*session.dirty, *session.deleted):
        if getattr(row, "__append_only__", False) and session.is_modified(row):
            raise RuntimeError(f"{type(row).__name__} is a fact and cannot be changed")
