"""832 orders in the ledger: one order is one unit of counting, 0 until paid in full and finished (rule 27).

Files bring thousands of them, so everything here takes many versions at once in a fixed number of statements. What a
version takes back is booked on the day it was counted: an import that is corrected or undone leaves each month as it
would be without it, unless the year is closed (rule 28).
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from core import clock, money
from core.access.actor import Actor
from core.db import any_of, db
from core.organisations.models import Organisation
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
    """As `post_externals`, for one version."""
    return post_externals([order_version_id], by)


def post_externals(version_ids: Sequence[int], by: Actor | None) -> dict[str, int]:
    """Put what versions of 832 orders say into the ledger, in place of what their orders' other versions said.

    A version without a unit, or not counted (no recognised day), leaves nothing. Canteen money is spending too, on the
    day the order was finished. Returns the fen newly counted by scheme code. Takes the envelopes' locks, then the
    ledger's, as everywhere.
    """
    versions, others = _standing(version_ids), _others(version_ids)
    envelope_imports.take_back(others)
    envelope_imports.post(versions)
    facts.lock()
    moved = Counter(_reverse(others, by))
    written = facts.append([_fact(version, part) for version in versions for part in _parts(version)], by=by)
    if written:
        postings.spend([_spend(version) for version in versions if version.canteen_fen])
        moved.update(postings.judge_and_settle(written))
    return {code: fen for code, fen in moved.items() if fen}


def reverse_external(order_version_id: int, by: Actor | None) -> dict[str, int]:
    """As `reverse_externals`, for one version."""
    return reverse_externals([order_version_id], by)


def reverse_externals(version_ids: Sequence[int], by: Actor | None) -> dict[str, int]:
    """Take back what versions put into the ledger (undone import, void order). Negative fen by scheme code."""
    envelope_imports.take_back(version_ids)
    facts.lock()
    return _reverse(version_ids, by)


def _reverse(version_ids: Sequence[int], by: Actor | None) -> dict[str, int]:
    moved: Counter[str] = Counter()
    for source in _SOURCES.values():
        moved.update(reversals.void(source, version_ids, by=by, at_origin=True))
    return dict(moved)


def _others(version_ids: Collection[int]) -> list[int]:
    """The other versions of the same orders."""
    own, other = ExternalOrderVersion, sa.orm.aliased(ExternalOrderVersion)
    ids = db.session.scalars(
        sa.select(other.id)
        .join(own, sa.and_(own.order_id == other.order_id, own.id != other.id))
        .where(any_of(own.id, version_ids))
    )
    return sorted(set(ids) - set(version_ids))


def _standing(version_ids: Collection[int]) -> Sequence[Any]:
    """The versions that count, with their order's number and whether their unit was open on the day (rule 25)."""
    version = ExternalOrderVersion
    return db.session.execute(
        sa.select(
            version.id, version.unit_id, version.recognised_on, version.finished_at, version.canteen_fen,
            version.union_fen, version.freight_fen, version.supplier_name, ExternalOrder.external_no,
            sa.func.coalesce(Organisation.closed_on >= version.recognised_on, sa.true()).label("unit_active"),
        )
        .join(ExternalOrder, ExternalOrder.id == version.order_id)
        .join(Organisation, Organisation.id == version.unit_id)
        .where(any_of(version.id, version_ids), version.recognised_on.is_not(None))
        .order_by(version.id)
    ).all()  # fmt: skip


def _parts(version: Any) -> list[_Part]:
    """The canteen's and the union's part of the paid amount, each with its share of the freight."""
    shares = (version.canteen_fen, version.union_fen)
    freight = money.split(min(version.freight_fen, sum(shares)), shares) if sum(shares) else [0, 0]
    funds = (FundSource.CANTEEN, FundSource.UNION)
    return [_Part(f, s - fr, fr) for f, s, fr in zip(funds, shares, freight, strict=True) if s]


def _fact(version: Any, part: _Part) -> Fact:
    on = version.recognised_on
    finished = clock.county_day(version.finished_at) if version.finished_at else on
    labels = {"recognised_on": on.isoformat(), "external_no": version.external_no, "supplier": version.supplier_name}
    return Fact(
        kind=FactKind.IMPORTED,
        unit_id=version.unit_id,
        occurred_on=min(finished, on),
        channel=Channel.P832,
        fund=part.fund,
        amount_fen=part.goods_fen,
        freight_fen=part.freight_fen,
        source=_SOURCES[part.fund],
        source_id=version.id,
        labels=labels if version.unit_active else labels | {"unit_active": False},
    )


def _spend(version: Any) -> dict[str, Any]:
    on = clock.county_day(version.finished_at) if version.finished_at else version.recognised_on
    return {
        "unit_id": version.unit_id,
        "canteen_id": None,
        "fiscal_year": clock.fiscal_year(on),
        "month": clock.month_of(on),
        "channel": Channel.P832,
        "amount_fen": version.canteen_fen,
        "source": _SOURCES[FundSource.CANTEEN],
        "source_id": version.id,
    }
