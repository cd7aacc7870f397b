"""Scores as their supplier, the linkage office and everybody may see them."""

from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on

from catalog.models.benefit import HouseholdBenefit, LinkageScore
from catalog.models.linkage import FalseClaim, RecheckDraw
from catalog.models.supplier import Household, Supplier
from catalog.queries import impact, score_inputs
from catalog.rules.disclosure import Published
from catalog.rules.linkage_score import WINDOW, SizeClass, ln_1p, settled_quarter, window
from catalog.rules.quarter import Quarter
from catalog.rules.score_advice import Advice, advice
from catalog.rules.supplier import SupplierStatus
from core import clock
from core.db import db
from core.organisations.models import Organisation

SIZE = 50


@dataclass(frozen=True)
class HouseholdSum:
    """What one household adds: `net_fen` verified, `capped_fen` of it counted."""

    code: str
    net_fen: int
    capped_fen: int


@dataclass(frozen=True)
class Sheet:
    """A score with everything its arithmetic needs; `inputs` as they were kept."""

    supplier_id: int
    quarter: Quarter
    version_no: int
    score: int
    rank: int
    depth_fen: int
    households_helped: int
    is_preferred: bool
    is_provisional: bool
    computed_at: datetime
    inputs: dict[str, Any]
    households: tuple[HouseholdSum, ...]
    struck_until: str | None

    @property
    def quarters(self) -> list[Quarter]:
        """The window, the oldest first."""
        return window(self.quarter)

    @property
    def size_class(self) -> SizeClass:
        return SizeClass(self.inputs["size_class"])

    @property
    def ln_depth(self) -> str:
        """ln(1 + D in yuan), for show."""
        return str(ln_1p(self.depth_fen // 100))

    @property
    def ln_households(self) -> str:
        """ln(1 + H), for show."""
        return str(ln_1p(self.households_helped))

    @property
    def pass_through_bp(self) -> int:
        """I in basis points, truncated."""
        top, bottom = self.inputs["pass_through"]
        return int(top * 10_000 // bottom)

    def share_bp(self, name: str) -> int:
        """A component's percentile rank in basis points, for show."""
        if name == "steadiness":
            return int(Fraction(self.inputs["quarters"], WINDOW) * 10_000)
        below, equal, of = self.inputs["ranks"][name]
        is_nothing = {"pass_through": not self.inputs["pass_through"][0], "depth": not self.depth_fen}.get(
            name, not self.households_helped
        )
        return 0 if is_nothing else int(Fraction(2 * below + equal, 2 * of) * 10_000)


def of_supplier(supplier_id: int) -> Sheet | None:
    """The score that holds, None before the first. Three statements."""
    query = (
        sa.select(LinkageScore)
        .where(LinkageScore.supplier_id == supplier_id)
        .order_by(LinkageScore.quarter.desc(), LinkageScore.version_no.desc())
        .limit(1)
    )
    row = db.session.scalars(query).one_or_none()
    if row is None:
        return None
    ids = [household_id for household_id, _, _ in row.inputs.get("households", ())]
    codes = {
        h.id: h.code for h in db.session.execute(sa.select(Household.id, Household.code).where(Household.id.in_(ids)))
    }
    sums = [
        HouseholdSum(codes.get(household_id, "—"), net, capped)
        for household_id, net, capped in row.inputs.get("households", ())
    ]
    struck = db.session.scalar(
        sa.select(sa.func.max(FalseClaim.until_quarter)).where(FalseClaim.supplier_id == supplier_id)
    )
    return Sheet(
        supplier_id, Quarter.parse(row.quarter), row.version_no, row.score, row.rank, row.verified_fen, row.households,
        row.is_preferred, row.is_provisional, row.created_at, row.inputs,
        tuple(sorted(sums, key=lambda one: (-one.net_fen, one.code))),
        struck if struck is not None and struck >= row.quarter else None,
    )  # fmt: skip


def past(supplier_id: int) -> list[tuple[str, int, int]]:
    """(quarter, score, version) of the last eight windows, the oldest first."""
    newest = (
        sa.select(LinkageScore.quarter, LinkageScore.score, LinkageScore.version_no)
        .ext(distinct_on(LinkageScore.quarter))
        .where(LinkageScore.supplier_id == supplier_id)
        .order_by(LinkageScore.quarter.desc(), LinkageScore.version_no.desc())
        .limit(8)
    )
    return [(row[0], row[1], row[2]) for row in db.session.execute(newest)][::-1]


def what_raises(supplier_id: int, on: date) -> list[Advice]:
    """What the supplier can do about the running window: the one that is scored after this quarter."""
    running = Quarter.of(on)
    found = score_inputs.claims(running, supplier_id=supplier_id)
    return advice(found, on=on)


@dataclass(frozen=True)
class Listed:
    """One supplier in the office's list."""

    supplier_id: int
    name: str
    score: int | None
    rank: int | None
    verified_fen: int | None
    households: int | None
    is_preferred: bool
    is_provisional: bool
    quarter: str | None
    claims: int
    disputed: int
    is_struck: bool


def county(words: str = "", page: int = 1) -> tuple[list[Listed], int, int]:
    """(rows, how many in all, page): active suppliers by place, those without a score last. Two statements."""
    newest = (
        sa.select(LinkageScore)
        .ext(distinct_on(LinkageScore.supplier_id))
        .order_by(LinkageScore.supplier_id, LinkageScore.quarter.desc(), LinkageScore.version_no.desc())
        .subquery()
    )
    score = sa.orm.aliased(LinkageScore, newest)
    claims = (
        sa.select(
            HouseholdBenefit.supplier_id,
            sa.func.count().label("claims"),
            sa.func.count().filter(HouseholdBenefit.state == "disputed").label("disputed"),
        )
        .group_by(HouseholdBenefit.supplier_id)
        .subquery()
    )
    struck = sa.exists().where(
        FalseClaim.supplier_id == Supplier.id, FalseClaim.until_quarter >= str(settled_quarter(clock.today()))
    )
    wanted = [Supplier.status == SupplierStatus.ACTIVE]
    if words:
        wanted.append(Organisation.name.contains(words, autoescape=True))
    base = (
        sa.select(sa.func.count()).select_from(Supplier).join(Organisation, Organisation.id == Supplier.organisation_id)
    )
    total = db.session.scalar(base.where(*wanted)) or 0
    current = min(max(page, 1), max(1, -(-total // SIZE)))
    query = (
        sa.select(
            Supplier.id.label("supplier_id"),
            Organisation.name,
            score.score,
            score.rank,
            score.verified_fen,
            score.households,
            sa.func.coalesce(score.is_preferred, sa.false()).label("is_preferred"),
            sa.func.coalesce(score.is_provisional, sa.false()).label("is_provisional"),
            score.quarter,
            sa.func.coalesce(claims.c.claims, 0).label("claims"),
            sa.func.coalesce(claims.c.disputed, 0).label("disputed"),
            struck.label("is_struck"),
        )
        .join(Organisation, Organisation.id == Supplier.organisation_id)
        .outerjoin(score, score.supplier_id == Supplier.id)
        .outerjoin(claims, claims.c.supplier_id == Supplier.id)
        .where(*wanted)
        .order_by(score.rank.nulls_last(), Organisation.name)
        .limit(SIZE)
        .offset((current - 1) * SIZE)
    )
    return [Listed(**row) for row in db.session.execute(query).mappings()], total, current


@dataclass(frozen=True)
class Open:
    """A supplier as everybody may see it: households and money only as `disclosure` lets them (rule 76)."""

    supplier_id: int
    name: str
    town_code: str
    effect: Published
    is_preferred: bool
    is_provisional: bool
    quarter: str


def published() -> list[Open]:
    """The suppliers with a verified effect, with the figures that the whole county's places allow beside them."""
    newest = (
        sa.select(LinkageScore)
        .ext(distinct_on(LinkageScore.supplier_id))
        .order_by(LinkageScore.supplier_id, LinkageScore.quarter.desc(), LinkageScore.version_no.desc())
        .subquery()
    )
    score = sa.orm.aliased(LinkageScore, newest)
    rows = db.session.execute(
        sa.select(Supplier.id, Organisation.name, Supplier.town_code, score)
        .join(Organisation, Organisation.id == Supplier.organisation_id)
        .join(score, score.supplier_id == Supplier.id)
        .where(Supplier.status == SupplierStatus.ACTIVE, score.households > 0, score.score > 0)
        .order_by(score.rank, Organisation.name)
    )
    figures = impact.public(clock.today())
    return [
        Open(
            row[0], row[1], row[2], figures.of_supplier(row[0]),
            row[3].is_preferred, row[3].is_provisional, row[3].quarter,
        )
        for row in rows
    ]  # fmt: skip


def draws() -> list[RecheckDraw]:
    """All draws of re-checks, the newest first: quarter, seed, fingerprint, how many."""
    return list(db.session.scalars(sa.select(RecheckDraw).order_by(RecheckDraw.quarter.desc())))
