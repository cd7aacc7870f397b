"""Imported 832 orders in the envelope: canteen money spent elsewhere, eligible where the scheme counts the channel."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from core import clock
from core.db import any_of, db
from procurement.models.plan import EnvelopeMove
from procurement.queries import terms
from procurement.rules.recognition import Line, fit
from procurement.rules.scheme import Channel, FundSource
from procurement.services import envelope
from procurement.services.envelope import Move

_SOURCE, _VOID = "p832", "p832-void"


def post(versions: Iterable[Any]) -> None:
    """What versions of 832 orders say of canteen money; earlier versions are taken back by the caller.

    To be called before the ledger's lock is taken: envelopes come first, as everywhere.
    """
    eligible: dict[int, dict[str, bool]] = {}
    moves = []
    for version in versions:
        if version.unit_id is None or version.recognised_on is None or not version.canteen_fen:
            continue
        day = clock.county_day(version.finished_at) if version.finished_at else version.recognised_on
        if day.year not in eligible:
            eligible[day.year] = _fits(day.year)
        moves += [_move(version, day.year, code, is_eligible=fits) for code, fits in eligible[day.year].items()]
    envelope.book(moves)


def _move(version: Any, year: int, code: str, *, is_eligible: bool) -> Move:
    move = Move(version.unit_id, year, code, _SOURCE, version.id)
    if is_eligible:
        return replace(move, eligible_done_fen=version.canteen_fen)
    return replace(move, general_done_fen=version.canteen_fen)


def take_back(version_ids: Collection[int]) -> None:
    """Undo what versions moved. Doing it twice changes nothing."""
    rows = db.session.scalars(
        sa.select(EnvelopeMove).where(EnvelopeMove.source == _SOURCE, any_of(EnvelopeMove.source_id, version_ids))
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


def _fits(year: int) -> dict[str, bool]:
    schemes = terms.in_force(year)
    line = Line(Channel.P832, FundSource.CANTEEN, goods_fen=1)
    return {code: fit(line, own, terms.members_of(own, schemes)) is None for code, own in schemes.items()}
