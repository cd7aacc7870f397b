"""Business licences and their renewals: one's own, and those that wait for a township."""

from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from catalog.models.supplier import Supplier
from catalog.models.supplier_life import LicenceRenewal
from catalog.queries import suppliers
from catalog.rules.supplier import SupplierStatus
from catalog.rules.supplier_life import LicenceStage, licence_stage
from core import clock
from core.access.actor import Actor
from core.db import db
from core.files.models import StoredFile
from core.organisations.models import Organisation

RENEWABLE = frozenset({SupplierStatus.ACTIVE, SupplierStatus.SUSPENDED})


@dataclass(frozen=True)
class Renewal:
    """A paper that was handed in; `is_accepted` None while it waits. `valid_to` None: without an end."""

    renewal_id: int
    supplier_id: int
    supplier: str
    now_to: date | None
    valid_to: date | None
    file_token: str
    at: datetime
    is_accepted: bool | None
    reason: str


@dataclass(frozen=True)
class OwnLicence:
    """How one's licence stands today, whether the clock holds one back for it, and the papers handed in."""

    valid_to: date | None
    stage: LicenceStage
    is_halted: bool
    renewals: list[Renewal]

    @property
    def waits(self) -> bool:
        """Whether a paper waits for the township."""
        return any(each.is_accepted is None for each in self.renewals)


def own(by: Actor) -> OwnLicence:
    """The actor's supplier. Raises: Missing. Two statements."""
    seller = suppliers.own(by)
    stage = licence_stage(seller.licence_valid_to, clock.today())
    renewals = _listed(LicenceRenewal.supplier_id == seller.id)
    return OwnLicence(seller.licence_valid_to, stage, seller.halted_for is not None, renewals)


def ending(by: Actor) -> OwnLicence | None:
    """As `own` where a licence ends within thirty days or has ended and no paper waits; None otherwise."""
    seller = suppliers.find_own(by)
    if seller is None or seller.status not in RENEWABLE:
        return None
    if licence_stage(seller.licence_valid_to, clock.today()) is LicenceStage.FINE:
        return None
    found = own(by)
    return None if found.waits else found


def _of_town(by: Actor) -> sa.ColumnElement[bool]:
    return sa.and_(
        LicenceRenewal.is_accepted.is_(None),
        Supplier.town_code == (by.place_code or ""),
        Supplier.status.in_(RENEWABLE),
    )


def waiting(by: Actor) -> list[Renewal]:
    """What a township has to compare, the licence that ends first at the top."""
    return sorted(_listed(_of_town(by)), key=lambda each: (each.now_to or date.max, each.renewal_id))


def waiting_count(by: Actor) -> int:
    """How many there are."""
    query = sa.select(sa.func.count()).select_from(LicenceRenewal).join(Supplier, _JOIN)
    return db.session.scalar(query.where(_of_town(by))) or 0


_JOIN = Supplier.id == LicenceRenewal.supplier_id


def _listed(condition: sa.ColumnElement[bool]) -> list[Renewal]:
    rows = db.session.execute(
        sa.select(
            LicenceRenewal.id, Supplier.id, Organisation.name, Supplier.licence_valid_to, LicenceRenewal.valid_to,
            StoredFile.token, LicenceRenewal.at, LicenceRenewal.is_accepted, LicenceRenewal.reason,
        )
        .select_from(LicenceRenewal)
        .join(Supplier, _JOIN)
        .join(Organisation, Organisation.id == Supplier.organisation_id)
        .join(StoredFile, StoredFile.id == LicenceRenewal.file_id)
        .where(condition)
        .order_by(LicenceRenewal.id.desc())
        .limit(200)
    )  # fmt: skip
    return [Renewal(*row) for row in rows]
