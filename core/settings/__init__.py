"""Dated settings: read the value that holds on a day, add a new one."""

from datetime import date
from typing import Any

import sqlalchemy as sa

from core import clock
from core.db import db
from core.settings.models import Setting

DEFAULTS: dict[str, Any] = {}
"""Known keys and the value before anybody set one. Each floor registers its own with `register`."""


def register(**defaults: Any) -> None:
    """Make keys known (dots as double underscores: `gate__L` is `gate.L`)."""
    for name, value in defaults.items():
        DEFAULTS[name.replace("__", ".")] = value


def value(key: str, *, on: date | None = None) -> Any:
    """The value of `key` on a county day (today if not given). Raises KeyError for an unknown key."""
    default = DEFAULTS[key]
    row = db.session.execute(
        sa.select(Setting.value)
        .where(Setting.key == key, Setting.valid_from <= (on or clock.today()))
        .order_by(Setting.valid_from.desc(), Setting.id.desc())
        .limit(1)
    ).first()
    return default if row is None else row[0]


def put(key: str, new: Any, *, valid_from: date, reason: str, author_id: int | None) -> Setting:
    """Add a value from a day on. Raises KeyError for an unknown key."""
    DEFAULTS[key]
    setting = Setting(
        key=key, value=new, valid_from=valid_from, reason=reason, author_id=author_id, created_at=clock.now()
    )
    db.session.add(setting)
    return setting
