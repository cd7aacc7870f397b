"""A household says yes to a purchase note by a code that is sent to its phone and told to the writer."""

import secrets
from datetime import timedelta

import sqlalchemy as sa

from catalog.models.purchase import PurchaseCode, PurchaseConfirmation, PurchaseNote
from catalog.queries import purchases as reading
from catalog.rules.purchase import Signing
from catalog.services import households
from core import clock, sealing, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Refused
from core.trail.models import Stream

VALID, PAUSE, MOST_TRIES = timedelta(hours=24), timedelta(minutes=1), 5


def send(note_id: int, *, by: Actor) -> None:
    """Send a code to the note's household, a new one at most once a minute; the one before is void.

    Raises: Missing; Refused "purchase-not-by-sms", "purchase-confirmed-already", "purchase-code-soon",
    "purchase-no-phone".
    """
    note = _open_note(note_id, by)
    row = db.session.execute(
        sa.select(PurchaseCode).where(PurchaseCode.note_id == note.id).with_for_update()
    ).scalar_one_or_none()
    now = clock.now()
    if row is not None and now < row.sent_at + PAUSE:
        raise Refused("purchase-code-soon")
    code = f"{secrets.randbelow(1_000_000):06d}"
    words = reading.note_row(note.id, by)
    sent = households.send(
        note.household_id, "purchase-code", code=code, supplier=words.supplier, goods=words.product,
        qty=words.qty_text, amount_fen=note.amount_fen,
    )  # fmt: skip
    if not sent:
        raise Refused("purchase-no-phone")
    if row is None:
        db.session.add(PurchaseCode(note_id=note.id, code_hash=_hashes(note.id, code)[0], sent_at=now))
    else:
        row.code_hash, row.sent_at, row.tries = _hashes(note.id, code)[0], now, 0
    db.session.flush()


def confirm(note_id: int, code: str, *, by: Actor) -> bool:
    """Whether the told code is the one that was sent; a wrong one is counted, so the caller commits either way.

    Raises: Missing; Refused "purchase-not-by-sms", "purchase-confirmed-already", "purchase-code-over" (too old, too
    often wrong, never sent).
    """
    note = _open_note(note_id, by)
    row = db.session.execute(
        sa.select(PurchaseCode).where(PurchaseCode.note_id == note.id).with_for_update()
    ).scalar_one_or_none()
    if row is None or row.tries >= MOST_TRIES or clock.now() > row.sent_at + VALID:
        raise Refused("purchase-code-over")
    if not any(secrets.compare_digest(row.code_hash, one) for one in _hashes(note.id, code.strip())):
        row.tries += 1
        return False
    db.session.add(PurchaseConfirmation(note_id=note.id, person_id=by.person_id, at=clock.now()))
    db.session.flush()
    trail.record(
        Stream.CATALOGUE, "purchase-confirmed", "purchase_note", note.id, by=by, right=Right.PURCHASE,
        note_no=note.note_no,
    )  # fmt: skip
    return True


def _open_note(note_id: int, by: Actor) -> PurchaseNote:
    note = reading.get_note(note_id, by)
    if note.signing is not Signing.SMS or note.reverses_id is not None:
        raise Refused("purchase-not-by-sms")
    if db.session.get(PurchaseConfirmation, note.id) is not None:
        raise Refused("purchase-confirmed-already")
    return note


def _hashes(note_id: int, code: str) -> list[str]:
    """Under every key that is kept: a code on its way outlives a rotation."""
    return [one.hex() for one in sealing.blind_indexes(f"{note_id} {code}", "purchase_code")]
