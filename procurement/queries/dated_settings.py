"""Reading dated settings with their history."""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from catalog.queries import visibility
from core import clock, settings
from core.db import db
from core.people.models import Person
from core.settings.models import Setting
from procurement.queries import declarations, gate, terms
from procurement.rules.setting_text import EDITABLE

REGISTERED_BY = (declarations, gate, terms, visibility)
"""Modules that register the settings they read; imported here so that all are known."""


@dataclass(frozen=True)
class Entry:
    """One dated value as its line of text."""

    text: str
    valid_from: date
    author: str
    reason: str
    created_at: datetime


@dataclass(frozen=True)
class Known:
    """A setting: its kind, what holds today, every entry newest first."""

    key: str
    kind: str
    today: str
    history: tuple[Entry, ...]


def listed() -> list[Known]:
    """The settings of finance's page, in its order."""
    rows = db.session.execute(
        sa.select(Setting, sa.func.coalesce(Person.name, ""))
        .outerjoin(Person, Person.id == Setting.author_id)
        .where(Setting.key.in_(EDITABLE))
        .order_by(Setting.valid_from.desc(), Setting.id.desc())
    )
    history: dict[str, list[Entry]] = {}
    values: dict[str, object] = {}
    for row, author in rows:
        kind = EDITABLE[row.key]
        shown = kind.show(row.value) if row.value is not None else ""
        history.setdefault(row.key, []).append(Entry(shown, row.valid_from, author, row.reason, row.created_at))
        if row.valid_from <= clock.today():
            values.setdefault(row.key, row.value)
    return [_known(key, values.get(key, settings.DEFAULTS.get(key)), history.get(key, [])) for key in EDITABLE]


def _known(key: str, value: object, history: list[Entry]) -> Known:
    kind = EDITABLE[key]
    return Known(key, kind.name, kind.show(value) if value is not None else "", tuple(history))
