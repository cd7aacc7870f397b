"""Reading suppliers: one's own, by the actor's scope; others as the public or the operator sees them."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from catalog.models.supplier import FreightRule, Supplier
from catalog.queries import impact
from catalog.queries.cards import households_of_supplier
from catalog.queries.leads import is_lead
from catalog.queries.villages import Households, of_supplier
from catalog.queries.visibility import selling
from catalog.rules.admission import AGGREGATORS
from catalog.rules.supplier import EntityType, SupplierStatus
from core import clock
from core.access.actor import Actor
from core.access.roles import Role
from core.db import db
from core.errors import Missing
from core.organisations.models import Membership, Organisation
from core.people.models import Person
from core.places.models import Place


def own(by: Actor) -> Supplier:
    """The supplier that the actor's organisation is. Raises: Missing."""
    found = find_own(by)
    if found is None:
        raise Missing("no-such-supplier")
    return found


def find_own(by: Actor) -> Supplier | None:
    """As `own`; None for an organisation that is no supplier."""
    if by.organisation_id is None:
        return None
    return db.session.execute(
        sa.select(Supplier).where(Supplier.organisation_id == by.organisation_id)
    ).scalar_one_or_none()


@dataclass(frozen=True)
class Profile:
    """A supplier as everybody may see it. No bank account, no person's name."""

    supplier_id: int
    name: str
    entity_type: EntityType
    town_code: str
    town_name: str
    story: str
    admitted_on: date
    households: Households
    is_lead: bool
    freight_base_fen: int | None
    freight_free_above_fen: int | None


def profile(supplier_id: int, *, on: date | None = None) -> Profile | None:
    """The page of a supplier that may sell today; None for any other. One statement."""
    day = on or clock.today()
    rows = db.session.execute(
        sa.select(
            Supplier.id.label("supplier_id"),
            Organisation.name,
            Supplier.entity_type,
            Supplier.town_code,
            Place.name.label("town_name"),
            Supplier.story,
            Supplier.admitted_on,
            households_of_supplier(day).label("households"),
            is_lead().label("is_lead"),
            FreightRule.base_fen.label("freight_base_fen"),
            FreightRule.free_above_fen.label("freight_free_above_fen"),
        )
        .join(Organisation, Organisation.id == Supplier.organisation_id)
        .join(Place, Place.code == Supplier.town_code)
        .outerjoin(FreightRule, FreightRule.supplier_id == Supplier.id)
        .where(Supplier.id == supplier_id, selling(day))
    ).mappings()
    found = rows.one_or_none()
    return (
        None
        if found is None
        else Profile(**{**found, "households": of_supplier(supplier_id, found["households"], impact.public(day))})
    )


@dataclass(frozen=True)
class SupplierRow:
    """A supplier in the operator's list."""

    supplier_id: int
    name: str
    entity_type: EntityType
    status: SupplierStatus
    town_name: str
    licence_valid_to: date | None
    admitted_on: date | None


MOST_LISTED = 100


def listed(status: SupplierStatus | None = None, words: str = "") -> tuple[list[SupplierRow], int]:
    """The first hundred suppliers by name, and how many there are; `words` of the name, or a credit code."""
    query = (
        sa.select(
            Supplier.id.label("supplier_id"),
            Organisation.name,
            Supplier.entity_type,
            Supplier.status,
            Place.name.label("town_name"),
            Supplier.licence_valid_to,
            Supplier.admitted_on,
        )
        .join(Organisation, Organisation.id == Supplier.organisation_id)
        .join(Place, Place.code == Supplier.town_code)
        .order_by(Organisation.name, Supplier.id)
    )
    if status is not None:
        query = query.where(Supplier.status == status)
    if words:
        named = Organisation.name.contains(words, autoescape=True)
        query = query.where(sa.or_(named, Organisation.uscc == words.upper()))
    total = db.session.scalar(sa.select(sa.func.count()).select_from(query.order_by(None).subquery())) or 0
    return [SupplierRow(**row) for row in db.session.execute(query.limit(MOST_LISTED)).mappings()], total


def get(supplier_id: int) -> Supplier:
    """Any supplier, for the operator. Raises: Missing."""
    found = db.session.get(Supplier, supplier_id)
    if found is None:
        raise Missing("no-such-supplier")
    return found


def name(supplier_id: int) -> str:
    """Its organisation's name today. Raises: Missing."""
    query = sa.select(Organisation.name).join(Supplier, Supplier.organisation_id == Organisation.id)
    found = db.session.scalar(query.where(Supplier.id == supplier_id))
    if found is None:
        raise Missing("no-such-supplier")
    return found


def freight_of(supplier_id: int) -> tuple[int, int | None]:
    """Fen per resident's order, and the goods' sum in fen from which it is free; (0, None) when nobody set it."""
    rule = db.session.get(FreightRule, supplier_id)
    return (0, None) if rule is None else (rule.base_fen, rule.free_above_fen)


def aggregators(town_code: str) -> list[tuple[int, str]]:
    """Co-operatives and village collectives of a town through which growers sell: (supplier, name), by name."""
    rows = db.session.execute(
        sa.select(Supplier.id, Organisation.name)
        .join(Organisation, Organisation.id == Supplier.organisation_id)
        .where(selling(clock.today()), Supplier.entity_type.in_(AGGREGATORS), Supplier.town_code == town_code)
        .order_by(Organisation.name)
        .limit(20)
    )
    return [(supplier_id, name) for supplier_id, name in rows]


def clerk_phones(supplier_id: int) -> list[str]:
    """The phones of a supplier's clerks today, for messages to them."""
    query = (
        sa.select(Person.phone)
        .join(Membership, Membership.person_id == Person.id)
        .join(Supplier, Supplier.organisation_id == Membership.organisation_id)
        .where(
            Supplier.id == supplier_id,
            Membership.role == Role.SUPPLIER_CLERK,
            Membership.ended_at.is_(None),
            Person.phone.is_not(None),
        )
        .order_by(Person.id)
    )
    return [phone for phone in db.session.scalars(query) if phone]
