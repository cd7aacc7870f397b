"""A business licence renewed: the clerk hands in the paper, the township compares it, and its end moves (rule 66)."""

from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from catalog.models.supplier import Supplier
from catalog.models.supplier_life import LicenceRenewal
from catalog.queries import licences as queries
from catalog.queries import suppliers
from catalog.rules.supplier import SUPPLIER, SupplierAct, SupplierStatus
from catalog.services.admission import changed, locked
from core import clock, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.access.roles import OrganisationKind
from core.db import db, savepoint, violated
from core.errors import Missing, Refused
from core.files.models import StoredFile
from core.files.services import let_read
from core.organisations.models import Organisation
from core.people import sms
from core.states import advance
from core.trail.models import Stream

_WAITING = "uq_licence_renewal_waiting"


def hand_in(valid_to: date | None, file_id: int, *, by: Actor) -> LicenceRenewal:
    """The clerk's new licence with its scan; `valid_to` None is one without an end. It changes nothing yet.

    Raises: Refused "licence-endless", "licence-not-later", "licence-waits"; Missing for no supplier or another's file.
    """
    seller, file = suppliers.own(by), db.session.get(StoredFile, file_id)
    if seller.status not in queries.RENEWABLE:
        raise Missing("no-such-supplier")
    if file is None or file.uploaded_by_id != by.person_id:
        raise Missing("no-such-file")
    if seller.licence_valid_to is None:
        raise Refused("licence-endless")
    if valid_to is not None and valid_to <= max(clock.today(), seller.licence_valid_to):
        raise Refused("licence-not-later", valid_to_on=max(clock.today(), seller.licence_valid_to))
    made = LicenceRenewal(
        supplier_id=seller.id, valid_to=valid_to, file_id=file_id, person_id=by.person_id, at=clock.now()
    )
    try:
        with savepoint():
            db.session.add(made)
            db.session.flush()
    except IntegrityError as error:
        if violated(error) != _WAITING:
            raise
        raise Refused("licence-waits") from error
    let_read(file_id, *_township(seller.town_code))
    _note("licence-handed-in", made, by, Right.SELL)
    return made


def accept(renewal_id: int, *, by: Actor) -> Supplier:
    """The township has compared it with the register: the licence runs until the new day from now on.

    A supplier that the clock held back for the old licence alone sells again. Raises: Missing for another township's;
    Refused "licence-decided", "licence-own".
    """
    renewal, seller = _waiting(renewal_id, by)
    _decide(renewal, by, accepted=True)
    before, was = seller.status, seller.licence_valid_to
    seller.licence_valid_to = renewal.valid_to
    if seller.halted_for is not None:
        seller.status, seller.halted_for = advance(SUPPLIER, seller.status, SupplierAct.RESUME, "renewal"), None
    changed(
        "licence-renewed", seller, before, by, right=Right.SUPPLIER_CHECK,
        was_on=was.isoformat() if was else "", until_on=renewal.valid_to.isoformat() if renewal.valid_to else "",
    )  # fmt: skip
    _tell(seller, "licence-accepted" if seller.status is SupplierStatus.ACTIVE else "licence-accepted-still-off")
    return seller


def send_back(renewal_id: int, reason: str, *, by: Actor) -> LicenceRenewal:
    """The paper is not what it should be. Raises: as `accept`; Refused "reason-needed"."""
    if not reason.strip():
        raise Refused("reason-needed")
    renewal, seller = _waiting(renewal_id, by)
    _decide(renewal, by, accepted=False, reason=reason.strip()[:200])
    _note("licence-sent-back", renewal, by, Right.SUPPLIER_CHECK, reason=renewal.reason)
    _tell(seller, "licence-sent-back", reason=renewal.reason)
    return renewal


def _waiting(renewal_id: int, by: Actor) -> tuple[LicenceRenewal, Supplier]:
    """The renewal with its supplier, both locked, the supplier first as every act on one does."""
    supplier_id = db.session.scalar(sa.select(LicenceRenewal.supplier_id).where(LicenceRenewal.id == renewal_id))
    if supplier_id is None:
        raise Missing("no-such-renewal")
    seller = locked(supplier_id)
    if seller.town_code != by.place_code or seller.status not in queries.RENEWABLE:
        raise Missing("no-such-renewal")
    renewal = db.session.get_one(LicenceRenewal, renewal_id, with_for_update=True, populate_existing=True)
    if renewal.is_accepted is not None:
        raise Refused("licence-decided")
    if renewal.person_id == by.person_id:
        raise Refused("licence-own")
    return renewal, seller


def _decide(renewal: LicenceRenewal, by: Actor, *, accepted: bool, reason: str = "") -> None:
    renewal.is_accepted, renewal.reason = accepted, reason
    renewal.decided_by_id, renewal.decided_at = by.person_id, clock.now()
    db.session.flush()


def _township(town_code: str) -> list[int]:
    query = sa.select(Organisation.id).where(
        Organisation.kind == OrganisationKind.TOWNSHIP, Organisation.place_code == town_code
    )
    return list(db.session.scalars(query))


def _tell(seller: Supplier, code: str, **facts: object) -> None:
    for phone in suppliers.clerk_phones(seller.id):
        sms.send(phone, code, **facts)


def _note(action: str, found: LicenceRenewal, by: Actor, right: Right, **facts: Any) -> None:
    trail.record(
        Stream.CATALOGUE, action, "supplier", found.supplier_id, by=by, right=right,
        until_on=found.valid_to.isoformat() if found.valid_to else "", **facts,
    )  # fmt: skip
