"""The purchase note on a phone in the village: filled in, waiting without network, sent once, read back."""

import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, current_app, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf
from werkzeug.datastructures import FileStorage
from wtforms import SelectField

from catalog.models.purchase import PurchaseNote
from catalog.queries import crops
from catalog.queries import purchases as reading
from catalog.rules.benefit import PayMethod
from catalog.rules.purchase import Signing
from catalog.services import purchase_codes, purchases
from core import clock
from core.access.actor import Actor
from core.access.rights import Right
from core.db import transaction
from core.errors import Refused
from core.quantity import UNITS
from core.text import label, sentence
from core.web import menu
from core.web import papers as printed
from core.web.access import actor, again, public, requires
from core.web.forms import CountField, DayField, Form, ShortText, YuanField

bp = Blueprint("purchases", __name__, url_prefix="/farm")
menu.add("work", "purchases", icon="receipt", endpoint="purchases.mine", right=Right.PURCHASE, order=5)
PAGE = 30


class PurchaseForm(Form):
    """One note. The phone's own script sends the same fields, with its clock's readings beside them."""

    client_key = ShortText(most=36, default=lambda: str(uuid.uuid4()))
    household = ShortText(most=32)
    product = CountField(least=1, most=10**12 - 1)
    weighings = ShortText(most=180)
    weighed_in = SelectField(choices=["kg", "jin", "piece"], default="kg")
    price = YuanField(least=1)
    seen_price = CountField(required=False, most=10**9)
    price_kept = ShortText(most=1, required=False)
    deduction = YuanField(required=False)
    deduction_reason = ShortText(most=60, required=False)
    harvested_on = DayField(required=False, default=clock.today)
    pay_method = SelectField(choices=[one.value for one in PayMethod], default=PayMethod.BANK.value)
    signing = SelectField(choices=[one.value for one in Signing], default=Signing.PAPER.value)
    written_at = ShortText(most=40, required=False)
    sent_at = ShortText(most=40, required=False)


class CodeForm(Form):
    code = ShortText(most=6)


class ReverseForm(Form):
    client_key = ShortText(most=36, default=lambda: str(uuid.uuid4()))
    reason = ShortText(most=100)


@bp.get("/purchases")
@requires(Right.PURCHASE)
def mine() -> ResponseReturnValue:
    who = actor()
    page = min(max(request.args.get("page", 1, type=int), 1), 10_000)
    total = reading.count(who)
    rows = reading.notes(who, limit=PAGE, offset=(page - 1) * PAGE)
    pages = max(1, -(-total // PAGE))
    return render_template(
        "catalog/farm/purchases.html", rows=rows, page=page, pages=pages, total=total, size=PAGE,
        village=reading.is_village(who),
    )  # fmt: skip


@bp.get("/purchases/new")
@requires(Right.PURCHASE)
def new() -> ResponseReturnValue:
    who, form = actor(), PurchaseForm()
    if request.method == "POST":
        form.validate()
    return render_template("catalog/farm/purchase.html", form=form, book=book_of(who), signings=list(Signing))


@bp.get("/purchases/book.json")
@requires(Right.PURCHASE)
def book() -> ResponseReturnValue:
    """What the phone keeps for writing without network, and a fresh token for sending."""
    return jsonify({**book_of(actor()), "csrf": generate_csrf()})


@bp.post("/purchases")
@requires(Right.PURCHASE)
@again(new)
def write() -> ResponseReturnValue:
    form = PurchaseForm()
    form.require()
    with transaction():
        note = purchases.write(draft_of(form), papers_of(), by=actor())
        flash(sentence("message", "purchase-written", note_no=note.note_no, amount_fen=note.amount_fen))
        note_id = note.id
    return redirect(url_for(".show", note_id=note_id), 303)


@bp.post("/purchases/sync")
@requires(Right.PURCHASE)
def sync() -> ResponseReturnValue:
    """One waiting note of a phone. 200 with its number, also when it was sent before; 409 with a sentence in words."""
    form = PurchaseForm()
    try:
        form.require()
        with transaction():
            note = purchases.write(draft_of(form), papers_of(), by=actor())
            told = _told(note)
    except Refused as refusal:
        code = "purchase-form" if refusal.code == "form-invalid" else refusal.code
        words = [str(error) for errors in form.errors.values() for error in errors]
        said = " ".join([sentence("refused", code, **refusal.facts), *dict.fromkeys(words)])
        return jsonify({"ok": False, "code": code, "sentence": said}), 409
    return jsonify(told)


@bp.get("/purchases/<id:note_id>")
@requires(Right.PURCHASE)
def show(note_id: int) -> ResponseReturnValue:
    row = reading.note_row(note_id, actor())
    note = row.note
    return render_template(
        "catalog/farm/note.html", row=row, form=ReverseForm(), files=reading.pictures(note), code=CodeForm(),
        weighed=reading.weighings_text(note), beyond=crops.beyond(note.product_id, row.village_code, note.harvested_on),
    )  # fmt: skip


@bp.post("/purchases/<id:note_id>/reversal")
@requires(Right.SELL)
@again(show)
def reverse(note_id: int) -> ResponseReturnValue:
    form = ReverseForm()
    form.require()
    with transaction():
        back = purchases.reverse(note_id, reason=form.reason.data, client_key=form.client_key.data, by=actor())
        flash(sentence("message", "purchase-reversed", note_no=back.note_no))
    return redirect(url_for(".show", note_id=note_id), 303)


@bp.post("/purchases/<id:note_id>/code")
@requires(Right.PURCHASE)
@again(show)
def send_code(note_id: int) -> ResponseReturnValue:
    with transaction():
        purchase_codes.send(note_id, by=actor())
    flash(sentence("message", "purchase-code-sent"))
    return redirect(url_for(".show", note_id=note_id), 303)


@bp.post("/purchases/<id:note_id>/confirmation")
@requires(Right.PURCHASE)
@again(show)
def confirm(note_id: int) -> ResponseReturnValue:
    form = CodeForm()
    form.require()
    with transaction():
        right = purchase_codes.confirm(note_id, form.code.data, by=actor())
    flash(sentence("message", "purchase-confirmed" if right else "purchase-code-wrong"), "ok" if right else "danger")
    return redirect(url_for(".show", note_id=note_id), 303)


@bp.get("/purchases/<id:note_id>.pdf")
@requires(Right.PURCHASE)
def paper(note_id: int) -> ResponseReturnValue:
    """收购单, to sign on paper or to hand over."""
    who = actor()
    return printed.answer("purchase", reading.paper(reading.note_row(note_id, who)), who)


@bp.get("/worker.js")
@public
def worker() -> ResponseReturnValue:
    """The service worker, served here because it may only watch over addresses below its own."""
    source = Path(str(current_app.static_folder)) / "js" / "farm-worker.js"
    answer = Response(source.read_text("utf-8"), mimetype="text/javascript")
    answer.headers["Cache-Control"] = "no-cache"
    return answer


def book_of(who: Actor) -> dict[str, Any]:
    """Goods with their posted prices, and the households that the actor has to do with: codes and villages."""
    goods = [
        {
            "id": one.id, "name": one.name, "supplier": one.supplier_name, "unit": one.base_unit.value,
            "price": one.price_fen_x100,
        }
        for one in reading.goods(who)
    ]  # fmt: skip
    households = [{"code": one.code, "village": one.village} for one in reading.known_households(who)]
    writer = f"{who.person_id}-{who.organisation_id}"
    return {"goods": goods, "households": households, "writer": writer, "today": clock.today().isoformat()}


def draft_of(form: PurchaseForm) -> purchases.Draft:
    """The form as the service takes it."""
    return purchases.Draft(
        client_key=form.client_key.data,
        household_code=form.household.data,
        product_id=form.product.data,
        weighings=form.weighings.data,
        weighed_in=UNITS[form.weighed_in.data],
        price_fen_x100=form.price.data * 100,
        pay_method=PayMethod(form.pay_method.data),
        signing=Signing(form.signing.data),
        harvested_on=form.harvested_on.data,
        deduction_fen=form.deduction.data or 0,
        deduction_reason=form.deduction_reason.data or "",
        seen_price_fen_x100=form.seen_price.data,
        price_kept=bool(form.price_kept.data),
        written_at=_moment(form.written_at.data),
        sent_at=_moment(form.sent_at.data),
    )


def papers_of() -> purchases.Papers:
    """The pictures that came with it."""
    return purchases.Papers(_picture("signature"), _picture("receipt"))


def _picture(name: str) -> Any:
    given: FileStorage | None = request.files.get(name)
    return given.stream if given is not None and given.filename else None


def _moment(text: str | None) -> datetime | None:
    """A phone's reading of its clock; what is no moment is none."""
    try:
        at = datetime.fromisoformat(text or "")
        return at.astimezone(UTC) if at.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _told(note: PurchaseNote) -> dict[str, Any]:
    said = sentence("message", "purchase-written", note_no=note.note_no, amount_fen=note.amount_fen)
    return {
        "ok": True, "note_no": note.note_no, "url": url_for(".show", note_id=note.id), "sentence": said,
        "clock": label(note.clock_trust),
    }  # fmt: skip
