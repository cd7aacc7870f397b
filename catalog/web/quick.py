"""Price and stock with the thumb: tap one, type, save. Works without JavaScript; nobody overwrites another unseen."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField

from catalog.models.revision import PriceChange
from catalog.queries import shelf
from catalog.queries.shelf import ShelfRow
from catalog.rules.offer import StockMoveKind
from catalog.rules.pricing import Price
from catalog.services import offers
from catalog.web.fields import PriceField, asked_page
from core.access.rights import Right
from core.db import transaction
from core.errors import Refused
from core.text import sentence
from core.web import menu
from core.web.access import actor, again, requires
from core.web.forms import CountField, Form, ShortText, clean

bp = Blueprint("quick", __name__, url_prefix="/supplier/quick")
menu.add("market", "quick-edit", icon="lightning", endpoint="quick.listed", right=Right.SELL, order=21)
menu.add("market", "stock-moves", icon="box-seam", endpoint="quick.moves", right=Right.SELL, order=22)
BY_HAND = (StockMoveKind.RECEIVE, StockMoveKind.LOSS, StockMoveKind.ISSUE)


class PriceForm(Form):
    price = PriceField()
    reason = ShortText(required=False)
    seen = HiddenField()


class StockForm(Form):
    packs = CountField(most=1_000_000)
    seen = HiddenField()


class MoveForm(Form):
    packs = CountField(least=1, most=1_000_000)
    reason = ShortText(required=False)


def _seen(text: str | None) -> int:
    """What the page showed. Raises: Refused "form-too-old" where it showed nothing."""
    if not text or not text.isdecimal() or len(text) > 18:
        raise Refused("form-too-old")
    return int(text)


def _back(row: ShelfRow, message: str) -> ResponseReturnValue:
    flash(sentence("message", message, name=row.name, pack=row.pack_name))
    return redirect(url_for("quick.listed", q=request.args.get("q") or None) + f"#offer-{row.offer_id}", 303)


@bp.get("")
@requires(Right.SELL)
def listed() -> ResponseReturnValue:
    words, page = clean(request.args.get("q"))[:40], asked_page()
    rows, total = shelf.rows(actor(), words=words, page=page)
    return render_template("catalog/quick/list.html", rows=rows, total=total, page=page, words=words, size=shelf.PAGE)


@bp.get("/<int:offer_id>/price")
@requires(Right.SELL)
def price(offer_id: int) -> ResponseReturnValue:
    row = shelf.row(offer_id, actor())
    form = PriceForm(data={"price": row.stated_x100})
    return render_template("catalog/quick/price.html", row=row, form=form)


@bp.post("/<int:offer_id>/price")
@requires(Right.SELL)
@again(price)
def save_price(offer_id: int) -> ResponseReturnValue:
    row, form = shelf.row(offer_id, actor()), PriceForm()
    form.require()
    seen, reason = _seen(form.seen.data), form.reason.data or ""
    new = Price(form.price.data, row.pack_qty if row.per == "pack" else row.basis_qty)
    with transaction():
        made = offers.change_price(offer_id, new, seen_version_id=seen, by=actor(), reason=reason)
        waits = isinstance(made, PriceChange)
    return _back(row, "price-waits" if waits else "quick-price-saved")


@bp.get("/<int:offer_id>/stock")
@requires(Right.SELL)
def stock(offer_id: int) -> ResponseReturnValue:
    row = shelf.row(offer_id, actor())
    moves, _ = shelf.moves(actor(), offer_id=offer_id, size=5)
    form = StockForm(data={"packs": row.packs_on_hand})
    return render_template("catalog/quick/stock.html", row=row, form=form, move=MoveForm(), moves=moves, kinds=BY_HAND)


@bp.post("/<int:offer_id>/stock")
@requires(Right.SELL)
@again(stock)
def save_stock(offer_id: int) -> ResponseReturnValue:
    row, form = shelf.row(offer_id, actor()), StockForm()
    form.require()
    seen = _seen(form.seen.data)
    with transaction():
        offers.count_stock(offer_id, form.packs.data, by=actor(), seen_on_hand=seen)
    return _back(row, "quick-stock-saved")


@bp.post("/<int:offer_id>/moves")
@requires(Right.SELL)
@again(stock)
def save_move(offer_id: int) -> ResponseReturnValue:
    row, form = shelf.row(offer_id, actor()), MoveForm()
    form.require()
    asked = request.form.get("kind", "")
    if asked not in {kind.value for kind in BY_HAND}:
        raise Refused("move-nothing")
    with transaction():
        offers.move_stock(offer_id, StockMoveKind(asked), form.packs.data, reason=form.reason.data or "", by=actor())
    return _back(row, "stock-moved")


@bp.get("/moves")
@requires(Right.SELL)
def moves() -> ResponseReturnValue:
    asked, page = request.args.get("kind", ""), asked_page()
    kind = StockMoveKind(asked) if asked in set(StockMoveKind) else None
    offer_id = request.args.get("offer", 0, type=int) or None
    offer_id = offer_id if offer_id is not None and 0 < offer_id < 2**62 else None
    rows, total = shelf.moves(actor(), offer_id=offer_id, kind=kind, page=page)
    return render_template(
        "catalog/quick/moves.html", rows=rows, total=total, page=page, kind=kind, offer_id=offer_id,
        kinds=list(StockMoveKind), size=50,
    )  # fmt: skip
