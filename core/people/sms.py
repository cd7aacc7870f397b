"""The SMS gateway. So far only the fake one: messages go to a table that the demo shows on a page."""

from core import clock, text
from core.db import db
from core.people.models import SentMessage


def send(phone: str, message: str, /, **facts: object) -> None:
    """Send the sentence `message` of section `[sms]`, in the open transaction."""
    db.session.add(SentMessage(phone=phone, text=text.sentence("sms", message, **facts), sent_at=clock.now()))


def send_masked(_phone: str, shown: str, message: str, /, **facts: object) -> None:
    """As `send`, for a number that is kept under seal: what stays of the message names it only as `shown`.

    A real gateway gets the number itself; nothing of it is written, not even where the demo reads its messages.
    """
    db.session.add(SentMessage(phone=shown, text=text.sentence("sms", message, **facts), sent_at=clock.now()))
