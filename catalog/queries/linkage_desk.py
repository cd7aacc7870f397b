"""The linkage office's work lists: reviews, re-checks; and agreements for who may see them."""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from catalog.models.benefit import HouseholdBenefit
from catalog.models.linkage import Agreement, ClaimReview, MarginCoefficient, RecheckDraw, RecheckItem
from catalog.models.product import Category
from catalog.models.supplier import Household, LinkageAgreement, Supplier
from catalog.queries import suppliers
from catalog.rules.benefit import BenefitKind, BenefitState
from catalog.rules.claim_checks import CheckVerdict, ReviewState
from catalog.rules.supplier import LinkageMode
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Missing
from core.files.models import StoredFile
from core.organisations.models import Organisation
from core.places.models import Place

SIZE = 50


@dataclass(frozen=True)
class Review:
    """One household's quarter whose claims exceed its income, with who claims it."""

    review_id: int
    household_code: str
    village: str
    quarter: str
    claimed_fen: int
    tracked_fen: int
    state: ReviewState
    note: str
    suppliers: tuple[str, ...]


def reviews(state: ReviewState = ReviewState.OPEN, page: int = 1) -> tuple[list[Review], int]:
    """(one page, how many in all), the oldest first. Two statements."""
    total = db.session.scalar(sa.select(sa.func.count()).where(ClaimReview.state == state)) or 0
    first_day = sa.func.to_date(
        sa.func.concat(
            sa.func.left(ClaimReview.quarter, 4), "-", sa.func.right(ClaimReview.quarter, 1).cast(sa.Integer) * 3 - 2
        ),
        "YYYY-MM",
    )
    names = (
        sa.select(Organisation.name)
        .distinct()
        .join(Supplier, Supplier.organisation_id == Organisation.id)
        .join(HouseholdBenefit, HouseholdBenefit.supplier_id == Supplier.id)
        .where(
            HouseholdBenefit.household_id == ClaimReview.household_id,
            HouseholdBenefit.counts_on >= first_day,
            HouseholdBenefit.counts_on < first_day + sa.text("interval '3 months'"),
            HouseholdBenefit.state != BenefitState.VOID,
        )
        .correlate(ClaimReview)
    )
    query = (
        sa.select(
            ClaimReview.id.label("review_id"),
            Household.code.label("household_code"),
            Place.name.label("village"),
            ClaimReview.quarter,
            ClaimReview.claimed_fen,
            ClaimReview.tracked_fen,
            ClaimReview.state,
            ClaimReview.note,
            sa.func.array(names.scalar_subquery()).label("suppliers"),
        )
        .join(Household, Household.id == ClaimReview.household_id)
        .join(Place, Place.code == Household.village_code)
        .where(ClaimReview.state == state)
        .order_by(ClaimReview.id)
        .limit(SIZE)
        .offset((max(page, 1) - 1) * SIZE)
    )
    rows = db.session.execute(query).mappings()
    return [Review(**{**row, "suppliers": tuple(row["suppliers"])}) for row in rows], total


def open_reviews() -> int:
    """How many wait."""
    return db.session.scalar(sa.select(sa.func.count()).where(ClaimReview.state == ReviewState.OPEN)) or 0


@dataclass(frozen=True)
class Check:
    """One drawn claim."""

    item_id: int
    quarter: str
    benefit_id: int
    household_code: str
    village: str
    supplier_name: str
    kind: BenefitKind
    amount_fen: int
    counts_on: date
    state: BenefitState
    verdict: CheckVerdict
    note: str
    checked_at: datetime | None


def checks(verdict: CheckVerdict = CheckVerdict.OPEN, page: int = 1) -> tuple[list[Check], int]:
    """(one page, how many in all) by village, so that a visit takes in several. Two statements."""
    total = db.session.scalar(sa.select(sa.func.count()).where(RecheckItem.verdict == verdict)) or 0
    query = (
        _check()
        .where(RecheckItem.verdict == verdict)
        .order_by(HouseholdBenefit.village_code, Household.code, RecheckItem.id)
        .limit(SIZE)
        .offset((max(page, 1) - 1) * SIZE)
    )
    return [Check(**row) for row in db.session.execute(query).mappings()], total


def check(item_id: int) -> Check:
    """One drawn claim. Raises: Missing."""
    found = db.session.execute(_check().where(RecheckItem.id == item_id)).mappings().one_or_none()
    if found is None:
        raise Missing("no-such-recheck")
    return Check(**found)


def _check() -> sa.Select[*tuple[object, ...]]:
    return (
        sa.select(
            RecheckItem.id.label("item_id"),
            RecheckDraw.quarter,
            RecheckItem.benefit_id,
            Household.code.label("household_code"),
            Place.name.label("village"),
            Organisation.name.label("supplier_name"),
            HouseholdBenefit.kind,
            HouseholdBenefit.amount_fen,
            HouseholdBenefit.counts_on,
            HouseholdBenefit.state,
            RecheckItem.verdict,
            RecheckItem.note,
            RecheckItem.checked_at,
        )
        .join(RecheckDraw, RecheckDraw.id == RecheckItem.draw_id)
        .join(HouseholdBenefit, HouseholdBenefit.id == RecheckItem.benefit_id)
        .join(Household, Household.id == HouseholdBenefit.household_id)
        .join(Place, Place.code == HouseholdBenefit.village_code)
        .join(Supplier, Supplier.id == HouseholdBenefit.supplier_id)
        .join(Organisation, Organisation.id == Supplier.organisation_id)
    )


def open_checks() -> int:
    """How many wait."""
    return db.session.scalar(sa.select(sa.func.count()).where(RecheckItem.verdict == CheckVerdict.OPEN)) or 0


@dataclass(frozen=True)
class Deal:
    """An agreement's version with how many households stand in it today; `is_last`: no later version replaces it."""

    agreement_id: int
    number: str
    version_no: int
    supplier_id: int
    supplier_name: str
    mode: LinkageMode
    valid_from: date
    valid_to: date
    guaranteed_price_fen_x100: int | None
    guaranteed_fen: int | None
    dividend_bp: int | None
    terms: str
    file_token: str
    households: int
    is_last: bool


def _deals(for_: Actor, on: date) -> sa.Select[*tuple[object, ...]]:
    later = sa.orm.aliased(Agreement)
    bound = (
        sa.select(sa.func.count())
        .where(
            LinkageAgreement.agreement_id == Agreement.id,
            LinkageAgreement.valid_from <= on,
            sa.or_(LinkageAgreement.valid_to.is_(None), LinkageAgreement.valid_to >= on),
        )
        .correlate(Agreement)
        .scalar_subquery()
    )
    query = (
        sa.select(
            Agreement.id.label("agreement_id"),
            Agreement.number,
            Agreement.version_no,
            Agreement.supplier_id,
            Organisation.name.label("supplier_name"),
            Agreement.mode,
            Agreement.valid_from,
            Agreement.valid_to,
            Agreement.guaranteed_price_fen_x100,
            Agreement.guaranteed_fen,
            Agreement.dividend_bp,
            Agreement.terms,
            StoredFile.token.label("file_token"),
            bound.label("households"),
            (~sa.exists().where(later.replaces_id == Agreement.id)).label("is_last"),
        )
        .join(Supplier, Supplier.id == Agreement.supplier_id)
        .join(Organisation, Organisation.id == Supplier.organisation_id)
        .join(StoredFile, StoredFile.id == Agreement.file_id)
    )
    if for_.may(Right.LINKAGE_VIEW):
        return query
    own = suppliers.find_own(for_)
    return query.where(Agreement.supplier_id == (own.id if own else -1))


def deals(for_: Actor, on: date, *, number: str = "", page: int = 1) -> list[Deal]:
    """The newest versions the actor may see; with `number` all versions of one, the newest first."""
    query = _deals(for_, on).order_by(Agreement.id.desc())
    later = sa.orm.aliased(Agreement)
    if number:
        query = query.where(Agreement.number == number)
    else:
        query = query.where(~sa.exists().where(later.replaces_id == Agreement.id))
    rows = db.session.execute(query.limit(SIZE).offset((max(page, 1) - 1) * SIZE)).mappings()
    return [Deal(**row) for row in rows]


def deal(agreement_id: int, for_: Actor, on: date) -> Deal:
    """One version. Raises: Missing for one the actor may not see."""
    found = db.session.execute(_deals(for_, on).where(Agreement.id == agreement_id)).mappings().one_or_none()
    if found is None:
        raise Missing("no-such-agreement")
    return Deal(**found)


@dataclass(frozen=True)
class Bound:
    """A household on an agreement's list."""

    household_id: int
    code: str
    village: str
    signed_on: date | None
    valid_from: date
    valid_to: date | None


def bound(agreement_id: int) -> list[Bound]:
    """The list of one version; the caller has looked at the agreement."""
    query = (
        sa.select(
            Household.id.label("household_id"),
            Household.code,
            Place.name.label("village"),
            LinkageAgreement.signed_on,
            LinkageAgreement.valid_from,
            LinkageAgreement.valid_to,
        )
        .join(Household, Household.id == LinkageAgreement.household_id)
        .join(Place, Place.code == Household.village_code)
        .where(LinkageAgreement.agreement_id == agreement_id)
        .order_by(Household.code)
    )
    return [Bound(**row) for row in db.session.execute(query).mappings()]


@dataclass(frozen=True)
class Margin:
    """One decision of the agriculture bureau."""

    category: str
    margin_bp: int
    valid_from: date
    document: str


def margins() -> list[Margin]:
    """All decisions, by category and the newest first."""
    query = (
        sa.select(Category.name.label("category"), MarginCoefficient.margin_bp, MarginCoefficient.valid_from,
                  MarginCoefficient.document)
        .join(Category, Category.id == MarginCoefficient.category_id)
        .order_by(Category.position, Category.name, MarginCoefficient.valid_from.desc(), MarginCoefficient.id.desc())
    )  # fmt: skip
    return [Margin(**row) for row in db.session.execute(query).mappings()]
