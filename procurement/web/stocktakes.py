"""Counting the shelf: everything on one page, handed over, signed by another (rule 59)."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.access.rights import Right
from core.db import transaction
from core.errors import Missing, Refused
from core.quantity import parse_sum, quantity_text
from core.text import sentence
from core.web.access import actor, again, requires
from core.web.forms import MAX_ID, clean
from procurement.models.inventory import Stocktake
from procurement.queries import canteens
from procurement.queries import inventory as stored
from procurement.rules.inventory import StocktakeState
from procurement.services import stocktakes
from procurement.web.stock import TYPED

bp = Blueprint("stocktakes", __name__, url_prefix="/canteen/stocktakes")
COUNT = f"<int(max={MAX_ID}):stocktake_id>"


@bp.get("")
@requires(Right.STOCK)
def index() -> ResponseReturnValue:
    """The counts of one's canteens, and starting one."""
    rooms = canteens.of_actor(actor())
    return render_template(
        "procurement/stock/counts.html", rooms=rooms, rows=stored.counts([row.id for row in rooms])
    )  # fmt: skip


@bp.post("/of/<id:canteen_id>")
@requires(Right.STOCK)
@again(lambda canteen_id: index())
def start(canteen_id: int) -> ResponseReturnValue:
    with transaction():
        made = stocktakes.start(canteen_id, by=actor())
        count_id = made.id
    flash(sentence("message", "stocktake-started"))
    return redirect(url_for(".show", stocktake_id=count_id), 303)


@bp.get(f"/{COUNT}")
@requires(Right.STOCK)
def show(stocktake_id: int) -> ResponseReturnValue:
    """The shelf to fill in, the differences to sign, or what was signed: as far as the count is."""
    made, canteen, counter, signer = _row(stocktake_id)
    counting = made.state is StocktakeState.COUNTING
    return render_template(
        "procurement/stock/count.html", made=made, canteen=canteen, counter=counter, signer=signer,
        shelf=stored.shelf([made.canteen_id]) if counting else [], lines=stored.counted(made.id), words=stored.words,
        typed=_typed(), unit=TYPED, own=made.counter_id == actor().person_id, text=quantity_text,
    )  # fmt: skip


@bp.post(f"/{COUNT}/hand-over")
@requires(Right.STOCK)
@again(show)
def hand_over(stocktake_id: int) -> ResponseReturnValue:
    made = _row(stocktake_id)[0]
    units = {one.lot.id: TYPED[one.lot.base_unit] for one in stored.shelf([made.canteen_id])}
    found: dict[int, tuple[int, str]] = {}
    for key, (qty, reason) in _typed().items():
        if key not in units:
            raise Refused("count-lots")
        found[key] = (parse_sum(qty, units[key]), reason)
    with transaction():
        stocktakes.hand_over(stocktake_id, found, by=actor())
    flash(sentence("message", "stocktake-counted"), "ok")
    return redirect(url_for(".show", stocktake_id=stocktake_id), 303)


@bp.post(f"/{COUNT}/<any(recount, drop):act>")
@requires(Right.STOCK)
@again(lambda stocktake_id, act: show(stocktake_id))
def change(stocktake_id: int, act: str) -> ResponseReturnValue:
    """Counted once more, or ended without effect."""
    with transaction():
        (stocktakes.recount if act == "recount" else stocktakes.drop)(stocktake_id, by=actor())
    flash(sentence("message", "stocktake-recount" if act == "recount" else "stocktake-dropped"))
    return redirect(url_for(".show", stocktake_id=stocktake_id), 303)


@bp.post(f"/{COUNT}/signature")
@requires(Right.STOCK)
@again(show)
def sign(stocktake_id: int) -> ResponseReturnValue:
    version = request.form.get("version", type=int)
    if version is None or not 0 < version < 2**31:
        raise Refused("form-too-old")
    with transaction():
        stocktakes.sign(stocktake_id, version=version, by=actor())
    flash(sentence("message", "stocktake-signed"), "ok")
    return redirect(url_for(".show", stocktake_id=stocktake_id), 303)


def _row(stocktake_id: int) -> tuple[Stocktake, str, str, str | None]:
    rooms = [row.id for row in canteens.of_actor(actor())]
    found = stored.counts(rooms, Stocktake.id == stocktake_id)
    if not found:
        raise Missing("no-such-stocktake")
    return found[0]


def _typed() -> dict[int, tuple[str, str]]:
    """{lot: (what was typed, reason)} of the page that was sent."""
    keys, typed, reasons = (request.form.getlist(name) for name in ("lot", "found", "reason"))
    rows = zip(keys, typed, reasons, strict=False)
    return {int(key): (clean(qty), clean(reason)[:200]) for key, qty, reason in rows if key.isdecimal()}
