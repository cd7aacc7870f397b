"""Reading an address book."""

import sqlalchemy as sa

from core.db import db
from market.models.cart import Address


def of(person_id: int) -> list[Address]:
    """A person's addresses, the default first."""
    query = sa.select(Address).where(Address.person_id == person_id, Address.is_active)
    return list(db.session.scalars(query.order_by(Address.is_default.desc(), Address.id.desc())))
