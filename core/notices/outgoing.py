"""Texts on their way out: queued in the caller's transaction, sent by a job outside any, again until they are gone."""

import secrets
from datetime import timedelta

import sqlalchemy as sa
import structlog
from flask import current_app
from sqlalchemy.dialects.postgresql import insert

from core import clock, settings
from core.db import db, transaction
from core.jobs import enqueue, job
from core.notices.gateways import Unsent, gateway
from core.notices.models import OutgoingText
from core.notices.rules import NoticeKind, TextChannel, bare, due_at, quiet_of

JOB = "core.send_text"
log = structlog.get_logger()
settings.register(notices__quiet=["22:00", "07:00"])


def put(channel: TextChannel, target: str, text: str, kind: NoticeKind, *, key: str | None = None) -> None:
    """Queue a text for after the commit, or for the end of the quiet hours. The same `key` is sent once."""
    now = clock.now()
    when = due_at(now, quiet_of(settings.value("notices.quiet")), kind)
    row = {
        "channel": channel, "kind": kind, "target": target, "text": bare(text)[:500], "attempts": 0, "fault": "",
        "key": key or secrets.token_hex(16), "queued_at": now, "due_at": when,
    }  # fmt: skip
    query = insert(OutgoingText).values(**row).on_conflict_do_nothing(index_elements=["key"])
    made = db.session.execute(query.returning(OutgoingText.id)).scalar()
    if made is not None:
        enqueue(JOB, text_id=made, delay=max(when - now, timedelta(0)))


@job(JOB, outside=True)
def send(text_id: int) -> None:
    """Hand one text to its gateway; no transaction is open meanwhile. Raises: Unsent, and the job comes again."""
    with transaction():
        row = db.session.get(OutgoingText, text_id, with_for_update=True)
        if row is None or row.sent_at is not None:
            return
        row.attempts += 1
        channel, target, text, key = row.channel, row.target, row.text, row.key
    gateway(channel, current_app.config).send(target, text, key)
    with transaction():
        change = sa.update(OutgoingText).where(OutgoingText.id == text_id)
        db.session.execute(change.values(sent_at=clock.now()))


def send_once(phone: str, text: str) -> None:
    """Hand an SMS over without keeping its number; to be called after a commit. What fails is only logged."""
    try:
        gateway(TextChannel.SMS, current_app.config).send(phone, bare(text), secrets.token_hex(16))
    except Unsent as fault:
        log.warning("text not sent", fault=str(fault))
