"""Claims as people see them: a supplier its own, a village its households', the linkage office all. By code only."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from catalog.models.benefit import BenefitEvent, HouseholdBenefit
from catalog.models.product import Category, Lot
from catalog.models.supplier import Household, Supplier
from catalog.queries import suppliers
from catalog.rules.benefit import BenefitAct, BenefitKind, BenefitState, ConfirmWay, PayMethod, Proof, factor_bp
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Missing
from core.files.models import StoredFile
from core.organisations.models import Organisation
from core.people.models import Person
from core.places.models import Place

SIZE = 50


@dataclass(frozen=True)
class Row:
    """One claim in a list."""

    benefit_id: int
    household_code: str
    village: str
    supplier_id: int
    supplier_name: str
    kind: BenefitKind
    category: str | None
    lot_no: str | None
    quantity_g: int | None
    amount_fen: int
    earned_on: date
    paid_on: date | None
    method: PayMethod | None
    voucher: str
    voucher_token: str | None
    state: BenefitState
    confirm_by: date | None
    confirm_way: ConfirmWay | None

    @property
    def factor_bp(self) -> int:
        """How far it is believed now."""
        return factor_bp(Proof(self.state, self.method, self.paid_on is not None))


@dataclass(frozen=True)
class Rows:
    """One page of a list."""

    rows: tuple[Row, ...]
    total: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // SIZE))


@dataclass(frozen=True)
class Event:
    """One step with who took it; `file_token` is its paper."""

    act: BenefitAct
    party: str
    amount_fen: int
    person: str | None
    note: str
    file_token: str | None
    at: datetime


def scope(who: Actor) -> sa.ColumnElement[bool]:
    """The condition on `HouseholdBenefit`: nothing for who has no business here."""
    if who.may(Right.LINKAGE_VIEW):
        return sa.true()
    if who.may(Right.SELL):
        own = suppliers.find_own(who)
        return HouseholdBenefit.supplier_id == (own.id if own else -1)
    if who.may(Right.BENEFIT_ATTEST) and who.place_code:
        return HouseholdBenefit.village_code == who.place_code
    return sa.false()


def listed(
    for_: Actor,
    *,
    states: Collection[BenefitState] = (),
    supplier_id: int | None = None,
    household_code: str = "",
    page: int = 1,
) -> Rows:
    """One page of the claims the actor may see, the newest first (the oldest first where they wait for the actor)."""
    wanted = [scope(for_)]
    if states:
        wanted.append(HouseholdBenefit.state.in_(list(states)))
    if supplier_id is not None:
        wanted.append(HouseholdBenefit.supplier_id == supplier_id)
    if household_code:
        found = sa.select(Household.id).where(Household.code == household_code).scalar_subquery()
        wanted.append(HouseholdBenefit.household_id == found)
    total = db.session.scalar(sa.select(sa.func.count()).select_from(HouseholdBenefit).where(*wanted)) or 0
    is_queue = set(states) == {BenefitState.DRAFT} or set(states) == {BenefitState.DISPUTED}
    order = HouseholdBenefit.id if is_queue else HouseholdBenefit.id.desc()
    current = min(max(page, 1), max(1, -(-total // SIZE)))
    query = _select().where(*wanted).order_by(order).limit(SIZE).offset((current - 1) * SIZE)
    return Rows(tuple(Row(**row) for row in db.session.execute(query).mappings()), total, current)


def counts(for_: Actor) -> dict[BenefitState, int]:
    """How many claims stand where, of those the actor may see."""
    query = sa.select(HouseholdBenefit.state, sa.func.count()).where(scope(for_)).group_by(HouseholdBenefit.state)
    return {row[0]: row[1] for row in db.session.execute(query)}


def waiting(who: Actor, state: BenefitState) -> int:
    """How many of the actor's claims are in one state; for counters."""
    query = sa.select(sa.func.count()).where(scope(who), HouseholdBenefit.state == state)
    return db.session.scalar(query) or 0


def one(benefit_id: int, for_: Actor) -> Row:
    """One claim. Raises: Missing for one the actor may not see."""
    found = db.session.execute(_select().where(HouseholdBenefit.id == benefit_id, scope(for_))).mappings().one_or_none()
    if found is None:
        raise Missing("no-such-benefit")
    return Row(**found)


def told(benefit_id: int) -> Row:
    """The claim a household was asked about; the door has looked at its token. Raises: Missing."""
    found = db.session.execute(_select().where(HouseholdBenefit.id == benefit_id)).mappings().one_or_none()
    if found is None:
        raise Missing("no-such-benefit")
    return Row(**found)


def events(benefit_id: int) -> list[Event]:
    """All steps of a claim, the newest first."""
    query = (
        sa.select(
            BenefitEvent.act,
            BenefitEvent.party,
            BenefitEvent.amount_fen,
            Person.name.label("person"),
            BenefitEvent.note,
            StoredFile.token.label("file_token"),
            BenefitEvent.created_at.label("at"),
        )
        .outerjoin(Person, Person.id == BenefitEvent.person_id)
        .outerjoin(StoredFile, StoredFile.id == BenefitEvent.file_id)
        .where(BenefitEvent.benefit_id == benefit_id)
        .order_by(BenefitEvent.id.desc())
    )
    return [Event(**row) for row in db.session.execute(query).mappings()]


def _select() -> sa.Select[*tuple[object, ...]]:
    return (
        sa.select(
            HouseholdBenefit.id.label("benefit_id"),
            Household.code.label("household_code"),
            Place.name.label("village"),
            HouseholdBenefit.supplier_id,
            Organisation.name.label("supplier_name"),
            HouseholdBenefit.kind,
            Category.name.label("category"),
            Lot.lot_no,
            HouseholdBenefit.quantity_g,
            HouseholdBenefit.amount_fen,
            HouseholdBenefit.earned_on,
            HouseholdBenefit.paid_on,
            HouseholdBenefit.method,
            HouseholdBenefit.voucher,
            StoredFile.token.label("voucher_token"),
            HouseholdBenefit.state,
            HouseholdBenefit.confirm_by,
            HouseholdBenefit.confirm_way,
        )
        .join(Household, Household.id == HouseholdBenefit.household_id)
        .join(Place, Place.code == HouseholdBenefit.village_code)
        .join(Supplier, Supplier.id == HouseholdBenefit.supplier_id)
        .join(Organisation, Organisation.id == Supplier.organisation_id)
        .outerjoin(Category, Category.id == HouseholdBenefit.category_id)
        .outerjoin(Lot, Lot.id == HouseholdBenefit.lot_id)
        .outerjoin(StoredFile, StoredFile.id == HouseholdBenefit.voucher_file_id)
    )
