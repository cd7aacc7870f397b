"""A village's paper work for the field: the crop plan and the cards of its households."""

import segno
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from catalog.queries import crops as reading
from catalog.queries import purchases
from catalog.services import crops
from core import clock, codes
from core.access.rights import Right
from core.access.roles import OrganisationKind
from core.db import transaction
from core.quantity import KG
from core.text import sentence, show
from core.web import menu
from core.web.access import actor, again, requires
from core.web.forms import CountField, DayField, Form, QuantityField, ShortText

bp = Blueprint("crops", __name__, url_prefix="/farm")
menu.add("catalogue", "crop-plan", icon="flower1", endpoint="crops.mine", right=Right.CROP_PLAN, order=60)
menu.add(
    "catalogue", "household-cards", icon="person-vcard", endpoint="crops.cards", right=Right.HOUSEHOLD_CARDS, order=61,
    kinds=frozenset({OrganisationKind.VILLAGE}),
)  # fmt: skip


class CropForm(Form):
    category = CountField(least=1, most=10**12 - 1)
    area = ShortText(most=10)
    yield_kg = QuantityField(unit=KG)
    harvest_from = DayField()
    harvest_to = DayField()


@bp.get("/crops")
@requires(Right.CROP_PLAN)
def mine() -> ResponseReturnValue:
    who, year = actor(), clock.today().year
    village = who.organisation_kind is OrganisationKind.VILLAGE
    rows = reading.of_village(who.place_code or "", year) if village else reading.of_county(year)
    form = CropForm()
    if request.method == "POST":
        form.validate()
    return render_template(
        "catalog/farm/crops.html", rows=rows, form=form, village=village, year=year, leaves=reading.leaves()
    )


@bp.post("/crops")
@requires(Right.HOUSEHOLD_CARDS)
@again(mine)
def plan() -> ResponseReturnValue:
    form = CropForm()
    form.require()
    planned = crops.Planned(
        form.category.data, crops.area_of(form.area.data), form.yield_kg.data, form.harvest_from.data,
        form.harvest_to.data,
    )  # fmt: skip
    with transaction():
        crops.plan(planned, by=actor())
    flash(sentence("message", "crop-planned"))
    return redirect(url_for(".mine"), 303)


@bp.get("/cards")
@requires(Right.HOUSEHOLD_CARDS)
def cards() -> ResponseReturnValue:
    """Cards to cut out: code with its check character, and as a QR code. No name stands on them."""
    who = actor()
    rows = [(one, codes.with_check(one.code)) for one in purchases.known_households(who)]
    shown = [(one.village, text, _qr(text)) for one, text in rows]
    return render_template("catalog/farm/cards.html", rows=shown, printed_at=show("", clock.now()))


def _qr(text: str) -> Markup:
    drawn = segno.make(text, error="m").svg_inline(omitsize=True, border=2, dark="#000000", light="#ffffff")
    return Markup(drawn)  # noqa: S704 - drawn here from a code of ours
