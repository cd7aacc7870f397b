"""The steps' clocks as they stand: marks from the events, limits and the working calendar."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa

from catalog.models.certification import CertificationEvent
from catalog.rules.certification import DEFAULT_LIMITS, SETTING_OF_LIMIT, CertificationState
from catalog.rules.step_clock import Mark, Reckoning, due_on, reckon
from core import clock, settings
from core.db import any_of, db
from core.settings import calendar
from core.workdays import WorkCalendar

settings.register(**{key.replace(".", "__"): DEFAULT_LIMITS[at] for at, key in SETTING_OF_LIMIT.items()})


@dataclass(frozen=True)
class StepMarks:
    """The clock's marks of the step that an application stands in, and its limit in working days."""

    limit_days: int
    marks: tuple[Mark, ...]

    def reckon(self, today: date, days: WorkCalendar) -> Reckoning:
        return reckon(self.marks, self.limit_days, today, days)

    def due_on(self, days: WorkCalendar) -> date | None:
        return due_on(self.marks, self.limit_days, days)


def limit_of(step: CertificationState) -> int:
    """Working days of a step that begins today."""
    return int(settings.value(SETTING_OF_LIMIT[step]))


def marks_of(certification_ids: Collection[int]) -> dict[int, StepMarks]:
    """By application, those that stand in a step with a limit. One statement."""
    if not certification_ids:
        return {}
    rows = db.session.execute(
        sa.select(
            CertificationEvent.certification_id,
            CertificationEvent.happened_on,
            CertificationEvent.runs,
            CertificationEvent.limit_days,
            CertificationEvent.state,
        )
        .where(any_of(CertificationEvent.certification_id, certification_ids))
        .order_by(CertificationEvent.certification_id, CertificationEvent.id)
    )
    found: dict[int, StepMarks] = {}
    for row in rows:
        mark = Mark(row.happened_on, row.runs)
        if row.limit_days is not None:
            found[row.certification_id] = StepMarks(row.limit_days, (mark,))
        elif row.state not in SETTING_OF_LIMIT:
            found.pop(row.certification_id, None)
        elif (known := found.get(row.certification_id)) is not None:
            found[row.certification_id] = StepMarks(known.limit_days, (*known.marks, mark))
    return found


def reckonings(certification_ids: Collection[int]) -> dict[int, Reckoning]:
    """How each step stands today. Three statements however many."""
    days, today = calendar.current(), clock.today()
    return {id_: step.reckon(today, days) for id_, step in marks_of(certification_ids).items()}


def late_before() -> date:
    """A step is late when its last good day lies before this: the newest working day, today or earlier."""
    days, on = calendar.current(), clock.today()
    while not days.is_workday(on):
        on -= timedelta(days=1)
    return on
