"""Lists that offices keep themselves, as dated settings: templates of reasons, and the calendar of holidays."""

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from catalog.queries import admission_terms
from catalog.services.admission_steps import REDATE_JOB
from core import clock, settings, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.errors import Refused
from core.jobs import enqueue
from core.settings import calendar
from core.trail.models import Stream

MOST_LINES, MOST_DAYS = 30, 60


def set_reasons(kind: str, lines: Sequence[str], *, reason: str, by: Actor) -> None:
    """The templates to "return" or "refuse" from today on. Raises: Refused "reasons-empty"."""
    kept = list(dict.fromkeys(line.strip()[:100] for line in lines if line.strip()))[:MOST_LINES]
    if not kept:
        raise Refused("reasons-empty")
    before = admission_terms.reasons(kind)
    settings.put(
        admission_terms.REASON_KEYS[kind], kept, valid_from=clock.today(), reason=reason, author_id=by.person_id
    )
    trail.record(
        Stream.ADMINISTRATION, "reasons-changed", "setting", admission_terms.REASON_KEYS[kind], by=by,
        right=Right.ADMIT, before={"lines": before}, after={"lines": kept}, kind=kind,
    )  # fmt: skip


def days_of(text: str) -> list[date]:
    """Days as people write them, one or a span from~to a line.

    Raises: Refused "calendar-day-unreadable" with the line, "calendar-too-long".
    """
    found: list[date] = []
    for number, line in enumerate(text.splitlines(), start=1):
        parts = unicodedata.normalize("NFKC", line).split("~")
        if not line.strip():
            continue
        try:
            days = [date.fromisoformat(part.strip()) for part in parts]
        except ValueError:
            raise Refused("calendar-day-unreadable", line=number) from None
        if len(days) > 2 or days[-1] < days[0]:
            raise Refused("calendar-day-unreadable", line=number)
        if (days[-1] - days[0]).days > MOST_DAYS:
            raise Refused("calendar-too-long", most=MOST_DAYS)
        found += [days[0] + timedelta(days=n) for n in range((days[-1] - days[0]).days + 1)]
    return sorted(set(found))


def set_year(year: int, holidays: Iterable[date], worked: Iterable[date], *, reason: str, by: Actor) -> None:
    """The holidays and worked weekends of one year from today on; the other years stay. Open limits are dated anew.

    Raises: Refused "calendar-both", "calendar-other-year".
    """
    off, on = set(holidays), set(worked)
    if both := off & on:
        raise Refused("calendar-both", on=min(both))
    if other := {day for day in off | on if day.year != year}:
        raise Refused("calendar-other-year", on=min(other), year=year)
    known = calendar.current()
    for key, old, new in (("calendar.holidays", known.holidays, off), ("calendar.worked", known.worked, on)):
        days = sorted({day for day in old if day.year != year} | new)
        value = [day.isoformat() for day in days]
        settings.put(key, value, valid_from=clock.today(), reason=reason, author_id=by.person_id)
    trail.record(
        Stream.ADMINISTRATION, "calendar-changed", "setting", "calendar", by=by, right=Right.CALENDAR_MANAGE,
        after={"holidays": len(off), "worked": len(on)}, year=year,
    )  # fmt: skip
    enqueue(REDATE_JOB, key=REDATE_JOB)
