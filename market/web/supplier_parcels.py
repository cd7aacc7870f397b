"""Parcels of a delivery that is on its way: one more, or a mistyped one off; and the labels for what is packed."""

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.access.rights import Right
from core.db import transaction
from core.errors import Missing, Refused
from core.text import sentence
from core.web import papers as printed
from core.web.access import actor, again, requires
from core.web.qr import svg
from market.queries import packing
from market.services import parcels
from market.web import ship_form, supplier_orders

bp = Blueprint("supplier_parcels", __name__)
SIZES = ("40", "60", "a4")
MOST_LABELS = 60


@bp.post("/supplier/orders/<id:order_id>/deliveries/<id:delivery_id>/parcels")
@requires(Right.SELL)
@again(supplier_orders.order)
def add(order_id: int, delivery_id: int) -> ResponseReturnValue:
    form = ship_form.one_parcel()
    form.require()
    wanted = ship_form.parcel_of(form, 1)
    if wanted is None:
        raise Refused("parcel-number-missing", courier="")
    with transaction():
        made = parcels.add(delivery_id, wanted, by=actor())
        flash(sentence("message", "parcel-added", number=made.tracking_no))
    return redirect(url_for("supplier_orders.order", order_id=order_id), 303)


@bp.post("/supplier/orders/<id:order_id>/parcels/<id:parcel_id>/removal")
@requires(Right.SELL)
@again(supplier_orders.order)
def drop(order_id: int, parcel_id: int) -> ResponseReturnValue:
    with transaction():
        parcels.drop(parcel_id, by=actor())
    flash(sentence("message", "parcel-dropped"))
    return redirect(url_for("supplier_orders.order", order_id=order_id), 303)


@bp.get("/supplier/orders/<id:order_id>/labels")
@requires(Right.SELL)
def labels(order_id: int) -> ResponseReturnValue:
    """How many boxes, on which paper."""
    return render_template("market/supplier/labels.html", label_of=_label(order_id), sizes=SIZES, most=MOST_LABELS)


@bp.get("/supplier/orders/<id:order_id>/labels.pdf")
@requires(Right.SELL)
def paper(order_id: int) -> ResponseReturnValue:
    """One label a box: whose, when, what, box n of m, and a code that opens the order for whoever may see it."""
    found, size = _label(order_id), request.args.get("size", "")
    boxes = min(max(request.args.get("boxes", 1, type=int), 1), MOST_LABELS)
    address = str(current_app.config["SERVER_URL"]).rstrip("/") + url_for(".opened", token=found.token)
    data = packing.printed(found) | {
        "size": size if size in SIZES else SIZES[1], "boxes": boxes, "qr": svg(address, plain=True),
    }  # fmt: skip
    return printed.answer("packing_label", data, actor())


@bp.get("/box/<string(maxlength=32):token>")
@requires(Right.INBOX)
def opened(token: str) -> ResponseReturnValue:
    """What a box's code opens: the order's page of whoever scans it; for strangers there is none."""
    found = packing.seen_by(token, actor())
    if found is None:
        raise Missing("no-such-order")
    endpoint, key = found
    return redirect(url_for(endpoint, **key))


def _label(order_id: int) -> packing.BoxLabel:
    found = packing.find(order_id, actor())
    if found is None:
        raise Missing("no-such-order")
    return found
