"""One unit under the glass: its months, and each accepted line with what counts of it and why not."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import aggregate_order_by

from catalog.models.product import Category
from catalog.models.supplier import Supplier
from core.db import db
from core.organisations.models import Organisation
from core.places.models import Place
from market.models.delivery import Acceptance, AcceptanceLine, Deduction
from market.models.order import Order, OrderLine
from market.models.settlement import Allocation
from market.queries import invoices
from procurement.models.ledger import FactEntry, FactKind, QuotaBalance, QuotaJudgement, QuotaPosting, SpendBalance
from procurement.models.scheme import SchemeVersion
from procurement.queries import evidence_ladder
from procurement.queries.evidence_ladder import Level
from procurement.queries.facts import COUNTING, newest_share
from procurement.rules.scheme import Channel, FundSource

PAGE = 200


@dataclass(frozen=True)
class Month:
    """One month of a unit. `counted`: scheme code → fen; spending by where it comes from."""

    month: int
    counted: Mapping[str, int]
    platform_fen: int
    p832_fen: int
    stated_fen: int

    @property
    def spent_fen(self) -> int:
        """All actual spending of the month."""
        return self.platform_fen + self.p832_fen + self.stated_fen


@dataclass(frozen=True)
class Word:
    """What one scheme says of a line: up to `countable_fen`, of which `counted_fen`; or why not."""

    fits: bool
    reason: str
    countable_fen: int
    counted_fen: int

    @property
    def in_transit_fen(self) -> int:
        """Would count, and waits for money."""
        return max(0, self.countable_fen - self.counted_fen)


@dataclass(frozen=True)
class HouseholdShare:
    """The household route's arithmetic of a line, base units (rule 39). `quarter` "" until its quarter is settled."""

    part: int
    whole: int
    quarter: str = ""
    before: int = 0
    eligible: int = 0
    sold: int = 0


@dataclass(frozen=True)
class Line:
    """An accepted line or an 832 order's part. `words` by scheme code; `paid_fen` confirmed money on it,
    `deducted_fen` disputed or given up by the supplier.
    """

    fact_id: int
    source_id: int
    on: date
    channel: Channel
    fund: FundSource
    amount_fen: int
    goods: str
    category: str
    supplier: str
    village: str
    order_no: str
    acceptance_no: str
    acceptance_token: str
    paid_fen: int
    deducted_fen: int
    is_invoiced: bool
    is_checked: bool
    words: Mapping[str, Word]
    base_unit: str = ""
    share: HouseholdShare | None = None

    @property
    def evidence(self) -> Level:
        """How far the proof goes: a `Level` (model 3.4)."""
        if self.channel is Channel.P832:
            return Level.PAID if self.is_checked else Level.CLAIMED
        if self.paid_fen + self.deducted_fen >= self.amount_fen > 0:
            return Level.PAID
        return Level.INVOICED if self.is_invoiced else Level.ACCEPTED

    def word(self, code: str) -> Word:
        """What a scheme says of it; nothing when it was never judged."""
        return self.words.get(code, Word(False, "", 0, 0))


def months(unit_id: int, year: int) -> list[Month]:
    """The twelve months of a unit. Two statements."""
    spend = {
        row.month: row
        for row in db.session.execute(
            sa.select(SpendBalance.__table__).where(SpendBalance.unit_id == unit_id, SpendBalance.fiscal_year == year)
        )
    }
    counted: dict[int, dict[str, int]] = {}
    for code, month, fen in db.session.execute(
        sa.select(QuotaBalance.scheme_code, QuotaBalance.month, QuotaBalance.counted_fen).where(
            QuotaBalance.unit_id == unit_id, QuotaBalance.fiscal_year == year
        )
    ):
        counted.setdefault(month, {})[code] = fen
    return [_month(month, counted.get(month, {}), spend.get(month)) for month in range(1, 13)]


def _month(month: int, counted: Mapping[str, int], spend: Any) -> Month:
    if spend is None:
        return Month(month, counted, 0, 0, 0)
    return Month(month, counted, spend.platform_fen, spend.p832_fen, spend.stated_fen)


def lines_of_month(unit_id: int, year: int, month: int) -> list[Line]:
    """Lines accepted in a month, or counted in it, by day."""
    first = date(year, month, 1)
    after = date(year + month // 12, month % 12 + 1, 1)
    counted_then = sa.exists().where(
        QuotaPosting.fact_id == FactEntry.id, QuotaPosting.fiscal_year == year, QuotaPosting.month == month
    )
    accepted_then = sa.and_(FactEntry.occurred_on >= first, FactEntry.occurred_on < after)
    return _lines(FactEntry.unit_id == unit_id, sa.or_(accepted_then, counted_then))


def not_counted(unit_id: int, year: int, code: str) -> list[Line]:
    """Lines of a year that do not count under a scheme, or only in part, or not yet: the newest first."""
    found = _lines(FactEntry.unit_id == unit_id, FactEntry.fiscal_year == year, newest=True)
    return [line for line in found if not line.word(code).fits or line.word(code).in_transit_fen]


def of_acceptance_lines(line_ids: list[int]) -> dict[int, Line]:
    """What the ledger says of acceptance lines that still stand, by their ids."""
    found = _lines(FactEntry.source == "acceptance_line", FactEntry.source_id.in_(line_ids))
    return {line.source_id: line for line in found}


def _lines(*where: sa.ColumnElement[bool], newest: bool = False) -> list[Line]:
    later, seller = sa.orm.aliased(FactEntry), sa.orm.aliased(Organisation)
    paid = (
        sa.select(sa.func.sum(Allocation.amount_fen).cast(sa.BigInteger))
        .where(Allocation.acceptance_line_id == AcceptanceLine.id)
        .scalar_subquery()
    )
    deducted = (
        sa.select(sa.func.sum(Deduction.amount_fen).cast(sa.BigInteger))
        .where(Deduction.acceptance_line_id == AcceptanceLine.id)
        .scalar_subquery()
    )
    words = _words()
    query = (
        sa.select(
            FactEntry.id,
            FactEntry.source_id,
            FactEntry.occurred_on,
            FactEntry.channel,
            FactEntry.fund,
            (FactEntry.amount_fen + FactEntry.freight_fen).label("amount_fen"),
            FactEntry.labels,
            OrderLine.product_name,
            OrderLine.base_unit,
            Category.name.label("category"),
            seller.name.label("supplier"),
            Place.name.label("village"),
            Order.order_no,
            Acceptance.acceptance_no,
            Acceptance.token,
            sa.func.coalesce(paid, 0).label("paid_fen"),
            sa.func.coalesce(deducted, 0).label("deducted_fen"),
            invoices.stands_for(Acceptance.id).label("is_invoiced"),
            sa.and_(FactEntry.channel == Channel.P832, FactEntry.source_id.in_(evidence_ladder.checked_orders())).label(
                "is_checked"
            ),
            words.label("words"),
            newest_share(lambda one: one.labels).label("shared"),
        )
        .outerjoin(
            AcceptanceLine,
            sa.and_(FactEntry.source == "acceptance_line", AcceptanceLine.id == FactEntry.source_id),
        )
        .outerjoin(Acceptance, Acceptance.id == AcceptanceLine.acceptance_id)
        .outerjoin(Order, Order.id == Acceptance.order_id)
        .outerjoin(OrderLine, OrderLine.id == AcceptanceLine.order_line_id)
        .outerjoin(Category, Category.id == FactEntry.category_id)
        .outerjoin(Supplier, Supplier.id == FactEntry.supplier_id)
        .outerjoin(seller, seller.id == Supplier.organisation_id)
        .outerjoin(Place, Place.code == FactEntry.village_code)
        .where(
            FactEntry.kind.in_(COUNTING),
            FactEntry.reverses_id.is_(None),
            ~sa.exists().where(later.reverses_id == FactEntry.id),
            *where,
        )
        .order_by(FactEntry.occurred_on.desc() if newest else FactEntry.occurred_on, FactEntry.id)
    )
    return [_line(row) for row in db.session.execute(query)]


def _words() -> sa.ScalarSelect[Any]:
    """{scheme code: [fits, reason, countable, counted]} of a fact; the newest judgement of a code comes last."""
    shared = sa.orm.aliased(FactEntry)
    shares = sa.select(shared.id).where(shared.kind == FactKind.SHARED, shared.source_id == FactEntry.id)
    counted = (
        sa.select(sa.func.coalesce(sa.func.sum(QuotaPosting.amount_fen), 0).cast(sa.BigInteger))
        .where(QuotaPosting.fact_id == FactEntry.id, QuotaPosting.scheme_code == SchemeVersion.code)
        .correlate(FactEntry, SchemeVersion)
        .scalar_subquery()
    )
    said = sa.func.json_build_array(QuotaJudgement.fits, QuotaJudgement.reason, QuotaJudgement.countable_fen, counted)
    return (
        sa.select(sa.func.json_object_agg(SchemeVersion.code, aggregate_order_by(said, QuotaJudgement.id)))
        .select_from(QuotaJudgement)
        .join(SchemeVersion, SchemeVersion.id == QuotaJudgement.scheme_version_id)
        .where(sa.or_(QuotaJudgement.fact_id == FactEntry.id, QuotaJudgement.fact_id.in_(shares.correlate(FactEntry))))
        .correlate(FactEntry)
        .scalar_subquery()
    )


def _line(row: Any) -> Line:
    return Line(
        fact_id=row.id,
        source_id=row.source_id,
        on=row.occurred_on,
        channel=row.channel,
        fund=row.fund,
        amount_fen=row.amount_fen,
        goods=row.product_name or "",
        category=row.category or "",
        supplier=row.supplier or row.labels.get("supplier", ""),
        village=row.village or "",
        order_no=row.order_no or row.labels.get("external_no", ""),
        acceptance_no=row.acceptance_no or "",
        acceptance_token=row.token or "",
        paid_fen=row.paid_fen,
        deducted_fen=row.deducted_fen,
        is_invoiced=row.is_invoiced,
        is_checked=row.is_checked,
        words={code: _word(word, row) for code, word in (row.words or {}).items()},
        base_unit=row.base_unit.value if row.base_unit else "",
        share=_share(row.labels | (row.shared or {})),
    )


def _share(labels: Mapping[str, Any]) -> HouseholdShare | None:
    if "household_of" not in labels:
        return None
    return HouseholdShare(
        labels["household_qty"], labels["household_of"], labels.get("quarter", ""),
        *(labels.get(name, 0) for name in ("before_qty", "eligible_qty", "sold_qty")),
    )  # fmt: skip


def _word(said: list[Any], row: Any) -> Word:
    """What may count shrinks by what is not payable (rule 25)."""
    fits, reason, countable, counted = said
    return Word(fits, reason, max(counted, min(countable, row.amount_fen - row.deducted_fen)), counted)
