"""What waits for village, town, county and auditor around households."""

from collections.abc import Iterator
from datetime import timedelta

from flask import url_for

from catalog.queries import household_exports, households, incomes, looks, snapshots
from catalog.rules import income as rules
from core import clock, settings
from core.access.actor import Actor
from core.access.rights import Right
from core.access.roles import Role
from core.text import sentence
from core.web.inbox import Task


def household_tasks(who: Actor) -> Iterator[Task]:
    """Incomes to enter, consents to ask for, lists to decide on, looks to read."""
    if who.may(Right.INCOME_ENTER):
        yield from _incomes(who)
    if Role.VILLAGE_WORKER in who.roles and (count := households.without_consent(who)):
        yield Task(sentence("task", "households-consent"), url_for("households.index"), count, icon="pencil-square")
    if Role.TOWNSHIP_CLERK in who.roles:
        yield from _red(who)
    if who.may(Right.HOUSEHOLD_EXPORT) and (count := household_exports.ready(who)):
        yield Task(sentence("task", "households-export-ready"), url_for("household_exports.index"), count)
    if count := household_exports.to_decide(who):
        text = sentence("task", "households-export-decide")
        yield Task(text, url_for("household_exports.waiting"), count, tone="warn", icon="file-earmark-arrow-down")
    if who.may(Right.HOUSEHOLD_LOOKS) and (count := looks.recent()):
        yield Task(sentence("task", "households-looks"), url_for("household_looks.listed"), count, icon="eye")


def _incomes(who: Actor) -> Iterator[Task]:
    """The village its households, town and county the villages that are behind."""
    today, quarter = clock.today(), rules.due(clock.today())
    if rules.opens_on(quarter, int(settings.value("income.opens_days"))) > today:
        return
    lines = [line for line in snapshots.progress(who, quarter) if line.left]
    if not lines:
        return
    is_village = Role.VILLAGE_WORKER in who.roles
    count = sum(line.left for line in lines) if is_village else len(lines)
    code = "incomes-village" if is_village else "incomes-behind"
    due_on = rules.due_on(quarter)
    tone = "warn" if due_on - today <= timedelta(days=7) else "info"
    text = sentence("task", code, year=quarter.year, number=quarter.number)
    yield Task(text, url_for("incomes.index"), count, due_on=due_on, tone=tone, icon="journal-check")


def _red(who: Actor) -> Iterator[Task]:
    """The newest quarter that is locked: who is poor or fell."""
    quarter = rules.due(clock.today()).plus(-1)
    if count := len(incomes.red_list(who, quarter)):
        href = url_for("income_analysis.red", quarter=str(quarter))
        yield Task(sentence("task", "incomes-red"), href, count, tone="warn", icon="exclamation-triangle")
