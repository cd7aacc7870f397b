"""The linkage score's night: the market's figures, reviews, the draw, the scores. Run again it changes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on

from catalog.models.linkage import ProductSold, SupplierTurnover
from catalog.rules import linkage_score as rules
from catalog.rules.quarter import Quarter
from catalog.services import claim_checks, scoring
from catalog.services.scoring import Run
from core import clock
from core.db import db


@dataclass(frozen=True)
class Turnover:
    """One quarter as the market tells it: {supplier: fen}, {product: grams}."""

    quarter: Quarter
    revenue_fen: Mapping[int, int]
    sold_g: Mapping[int, int]


def due() -> list[Quarter]:
    """The quarters of the window that is scored today."""
    return rules.window(rules.settled_quarter(clock.today()))


def run(told: list[Turnover]) -> Run:
    """Keep what the market tells, look at the claims of its quarters, draw the last one's re-check, score."""
    for turnover in told:
        _keep(SupplierTurnover, "supplier_id", "revenue_fen", turnover.quarter, turnover.revenue_fen)
        _keep(ProductSold, "product_id", "sold_g", turnover.quarter, turnover.sold_g)
        claim_checks.open_reviews(turnover.quarter)
    if told:
        claim_checks.draw(told[-1].quarter)
    return scoring.compute(told[-1].quarter if told else None)


def _keep(table: Any, key: str, value: str, quarter: Quarter, given: Mapping[int, int]) -> None:
    """Add what is new or changed; what is gone becomes 0."""
    newest = (
        sa.select(getattr(table, key), getattr(table, value))
        .ext(distinct_on(getattr(table, key)))
        .where(table.quarter == str(quarter))
        .order_by(getattr(table, key), table.id.desc())
    )
    known: dict[int, int] = {row[0]: row[1] for row in db.session.execute(newest)}
    now = clock.now()
    rows = [
        {key: one, "quarter": str(quarter), value: given.get(one, 0), "created_at": now}
        for one in sorted({*known, *given})
        if given.get(one, 0) != known.get(one)
    ]
    if rows:
        db.session.execute(sa.insert(table), rows)
