"""Lists that offices keep themselves, as dated settings: templates of reasons, and the calendar of holidays."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta

from catalog.queries import admission_terms
from catalog.rules.admission import CHECKS
from catalog.rules.supplier_life import Criteria
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


@dataclass(frozen=True)
class Terms:
    """The numbers of the admission: working days of the three desks, whole days in public, months between looks."""

    township: int
    agriculture: int
    linkage: int
    publication_days: int
    check_months: int
    lead: Criteria


def terms(*, on: date | None = None) -> Terms:
    """As they hold on a day."""
    township, agriculture, linkage = (admission_terms.limit(desk, on=on) for desk in CHECKS)
    return Terms(
        township=township,
        agriculture=agriculture,
        linkage=linkage,
        publication_days=admission_terms.publication_days(on=on),
        check_months=admission_terms.check_months(on=on),
        lead=admission_terms.lead_criteria(on=on),
    )


def set_terms(new: Terms, *, valid_from: date, reason: str, by: Actor) -> list[str]:
    """New numbers from a day on; applications that wait keep the limit under which they came. The keys that changed.

    Raises: Refused "setting-past", "setting-same".
    """
    if valid_from < clock.today():
        raise Refused("setting-past")
    old = terms(on=valid_from)
    values = {
        "admission.limits": {desk.value: getattr(new, desk.value) for desk in CHECKS},
        "admission.publication_days": new.publication_days,
        "admission.check_months": new.check_months,
        "lead.criteria": asdict(new.lead),
    }
    before = {
        "admission.limits": {desk.value: getattr(old, desk.value) for desk in CHECKS},
        "admission.publication_days": old.publication_days,
        "admission.check_months": old.check_months,
        "lead.criteria": asdict(old.lead),
    }
    changed = [key for key, value in values.items() if before[key] != value]
    if not changed:
        raise Refused("setting-same")
    for key in changed:
        settings.put(key, values[key], valid_from=valid_from, reason=reason, author_id=by.person_id)
    trail.record(
        Stream.ADMINISTRATION, "admission-terms-changed", "setting", "admission", by=by, right=Right.ADMIT,
        before={key: before[key] for key in changed}, after={key: values[key] for key in changed},
        valid_from_on=valid_from,
    )  # fmt: skip
    return changed


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
