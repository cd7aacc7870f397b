"""Quarterly incomes on a phone in the village: who is still to visit, one household after the other; town and county
see how far each village is.
"""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from catalog.queries import households as registers
from catalog.queries import snapshots
from catalog.queries.household_scope import mine
from catalog.rules import income as rules
from catalog.rules.income import Income
from catalog.rules.quarter import Quarter
from catalog.services import incomes
from core import clock, settings
from core.access.actor import Actor
from core.access.rights import Right
from core.access.roles import Role
from core.db import transaction
from core.errors import Refused
from core.text import sentence
from core.web import menu
from core.web.access import actor, again, requires
from core.web.forms import Form, ShortText, YuanField

bp = Blueprint("incomes", __name__, url_prefix="/households")
MOST_BACK = 12


def due_count(who: Actor) -> int:
    """Households a village still has to enter while the quarter is open."""
    quarter = rules.due(clock.today())
    if Role.VILLAGE_WORKER not in who.roles or not _is_open(quarter):
        return 0
    return sum(line.left for line in snapshots.progress(who, quarter))


menu.add(
    "households", "incomes", icon="journal-check", endpoint="incomes.index", right=Right.INCOME_ENTER, order=20,
    counter=due_count,
)  # fmt: skip


class IncomeForm(Form):
    wage = YuanField()
    operating = YuanField()
    operating_cost = YuanField()
    property = YuanField()
    transfer = YuanField()
    reason = ShortText(most=100, required=False)

    def income(self) -> Income:
        """The five amounts in fen."""
        return Income(
            self.wage.data, self.operating.data, self.operating_cost.data, self.property.data, self.transfer.data
        )


def _is_open(quarter: Quarter) -> bool:
    return rules.opens_on(quarter, int(settings.value("income.opens_days"))) <= clock.today()


def asked_quarter(*, is_complete: bool = False) -> Quarter:
    """The quarter in the address, else the one whose turn it is (before its rounds begin: the one before).

    `is_complete`: else the newest that is locked, for pages that look back.
    """
    text = request.args.get("quarter", "")
    try:
        return rules.parse_quarter(text)
    except Refused:
        current = rules.due(clock.today())
        return current if _is_open(current) and not is_complete else current.plus(-1)


def quarters() -> list[tuple[str, str]]:
    """The quarters one may look at, the newest first."""
    newest = rules.due(clock.today())
    return [
        (str(q := newest.plus(-n)), sentence("household_word", "quarter", year=q.year, number=q.number))
        for n in range(MOST_BACK)
    ]


def _terms(quarter: Quarter) -> dict[str, Any]:
    """What every page of a quarter says: its days, whether it is locked."""
    days = int(settings.value("income.opens_days"))
    return {
        "quarter": quarter, "due_on": rules.due_on(quarter), "opens_on": rules.opens_on(quarter, days),
        "is_locked": rules.is_locked(quarter, clock.today()), "is_open": _is_open(quarter),
    }  # fmt: skip


@bp.get("/incomes")
@requires(Right.INCOME_ENTER)
def index() -> ResponseReturnValue:
    quarter, village = asked_quarter(), request.args.get("village", "")[:12]
    lines = snapshots.progress(actor(), quarter)
    one = village or (lines[0].village_code if len(lines) == 1 else "")
    todo = snapshots.to_enter(actor(), quarter, village_code=one) if one else []
    return render_template(
        "catalog/incomes/index.html", lines=lines, todo=todo, village=one, quarters=quarters(),
        heads=registers.masked_heads([home.id for home in todo]), **_terms(quarter),
    )  # fmt: skip


@bp.get("/<id:household_id>/income")
@requires(Right.INCOME_ENTER)
def show(household_id: int) -> ResponseReturnValue:
    household, quarter = mine(household_id, actor()), asked_quarter()
    found = snapshots.current([quarter, quarter.plus(-1), quarter.plus(-4)], household_ids=[household.id])
    have, last = found.get((household.id, quarter)), found.get((household.id, quarter.plus(-1)))
    known = have or last
    return render_template(
        "catalog/incomes/entry.html", household=household, have=have, last=last,
        form=_prefilled(known.income if known else None),
        year_ago=found.get((household.id, quarter.plus(-4))), benefits=snapshots.known_benefits(household.id, quarter),
        head=registers.masked_heads([household.id]).get(household.id, ""), **_terms(quarter),
    )  # fmt: skip


def _prefilled(income: Income | None) -> IncomeForm:
    """The form with what the last quarter was: most of it stays the same."""
    if income is None:
        return IncomeForm()
    return IncomeForm(
        wage=income.wage_fen, operating=income.operating_fen, operating_cost=income.operating_cost_fen,
        property=income.property_fen, transfer=income.transfer_fen,
    )  # fmt: skip


@bp.post("/<id:household_id>/income")
@requires(Right.INCOME_ENTER)
@again(show)
def enter(household_id: int) -> ResponseReturnValue:
    form, quarter = IncomeForm(), rules.parse_quarter(request.args.get("quarter", ""))
    form.require()
    with transaction():
        incomes.enter(household_id, quarter, form.income(), reason=form.reason.data or "", by=actor())
        household = mine(household_id, actor())
        following = snapshots.to_enter(actor(), quarter, village_code=household.village_code)[:1]
        village, onward = household.village_code, [home.id for home in following]
    flash(sentence("message", "income-entered"), "ok")
    if request.form.get("then") == "next" and onward:
        return redirect(url_for("incomes.show", household_id=onward[0], quarter=str(quarter)), 303)
    return redirect(url_for("incomes.index", quarter=str(quarter), village=village), 303)
