"""留样 and temperatures on a phone: taken, labelled, thrown away on time (rule 60)."""

import re
from collections.abc import Iterator

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core import clock
from core.access.actor import Actor
from core.access.rights import Right
from core.db import transaction
from core.errors import Missing
from core.text import label, sentence
from core.web import menu
from core.web import papers as printed
from core.web.access import actor, again, requires
from core.web.forms import Form, ShortText, clean
from core.web.inbox import Task
from procurement.queries import canteens
from procurement.queries import food_safety as stored
from procurement.rules.food_safety import Meal, ProbePlace
from procurement.services import food_safety

bp = Blueprint("kitchen", __name__, url_prefix="/canteen/kitchen")
DEGREES = re.compile(r"(-?)(\d{1,3})(?:\.(\d))?")
menu.add("canteen", "kitchen", icon="thermometer-half", endpoint="kitchen.index", right=Right.STOCK, order=36)


class SampleForm(Form):
    dish = ShortText(most=40)
    grams = ShortText(most=6)


class TemperatureForm(Form):
    degrees = ShortText(most=7)
    device = ShortText(most=30, required=False)
    action = ShortText(most=200, required=False)


def tasks(by: Actor) -> Iterator[Task]:
    """Samples whose hours are over."""
    if by.may(Right.STOCK) and (found := stored.due([row.id for row in canteens.of_actor(by)])):
        yield Task(sentence("task", "samples-due"), url_for("kitchen.index"), found, icon="stopwatch")


@bp.get("")
@requires(Right.STOCK)
def index() -> ResponseReturnValue:
    """Samples and temperatures of the last week, and a form for each."""
    rooms = canteens.of_actor(actor())
    own = [row.id for row in rooms]
    return render_template(
        "procurement/stock/kitchen.html", rooms=rooms, samples=stored.samples(own), readings=stored.readings(own),
        sample=SampleForm(), temperature=TemperatureForm(), rule=stored.sample_rule(clock.today()),
        meals=[(one.value, label(one)) for one in Meal], places=[(one.value, label(one)) for one in ProbePlace],
        names=[(row.id, row.name) for row in rooms], degrees=degrees_text, chosen=request.form,
    )  # fmt: skip


@bp.post("/samples")
@requires(Right.STOCK)
@again(index)
def keep() -> ResponseReturnValue:
    form = SampleForm()
    form.require()
    grams = int(form.grams.data) if (form.grams.data or "").isdecimal() else 0
    meal = next((one for one in Meal if one.value == request.form.get("meal")), Meal.LUNCH)
    with transaction():
        made = food_safety.keep(_canteen(), dish=form.dish.data, meal=meal, grams=grams, by=actor())
        number = made.sample_no
    flash(sentence("message", "sample-kept", no=number), "ok")
    return redirect(url_for(".index"), 303)


@bp.post("/samples/<id:sample_id>/discard")
@requires(Right.STOCK)
@again(lambda sample_id: index())
def discard(sample_id: int) -> ResponseReturnValue:
    with transaction():
        food_safety.discard(sample_id, by=actor())
    flash(sentence("message", "sample-discarded"), "ok")
    return redirect(url_for(".index"), 303)


@bp.get("/samples/<id:sample_id>/label.pdf")
@requires(Right.STOCK)
def sample_label(sample_id: int) -> ResponseReturnValue:
    """A label of 60 × 40 mm for the box."""
    rows = stored.samples([row.id for row in canteens.of_actor(actor())])
    found = next((row for row in rows if row.sample.id == sample_id), None)
    if found is None:
        raise Missing("no-such-sample")
    made = found.sample
    return printed.answer(
        "sample_label",
        {
            "number": made.sample_no, "canteen": found.canteen, "dish": made.dish, "meal": label(made.meal),
            "grams": sentence("word", "grams", count=made.grams), "taken_at": made.taken_at,
            "keep_until": made.keep_until, "person": found.taken_by,
        },
        actor(),
    )  # fmt: skip


@bp.post("/temperatures")
@requires(Right.STOCK)
@again(index)
def read_temperature() -> ResponseReturnValue:
    form = TemperatureForm()
    form.require()
    place = next((one for one in ProbePlace if one.value == request.form.get("place")), ProbePlace.FRIDGE)
    with transaction():
        food_safety.read_temperature(
            _canteen(), place=place, device=form.device.data or "", decidegrees=decidegrees(form.degrees.data or ""),
            action=form.action.data or "", by=actor(),
        )  # fmt: skip
    flash(sentence("message", "temperature-read"), "ok")
    return redirect(url_for(".index"), 303)


def decidegrees(typed: str) -> int:
    """-18.5 → -185; what is no temperature becomes one that the rule refuses."""
    found = DEGREES.fullmatch(clean(typed).replace("\u2212", "-"))
    if found is None:
        return 10_000
    size = int(found[2]) * 10 + int(found[3] or 0)
    return -size if found[1] else size


def degrees_text(value: int) -> str:
    """-185 → -18.5."""
    whole, rest = divmod(abs(value), 10)
    return f"{'-' if value < 0 else ''}{whole}.{rest}"


def _canteen() -> int:
    """The chosen canteen; with one only, that one."""
    rooms = canteens.of_actor(actor())
    if len(rooms) == 1:
        return rooms[0].id
    return request.form.get("canteen", 0, type=int)
