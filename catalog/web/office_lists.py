"""Pages of the lists that offices keep: templates of reasons, the calendar of working days."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import TextAreaField

from catalog.queries import admission_terms
from catalog.rules.supplier_life import Criteria
from catalog.services import office_lists
from core import clock
from core.access.rights import Right
from core.db import transaction
from core.settings import calendar
from core.text import sentence
from core.web import menu
from core.web.access import actor, again, requires
from core.web.forms import CountField, DayField, Form, ShortText, YuanField

bp = Blueprint("office_lists", __name__)
menu.add("system", "workdays", icon="calendar-week", endpoint="office_lists.workdays", right=Right.CALENDAR_MANAGE)
menu.add(
    "catalogue", "admission-reasons", icon="card-list", endpoint="office_lists.reasons", right=Right.ADMIT, order=60
)


class ReasonsForm(Form):
    lines = TextAreaField()
    reason = ShortText(most=120)


class TermsForm(Form):
    township = CountField(least=1, most=60)
    agriculture = CountField(least=1, most=60)
    linkage = CountField(least=1, most=60)
    publication_days = CountField(least=7, most=60)
    check_months = CountField(least=1, most=12)
    households = CountField(least=1, most=10_000)
    verified = YuanField(least=1)
    points = CountField(least=0, most=100)
    valid_from = DayField()
    reason = ShortText(most=120)


class YearForm(Form):
    holidays = TextAreaField()
    worked = TextAreaField()
    reason = ShortText(most=120)


@bp.get("/admission/reasons")
@requires(Right.ADMIT)
def reasons(kind: str = "") -> ResponseReturnValue:
    lists = {each: admission_terms.reasons(each) for each in admission_terms.REASON_KEYS}
    return render_template("catalog/admission/reasons.html", lists=lists, form=ReasonsForm(), at=kind)


@bp.post("/admission/reasons/<any(return, refuse):kind>")
@requires(Right.ADMIT)
@again(reasons)
def set_reasons(kind: str) -> ResponseReturnValue:
    form = ReasonsForm()
    form.require()
    with transaction():
        office_lists.set_reasons(kind, (form.lines.data or "").splitlines(), reason=form.reason.data, by=actor())
    flash(sentence("message", "reasons-saved"))
    return redirect(url_for("office_lists.reasons"), 303)


@bp.get("/admission/terms")
@requires(Right.ADMIT)
def terms() -> ResponseReturnValue:
    now = office_lists.terms()
    shown = {**vars(now), "households": now.lead.households, "verified": now.lead.verified_fen}
    form = TermsForm(data={**shown, "points": now.lead.score // 100, "valid_from": clock.today()})
    return render_template("catalog/admission/terms.html", form=form)


@bp.post("/admission/terms")
@requires(Right.ADMIT)
@again(terms)
def set_terms() -> ResponseReturnValue:
    form = TermsForm()
    form.require()
    lead = Criteria(form.households.data, form.verified.data, form.points.data * 100)
    days = (form.township.data, form.agriculture.data, form.linkage.data, form.publication_days.data)
    new = office_lists.Terms(*days, check_months=form.check_months.data, lead=lead)
    with transaction():
        office_lists.set_terms(new, valid_from=form.valid_from.data, reason=form.reason.data, by=actor())
    flash(sentence("message", "admission-terms-saved", from_on=form.valid_from.data))
    return redirect(url_for("office_lists.terms"), 303)


@bp.get("/workdays")
@requires(Right.CALENDAR_MANAGE)
def workdays() -> ResponseReturnValue:
    this = clock.today().year
    wanted = request.args.get("year", "")
    year = int(wanted) if wanted.isdigit() and this - 5 <= int(wanted) <= this + 2 else this
    return _year(year)


def _year(year: int) -> ResponseReturnValue:
    known = calendar.current()
    holidays = sorted(day for day in known.holidays if day.year == year)
    worked = sorted(day for day in known.worked if day.year == year)
    lines = {"holidays": "\n".join(map(str, holidays)), "worked": "\n".join(map(str, worked))}
    this = clock.today().year
    return render_template(
        "catalog/workdays.html", year=year, years=range(this - 1, this + 3), holidays=holidays, worked=worked,
        form=YearForm(data=lines), off=known.is_workday,
    )  # fmt: skip


@bp.get("/workdays/<int:year>")
@requires(Right.CALENDAR_MANAGE)
def one_year(year: int) -> ResponseReturnValue:
    return _year(min(max(year, 2000), 2100))


@bp.post("/workdays/<int:year>")
@requires(Right.CALENDAR_MANAGE)
@again(one_year)
def set_year(year: int) -> ResponseReturnValue:
    form = YearForm()
    form.require()
    with transaction():
        holidays, worked = (office_lists.days_of(field.data or "") for field in (form.holidays, form.worked))
        office_lists.set_year(year, holidays, worked, reason=form.reason.data, by=actor())
    flash(sentence("message", "calendar-saved", year=year))
    return redirect(url_for("office_lists.workdays", year=year), 303)
