"""Telling people what concerns them: the one way, whichever floor has the news.

`tell` a person, `tell_office` those of an organisation who hold a right. Both are one statement in the caller's
transaction and say a thing once for each `ref`. No name, number or address of a person belongs into a text.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from core import clock, text
from core.access.rights import ACCESS, Right
from core.db import db
from core.notices import routes
from core.notices.models import Notice, NoticeChoice, OutgoingText
from core.notices.rules import NoticeKind, bare
from core.organisations.models import Membership
from core.organisations.queries import held_today
from core.people.models import Person, SentMessage
from core.telling import spreading as spreading  # its job


def tell(
    person_id: int,
    kind: NoticeKind,
    message: str,
    *,
    ref: str,
    href: str = "",
    by_sms: bool = False,
    **facts: object,
) -> bool:
    """Put the sentence `message` of section `[notice]` into somebody's inbox, once for each kind and `ref`, in the
    caller's transaction: one statement. The job `core.spread_notices` puts it on its other ways: SMS with `by_sms`
    unless they chose otherwise, and their mailbox. False when they were told before.
    """  # fmt: skip
    row = {"person_id": person_id, **_row(kind, message, facts, ref=ref, href=href, by_sms=by_sms)}
    query = insert(Notice).values(**row).on_conflict_do_nothing(index_elements=["person_id", "kind", "ref"])
    return db.session.execute(query.returning(Notice.id)).scalar() is not None


def tell_office(
    organisation_id: int,
    right: Right,
    kind: NoticeKind,
    message: str,
    *,
    ref: str,
    href: str = "",
    by_sms: bool = False,
    **facts: object,
) -> int:
    """As `tell`, for everybody who holds `right` in an organisation today; its mailbox and its groups hear it once.

    One statement. The number of people told.
    """  # fmt: skip
    row = {**_row(kind, message, facts, ref=ref, href=href, by_sms=by_sms), "organisation_id": organisation_id}
    said = [sa.literal(value, Notice.__table__.c[name].type) for name, value in row.items()]
    people = (
        sa.select(Membership.person_id, *said)
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.organisation_id == organisation_id, Membership.role.in_(ACCESS[right]), held_today())
        .where(Person.is_active)
        .distinct()
    )  # fmt: skip
    query = insert(Notice).from_select(["person_id", *row], people, include_defaults=False)
    query = query.on_conflict_do_nothing(index_elements=["person_id", "kind", "ref"])
    return len(db.session.execute(query.returning(Notice.id)).all())


def _row(
    kind: NoticeKind, message: str, facts: dict[str, object], *, ref: str, href: str, by_sms: bool
) -> dict[str, Any]:
    said = bare(text.sentence("notice", message, **facts))[:400]
    return {"kind": kind, "text": said, "href": href, "ref": ref, "by_sms": by_sms, "told_at": clock.now()}


def forget(person_id: int) -> None:
    """Somebody leaves: their inbox, their choices and their mailbox go, and every text with their number."""
    routes.forget(person_id)
    for table in (Notice, NoticeChoice):
        db.session.execute(sa.delete(table).where(table.person_id == person_id))
    phone = db.session.scalar(sa.select(Person.phone).where(Person.id == person_id))
    if phone:
        db.session.execute(sa.delete(OutgoingText).where(OutgoingText.target == phone))
        db.session.execute(sa.delete(SentMessage).where(SentMessage.phone == phone))
