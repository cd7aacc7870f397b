"""The office's board of 绿色有机申报: columns of steps, the list of thousands, the year's figures, the limits."""

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from catalog.queries import certification_clock, certification_figures, certifications
from catalog.rules.certificates import CertificateKind
from catalog.rules.certification import KINDS, MOST_DAYS, SETTING_OF_LIMIT, STEPS, CertificationState
from catalog.services import certification_limits
from core import clock
from core.access.rights import Right
from core.db import transaction
from core.text import sentence
from core.web import menu
from core.web.access import actor, again, requires
from core.web.forms import CountField, Form, ShortText, YuanField

bp = Blueprint("certification_board", __name__, url_prefix="/agriculture/certification")
menu.add(
    "catalogue", "certification-board", icon="kanban", endpoint="certification_board.show",
    right=Right.CERTIFICATION_HANDLE, order=10,
)  # fmt: skip
menu.add(
    "catalogue", "certification-figures", icon="bar-chart", endpoint="certification_board.figures",
    right=Right.CERTIFICATION_HANDLE, order=12,
)  # fmt: skip
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("")
@requires(Right.CERTIFICATION_HANDLE)
def show() -> ResponseReturnValue:
    return render_template("catalog/certification/board.html", columns=certifications.board())


@bp.get("/list")
@requires(Right.CERTIFICATION_HANDLE)
def every() -> ResponseReturnValue:
    wanted = asked()
    cards, after = certifications.listed(wanted, request.args.get("after", "")[:60])
    return render_template(
        "catalog/certification/all.html", cards=cards, after=after, wanted=wanted, kinds=KINDS,
        states=list(CertificationState)[1:],
    )  # fmt: skip


def asked() -> certifications.Filter:
    """The filter in the address; what it does not know is left out."""
    given = request.args
    state, kind = given.get("state", ""), given.get("kind", "")
    return certifications.Filter(
        CertificationState(state) if state in set(CertificationState) else None,
        state == "all",
        CertificateKind(kind) if kind in set(KINDS) else None,
        late=given.get("late") == "1",
        waiting=given.get("waiting") == "1",
        words=given.get("q", "").strip()[:64],
    )


def asked_year() -> int:
    """The year in the address, else this one."""
    given = request.args.get("year", "")
    year = int(given) if given.isdecimal() and len(given) == 4 else 0
    return year if 2000 <= year <= clock.today().year else clock.today().year


@bp.get("/figures")
@requires(Right.CERTIFICATION_HANDLE)
def figures() -> ResponseReturnValue:
    year = asked_year()
    years = range(clock.today().year, clock.today().year - 4, -1)
    found = certification_figures.of_year(year)
    return render_template("catalog/certification/figures.html", f=found, year=year, years=years, steps=STEPS)


@bp.get("/figures.xlsx")
@requires(Right.CERTIFICATION_HANDLE)
def figures_sheet() -> ResponseReturnValue:
    year = asked_year()
    made = Response(certification_figures.sheet(year), mimetype=XLSX)
    made.headers["Content-Disposition"] = f'attachment; filename="certification-{year}.xlsx"'
    made.headers["Cache-Control"] = "private, no-store"
    return made


class LimitsForm(Form):
    intake = CountField(least=1, most=MOST_DAYS)
    inspection = CountField(least=1, most=MOST_DAYS)
    monitoring = CountField(least=1, most=MOST_DAYS)
    review = CountField(least=1, most=MOST_DAYS)
    submission = CountField(least=1, most=MOST_DAYS)
    green = YuanField()
    organic = YuanField()
    gi = YuanField()
    reason = ShortText()


@bp.get("/limits")
@requires(Right.CERTIFICATION_HANDLE)
def limits() -> ResponseReturnValue:
    data = {at.value: certification_clock.limit_of(at) for at in SETTING_OF_LIMIT}
    data |= {kind.value: certification_limits.standard_fee_fen(kind) for kind in KINDS}
    return render_template("catalog/certification/limits.html", form=LimitsForm(data=data), steps=STEPS, kinds=KINDS)


@bp.post("/limits")
@requires(Right.CERTIFICATION_HANDLE)
@again(limits)
def put_limits() -> ResponseReturnValue:
    form = LimitsForm()
    form.require()
    with transaction():
        certification_limits.put(
            {at: form[at.value].data for at in SETTING_OF_LIMIT},
            {kind: form[kind.value].data for kind in KINDS},
            form.reason.data,
            by=actor(),
        )
    flash(sentence("message", "certification-limits"))
    return redirect(url_for(".limits"), 303)
