"""Which documents there are, when a version binds, whom it concerns (E-commerce law art. 32–34; PIPL art. 14, 29)."""

from datetime import date, timedelta
from enum import StrEnum

from core.access.actor import Actor
from core.access.rights import Right
from core.errors import Refused

NOTICE_DAYS = 7
"""So long a change is published before it binds."""


class TermsKind(StrEnum):
    """Documents that people agree to. The last is asked for apart, where such data is given."""

    USER = "user"
    PRIVACY = "privacy"
    RULES = "rules"
    SENSITIVE = "sensitive"


def concerned(who: Actor) -> tuple[TermsKind, ...]:
    """What somebody has to have agreed to before going on: residents and sellers. Staff of bodies act on duty."""
    if who.may(Right.SELL):
        return (TermsKind.USER, TermsKind.PRIVACY, TermsKind.RULES)
    return () if who.organisation_id is not None else (TermsKind.USER, TermsKind.PRIVACY)


def check_notice(published_on: date, binds_on: date, *, is_first: bool) -> None:
    """Raises: Refused "wording-too-soon" (first day) for a change with less than seven days' notice."""
    first = published_on if is_first else published_on + timedelta(days=NOTICE_DAYS)
    if binds_on < first:
        raise Refused("wording-too-soon", first_on=first)
