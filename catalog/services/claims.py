"""What a supplier's clerk writes into the ledger by hand: one payment to one household, with its paper."""

import secrets
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from catalog.models.benefit import HouseholdBenefit
from catalog.models.supplier import Household
from catalog.queries import suppliers
from catalog.rules.benefit import BenefitKind, PayMethod
from catalog.services import benefits
from core.access.actor import Actor
from core.db import db
from core.errors import Refused


@dataclass(frozen=True)
class Claim:
    """One payment as it was typed. Without `method` it is not paid yet."""

    kind: BenefitKind
    household_code: str
    amount_fen: int
    earned_on: date
    category_id: int | None = None
    quantity_g: int | None = None
    method: PayMethod | None = None
    paid_on: date | None = None
    voucher: str = ""
    note: str = ""


def write(claim: Claim, *, file_id: int | None = None, by: Actor) -> HouseholdBenefit:
    """A claim of the actor's supplier; `file_id` is the voucher, or the signed cash receipt.

    Raises: Refused of `benefits.draft` and `mark_paid`, "household-not-known", "purchase-needs-category".
    """
    household_id = db.session.scalar(sa.select(Household.id).where(Household.code == claim.household_code))
    if household_id is None:
        raise Refused("household-not-known", code=claim.household_code)
    if claim.kind is BenefitKind.PURCHASE and claim.category_id is None:
        raise Refused("purchase-needs-category")
    source = ("manual", secrets.randbits(62))
    made = benefits.draft(
        kind=claim.kind,
        supplier_id=suppliers.own(by).id,
        household_id=household_id,
        quantity_g=claim.quantity_g,
        amount_fen=claim.amount_fen,
        earned_on=claim.earned_on,
        category_id=claim.category_id if claim.kind is BenefitKind.PURCHASE else None,
        source=source,
        note=claim.note,
        by=by,
    )
    if claim.method is not None:
        paid_on = claim.paid_on or claim.earned_on
        benefits.mark_paid(source, paid_on, claim.voucher, method=claim.method, file_id=file_id, by=by)
    if file_id is not None:
        benefits.share(file_id, made.village_code)
    return made


def pay(
    benefit_id: int, paid_on: date, voucher: str, *, method: PayMethod, file_id: int | None, by: Actor
) -> HouseholdBenefit:
    """Mark one's own claim paid. Raises: Missing for another's; Refused as `benefits.mark_paid`."""
    (found,) = benefits.locked([benefit_id])
    benefits.office_or_own(found, by)
    if file_id is not None:
        benefits.share(file_id, found.village_code)
    return benefits.mark_paid(
        (found.source_kind, found.source_id), paid_on, voucher, method=method, file_id=file_id, by=by
    )
