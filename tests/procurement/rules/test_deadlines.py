from datetime import date

from core.workdays import WorkCalendar
from procurement.rules.deadlines import (
    assessable_from,
    catch_up_plan_due,
    closable_from,
    escalations,
    is_late_entry,
    objection_until,
)

PLAIN = WorkCalendar()


def test_entry_is_late_after_three_days():
    """Rule 58."""
    assert not is_late_entry(date(2026, 11, 20), date(2026, 11, 23))
    assert is_late_entry(date(2026, 11, 20), date(2026, 11, 24))


def test_working_day_limits():
    """Rules 37, 92, 100."""
    assert assessable_from(date(2026, 3, 31), PLAIN) == date(2026, 4, 15)
    assert catch_up_plan_due(date(2026, 9, 30), PLAIN) == date(2026, 10, 14)
    assert objection_until(date(2026, 11, 23), PLAIN) == date(2026, 11, 30)


def test_an_overdue_notice_rises_every_fifteen_days():
    """Rule 45."""
    due = date(2026, 11, 1)

    assert [escalations(due, date(2026, 11, day)) for day in (1, 15, 16, 30)] == [0, 0, 1, 1]
    assert escalations(due, date(2026, 10, 1)) == 0


def test_a_year_is_closed_at_the_end_of_january():
    assert closable_from(2026) == date(2027, 1, 31)
