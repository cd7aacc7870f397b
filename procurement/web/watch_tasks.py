"""What waits for those who watch: units behind, months not stated, unions without their file of the month."""

from collections.abc import Iterator

from flask import url_for

from core import clock
from core.access.actor import Actor
from core.access.rights import Right
from core.access.roles import OrganisationKind, Role
from core.text import sentence
from core.web.inbox import Task
from procurement.queries import finance, imports
from procurement.rules.pace import PaceStatus
from procurement.rules.quota import Verdict

_SHORT = frozenset({Verdict.NOT_MET, Verdict.RESERVE_ONLY})
_BEHIND = {PaceStatus.CRITICAL: "danger", PaceStatus.BEHIND: "warn"}


def tasks(who: Actor) -> Iterator[Task]:
    """For finance and the lead bureau the units to look at; for a union its file of the month."""
    if who.may(Right.FINANCE_VIEW):
        yield from _units()
    if Role.UNION_CLERK in who.roles and not imports.sent_since(who, clock.today().replace(day=1)):
        yield Task(sentence("task", "p832-month"), url_for("imports.index"), tone="warn", icon="cloud-upload")
    if who.organisation_kind is OrganisationKind.FEDERATION:
        yield from _unions()
    if Role.GUEST_AUDITOR in who.roles:
        yield Task(sentence("task", "guest-reads"), url_for("unit_quota.unit"), note=who.organisation_name, icon="eye")


def _units() -> Iterator[Task]:
    """Units behind the pace line under the headline scheme, and units whose months are missing."""
    today = clock.today()
    if today.month == 1:  # the year that ended is judged now
        yield from _not_met(today.year - 1)
    found = finance.county(today.year)
    if not found.judging.versions:
        return
    code = found.judging.codes[0]
    rows = [row for row in found.rows if row.in_totals]
    for pace, tone in _BEHIND.items():
        count = sum(row.schemes[code].pace is pace for row in rows)
        if count:
            href = url_for("finance.county", pace=pace.value, scheme=code)
            yield Task(sentence("task", f"units-{pace.value}"), href, count, tone=tone, icon="bar-chart")
    missing = [row for row in rows if row.missing_months]
    if missing:
        names = "、".join(row.name for row in missing[:3])
        href = url_for("finance.county", sort="share")
        yield Task(sentence("task", "units-months-missing"), href, len(missing), names, icon="receipt")


def _not_met(year: int) -> Iterator[Task]:
    found = finance.county(year)
    if not found.judging.versions:
        return
    code = found.judging.codes[0]
    count = sum(row.in_totals and row.schemes[code].verdict in _SHORT for row in found.rows)
    if count:
        href = url_for("finance.county", year=year, scheme=code)
        yield Task(sentence("task", "units-not-met", year=year), href, count, tone="danger", icon="bar-chart")


def _unions() -> Iterator[Task]:
    """Unions that have not brought this month's orders."""
    late = imports.unions_without_file(clock.today().replace(day=1))
    if late:
        names = "、".join(late[:3])
        href = url_for("external_orders.index")
        yield Task(sentence("task", "unions-late"), href, len(late), names, tone="warn", icon="people")
