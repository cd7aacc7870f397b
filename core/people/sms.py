"""The SMS gateway. So far only the fake one: messages go to a table that the demo shows on a page."""

from core import clock, text
from core.db import db
from core.people.models import SentMessage


def send(phone: str, message: str, /, **facts: object) -> None:
    """Send the sentence `message` of section `[sms]`, in the open transaction."""
    db.session.add(SentMessage(phone=phone, text=text.sentence("sms", message, **facts), sent_at=clock.now()))
