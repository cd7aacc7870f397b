"""A case's conversation: each side speaks with words and pictures, and nothing is ever taken back."""

from collections.abc import Sequence

from core import clock
from core.access.actor import Actor
from core.db import db
from core.errors import Refused
from core.files import services as files
from core.files.models import Audience
from core.files.services import Upload
from market.models.dialogue import Thread, ThreadMessage, ThreadPhoto
from market.rules.after_sale import MOST_PHOTOS
from market.rules.parties import Party

PURPOSE = "case-photo"
LONGEST = 1000


def start() -> int:
    """A new conversation's id."""
    thread = Thread(created_at=clock.now())
    db.session.add(thread)
    db.session.flush()
    return thread.id


def say(thread_id: int, party: Party, text: str, *, by: Actor | None, photos: Sequence[Upload] = ()) -> ThreadMessage:
    """Add one side's words and pictures; they are handed out by the case's own door only.

    Raises: Refused "message-empty", "message-too-long", "too-many-photos", and as `files.take_picture` does.
    """
    words = text.strip()
    if not words and not photos:
        raise Refused("message-empty")
    if len(words) > LONGEST:
        raise Refused("message-too-long", most=LONGEST)
    if len(photos) > MOST_PHOTOS:
        raise Refused("too-many-photos", most=MOST_PHOTOS)
    message = ThreadMessage(
        thread_id=thread_id, party=party, person_id=by.person_id if by else None, text=words, at=clock.now()
    )
    db.session.add(message)
    db.session.flush()
    for photo in photos:
        kept = files.take_picture(
            photo.stream, name=photo.name, purpose=PURPOSE, by=by, audience=Audience.OWNER,
            owner_id=by.organisation_id if by and party is not Party.BUYER else None,
        )  # fmt: skip
        db.session.add(ThreadPhoto(message_id=message.id, file_id=kept.id))
    db.session.flush()
    return message
