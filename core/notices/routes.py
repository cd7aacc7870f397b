"""Mailboxes and chat groups that somebody, or an organisation, wants their notices sent to."""

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa

from core import clock, resealing, sealing, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Refused
from core.notices import outgoing
from core.notices.models import NoticeRoute, OutgoingText
from core.notices.rules import OFFICE_CHANNELS, OWN_CHANNELS, NoticeKind, TextChannel, is_address, shown
from core.text import sentence
from core.trail.models import Stream

TABLE = "notice_route"
for _column in ("address_sealed", "secret_sealed"):
    resealing.register(TABLE, _column, "id")


@dataclass(frozen=True)
class Route:
    """A way as its owner sees it; `address` only so far as to know it by, empty where none is set."""

    channel: TextChannel
    address: str
    kinds: frozenset[NoticeKind]
    is_active: bool


def listed(for_: Actor, *, of_office: bool) -> list[Route]:
    """Every channel with what is set for it: the actor's own, or those of the organisation acted for."""
    found = {row.channel: row for row in db.session.scalars(sa.select(NoticeRoute).where(_owner(for_, of_office)))}
    return [_route(channel, found.get(channel)) for channel in _channels(of_office)]


def _route(channel: TextChannel, row: NoticeRoute | None) -> Route:
    if row is None:
        return Route(channel, "", frozenset(NoticeKind), False)
    address = sealing.unseal(row.address_sealed, sealing.cell(TABLE, "address_sealed", row.id))
    return Route(channel, shown(channel, address), frozenset(map(NoticeKind, row.kinds)), row.is_active)


def put(
    channel: str, *, of_office: bool, address: str, secret: str, kinds: Collection[str], is_active: bool, by: Actor
) -> NoticeRoute:
    """Set a way. An empty address or secret keeps what was there; turned off, what has not left stays.

    Raises: Refused "notice-channel-unknown", "notice-kind-unknown", "notice-address-wrong", "notice-address-missing".
    """
    if channel not in {each.value for each in _channels(of_office)}:
        raise Refused("notice-channel-unknown")
    if not set(kinds) <= {kind.value for kind in NoticeKind}:
        raise Refused("notice-kind-unknown")
    way, typed = TextChannel(channel), address.strip()
    if typed and not is_address(way, typed):
        raise Refused("notice-address-wrong", channel=way)
    row = _find(way, by, of_office)
    if row is None:
        row = _new(way, by, of_office, typed)
    row.kinds, row.is_active, row.changed_at = sorted(set(kinds)), is_active, clock.now()
    _seal(row, typed, secret.strip())
    if not is_active:
        waiting = sa.delete(OutgoingText).where(OutgoingText.route_id == row.id, OutgoingText.sent_at.is_(None))
        db.session.execute(waiting)
    right = Right.PEOPLE_MANAGE if of_office else Right.INBOX
    trail.record(
        Stream.ADMINISTRATION, "notice-route-set", TABLE, row.id, by=by, right=right, channel=way, is_active=is_active,
        kinds=row.kinds,
    )  # fmt: skip
    return row


def try_out(channel: str, *, of_office: bool, by: Actor) -> None:
    """Send a text that says only that it arrived. Raises: Refused "notice-address-missing"."""
    row = _find(TextChannel(channel), by, of_office) if channel in set(TextChannel) else None
    if row is None or not row.is_active:
        raise Refused("notice-address-missing")
    outgoing.put(row.channel, "", sentence("notice", "route-works"), NoticeKind.ACCESS, route_id=row.id)


def forget(person_id: int) -> None:
    """Somebody leaves: their mailbox goes, and what was on its way there."""
    mine = sa.select(NoticeRoute.id).where(NoticeRoute.person_id == person_id)
    db.session.execute(sa.delete(OutgoingText).where(OutgoingText.route_id.in_(mine)))
    db.session.execute(sa.delete(NoticeRoute).where(NoticeRoute.person_id == person_id))


def _channels(of_office: bool) -> tuple[TextChannel, ...]:
    return OFFICE_CHANNELS if of_office else OWN_CHANNELS


def _owner(who: Actor, of_office: bool) -> sa.ColumnElement[bool]:
    if of_office:
        return NoticeRoute.organisation_id == who.office_id
    return NoticeRoute.person_id == who.person_id


def _find(channel: TextChannel, who: Actor, of_office: bool) -> NoticeRoute | None:
    query = sa.select(NoticeRoute).where(_owner(who, of_office), NoticeRoute.channel == channel)
    return db.session.scalars(query.with_for_update()).one_or_none()


def _new(channel: TextChannel, who: Actor, of_office: bool, address: str) -> NoticeRoute:
    """A row to seal into: its number is part of what the address is sealed for."""
    if not address:
        raise Refused("notice-address-missing")
    row = NoticeRoute(
        channel=channel, address_sealed=b"", kinds=[], is_active=True, changed_at=clock.now(),
        person_id=None if of_office else who.person_id, organisation_id=who.office_id if of_office else None,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    return row


def _seal(row: NoticeRoute, address: str, secret: str) -> None:
    if address:
        row.address_sealed = sealing.seal(address, sealing.cell(TABLE, "address_sealed", row.id))
        row.secret_sealed = None  # the secret of another robot
    if secret:
        row.secret_sealed = sealing.seal(secret, sealing.cell(TABLE, "secret_sealed", row.id))
    db.session.flush()
