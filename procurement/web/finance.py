"""Finance's view of every unit: the county page, its workbook, a unit, its months and lines."""

from collections.abc import Callable
from io import BytesIO

from flask import Blueprint, current_app, render_template, send_file, url_for
from flask.typing import ResponseReturnValue

from core import clock
from core.access.rights import Right
from core.errors import Missing
from core.text import label, sentence
from core.web import menu
from core.web.access import requires
from procurement.queries import finance
from procurement.queries.figures import Filter, chosen, totals
from procurement.queries.finance import County
from procurement.web import finance_args, unit_pages
from procurement.web.finance_sheet import share_text, workbook

bp = Blueprint("finance", __name__, url_prefix="/finance")
SORTED = ("declared", "reserve", "completed", "completion", "share", "short")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
menu.add("supervise", "finance", icon="bar-chart", endpoint="finance.county", right=Right.FINANCE_VIEW, order=10)


@bp.app_template_filter("share_text")
def share_text_filter(share: object) -> str:
    return share_text(share)  # type: ignore[arg-type]


@bp.app_template_filter("pair")
def pair(value: str, kind: str = "") -> tuple[str, str]:
    """A choice: its value and its word."""
    return value, label(value, kind) if kind else value


@bp.app_template_filter("pair_month")
def pair_month(number: int) -> tuple[int, str]:
    """A month as a choice."""
    return number, sentence("word", "month-label", month=number)


@bp.get("")
@requires(Right.FINANCE_VIEW)
def county() -> ResponseReturnValue:
    """Every unit under one scheme, the others beside it."""
    by, year = finance_args.chosen_filter(), finance_args.year()
    found = finance.county(year, through=by.through)
    code = _scheme(found, by)
    rows = chosen(found.rows, by, code)

    def link(**other: object) -> str:
        return url_for("finance.county", **finance_args.in_address(by, year, **other))  # type: ignore[arg-type]

    return render_template(
        "procurement/finance/county.html",
        county=found, code=code, rows=rows, all_rows=found.rows, by=by, link=link, as_of=clock.now(),
        sums=totals(rows, code), whole=totals(found.rows, code), systems=_by_system(found, code),
        scheme=found.judging.versions[code], months=_monthly(found, code),
        columns=_columns(by, link), export=url_for("finance.export", **finance_args.in_address(by, year)),  # type: ignore[arg-type]
    )  # fmt: skip


@bp.get("/export")
@requires(Right.FINANCE_VIEW)
def export() -> ResponseReturnValue:
    """The same rows as a workbook."""
    by, year = finance_args.chosen_filter(), finance_args.year()
    found = finance.county(year, through=by.through)
    code = _scheme(found, by)
    rows = chosen(found.rows, by, code)
    data = workbook(found, code, rows, totals(rows, code))
    name = sentence("word", "finance-file", year=year, code=code)
    if current_app.config["XINGCUN_MODE"] == "demo":
        name = f"{sentence('word', 'demo-mark')}-{name}"
    return send_file(BytesIO(data), mimetype=XLSX, as_attachment=True, download_name=name)


@bp.get("/units/<int:unit_id>")
@requires(Right.FINANCE_VIEW)
def unit(unit_id: int) -> ResponseReturnValue:
    return unit_pages.overview(unit_id, finance_args.year(), "finance")


@bp.get("/units/<int:unit_id>/months/<int:month>")
@requires(Right.FINANCE_VIEW)
def month(unit_id: int, month: int) -> ResponseReturnValue:
    return unit_pages.month(unit_id, finance_args.year(), month, "finance")


@bp.get("/units/<int:unit_id>/not-counted")
@requires(Right.FINANCE_VIEW)
def not_counted(unit_id: int) -> ResponseReturnValue:
    return unit_pages.not_counted(unit_id, finance_args.year(), "finance")


@bp.get("/acceptances/<string(maxlength=32):token>")
@requires(Right.AUDIT)
def acceptance(token: str) -> ResponseReturnValue:
    return unit_pages.acceptance(token)


def _columns(by: Filter, link: Callable[..., str]) -> list[dict[str, object]]:
    """The sortable columns of figures: a second click turns the order round."""
    return [
        {
            "text": sentence("finance_column", name),
            "num": True,
            "sort": link(sort=name, dir=None if by.sort == name and by.descending else "desc"),
            "dir": ("desc" if by.descending else "asc") if by.sort == name else None,
        }
        for name in SORTED
    ]


def _scheme(found: County, by: Filter) -> str:
    if not found.judging.versions:
        raise Missing("no-schemes")
    return by.scheme if by.scheme in found.judging.versions else found.judging.codes[0]


def _by_system(found: County, code: str) -> list[dict[str, object]]:
    """Completion by system, the best first."""
    sums = {name: totals([r for r in found.rows if r.system == name], code) for name in {r.system for r in found.rows}}
    found_bp = {name: own.quota.completion.bp for name, own in sums.items() if own.units}
    order = sorted(found_bp, key=lambda name: -(found_bp[name] or 0))
    return [{"label": name, "bp": found_bp[name]} for name in order]


def _monthly(found: County, code: str) -> list[dict[str, object]]:
    """Counted money month by month, and the completion rate it adds up to."""
    whole, running, out = totals(found.rows, code), 0, []
    last = clock.today().month if found.year == clock.today().year else 12
    for number, fen in enumerate(found.monthly[code], start=1):
        running += fen
        share = running * 10_000 // whole.reserve_fen if whole.reserve_fen and number <= last else None
        out.append({"label": sentence("word", "month-label", month=number), "fen": fen, "bp": share})
    return out
