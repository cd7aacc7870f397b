"""Half a year of incomes, the red list and the targets of the towns: for town and county; sums for finance."""

from datetime import date
from io import BytesIO

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectField

from catalog.queries import household_sums, income_sheets, incomes
from catalog.queries.household_scope import places_of
from catalog.rules import income as rules
from catalog.rules.income import GrowthBand, Half, TargetKind
from catalog.services import incomes as services
from catalog.web.fields import PercentField
from catalog.web.incomes import asked_quarter, quarters
from core import clock, settings
from core.access.rights import Right
from core.db import transaction
from core.errors import Refused
from core.places import queries as places
from core.places.models import PlaceLevel
from core.text import label, sentence
from core.web import menu
from core.web.access import actor, again, requires
from core.web.forms import DayField, Form, ShortText, YuanField

bp = Blueprint("income_analysis", __name__, url_prefix="/households")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
for _order, (_code, _icon) in enumerate(
    {"analysis": "graph-up", "red": "exclamation-triangle", "targets": "flag"}.items(), 30
):
    menu.add(
        "households", f"income-{_code}", icon=_icon, endpoint=f"income_analysis.{_code}", right=Right.INCOME_ANALYSE,
        order=_order,
    )  # fmt: skip
menu.add(
    "supervise", "household-sums", icon="people", endpoint="income_analysis.sums", right=Right.HOUSEHOLD_SUMS, order=95
)


class TargetForm(Form):
    town = SelectField()
    kind = SelectField(choices=lambda: [(kind.value, label(kind)) for kind in TargetKind])
    target = YuanField(least=1)
    reason = ShortText(most=100)


class TermsForm(Form):
    line = YuanField(least=1)
    fall = PercentField()
    valid_from = DayField()
    reason = ShortText(most=100)


def asked_half() -> Half:
    """The half in the address, else the newest whose two quarters are locked."""
    try:
        return rules.parse_half(request.args.get("half", ""))
    except Refused:
        return rules.newest_half(clock.today())


def halves() -> list[tuple[str, str]]:
    """The halves one may look at, the newest first."""
    newest = rules.due(clock.today())
    found = [rules.half_of(newest.plus(-2 * n)) for n in range(6)]
    return [(str(h), sentence("household_word", f"half-{h.number}", year=h.year)) for h in found]


def asked_place() -> str:
    """A town or village that the page is narrowed to; of others nothing is seen (the scope)."""
    place = request.args.get("place", "")[:12]
    return place if place.isdecimal() and len(place) in {9, 12} else ""


def asked_year() -> int:
    """The year in the address, else this one."""
    year = request.args.get("year", clock.today().year, type=int)
    return year if 2015 <= year <= clock.today().year + 1 else clock.today().year


@bp.get("/analysis")
@requires(Right.INCOME_ANALYSE)
def analysis() -> ResponseReturnValue:
    half, place = asked_half(), asked_place()
    found = incomes.analysis(actor(), half, place)
    return render_template(
        "catalog/incomes/analysis.html",
        a=found,
        half=half,
        halves=halves(),
        place=place,
        bands_in_order=list(GrowthBand),
    )


@bp.get("/analysis.xlsx")
@requires(Right.INCOME_ANALYSE)
def analysis_sheet() -> ResponseReturnValue:
    half = asked_half()
    data = income_sheets.analysis(incomes.analysis(actor(), half, asked_place()))
    return _download(data, sentence("household_word", "file-analysis", half=str(half)))


def _download(data: bytes, name: str) -> ResponseReturnValue:
    return send_file(BytesIO(data), mimetype=XLSX, as_attachment=True, download_name=f"{name}.xlsx")


@bp.get("/red")
@requires(Right.INCOME_ANALYSE)
def red() -> ResponseReturnValue:
    quarter, place = asked_quarter(is_complete=True), asked_place()
    lines = incomes.red_list(actor(), quarter, place)
    terms = {key: int(settings.value(f"income.{key}", on=quarter.last_day)) for key in ("low_line_fen", "fall_bp")}
    return render_template(
        "catalog/incomes/red.html", lines=incomes.named(lines[:200]), total=len(lines), quarter=quarter, place=place,
        quarters=quarters(), line_fen=terms["low_line_fen"], fall_bp=terms["fall_bp"],
        form=TermsForm(line=terms["low_line_fen"], fall=terms["fall_bp"], valid_from=clock.today()),
    )  # fmt: skip


@bp.post("/red/terms")
@requires(Right.TARGET_SET)
@again(red)
def set_terms() -> ResponseReturnValue:
    form = TermsForm()
    form.require()
    with transaction():
        services.set_terms(
            line_fen=form.line.data, fall_bp=form.fall.data, valid_from=form.valid_from.data, reason=form.reason.data,
            by=actor(),
        )  # fmt: skip
    flash(sentence("message", "income-terms-set"), "ok")
    return redirect(url_for("income_analysis.red"), 303)


@bp.get("/targets")
@requires(Right.INCOME_ANALYSE)
def targets() -> ResponseReturnValue:
    year, form, this = asked_year(), TargetForm(), clock.today().year
    form.town.choices = _towns()
    return render_template(
        "catalog/incomes/targets.html", lines=incomes.targets(actor(), year, _on(year)), year=year, form=form,
        line_fen=int(settings.value("income.low_line_fen", on=date(year, 12, 31))), years=range(this, this - 3, -1),
    )  # fmt: skip


def _towns() -> list[tuple[str, str]]:
    prefixes = places_of(actor())
    found = places.listed(PlaceLevel.TOWN)
    return [(t.code, t.name) for t in found if prefixes is None or any(p.startswith(t.code) for p in prefixes)]


def _on(year: int) -> date:
    """Today, or the day on which the last quarter of a year that is over was locked."""
    return min(clock.today(), rules.due_on(rules.parse_quarter(f"{year}Q4")))


@bp.get("/targets.xlsx")
@requires(Right.INCOME_ANALYSE)
def targets_sheet() -> ResponseReturnValue:
    year = asked_year()
    data = income_sheets.targets(incomes.targets(actor(), year, _on(year)), year)
    return _download(data, sentence("household_word", "file-targets", year=year))


@bp.post("/targets")
@requires(Right.TARGET_SET)
@again(targets)
def set_target() -> ResponseReturnValue:
    form, year = TargetForm(), asked_year()
    form.town.choices = _towns()
    form.require()
    kind = TargetKind(form.kind.data)
    target = form.target.data if kind is TargetKind.PER_HEAD else form.target.data // 100
    with transaction():
        services.set_target(form.town.data, year, kind, target, reason=form.reason.data, by=actor())
    flash(sentence("message", "target-set"), "ok")
    return redirect(url_for("income_analysis.targets", year=year), 303)


@bp.get("/sums")
@requires(Right.HOUSEHOLD_SUMS)
def sums() -> ResponseReturnValue:
    quarter = asked_quarter(is_complete=True)
    return render_template(
        "catalog/incomes/sums.html", s=household_sums.sums(quarter), quarter=quarter, quarters=quarters()
    )


@bp.get("/sums.xlsx")
@requires(Right.HOUSEHOLD_SUMS)
def sums_sheet() -> ResponseReturnValue:
    quarter = asked_quarter(is_complete=True)
    return _download(
        income_sheets.sums(household_sums.sums(quarter)), sentence("household_word", "file-sums", quarter=str(quarter))
    )
