"""A unit's pages, the same for finance (any unit) and for the unit itself: only the addresses differ."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from core import clock
from core.errors import Missing
from core.web.access import actor
from procurement.queries import declarations, evidence, evidence_ladder, finance, finance_unit
from procurement.queries.finance import County
from procurement.queries.finance_unit import PAGE
from procurement.web import finance_args

OWN = "unit_quota"


@dataclass(frozen=True)
class Links:
    """Addresses of the pages for this reader."""

    unit: Callable[..., str]
    month: Callable[[int], str]
    not_counted: Callable[[str], str]
    acceptance: Callable[[str], str]
    back: str | None


def overview(unit_id: int, year: int, door: str) -> ResponseReturnValue:
    """Each scheme with its arithmetic, the months, the filings."""
    found = _county(unit_id, year)
    return render_template(
        "procurement/finance/unit.html",
        county=found, row=found.rows[0], months=finance_unit.months(unit_id, year),
        ladder=evidence_ladder.of_unit(unit_id, year), stand=declarations.stand(unit_id, year),
        to=_links(unit_id, year, door), this_year=clock.today().year,
    )  # fmt: skip


def month(unit_id: int, year: int, number: int, door: str) -> ResponseReturnValue:
    """What was accepted or counted in a month, line by line."""
    if not 1 <= number <= 12:
        raise Missing("no-such-month")
    found = _county(unit_id, year)
    lines = finance_unit.lines_of_month(unit_id, year, number)
    return render_template(
        "procurement/finance/month.html",
        county=found, row=found.rows[0], lines=lines, number=number, to=_links(unit_id, year, door),
    )  # fmt: skip


def not_counted(unit_id: int, year: int, door: str) -> ResponseReturnValue:
    """What does not count under a scheme and why, and what still waits for money."""
    found = _county(unit_id, year)
    wanted = finance_args.chosen_filter().scheme
    code = wanted if wanted in found.judging.versions else found.judging.codes[0]
    lines = finance_unit.not_counted(unit_id, year, code)
    return render_template(
        "procurement/finance/not_counted.html",
        county=found, row=found.rows[0], lines=lines[:PAGE], total=len(lines), code=code,
        to=_links(unit_id, year, door),
    )  # fmt: skip


def _county(unit_id: int, year: int) -> County:
    found = finance.county(year, unit_ids=[unit_id])
    if not found.rows:
        raise Missing("no-such-unit")
    return found


def _links(unit_id: int, year: int, door: str) -> Links:
    is_own = door == OWN
    key = {} if is_own else {"unit_id": unit_id}

    def to(page: str, **more: object) -> str:
        return url_for(f"{door}.{page}", **key, **{"year": year, **more})  # type: ignore[arg-type]

    def acceptance(token: str) -> str:
        return url_for(f"{door}.acceptance", token=token)

    seen = is_own or actor().may(finance_args.EVIDENCE)
    return Links(
        unit=lambda **more: to("unit", **more),
        month=lambda number: to("month", month=number),
        not_counted=lambda code: to("not_counted", scheme=code),
        acceptance=acceptance if seen else lambda _token: "",
        back=None if is_own else url_for("finance.county", year=year),
    )


def acceptance(token: str, *, within: frozenset[int] | None = None) -> ResponseReturnValue:
    """One acceptance with all that proves it. `within`: organisations the reader may see; None: all."""
    return render_template("procurement/finance/acceptance.html", found=evidence.acceptance(token, within=within))
