"""Benefits to households and scores."""

import itertools
from datetime import date
from typing import Any

from catalog.models.benefit import HouseholdBenefit, LinkageScore
from catalog.models.household import HouseholdPerson
from catalog.models.income import IncomeSnapshot
from catalog.models.product import Lot
from catalog.models.supplier import Household, Supplier
from catalog.rules.benefit import BenefitKind, BenefitState, ConfirmWay, PayMethod
from core import clock
from core.access.actor import Actor
from core.access.roles import OrganisationKind, Role
from core.db import db
from core.files import services as files
from core.organisations.models import Organisation
from tests.make.catalog import VILLAGE
from tests.make.core import actor, organisation, seat, writing

_numbers = itertools.count(1)


def linkage_score(of: Supplier, *, score: int = 5_000, quarter: str = "2026Q3", **columns: Any) -> LinkageScore:
    """A supplier's score as it would stand after a run, with the least that is true."""
    given: dict[str, Any] = {
        "version_no": 1,
        "rank": 1,
        "verified_fen": 100_000_00,
        "households": 20,
        "is_preferred": True,
        "is_provisional": False,
        "inputs": {},
        "inputs_hash": "0" * 64,
    }
    with writing():
        made = LinkageScore(
            supplier_id=of.id, quarter=quarter, score=score, created_at=clock.now(), **{**given, **columns}
        )
        db.session.add(made)
        db.session.flush()
    return made


def benefit(
    of: Supplier,
    to: Household,
    fen: int,
    on: date,
    *,
    kind: BenefitKind = BenefitKind.WAGE,
    state: BenefitState = BenefitState.CONFIRMED,
    paid: bool = True,
    **columns: Any,
) -> HouseholdBenefit:
    """A claim as it stands, without its story; paid by bank unless told otherwise."""
    number = next(_numbers)
    given: dict[str, Any] = {
        "earned_on": on,
        "counts_on": on,
        "paid_on": on if paid else None,
        "method": PayMethod.BANK if paid else None,
        "voucher": f"V{number}" if paid else "",
        "confirm_way": ConfirmWay.SMS if state is BenefitState.CONFIRMED else None,
        "source_kind": "test",
        "source_id": number,
    }
    with writing():
        made = HouseholdBenefit(
            supplier_id=of.id,
            household_id=to.id,
            village_code=to.village_code,
            kind=kind,
            amount_fen=fen,
            state=state,
            created_at=clock.now(),
            updated_at=clock.now(),
            **{**given, **columns},
        )
        db.session.add(made)
        db.session.flush()
    return made


def village_worker(village: str = VILLAGE) -> Actor:
    """The worker of a village, in its own organisation."""
    body = organisation(OrganisationKind.VILLAGE, place_code=village)
    return actor(seat(body, Role.VILLAGE_WORKER), body, Role.VILLAGE_WORKER)


def linkage_officer() -> Actor:
    """An officer of the county's revitalisation office."""
    body = organisation(OrganisationKind.REVITALISATION, place_code="220681")
    return actor(seat(body, Role.LINKAGE_OFFICER), body, Role.LINKAGE_OFFICER)


def clerk_of(of: Supplier) -> Actor:
    """A clerk of the supplier."""
    body = db.session.get_one(Organisation, of.organisation_id)
    return actor(seat(body, Role.SUPPLIER_CLERK), body, Role.SUPPLIER_CLERK)


def income(of: Household, year: int, quarter: int, *, wage_fen: int = 0, operating_fen: int = 0) -> None:
    """A snapshot of a household's quarter."""
    with writing():
        db.session.add(
            IncomeSnapshot(
                household_id=of.id,
                year=year,
                quarter=quarter,
                version_no=1,
                members=3,
                wage_fen=wage_fen,
                operating_fen=operating_fen,
                operating_cost_fen=0,
                property_fen=0,
                transfer_fen=0,
                created_at=clock.now(),
            )
        )


def account(of: Household, number: str) -> None:
    """The head of a household, with only a bank account."""
    with writing():
        head = HouseholdPerson(household_id=of.id, position=1, created_at=clock.now())
        head.close("account", number)
        db.session.add(head)


def paper(owner: Supplier) -> int:
    """A stored file of the supplier's."""
    with writing():
        return files.take_raw(
            b"%PDF-1.4", content_type="application/pdf", name="agreement.pdf", purpose="agreement",
            by=clerk_of(owner), owner_id=owner.organisation_id,
        ).id  # fmt: skip


def lot(of: Supplier, product_id: int) -> int:
    """A batch of the product from the usual village."""
    with writing():
        made = Lot(
            lot_no=f"L{next(_numbers):08d}", supplier_id=of.id, product_id=product_id, origin_code=VILLAGE,
            harvested_on=date(2026, 7, 1), created_at=clock.now(),
        )  # fmt: skip
        db.session.add(made)
        db.session.flush()
    return made.id
