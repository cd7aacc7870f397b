"""一批一码: what a label opens, without log-in; and the supplier's and the office's acts on a batch."""

from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from catalog.queries import lots, recalls
from catalog.services.recalls import is_office
from core import clock
from core.access.actor import Actor
from core.access.rights import Right
from core.db import transaction
from core.errors import Missing
from core.text import sentence
from core.web import menu
from core.web import papers as printed
from core.web.access import actor, again, public, requires
from core.web.forms import Form, ShortText
from core.web.inbox import Task
from core.web.qr import svg
from market.queries import batches
from market.services import recalls as acts
from market.web import shown

bp = Blueprint("batches", __name__)
menu.add(
    "catalogue", "batches", icon="exclamation-triangle", endpoint="batches.every", right=Right.RECALL_ANY, order=70
)
SIZES = ("40", "60")
MOST_COPIES = 200
LOOKS_BACK = 120


class RecallForm(Form):
    reason = ShortText(most=100)
    advice = ShortText(most=100, required=False)


class LiftForm(Form):
    reason = ShortText(most=100)


def tasks(who: Actor) -> list[Task]:
    """Lots that came to one's own kitchen and are called back."""
    if not who.may(Right.RECEIVE):
        return []
    since = clock.today().fromordinal(clock.today().toordinal() - LOOKS_BACK)
    return [
        Task(
            sentence("task", "lot-recalled"), url_for("batches.page", token=token), note=f"{lot_no} {call.reason}",
            tone="danger", icon="exclamation-triangle",
        )
        for call, lot_no, token in batches.recalled_at(who.scope_ids, since)
    ]  # fmt: skip


@bp.get("/lot/<string(maxlength=32):token>")
@public
def page(token: str) -> ResponseReturnValue:
    found = batches.find(token)
    if found is None:
        raise Missing("no-such-lot")
    picture, drawn = shown.picture(found.picture, found.art)
    return render_template("market/batches/page.html", lot=found, picture=picture, drawn=drawn)


@bp.get("/batches")
@requires(Right.RECALL_ANY)
def every() -> ResponseReturnValue:
    """The office's list: what is called back, and a batch by its number."""
    asked = request.args.get("no", "").strip()[:30]
    calls = recalls.newest()
    known = lots.of_ids([call.lot_id for call in calls])
    return render_template(
        "market/batches/every.html", asked=asked, found=lots.find_by_no(asked) if asked else None,
        calls=[(known[call.lot_id], call) for call in calls],
    )  # fmt: skip


@bp.get("/batches/<id:lot_id>")
@requires(Right.RECALL)
def desk(lot_id: int) -> ResponseReturnValue:
    """The code to print, who had goods of the batch, and the call."""
    row = _seen(lot_id)
    refused = request.method == "POST"
    return render_template(
        "market/batches/desk.html", lot=row, holders=batches.holders(lot_id), sizes=SIZES,
        call=recalls.of_lots([lot_id]).get(lot_id), code=svg(_address(row.token)), address=_address(row.token),
        form=RecallForm() if refused else RecallForm(formdata=None),
    )  # fmt: skip


@bp.get("/batches/<id:lot_id>/label.pdf")
@requires(Right.RECALL)
def label(lot_id: int) -> ResponseReturnValue:
    """Labels for a thermal printer, 40 or 60 mm wide."""
    row = _seen(lot_id)
    found = batches.find(row.token)
    if found is None:
        raise Missing("no-such-lot")
    size = request.args.get("size", "")
    copies = request.args.get("copies", 1, type=int)
    return printed.answer("lot_label", _label(found, size, min(max(copies, 1), MOST_COPIES)), actor())


@bp.post("/batches/<id:lot_id>/recall")
@requires(Right.RECALL)
@again(desk)
def recall(lot_id: int) -> ResponseReturnValue:
    form = RecallForm()
    form.require()
    with transaction():
        _, told = acts.recall(lot_id, reason=form.reason.data, advice=form.advice.data or "", by=actor())
    flash(sentence("message", "lot-recalled", count=told), "warn")
    return redirect(url_for(".desk", lot_id=lot_id), 303)


@bp.post("/batches/<id:lot_id>/clearance")
@requires(Right.RECALL)
@again(desk)
def lift(lot_id: int) -> ResponseReturnValue:
    form = LiftForm()
    form.require()
    with transaction():
        _, told = acts.lift(lot_id, reason=form.reason.data, by=actor())
    flash(sentence("message", "lot-cleared", count=told))
    return redirect(url_for(".desk", lot_id=lot_id), 303)


def _seen(lot_id: int) -> lots.LotRow:
    who = actor()
    if not is_office(who):
        return lots.get_own(lot_id, who)
    found = lots.of_ids([lot_id]).get(lot_id)
    if found is None:
        raise Missing("no-such-lot")
    return found


def _address(token: str) -> str:
    return str(current_app.config["SERVER_URL"]).rstrip("/") + url_for("batches.page", token=token)


def _label(lot: batches.Batch, size: str, copies: int) -> dict[str, Any]:
    return {
        "number": lot.lot_no,
        "size": size if size in SIZES else SIZES[0],
        "copies": copies,
        "product": lot.product_name,
        "origin": lot.origin_full,
        "supplier": lot.supplier_name,
        "harvested_on": lot.harvested_on,
        "badges": "、".join(badge.text for badge in lot.badges),
        "qr": svg(_address(lot.token), plain=True),
    }
