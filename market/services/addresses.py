"""A resident's address book: one default, at most twenty; orders keep their own copy."""

import sqlalchemy as sa

from core import clock
from core.access.actor import Actor
from core.db import db
from core.errors import Missing, Refused
from core.places import divisions
from market.models.cart import Address

MOST = 20


def add(*, by: Actor, receiver: str, phone: str, region_code: str, detail: str, is_default: bool = True) -> Address:
    """Keep an address; the first is the default. Raises: Refused "address-too-many", "region-incomplete"."""
    have = sa.select(sa.func.count()).where(Address.person_id == by.person_id, Address.is_active)
    count = db.session.scalar(have) or 0
    if count >= MOST:
        raise Refused("address-too-many", most=MOST)
    address = Address(person_id=by.person_id, created_at=clock.now(), is_default=False)
    _write(address, receiver, phone, region_code, detail)
    db.session.add(address)
    db.session.flush()
    if is_default or not count:
        _prefer(address, by)
    return address


def change(address_id: int, *, by: Actor, receiver: str, phone: str, region_code: str, detail: str) -> Address:
    """Correct an address. Raises: Missing; Refused "region-incomplete"."""
    address = own(address_id, by=by)
    _write(address, receiver, phone, region_code, detail)
    db.session.flush()
    return address


def prefer(address_id: int, *, by: Actor) -> Address:
    """Make it the default. Raises: Missing."""
    address = own(address_id, by=by)
    _prefer(address, by)
    return address


def drop(address_id: int, *, by: Actor) -> None:
    """Take an address out of the book; the newest of the others is the default then. Raises: Missing."""
    address = own(address_id, by=by)
    was, address.is_active, address.is_default = address.is_default, False, False
    db.session.flush()
    rest = sa.select(Address).where(Address.person_id == by.person_id, Address.is_active).order_by(Address.id.desc())
    newest = db.session.scalars(rest.limit(1)).first()
    if was and newest is not None:
        _prefer(newest, by)


def own(address_id: int, *, by: Actor) -> Address:
    """One's address, locked. Raises: Missing."""
    address = db.session.execute(
        sa.select(Address)
        .where(Address.id == address_id, Address.person_id == by.person_id, Address.is_active)
        .with_for_update()
    ).scalar_one_or_none()
    if address is None:
        raise Missing("no-such-address")
    return address


def _write(address: Address, receiver: str, phone: str, region_code: str, detail: str) -> None:
    code = divisions.require(region_code)
    address.receiver, address.phone, address.detail = receiver, phone, detail
    address.region_code, address.region = code, divisions.full_name(code)


def _prefer(address: Address, by: Actor) -> None:
    mine = sa.update(Address).where(Address.person_id == by.person_id, Address.is_default, Address.id != address.id)
    db.session.execute(mine.values(is_default=False))
    address.is_default = True
    db.session.flush()
