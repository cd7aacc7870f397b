"""A supplier's freight on a phone: plain tariff, regions, own van, pick-up points, weights of packs."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from catalog.queries import freight as queries
from catalog.queries import suppliers
from catalog.queries.offers import sellable_list
from catalog.rules.freight import DeliveryWay, Tariff, Zone
from catalog.services import freight
from core.access.rights import Right
from core.db import transaction
from core.errors import Refused
from core.places import divisions
from core.quantity import BaseUnit
from core.text import sentence
from core.web import menu
from core.web.access import actor, again, requires
from core.web.forms import CountField, Form, ShortText, YuanField
from market.web import regions

bp = Blueprint("freight", __name__, url_prefix="/supplier/freight")
menu.add("market", "freight", icon="truck", endpoint="freight.mine", right=Right.SELL, order=58)
MOST_G = 100_000


class TariffForm(Form):
    base_fen = YuanField()
    free_from_fen = YuanField(required=False)
    first_g = CountField(required=False, least=1, most=MOST_G)
    step_g = CountField(required=False, least=1, most=MOST_G)
    step_fen = YuanField(required=False)

    def tariff(self) -> Tariff:
        """What was typed."""
        return Tariff(
            self.base_fen.data, self.free_from_fen.data, self.first_g.data, self.step_g.data, self.step_fen.data
        )


class ZoneForm(TariffForm):
    base_fen = YuanField(required=False)
    name = ShortText(most=30)
    reason = ShortText(most=80, required=False)
    days = ShortText(most=40, required=False)
    least_fen = YuanField(required=False)


class PointForm(Form):
    base_fen = YuanField(required=False)
    free_from_fen = YuanField(required=False)
    days = ShortText(most=40, required=False)


@bp.get("")
@requires(Right.SELL)
def mine() -> ResponseReturnValue:
    supplier = suppliers.own(actor())
    plain = queries.templates([supplier.id])[supplier.id].plain
    pieces = [one for one in sellable_list(for_units=False, supplier_id=supplier.id) if one.base_unit is BaseUnit.PIECE]
    return render_template(
        "market/freight/mine.html",
        form=TariffForm(obj=plain),
        zones=queries.zones_of(supplier.id),
        points=queries.points(supplier.id),
        pieces=pieces,
        name_of=divisions.full_name,
        point_form=PointForm(),
    )


@bp.post("")
@requires(Right.SELL)
@again(mine)
def save() -> ResponseReturnValue:
    form = TariffForm()
    form.require()
    with transaction():
        freight.set_plain(form.tariff(), by=actor())
    return _saved()


@bp.get("/zones/new")
@requires(Right.SELL)
def new_zone() -> ResponseReturnValue:
    provinces = divisions.steps("")[0].options
    near = divisions.steps("220681")[1:]
    return render_template("market/freight/zone.html", form=ZoneForm(), provinces=provinces, near=near, picked=_codes())


def _codes() -> list[str]:
    codes = request.form.getlist("code")[:120]
    picked = regions.picked()
    return list(dict.fromkeys([one for one in codes if one.isdecimal()] + ([picked] if picked else [])))


@bp.post("/zones")
@requires(Right.SELL)
@again(new_zone)
def add_zone() -> ResponseReturnValue:
    form = ZoneForm()
    form.require()
    way = request.form.get("way", "parcel")
    if way not in {"parcel", "local", "refused"}:
        raise Refused("form-too-old")
    tariff = None if way == "refused" else Tariff(form.base_fen.data or 0, *_rest(form))
    zone = Zone(
        DeliveryWay.LOCAL if way == "local" else DeliveryWay.PARCEL, tuple(_codes()), tariff, form.reason.data or "",
        form.name.data, form.days.data or "", form.least_fen.data or 0,
    )  # fmt: skip
    with transaction():
        freight.add_zone(zone, by=actor())
    return _saved()


def _rest(form: ZoneForm) -> tuple[int | None, int | None, int | None, int | None]:
    return form.free_from_fen.data, form.first_g.data, form.step_g.data, form.step_fen.data


@bp.post("/zones/<id:zone_id>/deletion")
@requires(Right.SELL)
def drop_zone(zone_id: int) -> ResponseReturnValue:
    with transaction():
        freight.drop_zone(zone_id, by=actor())
    return _saved()


@bp.post("/points/<id:point_id>")
@requires(Right.SELL)
@again(mine)
def serve(point_id: int) -> ResponseReturnValue:
    form = PointForm()
    form.require()
    with transaction():
        if request.form.get("leave"):
            freight.leave_point(point_id, by=actor())
        else:
            tariff = Tariff(form.base_fen.data or 0, form.free_from_fen.data)
            freight.serve_point(point_id, tariff, form.days.data or "", by=actor())
    return _saved()


@bp.post("/packs/<id:offer_id>")
@requires(Right.SELL)
@again(mine)
def weigh(offer_id: int) -> ResponseReturnValue:
    text = request.form.get("ship_g", "").strip()
    if text and not (text.isdecimal() and len(text) < 9):
        raise Refused("pack-weight")
    with transaction():
        freight.weigh_pack(offer_id, int(text) if text else None, by=actor())
    return _saved()


def _saved() -> ResponseReturnValue:
    flash(sentence("message", "freight-saved"))
    return redirect(url_for("freight.mine"), 303)
