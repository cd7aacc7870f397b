"""Numbers that stand on paper: readable, with a check character, never given twice."""

from typing import Any

import sqlalchemy as sa

from core import clock, codes
from core.db import db

_MOST = 10**9


def take(model: Any, prefix: str) -> tuple[int, str]:
    """The next id of a table and the number made of it, such as PS261123-0007-K. A lost transaction leaves a gap."""
    return take_many(model, prefix, 1)[0]


def take_many(model: Any, prefix: str, count: int) -> list[tuple[int, str]]:
    """The next `count` ids of a table, each with its number, in one statement."""
    sequence = sa.func.pg_get_serial_sequence(model.__tablename__, "id")
    series = sa.func.generate_series(1, count).table_valued("n")
    ids = db.session.scalars(sa.select(sa.func.nextval(sequence.cast(sa.Text))).select_from(series))
    return [(int(row_id), codes.numbered(prefix, clock.today(), int(row_id) % _MOST)) for row_id in ids]
