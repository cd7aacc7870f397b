"""Villages on a day: exited or not, by which document, and the households behind them as aggregates only."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on

from catalog.models.supplier import Household, LinkageAgreement, VillageCategory
from catalog.queries.visibility import LINKED, agreed_on
from core.db import db

LEAST = 5
"""The fewest households that are published as a number (rule 76)."""


@dataclass(frozen=True)
class Origin:
    """What a place of origin was on the day asked for. `since` and `document` are the newest decision's."""

    code: str
    is_exited: bool
    since: date | None = None
    document: str = ""


def eligible_on(origin_code: str, on: date) -> Origin:
    """Whether the village is exited on the day: the lot's origin and the supply day are asked for (rule 39).

    The household route is the lot's own `household_share_bp`.
    """
    return origins_on([origin_code], on)[origin_code]


def origins_on(codes: Iterable[str], on: date) -> dict[str, Origin]:
    """As `eligible_on` for many places; a place without a decision is not exited. One statement."""
    wanted = set(codes)
    rows = db.session.execute(
        sa.select(
            VillageCategory.village_code,
            VillageCategory.is_exited,
            VillageCategory.valid_from,
            VillageCategory.document,
        )
        .ext(distinct_on(VillageCategory.village_code))
        .where(VillageCategory.village_code.in_(wanted), VillageCategory.valid_from <= on)
        .order_by(VillageCategory.village_code, VillageCategory.valid_from.desc(), VillageCategory.id.desc())
    )
    known = {row[0]: Origin(*row) for row in rows}
    return {code: known.get(code, Origin(code, False)) for code in wanted}


@dataclass(frozen=True)
class Households:
    """How many linked households stand behind a supplier or village: a number only from five on (rule 76)."""

    count: int | None

    @property
    def is_few(self) -> bool:
        """1 to 4: shown as 少于5户; none at all is not shown."""
        return self.count is None


def published(count: int) -> Households:
    """What may be shown of a count."""
    return Households(count if count == 0 or count >= LEAST else None)


def linked_by_supplier(supplier_id: int, on: date) -> Households:
    """Exited and watched households with an agreement in force with the supplier."""
    return published(_count(LinkageAgreement.supplier_id == supplier_id, on))


def linked_in_village(village_code: str, on: date) -> Households:
    """Exited and watched households of the village with any agreement in force."""
    return published(_count(Household.village_code == village_code, on))


def _count(condition: sa.ColumnElement[bool], on: date) -> int:
    return (
        db.session.scalar(
            sa.select(sa.func.count(sa.distinct(Household.id)))
            .join(LinkageAgreement, LinkageAgreement.household_id == Household.id)
            .where(condition, Household.category.in_(LINKED), agreed_on(on))
        )
        or 0
    )
