"""832 orders in the ledger: one order is one unit of counting, 0 until paid in full and finished (rule 27)."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from core import clock, money
from core.access.actor import Actor
from core.db import db
from procurement.models.external import ExternalOrder, ExternalOrderVersion
from procurement.models.ledger import FactKind
from procurement.rules.scheme import Channel, FundSource
from procurement.services import envelope_imports, facts, postings, reversals
from procurement.services.facts import Fact

_SOURCES = {FundSource.CANTEEN: "p832_canteen", FundSource.UNION: "p832_union"}


@dataclass(frozen=True)
class _Part:
    fund: FundSource
    goods_fen: int
    freight_fen: int


def post_external(order_version_id: int, by: Actor | None) -> dict[str, int]:
    """Put what a version of an 832 order says into the ledger, in place of what its earlier versions said.

    A version without a unit, or not counted (no recognised day), leaves nothing. Canteen money is spending too, on the
    day the order was finished. Returns the fen newly counted by scheme code. Takes the ledger's lock.
    """
    version = db.session.get_one(ExternalOrderVersion, order_version_id)
    envelope_imports.post(version)  # before the ledger's lock, as everywhere
    facts.lock()
    moved = _take_back(version.order_id, except_id=version.id, by=by)
    if version.unit_id is None or version.recognised_on is None:
        return moved
    written = facts.append([_fact(version, part) for part in _parts(version)], by=by)
    if not written:
        return moved
    book = postings.open_book()
    postings.judge_new(written, book)
    postings.spend(_spend(version))
    return _sum(moved, postings.settle_ids(written, book))


def reverse_external(order_version_id: int, by: Actor | None) -> dict[str, int]:
    """Take back what a version put into the ledger (undone import, void order). Negative fen by scheme code."""
    envelope_imports.take_back([order_version_id])
    facts.lock()
    moved: dict[str, int] = {}
    for source in _SOURCES.values():
        moved = _sum(moved, reversals.void(source, [order_version_id], by=by))
    return moved


def _take_back(order_id: int, *, except_id: int, by: Actor | None) -> dict[str, int]:
    ids = list(
        db.session.scalars(
            sa.select(ExternalOrderVersion.id).where(
                ExternalOrderVersion.order_id == order_id, ExternalOrderVersion.id != except_id
            )
        )
    )
    moved: dict[str, int] = {}
    for source in _SOURCES.values():
        moved = _sum(moved, reversals.void(source, ids, by=by))
    return moved


def _parts(version: ExternalOrderVersion) -> list[_Part]:
    """The canteen's and the union's part of the paid amount, each with its share of the freight."""
    shares = (version.canteen_fen, version.union_fen)
    freight = money.split(min(version.freight_fen, sum(shares)), shares) if sum(shares) else [0, 0]
    funds = (FundSource.CANTEEN, FundSource.UNION)
    return [_Part(f, s - fr, fr) for f, s, fr in zip(funds, shares, freight, strict=True) if s]


def _fact(version: ExternalOrderVersion, part: _Part) -> Fact:
    on = version.recognised_on
    assert on is not None  # noqa: S101 - the caller looked
    finished = clock.county_day(version.finished_at) if version.finished_at else on
    external_no = db.session.scalar(sa.select(ExternalOrder.external_no).where(ExternalOrder.id == version.order_id))
    return Fact(
        kind=FactKind.IMPORTED,
        unit_id=version.unit_id or 0,
        occurred_on=min(finished, on),
        channel=Channel.P832,
        fund=part.fund,
        amount_fen=part.goods_fen,
        freight_fen=part.freight_fen,
        source=_SOURCES[part.fund],
        source_id=version.id,
        labels={"recognised_on": on.isoformat(), "external_no": external_no, "supplier": version.supplier_name},
    )


def _spend(version: ExternalOrderVersion) -> list[dict[str, Any]]:
    if not version.canteen_fen or version.recognised_on is None:
        return []
    on = clock.county_day(version.finished_at) if version.finished_at else version.recognised_on
    return [
        {
            "unit_id": version.unit_id,
            "canteen_id": None,
            "fiscal_year": clock.fiscal_year(on),
            "month": clock.month_of(on),
            "channel": Channel.P832,
            "amount_fen": version.canteen_fen,
            "source": _SOURCES[FundSource.CANTEEN],
            "source_id": version.id,
        }
    ]


def _sum(left: dict[str, int], right: dict[str, int]) -> dict[str, int]:
    return {code: left.get(code, 0) + right.get(code, 0) for code in left.keys() | right.keys()}
