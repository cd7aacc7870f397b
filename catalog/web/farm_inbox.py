"""What waits at the field's edge: money for households, codes not told, lots that stand too long."""

from collections.abc import Iterator
from datetime import timedelta

from flask import url_for

from catalog.queries import crops, lots, payables, purchases, suppliers
from core import clock
from core.access.actor import Actor
from core.access.rights import Right
from core.access.roles import Role
from core.text import sentence
from core.web.inbox import Task

PAY_WITHIN = timedelta(days=7)


def farm_tasks(who: Actor) -> Iterator[Task]:
    """A clerk's payables, unconfirmed notes and old lots; a village worker's crop plan and today's notes."""
    if who.may(Right.SELL) and suppliers.find_own(who) is not None:
        yield from _clerk(who)
    if Role.AGRICULTURE_OFFICER in who.roles and (count := crops.over_count(clock.today().year)):
        text = sentence("task", "crops-over")
        yield Task(text, url_for("crops.mine"), count, tone="warn", icon="exclamation-triangle")
    if who.may(Right.HOUSEHOLD_CARDS):
        if count := purchases.count(who, on=clock.today()):
            yield Task(sentence("task", "purchases-today"), url_for("purchases.mine"), count, icon="receipt")
        if not crops.has_plan(who.place_code or "", clock.today().year):
            yield Task(sentence("task", "crop-plan-missing"), url_for("crops.mine"), icon="flower1")


def _clerk(who: Actor) -> Iterator[Task]:
    owed = payables.totals(who)
    if owed.households and owed.since_on is not None:
        due_on = owed.since_on + PAY_WITHIN
        tone = "danger" if due_on < clock.today() else "warn"
        text = sentence("task", "purchases-to-pay")
        yield Task(text, url_for("payables.listed"), owed.households, due_on=due_on, tone=tone, icon="cash-coin")
    if count := payables.unconfirmed(who):
        text = sentence("task", "purchases-unsigned")
        yield Task(text, url_for("purchases.mine"), count, tone="warn", icon="phone")
    if count := lots.count_old(who, clock.today() - timedelta(days=30)):
        yield Task(sentence("task", "lots-old"), url_for("lots.mine"), count, icon="box-seam")
