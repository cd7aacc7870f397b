"""Many rows at once: one statement with one array per column, whatever the number of rows.

A statement with a parameter per value spends most of its time on naming parameters and ends at 65,535 of them.
"""

import json
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert

from core.db import Instant, db


def insert_many(
    model: type[Any], rows: Sequence[Mapping[str, Any]], *, skip_known: bool = False, returning: Sequence[str] = ()
) -> Sequence[Any]:
    """Insert rows that name the same columns; the rows of `returning`, in no order to rely on.

    `skip_known`: a row that breaks a unique constraint is left out, and not returned. Scalar defaults of columns that
    the rows leave out are filled in.
    """
    if not rows:
        return ()
    table: sa.Table = model.__table__
    given = list(rows[0])
    columns = [table.c[name] for name in given]
    arrays = sa.func.unnest(*[_array(column, [row[column.name] for row in rows]) for column in columns])
    values = arrays.table_valued(*given, name="many").render_derived()
    chosen: list[Any] = [_cast(column, values.c[column.name]) for column in columns]
    for column in table.columns:
        if column.name not in given and column.default is not None and column.default.is_scalar:
            given.append(column.name)
            chosen.append(sa.literal(column.default.arg, column.type))  # type: ignore[attr-defined]
    statement = insert(table).from_select(given, sa.select(*chosen), include_defaults=False)
    if skip_known:
        statement = statement.on_conflict_do_nothing()
    if not returning:
        db.session.execute(statement)
        return ()
    return db.session.execute(statement.returning(*[table.c[name] for name in returning])).all()


def _array(column: sa.Column[Any], values: list[Any]) -> sa.BindParameter[Any]:
    """The column's values as one parameter: JSON and enums as texts, so that nothing in them is taken for an array."""
    kind: Any = column.type
    if isinstance(kind, JSONB):
        kind, values = sa.Text, [None if v is None else json.dumps(v, ensure_ascii=False) for v in values]
    elif isinstance(kind, sa.Enum):
        kind, values = sa.Text, [v.value if isinstance(v, Enum) else v for v in values]
    elif isinstance(kind, Instant):
        kind = sa.DateTime(timezone=True)
    return sa.bindparam(None, values, type_=ARRAY(kind, dimensions=1))


def _cast(column: sa.Column[Any], value: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    return sa.cast(value, JSONB) if isinstance(column.type, JSONB) else value
