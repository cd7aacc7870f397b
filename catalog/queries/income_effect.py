"""The income effect of suppliers: the one place that queue priority, ranking, badges and pages read it from."""

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on

from catalog.models.benefit import LinkageScore
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


def latest(supplier_ids: Collection[int]) -> dict[int, Effect]:
    """{supplier: its newest effect}; whoever is missing has none verified. One statement, however many."""
    if not supplier_ids:
        return {}
    rows = db.session.execute(
        sa.select(
            LinkageScore.supplier_id,
            LinkageScore.score,
            LinkageScore.verified_fen,
            LinkageScore.households,
            LinkageScore.is_preferred,
            LinkageScore.is_provisional,
            LinkageScore.quarter,
        )
        .ext(distinct_on(LinkageScore.supplier_id))
        .where(any_of(LinkageScore.supplier_id, supplier_ids))
        .order_by(LinkageScore.supplier_id, LinkageScore.quarter.desc(), LinkageScore.version_no.desc())
    )
    return {row[0]: Effect(*row[1:]) for row in rows}
