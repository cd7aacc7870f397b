"""Texts on their way out: queued in the caller's transaction, sent by a job outside any, again until they are gone."""

import secrets
from datetime import timedelta

import sqlalchemy as sa
import structlog
from flask import current_app
from sqlalchemy.dialects.postgresql import insert

from core import clock, sealing, settings, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import after_commit, db, transaction
from core.errors import Missing, Refused
from core.jobs import Outbox, enqueue, job
from core.jobs import send_now as send_job
from core.notices.gateways import Unsent, gateway
from core.notices.models import NoticeRoute, OutgoingText
from core.notices.rules import NoticeKind, TextChannel, bare, due_at, quiet_of
from core.trail.models import Stream

JOB = "core.send_text"
log = structlog.get_logger()
settings.register(notices__quiet=["22:00", "07:00"])


def put(
    channel: TextChannel, target: str, text: str, kind: NoticeKind, *, key: str | None = None,
    route_id: int | None = None,
) -> None:  # fmt: skip
    """Queue a text for after the commit, or for the end of the quiet hours. The same `key` is sent once. With
    `route_id` it goes to the address that stands there when it leaves.
    """  # fmt: skip
    now = clock.now()
    when = due_at(now, quiet_of(settings.value("notices.quiet")), kind)
    row = {
        "channel": channel, "kind": kind, "target": target, "text": bare(text)[:500], "attempts": 0, "fault": "",
        "key": key or secrets.token_hex(16), "queued_at": now, "due_at": when, "route_id": route_id,
    }  # fmt: skip
    query = insert(OutgoingText).values(**row).on_conflict_do_nothing(index_elements=["key"])
    made = db.session.execute(query.returning(OutgoingText.id)).scalar()
    if made is not None:
        enqueue(JOB, key=_job_key(made), text_id=made, delay=max(when - now, timedelta(0)))


def _job_key(text_id: int) -> str:
    return f"text-{text_id}"


@job(JOB, outside=True)
def send(text_id: int) -> None:
    """Hand one text to its gateway; no transaction is open meanwhile. Raises: Unsent, and the job comes again."""
    with transaction():
        row = db.session.get(OutgoingText, text_id, with_for_update=True)
        if row is None or row.sent_at is not None:
            return
        row.attempts += 1
        channel, text, key = row.channel, row.text, row.key
        target, secret = (row.target, "") if row.route_id is None else _address(row.route_id)
    try:
        gateway(channel, current_app.config, secret).send(target, text, key)
    except Unsent as fault:
        _note(text_id, fault=str(fault)[:80])
        raise
    _note(text_id, fault="", sent_at=clock.now())


def _note(text_id: int, **values: object) -> None:
    with transaction():
        db.session.execute(sa.update(OutgoingText).where(OutgoingText.id == text_id).values(**values))


def _address(route_id: int) -> tuple[str, str]:
    """(address, secret) of a way, opened only now."""
    route = db.session.get_one(NoticeRoute, route_id)
    address = sealing.unseal(route.address_sealed, sealing.cell("notice_route", "address_sealed", route.id))
    if route.secret_sealed is None:
        return address, ""
    return address, sealing.unseal(route.secret_sealed, sealing.cell("notice_route", "secret_sealed", route.id))


def retry(text_id: int, *, by: Actor) -> None:
    """Try a text again now, as often as at first. Raises: Missing, Refused "text-left-already"."""
    row = db.session.get(OutgoingText, text_id, with_for_update=True)
    if row is None:
        raise Missing("no-such-text")
    if row.sent_at is not None:
        raise Refused("text-left-already")
    row.due_at = clock.now()
    waiting = sa.update(Outbox).where(Outbox.key == _job_key(text_id), Outbox.done_at.is_(None))
    again = db.session.scalar(waiting.values(attempts=0, due_at=row.due_at, last_error="").returning(Outbox.id))
    if again is None:
        enqueue(JOB, key=_job_key(text_id), text_id=text_id)
    else:
        after_commit(lambda: send_job(again))
    trail.record(
        Stream.ADMINISTRATION, "text-tried-again", "outgoing_text", text_id, by=by, right=Right.OPERATE,
        attempts=row.attempts, fault=row.fault,
    )  # fmt: skip


def send_once(phone: str, text: str) -> None:
    """Hand an SMS over without keeping its number; to be called after a commit. What fails is only logged."""
    try:
        gateway(TextChannel.SMS, current_app.config).send(phone, bare(text), secrets.token_hex(16))
    except Unsent as fault:
        log.warning("text not sent", fault=str(fault))
