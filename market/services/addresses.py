"""A resident's address book."""

import sqlalchemy as sa

from core import clock
from core.access.actor import Actor
from core.db import db
from core.errors import Missing, Refused
from market.models.cart import Address

MOST = 20


def add(*, by: Actor, receiver: str, phone: str, region: str, detail: str) -> Address:
    """Keep an address; the newest is the default. Raises: Refused "address-too-many"."""
    have = sa.select(sa.func.count()).where(Address.person_id == by.person_id, Address.is_active)
    if (db.session.scalar(have) or 0) >= MOST:
        raise Refused("address-too-many", most=MOST)
    db.session.execute(sa.update(Address).where(Address.person_id == by.person_id).values(is_default=False))
    address = Address(
        person_id=by.person_id,
        receiver=receiver,
        phone=phone,
        region=region,
        detail=detail,
        is_default=True,
        created_at=clock.now(),
    )
    db.session.add(address)
    db.session.flush()
    return address


def drop(address_id: int, *, by: Actor) -> None:
    """Take an address out of the book; orders keep their own copy. Raises: Missing."""
    address = db.session.get(Address, address_id)
    if address is None or address.person_id != by.person_id or not address.is_active:
        raise Missing("no-such-address")
    address.is_active = False
