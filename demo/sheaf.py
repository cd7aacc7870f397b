"""Rows gathered for one bulk write, with ids drawn ahead, and the acts that belong to them as time went."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from core import clock, codes, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.trail.models import Stream

BLOCK = 400
_MOST = 10**9


class Ids:
    """Ids of tables, drawn from their sequences in blocks."""

    def __init__(self) -> None:
        self._left: dict[str, list[int]] = {}

    def take(self, model: Any) -> int:
        """The next id of a table."""
        name = str(model.__tablename__)
        left = self._left.setdefault(name, [])
        if not left:
            sequence = sa.func.pg_get_serial_sequence(name, "id")
            series = sa.func.generate_series(1, BLOCK).table_valued("n")
            drawn = db.session.scalars(sa.select(sa.func.nextval(sequence.cast(sa.Text))).select_from(series))
            left.extend(sorted((int(one) for one in drawn), reverse=True))
        return left.pop()

    def numbered(self, model: Any, prefix: str, on: date) -> tuple[int, str]:
        """The next id with the number made of it, as `market.services.numbers` makes them."""
        row_id = self.take(model)
        return row_id, codes.numbered(prefix, on, row_id % _MOST)


class Sheaf:
    """One month's rows by table, in the order in which the tables were named first."""

    def __init__(self, ids: Ids) -> None:
        self.ids = ids
        self._rows: dict[Any, list[dict[str, Any]]] = {}
        self._acts: list[tuple[datetime, int, Callable[[], None]]] = []

    def add(self, model: Any, **columns: Any) -> None:
        """One row."""
        self._rows.setdefault(model, []).append(columns)

    def act(
        self,
        at: datetime,
        stream: Stream,
        action: str,
        about: tuple[str, int],
        *,
        by: Actor,
        right: Right,
        **facts: Any,
    ) -> None:
        """One act of the trail, as its service would have written it."""

        def tell() -> None:
            with clock.frozen(at):
                trail.record(stream, action, *about, by=by, right=right, **facts)

        self._acts.append((at, len(self._acts), tell))

    def write(self, *order: Any) -> None:
        """Insert everything, tables in this order first, and tell the acts as time went."""
        for model in (*order, *(m for m in self._rows if m not in order)):
            rows = self._rows.pop(model, [])
            if rows:
                db.session.execute(sa.insert(model), rows)
        for _at, _place, tell in sorted(self._acts, key=lambda one: one[:2]):
            tell()
        self._acts.clear()
