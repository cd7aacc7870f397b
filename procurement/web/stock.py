"""A canteen's shelf on a phone: what is there, giving it to the kitchen, what came of a lot (rule 59)."""

from collections.abc import Iterator

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from core.access.actor import Actor
from core.access.rights import Right
from core.db import transaction
from core.errors import Missing, Refused
from core.quantity import KG, LITRE, PIECE, BaseUnit, Unit, parse_sum
from core.text import label, sentence
from core.web import menu
from core.web import papers as printed
from core.web.access import actor, again, requires
from core.web.forms import MAX_ID, DayField, Form, ShortText, clean
from core.web.inbox import Task
from procurement.models.inventory import CanteenLot, KitchenIssue
from procurement.queries import canteens, categories
from procurement.queries import inventory as stored
from procurement.queries.canteens import CanteenRow
from procurement.rules.food_safety import Meal
from procurement.rules.inventory import MoveKind
from procurement.services import inventory
from procurement.services.inventory import Wanted

bp = Blueprint("stock", __name__, url_prefix="/canteen/stock")
CANTEEN = f"<int(max={MAX_ID}):canteen_id>"
TYPED: dict[BaseUnit, Unit] = {BaseUnit.G: KG, BaseUnit.ML: LITRE, BaseUnit.PIECE: PIECE}
"""What people type: kilograms, litres, pieces."""
menu.add("canteen", "stock", icon="box-seam", endpoint="stock.index", right=Right.STOCK, order=35)


class EntryForm(Form):
    name = ShortText(most=40)
    qty = ShortText(most=40)
    vendor = ShortText(most=60)
    expires_on = DayField(required=False)


class LotForm(Form):
    qty = ShortText(most=40)
    reason = ShortText(most=200)


class ExpiryForm(Form):
    expires_on = DayField()


def tasks(by: Actor) -> Iterator[Task]:
    """What on the shelf needs a hand."""
    if not by.may(Right.STOCK):
        return
    found = stored.watch([row.id for row in canteens.of_actor(by)], by.person_id)
    href = url_for("stock.index")
    if found.recalled:
        yield Task(sentence("task", "stock-recalled"), href, found.recalled, tone="danger", icon="exclamation-triangle")
    if found.expired:
        yield Task(sentence("task", "stock-expired"), href, found.expired, tone="danger", icon="trash")
    if found.soon:
        yield Task(sentence("task", "stock-soon"), href, found.soon, tone="warn", icon="stopwatch")
    if found.to_sign:
        counts = url_for("stocktakes.index")
        yield Task(sentence("task", "count-to-sign"), counts, found.to_sign, tone="warn", icon="clipboard-check")


@bp.get("")
@requires(Right.STOCK)
def index() -> ResponseReturnValue:
    """The shelf of one canteen; of the first where none is named."""
    rooms = canteens.of_actor(actor())
    asked = request.args.get("canteen", type=int)
    room = next((row for row in rooms if row.id == asked), rooms[0] if rooms else None)
    goods = stored.goods(stored.shelf([room.id])) if room else []
    return render_template(
        "procurement/stock/shelf.html", rooms=rooms, room=room, goods=goods, words=stored.words,
        slips=stored.slips([room.id], limit=5) if room else [],
    )  # fmt: skip


@bp.get(f"/{CANTEEN}/issue")
@requires(Right.STOCK)
def issue_form(canteen_id: int) -> ResponseReturnValue:
    """Every food that may go today, with a field each; what was typed stays after a refusal."""
    room = canteens.get(canteen_id, actor())
    ready = [one for one in stored.goods(stored.shelf([canteen_id])) if one.ready]
    typed = dict(zip(request.form.getlist("goods"), request.form.getlist("qty"), strict=False))
    return render_template(
        "procurement/stock/issue.html", room=room, goods=ready, words=stored.words, typed=typed, meals=_meals(),
        meal=request.form.get("meal", Meal.LUNCH.value), unit=_unit_word,
    )  # fmt: skip


@bp.post(f"/{CANTEEN}/issue")
@requires(Right.STOCK)
@again(issue_form)
def issue(canteen_id: int) -> ResponseReturnValue:
    wanted = _wanted()
    with transaction():
        made = inventory.issue(
            canteen_id, wanted, meal=_meal(), taken_by=clean(request.form.get("taken_by"))[:30],
            note=clean(request.form.get("note"))[:200], by=actor(),
        )  # fmt: skip
        issue_id, number = made.id, made.issue_no
    flash(sentence("message", "stock-issued", issue_no=number), "ok")
    return redirect(url_for(".slip", issue_id=issue_id), 303)


@bp.get("/slips")
@requires(Right.STOCK)
def slips() -> ResponseReturnValue:
    found = stored.slips([row.id for row in canteens.of_actor(actor())])
    return render_template("procurement/stock/slips.html", slips=found, words=stored.words)


@bp.get("/slips/<id:issue_id>")
@requires(Right.STOCK)
def slip(issue_id: int) -> ResponseReturnValue:
    return render_template("procurement/stock/slip.html", slip=_slip(issue_id), words=stored.words, unit=_unit_word)


@bp.post("/slips/<id:issue_id>/back")
@requires(Right.STOCK)
@again(slip)
def take_back(issue_id: int) -> ResponseReturnValue:
    """The kitchen returns a part of one line."""
    found = _slip(issue_id)
    lot = next((one.lot for one in found.lines if str(one.lot.id) == request.form.get("lot")), None)
    if lot is None:
        raise Missing("no-such-stock")
    qty = _quantity(clean(request.form.get("qty")), lot.base_unit)
    with transaction():
        inventory.take_back(issue_id, lot.id, qty, by=actor())
    flash(sentence("message", "stock-taken-back"), "ok")
    return redirect(url_for(".slip", issue_id=issue_id), 303)


@bp.get("/slips/<id:issue_id>.pdf")
@requires(Right.STOCK)
def paper(issue_id: int) -> ResponseReturnValue:
    """出库单."""
    found = _slip(issue_id)
    lines = [
        {
            "name": one.lot.name,
            "came": one.lot.received_on,
            "vendor": one.lot.vendor or sentence("word", "of-platform"),
            "qty": stored.words(one.issued, one.lot.base_unit),
            "back": stored.words(one.issued - one.out, one.lot.base_unit) if one.issued != one.out else "",
        }
        for one in found.lines
    ]
    return printed.answer(
        "stock_out",
        {
            "number": found.issue.issue_no, "canteen": found.canteen, "meal": label(found.issue.meal),
            "issued_on": found.issue.issued_on, "taken_by": found.issue.taken_by, "note": found.issue.note,
            "person": found.person, "lines": lines,
        },
        actor(),
    )  # fmt: skip


@bp.get(f"/{CANTEEN}/entry")
@requires(Right.STOCK)
def entry_form(canteen_id: int) -> ResponseReturnValue:
    """Goods of an ordinary vendor, or what stood there on the first day."""
    return render_template(
        "procurement/stock/entry.html", room=canteens.get(canteen_id, actor()), form=EntryForm(),
        choices=categories.choices(), category=request.form.get("category"), units=_units(),
        unit=request.form.get("unit", BaseUnit.G.value),
    )  # fmt: skip


@bp.post(f"/{CANTEEN}/entry")
@requires(Right.STOCK)
@again(entry_form)
def enter(canteen_id: int) -> ResponseReturnValue:
    form = EntryForm()
    form.require()
    unit = next((one for one in BaseUnit if one.value == request.form.get("unit")), BaseUnit.G)
    with transaction():
        inventory.enter(
            canteen_id, category_id=request.form.get("category", 0, type=int), name=form.name.data, base_unit=unit,
            qty=_quantity(form.qty.data, unit), vendor=form.vendor.data, expires_on=form.expires_on.data, by=actor(),
        )  # fmt: skip
    flash(sentence("message", "stock-entered"), "ok")
    return redirect(url_for(".index", canteen=canteen_id), 303)


@bp.get("/lots/<id:lot_id>")
@requires(Right.STOCK)
def lot(lot_id: int) -> ResponseReturnValue:
    """One lot: where it is from, every move, throwing away."""
    found, room = _lot(lot_id)
    return render_template(
        "procurement/stock/lot.html", lot=found, room=room, moves=stored.moves(lot_id), words=stored.words,
        form=LotForm(), expiry=ExpiryForm(), unit=_unit_word, kinds=MoveKind,
    )  # fmt: skip


@bp.post("/lots/<id:lot_id>/discard")
@requires(Right.STOCK)
@again(lot)
def discard(lot_id: int) -> ResponseReturnValue:
    form = LotForm()
    form.require()
    found, room = _lot(lot_id)
    with transaction():
        inventory.discard(lot_id, _quantity(form.qty.data, found.base_unit), reason=form.reason.data, by=actor())
    flash(sentence("message", "stock-discarded"), "ok")
    return redirect(url_for(".index", canteen=room.id), 303)


@bp.post("/lots/<id:lot_id>/expiry")
@requires(Right.STOCK)
@again(lot)
def state_expiry(lot_id: int) -> ResponseReturnValue:
    form = ExpiryForm()
    form.require()
    with transaction():
        inventory.state_expiry(lot_id, form.expires_on.data, by=actor())
    flash(sentence("message", "stock-expiry-stated"), "ok")
    return redirect(url_for(".lot", lot_id=lot_id), 303)


def _lot(lot_id: int) -> tuple[CanteenLot, CanteenRow]:
    found = stored.lot(lot_id)
    if found is None:
        raise Missing("no-such-stock")
    return found, canteens.get(found.canteen_id, actor())


def _slip(issue_id: int) -> stored.Slip:
    found = stored.slips([row.id for row in canteens.of_actor(actor())], KitchenIssue.id == issue_id)
    if not found:
        raise Missing("no-such-issue")
    return found[0]


def _wanted() -> list[Wanted]:
    """The filled rows: `goods` is unit and name, `qty` what was typed, sums allowed."""
    rows = zip(request.form.getlist("goods"), request.form.getlist("qty"), strict=False)
    wanted = []
    for key, typed in rows:
        unit, _, name = key.partition(":")
        if clean(typed):
            base = next((one for one in BaseUnit if one.value == unit), None)
            if base is None:
                raise Refused("form-too-old")
            wanted.append(Wanted(name, base, _quantity(typed, base)))
    return wanted


def _quantity(typed: str | None, unit: BaseUnit) -> int:
    return parse_sum(clean(typed), TYPED[unit])


def _unit_word(unit: BaseUnit) -> str:
    return label(TYPED[unit].code, "Unit")


def _units() -> list[tuple[str, str]]:
    return [(unit.value, _unit_word(unit)) for unit in BaseUnit]


def _meals() -> list[tuple[str, str]]:
    return [(meal.value, label(meal)) for meal in Meal]


def _meal() -> Meal:
    return next((meal for meal in Meal if meal.value == request.form.get("meal")), Meal.LUNCH)
