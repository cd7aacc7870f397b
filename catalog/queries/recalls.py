"""Lots that are called back, as long as nobody took the call back."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from catalog.models.lots import LotRecall
from core.db import any_of, db
from core.organisations.models import Organisation


@dataclass(frozen=True)
class Recall:
    """An open call for a lot. `advice`: what whoever has the goods should do."""

    id: int
    lot_id: int
    reason: str
    advice: str
    organisation_id: int
    organisation: str
    at: datetime


def stands() -> sa.ColumnElement[bool]:
    """The condition that a row of `LotRecall` is a call that nobody took back."""
    later = sa.orm.aliased(LotRecall)
    return sa.and_(LotRecall.lifts_id.is_(None), ~sa.exists().where(later.lifts_id == LotRecall.id))


def of_lots(lot_ids: Collection[int]) -> dict[int, Recall]:
    """{lot: its open call}. One statement."""
    return {one.lot_id: one for one in _read(any_of(LotRecall.lot_id, lot_ids), limit=None)}


def newest(limit: int = 100) -> list[Recall]:
    """Open calls, the newest first."""
    return _read(sa.true(), limit=limit)


def _read(where: sa.ColumnElement[bool], *, limit: int | None) -> list[Recall]:
    rows = db.session.execute(
        sa.select(
            LotRecall.id, LotRecall.lot_id, LotRecall.reason, LotRecall.advice, LotRecall.organisation_id,
            Organisation.name, LotRecall.at,
        )
        .join(Organisation, Organisation.id == LotRecall.organisation_id)
        .where(where, stands())
        .order_by(LotRecall.id.desc())
        .limit(limit)
    )  # fmt: skip
    return [Recall(*row) for row in rows]
