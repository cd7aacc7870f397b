"""Numbers that stand on paper: readable, with a check character, never given twice."""

from typing import Any

import sqlalchemy as sa

from core import clock, codes
from core.db import db

_MOST = 10**9


def take(model: Any, prefix: str) -> tuple[int, str]:
    """The next id of a table and the number made of it, such as PS261123-0007-K. A lost transaction leaves a gap."""
    sequence = sa.func.pg_get_serial_sequence(model.__tablename__, "id")
    row_id = db.session.execute(sa.select(sa.func.nextval(sequence.cast(sa.Text)))).scalar_one()
    return int(row_id), codes.numbered(prefix, clock.today(), int(row_id) % _MOST)
