"""The income effect of suppliers: the one place that queue priority, ranking, badges and pages read it from."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy import orm
from sqlalchemy.dialects.postgresql import distinct_on

from catalog.models.benefit import LinkageScore
from catalog.models.supplier import Supplier
from catalog.models.supplier_life import ProducerAuthorisation
from catalog.rules.supplier import EntityType, SupplierStatus
from core import clock
from core.db import any_of, db


@dataclass(frozen=True)
class Effect:
    """What a supplier does for households, verified, in the window that ends with `quarter` ("2026Q3").

    `score` 0–10000 is hundredths of a point; `households` is exact and never public below five (rule 76).
    """

    score: int
    verified_fen: int
    households: int
    preferred: bool
    provisional: bool
    quarter: str


def latest(supplier_ids: Collection[int], *, on: date | None = None) -> dict[int, Effect]:
    """{supplier: its newest effect}; whoever is missing has none verified. One statement, however many.

    A trader has no score of its own: it shows that of its best active producer on the day (rule 65).
    """
    if not supplier_ids:
        return {}
    sources = _sources(supplier_ids, on or clock.today())
    rows = db.session.execute(
        sa.select(
            sources.c.asked_id,
            LinkageScore.score,
            LinkageScore.verified_fen,
            LinkageScore.households,
            LinkageScore.is_preferred,
            LinkageScore.is_provisional,
            LinkageScore.quarter,
        )
        .ext(distinct_on(sources.c.asked_id, sources.c.source_id))
        .join(sources, sources.c.source_id == LinkageScore.supplier_id)
        .order_by(sources.c.asked_id, sources.c.source_id, LinkageScore.quarter.desc(), LinkageScore.version_no.desc())
    )
    found: dict[int, Effect] = {}
    for row in rows:
        effect = Effect(*row[1:])
        if row[0] not in found or effect.score > found[row[0]].score:
            found[row[0]] = effect
    return found


def newest() -> sa.Subquery:
    """Each supplier's own newest effect: supplier_id, score, verified_fen, households. For producers; see `latest`."""
    return (
        sa.select(LinkageScore.supplier_id, LinkageScore.score, LinkageScore.verified_fen, LinkageScore.households)
        .ext(distinct_on(LinkageScore.supplier_id))
        .order_by(LinkageScore.supplier_id, LinkageScore.quarter.desc(), LinkageScore.version_no.desc())
        .subquery("newest_effect")
    )


def _sources(supplier_ids: Collection[int], on: date) -> sa.Subquery:
    """(asked_id, source_id): whose score stands for whom. A trader without an active producer has no row."""
    producer = orm.aliased(Supplier)
    is_trader = Supplier.entity_type == EntityType.TRADER
    lets = ProducerAuthorisation
    return (
        sa.select(Supplier.id.label("asked_id"), sa.func.coalesce(producer.id, Supplier.id).label("source_id"))
        .outerjoin(
            lets,
            sa.and_(
                is_trader,
                lets.trader_id == Supplier.id,
                lets.valid_from <= on,
                sa.or_(lets.valid_to.is_(None), lets.valid_to >= on),
                sa.or_(lets.ended_on.is_(None), lets.ended_on > on),
            ),
        )
        .outerjoin(producer, sa.and_(producer.id == lets.producer_id, producer.status == SupplierStatus.ACTIVE))
        .where(any_of(Supplier.id, supplier_ids), sa.or_(~is_trader, producer.id.is_not(None)))
        .subquery()
    )
