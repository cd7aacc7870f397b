"""A supplier's lots: what came in, was lost and left; losses and harvests of its own are written here."""

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectField

from catalog.queries import lots as reading
from catalog.queries import purchases
from catalog.rules.lots import LossReason
from catalog.services import harvests, lots
from core import clock
from core.access.rights import Right
from core.db import transaction
from core.errors import Refused
from core.quantity import KG, PIECE, UNITS, BaseUnit, parse_sum
from core.text import sentence
from core.web import menu
from core.web.access import actor, again, requires
from core.web.forms import CountField, DayField, Form, ShortText

bp = Blueprint("lots", __name__, url_prefix="/farm/lots")
menu.add("market", "lots", icon="box-seam", endpoint="lots.mine", right=Right.SELL, order=30)
PAGE = 30


class LossForm(Form):
    weighings = ShortText(most=60)
    reason = SelectField(choices=[one.value for one in LossReason])
    note = ShortText(most=100, required=False)
    lost_on = DayField(default=clock.today)


class HarvestForm(Form):
    client_key = ShortText(most=36, default=lambda: str(uuid.uuid4()))
    product = CountField(least=1, most=10**12 - 1)
    weighings = ShortText(most=180)
    weighed_in = SelectField(choices=["kg", "jin", "piece", "l"], default="kg")
    harvested_on = DayField(default=clock.today)
    plot = ShortText(most=60, required=False)


class ReverseForm(Form):
    reason = ShortText(most=100)


@bp.get("")
@requires(Right.SELL)
def mine() -> ResponseReturnValue:
    who, every = actor(), request.args.get("all") == "1"
    page = min(max(request.args.get("page", 1, type=int), 1), 10_000)
    total = reading.count_own(who, with_rest=not every)
    rows = reading.own(who, with_rest=not every, limit=PAGE, offset=(page - 1) * PAGE)
    pages = max(1, -(-total // PAGE))
    return render_template("catalog/farm/lots.html", rows=rows, every=every, page=page, pages=pages, total=total,
                           size=PAGE)  # fmt: skip


@bp.get("/<id:lot_id>")
@requires(Right.SELL)
def show(lot_id: int) -> ResponseReturnValue:
    lot = reading.get_own(lot_id, actor())
    return render_template(
        "catalog/farm/lot.html", lot=lot, moves=reading.moves(lot_id), notes=purchases.of_lot(lot_id),
        harvests=reading.harvests_of(lot_id), form=LossForm(), reasons=list(LossReason),
    )  # fmt: skip


@bp.post("/<id:lot_id>/losses")
@requires(Right.SELL)
@again(show)
def lose(lot_id: int) -> ResponseReturnValue:
    form, who = LossForm(), actor()
    form.require()
    unit = {BaseUnit.G: KG, BaseUnit.PIECE: PIECE}.get(reading.get_own(lot_id, who).base_unit, UNITS["l"])
    with transaction():
        qty = parse_sum(form.weighings.data, unit)
        lots.lose(lot_id, qty, LossReason(form.reason.data), note=form.note.data or "", on=form.lost_on.data, by=who)
    flash(sentence("message", "lot-lost"))
    return redirect(url_for(".show", lot_id=lot_id), 303)


@bp.get("/harvests/new")
@requires(Right.SELL)
def new_harvest() -> ResponseReturnValue:
    form = HarvestForm()
    if request.method == "POST":
        form.validate()
    return render_template("catalog/farm/harvest.html", form=form, goods=purchases.goods(actor(), with_liquids=True))


@bp.post("/harvests")
@requires(Right.SELL)
@again(new_harvest)
def harvest() -> ResponseReturnValue:
    form = HarvestForm()
    form.require()
    if form.product.data is None:
        raise Refused("purchase-product-unknown")
    given = harvests.Harvest(
        form.client_key.data, form.product.data, form.weighings.data, UNITS[form.weighed_in.data],
        form.harvested_on.data, form.plot.data or "",
    )  # fmt: skip
    with transaction():
        record = harvests.write(given, by=actor())
        flash(sentence("message", "harvest-written", record_no=record.record_no))
        lot_id = record.lot_id
    return redirect(url_for(".show", lot_id=lot_id), 303)


@bp.post("/<id:lot_id>/harvests/<id:record_id>/reversal")
@requires(Right.SELL)
@again(show)
def reverse_harvest(lot_id: int, record_id: int) -> ResponseReturnValue:
    form = ReverseForm()
    form.require()
    with transaction():
        harvests.reverse(record_id, reason=form.reason.data, by=actor())
    flash(sentence("message", "harvest-reversed"))
    return redirect(url_for(".show", lot_id=lot_id), 303)
