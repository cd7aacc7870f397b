"""Rows of the first-day workbook that name somebody: bodies, canteens, suppliers, accounts."""

from datetime import date
from enum import StrEnum
from typing import TypeVar

import sqlalchemy as sa

from catalog.models.supplier import Supplier
from catalog.rules import identifiers
from catalog.rules.supplier import EntityType, SupplierStatus
from core import clock, trail
from core.access.actor import Actor
from core.access.roles import OrganisationKind, Role
from core.db import db
from core.errors import Refused
from core.organisations import services as organisations
from core.organisations.models import Membership, Organisation
from core.people import queries as people_queries
from core.people import services as people
from core.places.models import Place, PlaceLevel
from core.text import label, sentence
from core.trail.models import Stream
from procurement.models.unit import BudgetUnit
from procurement.queries.register_sheets import Record
from procurement.rules.unit import BudgetLevel, UnitKind

Word = TypeVar("Word", bound=StrEnum)


def word(kind: type[Word], field: str, value: str) -> Word:
    """The enum member whose Chinese label is `value`. Raises: Refused "register-word-unknown"."""
    for member in kind:
        if value in {label(member), member.value}:
            return member
    raise Refused("register-word-unknown", column=sentence("register_column", field), value=value)


def day(text: str) -> date:
    """An ISO day. Raises: Refused "day-unreadable"."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused("day-unreadable") from None


def town_code(name: str) -> str:
    """The town of that name. Raises: Refused "register-town-unknown"."""
    code = db.session.scalar(sa.select(Place.code).where(Place.level == PlaceLevel.TOWN, Place.name == name))
    if code is None:
        raise Refused("register-town-unknown", value=name)
    return code


def body_named(name: str, *kinds: OrganisationKind) -> Organisation:
    """The one open body of that name. Raises: Refused when there is none, or several."""
    query = sa.select(Organisation).where(Organisation.name == name, Organisation.closed_on.is_(None))
    found = db.session.scalars(query.where(Organisation.kind.in_(kinds)) if kinds else query).all()
    if len(found) == 1:
        return found[0]
    raise Refused("register-body-several" if found else "register-body-unknown", value=name)


def _known(kind: OrganisationKind, name: str, uscc: str | None, parent_id: int | None = None) -> bool:
    same = sa.and_(
        Organisation.kind == kind, Organisation.name == name, Organisation.parent_id.is_not_distinct_from(parent_id)
    )
    if uscc:
        same = sa.or_(same, sa.and_(Organisation.uscc == uscc, Organisation.kind == kind, Organisation.name == name))
    return bool(db.session.scalar(sa.select(sa.exists().where(same))))


def _uscc(record: Record) -> str | None:
    text = record.cells.get("uscc", "")
    return identifiers.credit_code(text) if text else None


def load_body(record: Record, by: Actor) -> bool:
    """A unit or another body; units get their settings too."""
    kind, name = word(OrganisationKind, "kind", record.need("kind")), record.need("name")
    superior = record.cells.get("superior", "")
    parent_id = body_named(superior, OrganisationKind.UNIT).id if superior else None
    uscc = _uscc(record)
    if _known(kind, name, uscc, parent_id):
        return False
    town = record.cells.get("town", "")
    body = organisations.found(
        kind,
        name,
        by=by,
        opened_on=date(clock.today().year, 1, 1),
        parent_id=parent_id,
        uscc=uscc,
        place_code=town_code(town) if town else None,
        address=record.cells.get("address", ""),
        phone=record.cells.get("phone", ""),
    )
    if kind is OrganisationKind.UNIT:
        db.session.add(
            BudgetUnit(
                organisation_id=body.id,
                kind=word(UnitKind, "unit_kind", record.need("unit_kind")),
                system=record.need("system")[:20],
                level=word(BudgetLevel, "level", record.need("level")),
            )
        )
        db.session.flush()
    return True


def load_canteen(record: Record, by: Actor) -> bool:
    """A canteen under its unit."""
    unit, name = body_named(record.need("unit"), OrganisationKind.UNIT), record.need("canteen")
    if _known(OrganisationKind.CANTEEN, name, None, unit.id):
        return False
    organisations.found(
        OrganisationKind.CANTEEN,
        name,
        by=by,
        opened_on=unit.opened_on,
        parent_id=unit.id,
        address=record.cells.get("address", "") or unit.address,
    )
    return True


def load_supplier(record: Record, by: Actor) -> bool:
    """An admitted supplier with its own bank account."""
    name, uscc = record.need("name"), identifiers.credit_code(record.need("uscc"))
    if _known(OrganisationKind.SUPPLIER, name, uscc):
        return False
    town = town_code(record.need("town"))
    body = organisations.found(OrganisationKind.SUPPLIER, name, by=by, uscc=uscc, place_code=town)
    until = record.cells.get("licence_valid_to", "")
    db.session.add(
        Supplier(
            organisation_id=body.id,
            entity_type=word(EntityType, "entity_type", record.need("entity_type")),
            status=SupplierStatus.ACTIVE,
            town_code=town,
            legal_person=record.need("legal_person"),
            licence_valid_to=day(until) if until else None,
            bank_name=record.need("bank_name"),
            bank_account_name=record.need("bank_account_name"),
            bank_account_no=identifiers.bank_account(record.need("bank_account_no")),
            admitted_on=clock.today(),
            created_at=clock.now(),
        )
    )
    db.session.flush()
    trail.record(Stream.CATALOGUE, "supplier-registered", "organisation", body.id, by=by, name=name)
    return True


def load_person(record: Record, by: Actor) -> bool:
    """An account with a role; a known phone gets the further role."""
    body, role = body_named(record.need("organisation")), word(Role, "role", record.need("role"))
    phone = identifiers.mobile(record.need("mobile"))
    person = people_queries.find_by_login(phone) or people.create(record.need("person"), phone=phone)
    held = sa.exists().where(
        Membership.person_id == person.id,
        Membership.organisation_id == body.id,
        Membership.role == role,
        Membership.ended_at.is_(None),
    )
    if db.session.scalar(sa.select(held)):
        return False
    organisations.grant(person, body, role, by=by)
    return True
