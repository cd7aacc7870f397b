"""What the linkage score is computed from: the window's claims, each with what it weighs and why not more."""

from bisect import bisect_right
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on

from catalog.models.benefit import HouseholdBenefit
from catalog.models.household import HouseholdPerson
from catalog.models.linkage import (
    ClaimReview,
    FalseClaim,
    MarginCoefficient,
    ProductSold,
    RelatedHousehold,
    SupplierTurnover,
)
from catalog.models.product import Certificate, CertificateProduct, Lot
from catalog.models.supplier import LinkageAgreement, Supplier
from catalog.rules.benefit import BenefitKind, BenefitState, PayMethod, Proof, factor_bp, net_fen
from catalog.rules.certificates import CertificateStatus
from catalog.rules.claim_checks import Barred, ReviewState
from catalog.rules.linkage_score import Facts, Payment, size_class, window
from catalog.rules.quarter import Quarter
from catalog.rules.supplier import SupplierStatus
from core import sealing, settings
from core.db import any_of, db
from core.organisations.models import Organisation

settings.register(linkage__margin_bp=5_000, linkage__large_revenue_fen=500_000_000)
"""The margin where the agriculture bureau set none; the yearly revenue from which a firm is large (5 million yuan)."""


@dataclass(frozen=True)
class Claim:
    """One claim with its weight. `barred` says why a proved claim counts nothing."""

    benefit_id: int
    supplier_id: int
    household_id: int
    kind: BenefitKind
    amount_fen: int
    counts_on: date
    state: BenefitState
    method: PayMethod | None
    voucher: bool
    category_id: int | None
    product_id: int | None
    confirm_by: date | None
    margin_bp: int = 10_000
    factor_bp: int = 0
    net_fen: int = 0
    barred: Barred | None = None

    @property
    def quarter(self) -> Quarter:
        return Quarter.of(self.counts_on)


class Margins:
    """The margin of a category on a day: the newest decision that holds then, else the default of the day."""

    def __init__(self) -> None:
        self._default: dict[date, int] = {}
        self._by: dict[int, tuple[list[date], list[int]]] = {}
        rows = db.session.execute(
            sa.select(
                MarginCoefficient.category_id, MarginCoefficient.valid_from, MarginCoefficient.margin_bp
            ).order_by(MarginCoefficient.category_id, MarginCoefficient.valid_from, MarginCoefficient.id)
        )
        for category_id, valid_from, margin_bp in rows:
            days, values = self._by.setdefault(category_id, ([], []))
            days.append(valid_from)
            values.append(margin_bp)

    def of(self, kind: BenefitKind, category_id: int | None, on: date) -> int:
        """Basis points; all of it for what is no purchase."""
        if kind is not BenefitKind.PURCHASE:
            return 10_000
        days, values = self._by.get(category_id or 0, ([], []))
        place = bisect_right(days, on)
        return values[place - 1] if place else self._standard(on)

    def _standard(self, on: date) -> int:
        first = Quarter.of(on).first_day
        if first not in self._default:
            self._default[first] = int(settings.value("linkage.margin_bp", on=first))
        return self._default[first]


@dataclass(frozen=True)
class Bars:
    """What takes claims out of the count, of the window."""

    reviews: frozenset[tuple[int, str]]
    related: frozenset[tuple[int, int]]
    doubles: frozenset[int]
    products: frozenset[int]

    def on(self, claim: Claim) -> Barred | None:
        """Why this claim counts nothing; None when nothing stands against it."""
        if (claim.household_id, str(claim.quarter)) in self.reviews:
            return Barred.REVIEW
        if (claim.supplier_id, claim.household_id) in self.related:
            return Barred.RELATED
        if claim.household_id in self.doubles:
            return Barred.SAME_PERSON
        is_over = claim.kind is BenefitKind.PURCHASE and claim.product_id in self.products
        return Barred.CAPACITY if is_over else None


def claims(quarter: Quarter, *, supplier_id: int | None = None) -> list[Claim]:
    """The window's claims with their weight, voided ones left out, by supplier and id."""
    quarters = window(quarter)
    query = (
        sa.select(
            HouseholdBenefit.id.label("benefit_id"),
            HouseholdBenefit.supplier_id,
            HouseholdBenefit.household_id,
            HouseholdBenefit.kind,
            HouseholdBenefit.amount_fen,
            HouseholdBenefit.counts_on,
            HouseholdBenefit.state,
            HouseholdBenefit.method,
            HouseholdBenefit.paid_on.is_not(None).label("voucher"),
            HouseholdBenefit.category_id,
            Lot.product_id,
            HouseholdBenefit.confirm_by,
        )
        .outerjoin(Lot, Lot.id == HouseholdBenefit.lot_id)
        .where(
            HouseholdBenefit.counts_on.between(quarters[0].first_day, quarter.last_day),
            HouseholdBenefit.state != BenefitState.VOID,
        )
        .order_by(HouseholdBenefit.supplier_id, HouseholdBenefit.id)
    )
    if supplier_id is not None:
        query = query.where(HouseholdBenefit.supplier_id == supplier_id)
    bare = [Claim(**row) for row in db.session.execute(query).mappings()]
    margins, bars = Margins(), bars_of(quarters, {claim.household_id for claim in bare})
    return [_weighed(claim, margins, bars) for claim in bare]


def _weighed(claim: Claim, margins: Margins, bars: Bars) -> Claim:
    barred = bars.on(claim)
    margin_bp = margins.of(claim.kind, claim.category_id, claim.counts_on)
    factor = 0 if barred else factor_bp(Proof(claim.state, claim.method, claim.voucher))
    net = net_fen(claim.amount_fen, kind=claim.kind, margin_bp=margin_bp, factor=factor)
    known = {name: getattr(claim, name) for name in _BARE}
    return Claim(**known, margin_bp=margin_bp, factor_bp=factor, net_fen=net, barred=barred)


_BARE = tuple(Claim.__dataclass_fields__)[:12]


def bars_of(quarters: list[Quarter], households: Collection[int]) -> Bars:
    """What stands against claims of these households in these quarters."""
    named = [str(quarter) for quarter in quarters]
    newest = (
        sa.select(ClaimReview.household_id, ClaimReview.quarter, ClaimReview.state)
        .ext(distinct_on(ClaimReview.household_id, ClaimReview.quarter))
        .where(ClaimReview.quarter.in_(named))
        .order_by(ClaimReview.household_id, ClaimReview.quarter, ClaimReview.version_no.desc())
    )
    reviews = {(row[0], row[1]) for row in db.session.execute(newest) if row[2] is not ReviewState.CLEARED}
    listed = db.session.execute(sa.select(RelatedHousehold.supplier_id, RelatedHousehold.household_id))
    accounts = _accounts(households)
    return Bars(
        reviews=frozenset(reviews),
        related=frozenset({(row[0], row[1]) for row in listed} | _own_accounts(accounts)),
        doubles=_doubles(accounts),
        products=over_capacity(quarters),
    )


def _accounts(households: Collection[int]) -> list[tuple[int, bytes]]:
    query = sa.select(HouseholdPerson.household_id, HouseholdPerson.account_index).where(
        any_of(HouseholdPerson.household_id, households), HouseholdPerson.account_index.is_not(None)
    )
    rows = db.session.execute(query.order_by(HouseholdPerson.household_id))
    return [(household_id, bytes(index)) for household_id, index in rows if index is not None]


def _own_accounts(accounts: Iterable[tuple[int, bytes]]) -> set[tuple[int, int]]:
    """(supplier, household) where the household's account is the one the supplier is paid on (4.2 h)."""
    by_index: dict[bytes, list[int]] = {}
    for household_id, index in accounts:
        by_index.setdefault(index, []).append(household_id)
    rows = db.session.execute(sa.select(Supplier.id, Supplier.bank_account_no)) if by_index else ()
    return {
        (supplier_id, household_id)
        for supplier_id, number in rows
        for index in sealing.blind_indexes(number, "account")
        for household_id in by_index.get(index, ())
    }


def _doubles(accounts: Iterable[tuple[int, bytes]]) -> frozenset[int]:
    """Households paid on an account that another, earlier household is paid on: one person, counted once (4.2 b).

    That nobody stands in two households by resident number the register itself refuses.
    """
    first: dict[bytes, int] = {}
    later = {household_id for household_id, index in accounts if first.setdefault(index, household_id) != household_id}
    return frozenset(later)


def over_capacity(quarters: list[Quarter]) -> frozenset[int]:
    """Products that sold more in the window than their certificates' approved output (F11, 4.2 e)."""
    newest = (
        sa.select(ProductSold.product_id, ProductSold.sold_g)
        .ext(distinct_on(ProductSold.product_id, ProductSold.quarter))
        .where(ProductSold.quarter.in_([str(quarter) for quarter in quarters]))
        .order_by(ProductSold.product_id, ProductSold.quarter, ProductSold.id.desc())
        .subquery()
    )
    approved = (
        sa.select(CertificateProduct.product_id, sa.func.sum(Certificate.approved_output_g).label("output_g"))
        .join(Certificate, Certificate.id == CertificateProduct.certificate_id)
        .where(Certificate.status == CertificateStatus.ACTIVE, Certificate.approved_output_g.is_not(None))
        .group_by(CertificateProduct.product_id)
        .subquery()
    )
    query = (
        sa.select(approved.c.product_id)
        .join(newest, newest.c.product_id == approved.c.product_id)
        .group_by(approved.c.product_id, approved.c.output_g)
        .having(sa.func.sum(newest.c.sold_g) > approved.c.output_g)
    )
    return frozenset(db.session.scalars(query))


def facts(quarter: Quarter, found: Iterable[Claim], on: date) -> list[Facts]:
    """Every active supplier with what is known of it for the window that ends with `quarter`."""
    payments: dict[int, list[Payment]] = {}
    for claim in found:
        payments.setdefault(claim.supplier_id, []).append(Payment(claim.household_id, claim.quarter, claim.net_fen))
    revenue, signed, struck = _revenue(window(quarter)), _signed(on), _struck(quarter)
    large_from = int(settings.value("linkage.large_revenue_fen", on=quarter.last_day))
    rows = db.session.execute(
        sa.select(Supplier.id, Supplier.entity_type, Supplier.admitted_on, Organisation.uscc)
        .join(Organisation, Organisation.id == Supplier.organisation_id)
        .where(Supplier.status == SupplierStatus.ACTIVE)
        .order_by(Supplier.id)
    )
    return [
        Facts(
            supplier_id=row.id,
            code=row.uscc or f"~{row.id:010d}",
            entity=size_class(row.entity_type, revenue.get(row.id, 0), large_from),
            admitted_on=row.admitted_on or on,
            revenue_fen=revenue.get(row.id, 0),
            payments=tuple(payments.get(row.id, ())),
            signed_households=signed.get(row.id, 0),
            is_struck=row.id in struck,
        )
        for row in rows
    ]


def _revenue(quarters: list[Quarter]) -> dict[int, int]:
    newest = (
        sa.select(SupplierTurnover.supplier_id, SupplierTurnover.revenue_fen)
        .ext(distinct_on(SupplierTurnover.supplier_id, SupplierTurnover.quarter))
        .where(SupplierTurnover.quarter.in_([str(quarter) for quarter in quarters]))
        .order_by(SupplierTurnover.supplier_id, SupplierTurnover.quarter, SupplierTurnover.id.desc())
        .subquery()
    )
    query = sa.select(newest.c.supplier_id, sa.func.sum(newest.c.revenue_fen)).group_by(newest.c.supplier_id)
    return {supplier_id: int(total) for supplier_id, total in db.session.execute(query)}


def _signed(on: date) -> dict[int, int]:
    query = (
        sa.select(LinkageAgreement.supplier_id, sa.func.count(sa.distinct(LinkageAgreement.household_id)))
        .where(
            LinkageAgreement.signed_on <= on,
            sa.or_(LinkageAgreement.valid_to.is_(None), LinkageAgreement.valid_to >= on),
        )
        .group_by(LinkageAgreement.supplier_id)
    )
    return {row[0]: row[1] for row in db.session.execute(query)}


def _struck(quarter: Quarter) -> frozenset[int]:
    return frozenset(
        db.session.scalars(sa.select(FalseClaim.supplier_id).where(FalseClaim.until_quarter >= str(quarter)))
    )
