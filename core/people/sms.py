"""SMS to people: kept for the page that the demo reads, and handed to the gateway behind `core.notices` by a job."""

from core import clock, text
from core.db import after_commit, db
from core.notices import outgoing
from core.notices.rules import NoticeKind, TextChannel
from core.people.models import SentMessage

ACCESS = frozenset({"one-time-code", "invited", "purchase-code"})
"""Messages that somebody waits for: they leave at night as well, as recalls do."""


def _kind(message: str) -> NoticeKind:
    if message in ACCESS:
        return NoticeKind.ACCESS
    return NoticeKind.RECALL if message.startswith("lot-") else NoticeKind.SYSTEM


def send(phone: str, message: str, /, **facts: object) -> None:
    """Send the sentence `message` of section `[sms]` after the commit of the open transaction."""
    said = text.sentence("sms", message, **facts)
    db.session.add(SentMessage(phone=phone, text=said, sent_at=clock.now()))
    outgoing.put(TextChannel.SMS, phone, said, _kind(message))


def send_masked(phone: str, shown: str, message: str, /, **facts: object) -> None:
    """As `send`, for a number that is kept under seal: what stays of the message names it only as `shown`.

    The gateway gets the number itself once the transaction is committed, and only once: nothing of it is written, so
    there is nothing to try again from.
    """
    said = text.sentence("sms", message, **facts)
    db.session.add(SentMessage(phone=shown, text=said, sent_at=clock.now()))
    after_commit(lambda: outgoing.send_once(phone, said))
