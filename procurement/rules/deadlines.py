"""Limits of supervising: filing, assessing, catching up, closing (rules 28, 37, 45, 58, 92, 100).

Payment's and acceptance's own limits are the market's: `market.rules.deadlines`.
"""

from datetime import date, timedelta

from core.workdays import WorkCalendar

_ENTRY_DAYS = 3
_ASSESSMENT_WORKDAYS = 10
_CATCH_UP_WORKDAYS = 10
_OBJECTION_WORKDAYS = 5
_ESCALATION_DAYS = 15
_CLOSING = (1, 31)


def is_late_entry(delivered_on: date, entered_on: date) -> bool:
    """Entered more than three days after the delivery: finding F07. The entry itself is accepted."""
    return (entered_on - delivered_on).days > _ENTRY_DAYS


def assessable_from(window_closes_on: date, calendar: WorkCalendar) -> date:
    """From this day on finance may assess a unit that has not filed: after ten working days."""
    return calendar.after(window_closes_on, _ASSESSMENT_WORKDAYS) + timedelta(days=1)


def catch_up_plan_due(second_miss_on: date, calendar: WorkCalendar) -> date:
    """The last day for the 补足计划 after the second missed checkpoint."""
    return calendar.after(second_miss_on, _CATCH_UP_WORKDAYS)


def objection_until(asked_on: date, calendar: WorkCalendar) -> date:
    """The last day on which the other unit may object to a change of attribution."""
    return calendar.after(asked_on, _OBJECTION_WORKDAYS)


def escalations(due_on: date, on: date) -> int:
    """How many steps an unanswered notice has risen: one every 15 days overdue."""
    return max(0, (on - due_on).days // _ESCALATION_DAYS)


def closable_from(year: int) -> date:
    """The shipped day of closing a year: 31 January of the next. Closing itself is finance's act."""
    return date(year + 1, *_CLOSING)
