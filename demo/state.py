"""Whether the demo is there: a dated setting, written first as partial and at the very end as made."""

from datetime import date
from enum import StrEnum

import sqlalchemy as sa

from core import settings
from core.db import db
from core.people.models import Person

KEY = "demo.state"
_EVER = date(2000, 1, 1)


class State(StrEnum):
    """Nothing at all; made by us; begun by us and never ended; or somebody's own data."""

    EMPTY = "empty"
    PARTIAL = "partial"
    MADE = "made"
    FOREIGN = "foreign"


settings.register(**{KEY.replace(".", "__"): State.EMPTY.value})


def current() -> State:
    """Where the database stands."""
    said = State(settings.value(KEY))
    if said is State.EMPTY and db.session.scalar(sa.select(sa.exists().where(Person.id > 0))):
        return State.FOREIGN
    return said


def put(state: State, reason: str) -> None:
    """Write the marker, in the caller's transaction."""
    settings.put(KEY, state.value, valid_from=_EVER, reason=reason, author_id=None)
