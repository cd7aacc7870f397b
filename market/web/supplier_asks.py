"""What the supplier asks after the order was placed: an end of the rest, goods beside it or instead of a line."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from catalog.queries import offers
from core.access.rights import Right
from core.db import transaction
from core.errors import Missing
from core.text import sentence
from core.web.access import actor, again, requires
from core.web.forms import CountField, Form, ShortText
from market.queries import goods_text, supplier_desk
from market.queries.supplier_desk import OrderSheet
from market.rules.checkout import MAX_PACKS
from market.services import asking
from market.web import supplier_orders

bp = Blueprint("supplier_asks", __name__, url_prefix="/supplier/orders")


class RestForm(Form):
    rest_reason = ShortText(most=200)


class GoodsForm(Form):
    offer = CountField(least=1, most=2**62)
    packs = CountField(least=1, most=MAX_PACKS)
    replaces = CountField(least=1, most=2**62, required=False)
    reason = ShortText(most=200)


@bp.post("/<id:order_id>/rest")
@requires(Right.SELL)
@again(supplier_orders.order)
def close_rest(order_id: int) -> ResponseReturnValue:
    form = RestForm()
    form.require()
    with transaction():
        asking.close_rest(order_id, reason=form.rest_reason.data, by=actor())
    flash(sentence("message", "ask-made"))
    return redirect(url_for("supplier_orders.order", order_id=order_id), 303)


@bp.get("/<id:order_id>/goods")
@requires(Right.SELL)
def goods(order_id: int) -> ResponseReturnValue:
    """Which goods, how many, beside the order or instead of what is missing of a line."""
    sheet = _sheet(order_id)
    form = GoodsForm()
    if request.method == "POST":
        form.validate()
    mine = offers.sellable_list(for_units=True, supplier_id=sheet.order.supplier_id)
    return render_template("market/supplier/goods.html", sheet=sheet, form=form, offers=mine, text=goods_text)


@bp.post("/<id:order_id>/goods")
@requires(Right.SELL)
@again(goods)
def ask_goods(order_id: int) -> ResponseReturnValue:
    form = GoodsForm()
    form.require()
    with transaction():
        asking.goods(
            order_id, offer_id=form.offer.data, packs=form.packs.data, reason=form.reason.data,
            replaces_line_id=form.replaces.data, by=actor(),
        )  # fmt: skip
    flash(sentence("message", "ask-made"))
    return redirect(url_for("supplier_orders.order", order_id=order_id), 303)


@bp.post("/<id:order_id>/asks/<id:ask_id>/withdrawal")
@requires(Right.SELL)
@again(supplier_orders.order)
def withdraw(order_id: int, ask_id: int) -> ResponseReturnValue:
    with transaction():
        asking.withdraw(ask_id, by=actor())
    flash(sentence("message", "ask-withdrawn"))
    return redirect(url_for("supplier_orders.order", order_id=order_id), 303)


def _sheet(order_id: int) -> OrderSheet:
    found = supplier_desk.find_sheet(order_id, actor())
    if found is None:
        raise Missing("no-such-order")
    return found
