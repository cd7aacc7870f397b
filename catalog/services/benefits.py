"""Claims of benefits: written once for their source, marked paid, with every step as a fact."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from catalog.models.benefit import BenefitEvent, HouseholdBenefit
from catalog.models.product import Lot, Product
from catalog.models.supplier import Household, LinkageAgreement
from catalog.queries import suppliers
from catalog.rules.benefit import BENEFIT, KIND_OF_MODE, BenefitAct, BenefitKind, BenefitState, PayMethod
from core import clock, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.access.roles import OrganisationKind
from core.db import db
from core.errors import Missing, Refused
from core.files.services import let_read
from core.organisations.models import Organisation
from core.states import advance
from core.trail.models import Stream

Source = tuple[str, int]
"""Where a claim comes from: ("purchase-note", id). It gives one claim and no second."""
SAME = ("kind", "supplier_id", "household_id", "lot_id", "quantity_g", "amount_fen")


def draft(
    *,
    kind: BenefitKind,
    supplier_id: int,
    household_id: int,
    lot_id: int | None = None,
    quantity_g: int | None = None,
    amount_fen: int,
    paid_on: date | None = None,
    source: Source,
    by: Actor | None,
    voucher: str = "",
    earned_on: date | None = None,
    category_id: int | None = None,
    note: str = "",
) -> HouseholdBenefit:
    """One claim: the supplier owes or paid the household `amount_fen` (and took `quantity_g` of the lot).

    Asked again for the same source with the same facts it gives the claim that stands. `paid_on` with a bank voucher
    marks it paid at once. `category_id` says what was bought where no lot does.

    Raises: Refused "benefit-amount", "benefit-source-taken", "benefit-in-future"; Missing for an unknown household or
    a lot of another supplier.
    """
    day = earned_on or paid_on or clock.today()
    if amount_fen <= 0:
        raise Refused("benefit-amount")
    if day > clock.today():
        raise Refused("benefit-in-future", earned_on=day)
    village = db.session.scalar(sa.select(Household.village_code).where(Household.id == household_id))
    if village is None:
        raise Missing("no-such-household")
    facts: dict[str, Any] = {
        "kind": kind,
        "supplier_id": supplier_id,
        "household_id": household_id,
        "village_code": village,
        "agreement_id": _agreement(kind, supplier_id, household_id, day),
        "lot_id": lot_id,
        "category_id": category_id if lot_id is None else _category(lot_id, supplier_id),
        "quantity_g": quantity_g,
        "amount_fen": amount_fen,
        "earned_on": day,
        "counts_on": day,
    }
    made = _insert(facts, source)
    if made is None:
        return _standing(facts, source)
    step(made, BenefitAct.DRAFT, party="supplier", by=by, amount_fen=amount_fen, note=note)
    if paid_on is not None:
        mark_paid(source, paid_on, voucher, by=by)
    return made


def _insert(facts: dict[str, Any], source: Source) -> HouseholdBenefit | None:
    """The new row; None when the source has one already, also when another writes it this moment."""
    now = clock.now()
    row = {"state": BenefitState.DRAFT, "voucher": "", "created_at": now, "updated_at": now}
    named = {"source_kind": source[0], "source_id": source[1]}
    made_id = db.session.scalar(
        insert(HouseholdBenefit)
        .values(**facts, **row, **named)
        .on_conflict_do_nothing(constraint="uq_household_benefit_source")
        .returning(HouseholdBenefit.id)
    )
    return None if made_id is None else db.session.get_one(HouseholdBenefit, made_id)


def _standing(facts: dict[str, Any], source: Source) -> HouseholdBenefit:
    found = of_source(source)
    if any(getattr(found, name) != facts[name] for name in SAME):
        raise Refused("benefit-source-taken", kind=source[0], number=source[1])
    return found


def _agreement(kind: BenefitKind, supplier_id: int, household_id: int, on: date) -> int | None:
    """The agreement between the two that pays for this kind on the day, the newest one."""
    modes = [mode for mode, pays in KIND_OF_MODE.items() if pays is kind]
    return db.session.scalar(
        sa.select(LinkageAgreement.id)
        .where(
            LinkageAgreement.supplier_id == supplier_id,
            LinkageAgreement.household_id == household_id,
            LinkageAgreement.mode.in_(modes),
            LinkageAgreement.valid_from <= on,
            sa.or_(LinkageAgreement.valid_to.is_(None), LinkageAgreement.valid_to >= on),
        )
        .order_by(LinkageAgreement.valid_from.desc(), LinkageAgreement.id.desc())
        .limit(1)
    )


def _category(lot_id: int, supplier_id: int) -> int:
    found = db.session.scalar(
        sa.select(Product.category_id)
        .join(Lot, Lot.product_id == Product.id)
        .where(Lot.id == lot_id, Lot.supplier_id == supplier_id)
    )
    if found is None:
        raise Missing("no-such-lot")
    return found


def mark_paid(
    source: Source,
    paid_on: date,
    voucher: str,
    *,
    method: PayMethod = PayMethod.BANK,
    file_id: int | None = None,
    by: Actor | None = None,
) -> HouseholdBenefit:
    """The money has gone: the day, the bank's voucher number, or for cash the file of the signed receipt with photo.

    Once: the same again changes nothing.
    Raises: Refused "benefit-paid-already" (another day or voucher), "voucher-needed", "benefit-paid-early",
    "benefit-void"; Missing.
    """
    found = of_source(source, lock=True)
    if found.paid_on is not None:
        if (found.paid_on, found.voucher, found.method) == (paid_on, voucher, method):
            return found
        raise Refused("benefit-paid-already", paid_on=found.paid_on, voucher=found.voucher)
    if found.state is BenefitState.VOID:
        raise Refused("benefit-void")
    if not (voucher if method is PayMethod.BANK else file_id):
        raise Refused("voucher-needed", method=method)
    if paid_on > clock.today():
        raise Refused("benefit-in-future", earned_on=paid_on)
    found.paid_on, found.counts_on, found.method = paid_on, paid_on, method
    found.voucher, found.voucher_file_id = voucher, file_id
    step(found, BenefitAct.PAY, party="supplier", by=by, file_id=file_id, note=voucher)
    return found


def void(benefit_id: int, reason: str, *, by: Actor) -> HouseholdBenefit:
    """Take a claim out of the ledger by its reverse: the supplier its own, the linkage office any.

    Raises: Missing for another's; Refused "state-forbids-act", "state-forbids-party".
    """
    (found,) = locked([benefit_id])
    party = office_or_own(found, by)
    found.state = advance(BENEFIT, found.state, BenefitAct.VOID, party)
    found.confirm_way = None
    step(found, BenefitAct.VOID, party=party, by=by, amount_fen=-found.amount_fen, note=reason)
    return found


def void_source(source: Source, reason: str, *, by: Actor) -> HouseholdBenefit:
    """As `void`, for the claim of a purchase note that was cancelled."""
    return void(of_source(source).id, reason, by=by)


def add_evidence(benefit_id: int, file_id: int, note: str, *, by: Actor) -> None:
    """A paper or photo beside a claim of the actor's supplier. Raises: Missing; Refused "benefit-void"."""
    (found,) = locked([benefit_id])
    party = office_or_own(found, by)
    if found.state is BenefitState.VOID:
        raise Refused("benefit-void")
    share(file_id, found.village_code)
    step(found, BenefitAct.EVIDENCE, party=party, by=by, file_id=file_id, note=note)


def office_or_own(found: HouseholdBenefit, by: Actor) -> str:
    """The party the actor is to a claim: "linkage", or "supplier" for its own. Raises: Missing."""
    if by.may(Right.LINKAGE_MANAGE):
        return "linkage"
    if by.may(Right.SELL) and suppliers.own(by).id == found.supplier_id:
        return "supplier"
    raise Missing("no-such-benefit")


def share(file_id: int, village_code: str) -> None:
    """Let the linkage office and the village's own people read a paper."""
    readers = sa.select(Organisation.id).where(
        sa.or_(
            Organisation.kind == OrganisationKind.REVITALISATION,
            sa.and_(Organisation.kind == OrganisationKind.VILLAGE, Organisation.place_code == village_code),
        )
    )
    let_read(file_id, *db.session.scalars(readers))


def of_source(source: Source, *, lock: bool = False) -> HouseholdBenefit:
    """The claim that came from there. Raises: Missing."""
    query = sa.select(HouseholdBenefit).where(
        HouseholdBenefit.source_kind == source[0], HouseholdBenefit.source_id == source[1]
    )
    found = db.session.execute(query.with_for_update() if lock else query).scalar_one_or_none()
    if found is None:
        raise Missing("no-such-benefit")
    return found


def locked(benefit_ids: Sequence[int]) -> list[HouseholdBenefit]:
    """The claims in id order, locked. Raises: Missing if one is not there."""
    wanted = sorted(set(benefit_ids))
    query = sa.select(HouseholdBenefit).where(HouseholdBenefit.id.in_(wanted)).order_by(HouseholdBenefit.id)
    found = list(db.session.scalars(query.with_for_update()))
    if len(found) != len(wanted):
        raise Missing("no-such-benefit")
    return found


def step(
    found: HouseholdBenefit,
    act: BenefitAct,
    *,
    party: str,
    by: Actor | None,
    amount_fen: int = 0,
    file_id: int | None = None,
    note: str = "",
) -> None:
    """Write down a step that was taken: the fact, and the trail."""
    now = clock.now()
    found.updated_at = now
    db.session.add(
        BenefitEvent(
            benefit_id=found.id,
            act=act,
            state=found.state,
            party=party,
            amount_fen=amount_fen,
            person_id=by.person_id if by else None,
            file_id=file_id,
            note=note,
            created_at=now,
        )
    )
    trail.record(
        Stream.PERSONAL,
        f"benefit-{act.value}",
        "household_benefit",
        found.id,
        by=by,
        after={"state": found.state.value},
        amount_fen=found.amount_fen,
        kind=found.kind,
        reason=note,
    )
