"""After the admission: the township's look every six months, warnings before a licence ends, a trader's producers."""

from datetime import date, timedelta

import sqlalchemy as sa

from catalog.models.supplier import Supplier
from catalog.models.supplier_life import ProducerAuthorisation, SupplierCheck
from catalog.queries import producers, suppliers
from catalog.queries import supplier_checks as queries
from catalog.rules.supplier import SUPPLIER, EntityType, SupplierAct, SupplierStatus
from catalog.rules.supplier_life import WARN_DAYS, CheckOutcome
from catalog.services import search_index
from catalog.services.admission import changed, locked
from core import clock, telling, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Missing, Refused
from core.notices.rules import NoticeKind
from core.organisations.models import Organisation
from core.people import sms
from core.states import advance
from core.trail.models import Stream


def check(
    supplier_id: int, outcome: CheckOutcome, *, due_on: date, note: str, by: Actor, file_id: int | None = None
) -> SupplierCheck:
    """The township has looked again. Failed: new orders stop at once. `due_on` is the day that the clerk saw.

    Raises: Refused "note-needed" for a failure, "check-done-already" when a colleague was quicker; Missing for another
    township's supplier.
    """
    found = locked(supplier_id)
    if found.town_code != by.place_code or found.status not in queries.LOOKED_AT:
        raise Missing("no-such-supplier")
    due = queries.due_of(found)
    if due != due_on:
        raise Refused("check-done-already")
    if outcome is CheckOutcome.FAILED and not note.strip():
        raise Refused("note-needed")
    made = SupplierCheck(
        supplier_id=found.id, due_on=due, done_on=clock.today(), outcome=outcome, note=note.strip(), file_id=file_id,
        person_id=by.person_id, at=clock.now(),
    )  # fmt: skip
    db.session.add(made)
    found.checked_on = clock.today()
    if outcome is CheckOutcome.FAILED:
        found.halted_for = None  # more than a paper is missing now: a renewed licence alone brings nobody back
    db.session.flush()
    if outcome is CheckOutcome.FAILED and found.status is SupplierStatus.ACTIVE:
        found.status = advance(SUPPLIER, SupplierStatus.ACTIVE, SupplierAct.SUSPEND, "township")
        changed(
            "supplier-check-failed", found, SupplierStatus.ACTIVE, by, right=Right.SUPPLIER_CHECK, reason=note.strip()
        )
        return made
    trail.record(
        Stream.CATALOGUE, "supplier-checked", "supplier", found.id, by=by, right=Right.SUPPLIER_CHECK,
        outcome=outcome, after={"checked_on": clock.today()},
    )  # fmt: skip
    return made


def warn_licences() -> int:
    """The clock's act: one message, thirty days before a licence ends, to each clerk. How many licences."""
    today = clock.today()
    query = sa.select(Supplier).where(
        Supplier.status == SupplierStatus.ACTIVE,
        Supplier.licence_valid_to.between(today, today + timedelta(days=WARN_DAYS)),
        Supplier.licence_warned_for.is_distinct_from(Supplier.licence_valid_to),
    )
    found = db.session.scalars(query.with_for_update(skip_locked=True)).all()
    for supplier in found:
        supplier.licence_warned_for = supplier.licence_valid_to
        telling.tell_office(
            supplier.organisation_id, Right.SELL, NoticeKind.SYSTEM, "licence-ends",
            ref=f"licence-{supplier.id}-{supplier.licence_valid_to}", href="/desk", until_on=supplier.licence_valid_to,
        )  # fmt: skip
        for phone in suppliers.clerk_phones(supplier.id):
            sms.send(phone, "licence-ending", until_on=supplier.licence_valid_to)
        trail.record(
            Stream.CATALOGUE, "supplier-licence-warned", "supplier", supplier.id, by=None,
            until_on=supplier.licence_valid_to,
        )  # fmt: skip
    return len(found)


def authorise(
    trader_id: int, producer_id: int, *, valid_to: date | None, by: Actor, file_id: int | None = None
) -> ProducerAuthorisation:
    """The operator writes down that a producer lets a trader sell its goods (rule 65).

    Raises: Refused "not-a-trader", "producer-not-active", "authorisation-there", "end-in-the-past"; Missing.
    """
    trader, producer = locked(trader_id), db.session.get(Supplier, producer_id)
    if trader.entity_type is not EntityType.TRADER:
        raise Refused("not-a-trader")
    if producer is None:
        raise Missing("no-such-supplier")
    if producer.entity_type is EntityType.TRADER or producer.status is not SupplierStatus.ACTIVE:
        raise Refused("producer-not-active")
    if valid_to is not None and valid_to < clock.today():
        raise Refused("end-in-the-past")
    there = sa.exists().where(
        ProducerAuthorisation.trader_id == trader_id,
        ProducerAuthorisation.producer_id == producer_id,
        producers.holds(clock.today()),
    )
    if db.session.scalar(sa.select(there)):
        raise Refused("authorisation-there")
    made = ProducerAuthorisation(
        trader_id=trader_id, producer_id=producer_id, valid_from=clock.today(), valid_to=valid_to, file_id=file_id,
        person_id=by.person_id, at=clock.now(),
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    search_index.mark_supplier(trader_id)
    _note_authorisation("producer-authorised", made, by)
    return made


def end_authorisation(authorisation_id: int, *, by: Actor) -> ProducerAuthorisation:
    """From today on the trader sells nothing of this producer. Raises: Missing for an unknown or ended one."""
    found = db.session.get(ProducerAuthorisation, authorisation_id, with_for_update=True)
    if found is None or found.ended_on is not None:
        raise Missing("no-such-authorisation")
    found.ended_on = clock.today()
    search_index.mark_supplier(found.trader_id)
    _note_authorisation("producer-authorisation-ended", found, by)
    return found


def _note_authorisation(action: str, found: ProducerAuthorisation, by: Actor) -> None:
    name = db.session.scalar(
        sa.select(Organisation.name)
        .join(Supplier, Supplier.organisation_id == Organisation.id)
        .where(Supplier.id == found.producer_id)
    )
    trail.record(Stream.CATALOGUE, action, "supplier", found.trader_id, by=by, right=Right.ADMIT, name=name)
