"""Reading an address book."""

import sqlalchemy as sa

from core.db import db
from market.models.cart import Address


def of(person_id: int) -> list[Address]:
    """A person's addresses, the default first."""
    query = sa.select(Address).where(Address.person_id == person_id, Address.is_active)
    return list(db.session.scalars(query.order_by(Address.is_default.desc(), Address.id.desc())))


def find(person_id: int, address_id: int) -> Address | None:
    """One of a person's own."""
    query = sa.select(Address).where(Address.id == address_id, Address.person_id == person_id, Address.is_active)
    return db.session.scalars(query).first()


def default_region(person_id: int) -> str | None:
    """The region of a person's default address."""
    query = sa.select(Address.region_code).where(Address.person_id == person_id, Address.is_active, Address.is_default)
    return db.session.scalar(query)
