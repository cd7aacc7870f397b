"""Imported 832 orders in the envelope: canteen money spent elsewhere, eligible where the scheme counts the channel."""

from collections.abc import Collection
from dataclasses import replace

import sqlalchemy as sa

from core import clock
from core.db import db
from procurement.models.external import ExternalOrderVersion
from procurement.models.plan import EnvelopeMove
from procurement.queries import terms
from procurement.rules.recognition import Line, fit
from procurement.rules.scheme import Channel, FundSource
from procurement.services import envelope
from procurement.services.envelope import Move

_SOURCE, _VOID = "p832", "p832-void"


def post(version: ExternalOrderVersion) -> None:
    """What a version says of canteen money, in place of what the order's earlier versions said.

    To be called before the ledger's lock is taken: envelopes come first, as everywhere.
    """
    others = sa.select(ExternalOrderVersion.id).where(
        ExternalOrderVersion.order_id == version.order_id, ExternalOrderVersion.id != version.id
    )
    take_back(db.session.scalars(others).all())
    if version.unit_id is None or version.recognised_on is None or not version.canteen_fen:
        return
    day = clock.county_day(version.finished_at) if version.finished_at else version.recognised_on
    envelope.book_done(
        version.unit_id,
        day.year,
        eligible_per_scheme=_eligible(day.year, version.canteen_fen),
        done_fen=version.canteen_fen,
        source=_SOURCE,
        source_id=version.id,
    )


def take_back(version_ids: Collection[int]) -> None:
    """Undo what versions moved. Doing it twice changes nothing."""
    rows = db.session.scalars(
        sa.select(EnvelopeMove).where(EnvelopeMove.source == _SOURCE, EnvelopeMove.source_id.in_(version_ids))
    )
    envelope.book(
        [
            replace(
                Move(row.unit_id, row.fiscal_year, row.scheme_code, _VOID, row.source_id),
                eligible_done_fen=-row.eligible_done_fen,
                general_done_fen=-row.general_done_fen,
            )
            for row in rows
        ]
    )


def _eligible(year: int, canteen_fen: int) -> dict[str, int]:
    schemes = terms.in_force(year)
    line = Line(Channel.P832, FundSource.CANTEEN, goods_fen=canteen_fen)
    return {
        code: canteen_fen for code, own in schemes.items() if fit(line, own, terms.members_of(own, schemes)) is None
    }
