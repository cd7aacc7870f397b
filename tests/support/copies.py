"""Ten thousand rows out of one, by one statement: for what must stay quick however much there is."""

from typing import Any

import sqlalchemy as sa

from core.db import Base, db


def copied(model: type[Base], row_id: int, times: int, **changed: Any) -> list[int]:
    """So many copies of a row; `changed`: column → SQL with `number()`, or a value. → the new ids in their order."""
    table = model.__table__
    n = sa.func.generate_series(1, times).table_valued("n", name="n").render_derived(name="n")
    columns = [column for column in table.columns if column.name != "id" and column.computed is None]
    made = [sa.cast(changed.get(c.name, c), c.type).label(c.name) for c in columns]
    rows = sa.select(*made).select_from(sa.join(table, n, sa.true())).where(table.c.id == row_id).order_by(n.c.n)
    copy = sa.insert(table).from_select([c.name for c in columns], rows).returning(table.c.id)
    return sorted(db.session.scalars(copy))


def number() -> sa.ColumnElement[int]:
    """The number of the copy, from 1."""
    return sa.literal_column("n.n", sa.Integer)


def beside(ids: list[int]) -> sa.ColumnElement[int]:
    """The n-th of these ids: what the n-th copy points at. They were given in one go, so they follow one another."""
    assert ids[-1] - ids[0] == len(ids) - 1
    return sa.literal(ids[0] - 1, sa.BigInteger) + number()
