"""The supplier's delivery rounds: on which days the van goes where, and its runs with their stops."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField

from core import clock
from core.access.rights import Right
from core.db import transaction
from core.places import queries as places
from core.places.models import PlaceLevel
from core.text import sentence
from core.web import menu
from core.web.access import actor, again, requires
from core.web.forms import ClockField, CountField, Form, PhoneField, ShortText, TicksField, YuanField
from market.queries import rounds as queries
from market.queries.rounds import RoundRow
from market.services import rounds

bp = Blueprint("rounds", __name__, url_prefix="/supplier/rounds")
menu.add("market", "rounds", icon="signpost", endpoint="rounds.index", right=Right.SELL, order=12)


class RoundForm(Form):
    name = ShortText(most=30)
    weekdays = TicksField(most=7)
    cutoff_days = CountField(least=0, most=7)
    cutoff_at = ClockField()
    min_stop = YuanField(required=False)
    towns = TicksField()
    rests_on_holidays = BooleanField()
    window_from = ClockField(required=False)
    window_to = ClockField(required=False)
    driver = ShortText(most=30, required=False)
    driver_phone = PhoneField(most=20, required=False)
    vehicle_no = ShortText(most=12, required=False)

    def wish(self) -> rounds.Wish:
        """The round as typed."""
        at = self.cutoff_at.data
        return rounds.Wish(
            name=self.name.data, weekdays=sum(1 << day for day in range(7) if str(day) in (self.weekdays.data or [])),
            cutoff_days=self.cutoff_days.data, cutoff_minute=at.hour * 60 + at.minute,
            min_stop_fen=self.min_stop.data or 0, towns=frozenset(self.towns.data or []),
            rests_on_holidays=self.rests_on_holidays.data, window_from=self.window_from.data,
            window_to=self.window_to.data, driver=self.driver.data or "", driver_phone=self.driver_phone.data or "",
            vehicle_no=self.vehicle_no.data or "",
        )  # fmt: skip


@bp.get("")
@requires(Right.SELL)
def index() -> ResponseReturnValue:
    who = actor()
    runs = queries.runs_ahead(who, since=clock.today())
    return render_template("market/supplier/rounds.html", rows=queries.own(who), runs=runs)


@bp.get("/new")
@requires(Right.SELL)
def new() -> ResponseReturnValue:
    return _page(RoundForm(data=_shipped() if request.method == "GET" else None), None)


@bp.post("/new")
@requires(Right.SELL)
@again(new)
def create() -> ResponseReturnValue:
    form = RoundForm()
    form.require()
    with transaction():
        rounds.write(form.wish(), by=actor())
    flash(sentence("message", "round-kept"))
    return redirect(url_for(".index"), 303)


@bp.get("/<id:round_id>")
@requires(Right.SELL)
def edit(round_id: int) -> ResponseReturnValue:
    row = queries.get_own(round_id, actor())
    return _page(RoundForm(data=_data(row) if request.method == "GET" else None), row)


@bp.post("/<id:round_id>")
@requires(Right.SELL)
@again(edit)
def change(round_id: int) -> ResponseReturnValue:
    form = RoundForm()
    form.require()
    with transaction():
        rounds.write(form.wish(), round_id=round_id, by=actor())
    flash(sentence("message", "round-kept"))
    return redirect(url_for(".index"), 303)


@bp.post("/<id:round_id>/closing")
@requires(Right.SELL)
def close(round_id: int) -> ResponseReturnValue:
    with transaction():
        rounds.close(round_id, by=actor())
    flash(sentence("message", "round-closed"))
    return redirect(url_for(".index"), 303)


def _page(form: RoundForm, row: RoundRow | None) -> ResponseReturnValue:
    towns = [(one.code, one.name) for one in places.listed(PlaceLevel.TOWN)]
    return render_template("market/supplier/round.html", form=form, row=row, towns=towns)


def _shipped() -> dict[str, Any]:
    return {"weekdays": ["0", "1", "2", "3", "4"], "cutoff_days": 1, "rests_on_holidays": True}


def _data(row: RoundRow) -> dict[str, Any]:
    own = row.round
    names = ("name", "cutoff_days", "rests_on_holidays", "window_from", "window_to", "driver", "driver_phone")
    hour, minute = divmod(own.cutoff_minute, 60)
    return {name: getattr(own, name) for name in names} | {
        "weekdays": [str(day) for day in range(7) if own.weekdays >> day & 1],
        "cutoff_at": clock.day_start(clock.today()).replace(hour=hour, minute=minute).time(),
        "min_stop": own.min_stop_fen,
        "towns": sorted(row.codes),
        "vehicle_no": own.vehicle_no,
    }
