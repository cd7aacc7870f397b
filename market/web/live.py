"""Live-stream sessions: an open page with link and code; the supplier's plan, sales and records."""

from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from wtforms import StringField, TextAreaField

from catalog.queries import desk
from catalog.rules.listing import ProductState
from core.access.rights import Right
from core.clock import COUNTY
from core.db import transaction
from core.errors import Missing, Refused
from core.text import sentence
from core.web import menu, qr, uploads
from core.web.access import actor, again, public, requires
from core.web.forms import Form, ShortText
from market.queries import live
from market.services import live as acts
from market.web import shown
from market.web.structured import absolute

bp = Blueprint("live", __name__)
menu.add("market", "live", icon="camera", endpoint="live.mine", right=Right.SELL, order=70)
COOKIE = "live"


class LiveForm(Form):
    title = ShortText(most=40)
    host = ShortText(most=30, required=False)
    platform = ShortText(most=20, required=False)
    watch_url = ShortText(most=300, required=False)
    starts_at = StringField()
    ends_at = StringField()


class RecordForm(Form):
    note = TextAreaField()


@bp.get("/live/<string(maxlength=16):code>")
@public
def page(code: str) -> ResponseReturnValue:
    """Whoever comes through here and buys within a day of its end is counted to the session."""
    found = live.find(code)
    if found is None:
        raise Missing("no-such-live")
    if found.row.cancelled_at is None:
        session[COOKIE] = code
    goods = [(shown.card(card), talk) for card, talk in live.goods(found.row.id)]
    return render_template("market/live/page.html", live=found, goods=goods)


@bp.get("/supplier/live")
@requires(Right.SELL)
def mine() -> ResponseReturnValue:
    sessions = live.listed(actor())
    paid_fen = live.paid_fen([one.row.id for one in sessions])
    return render_template("market/live/mine.html", sessions=sessions, paid_fen=paid_fen)


@bp.get("/supplier/live/new")
@requires(Right.SELL)
def new() -> ResponseReturnValue:
    goods = desk.own_names(actor(), ProductState.LISTED)
    return render_template("market/live/new.html", form=LiveForm(), goods=goods, chosen=request.form.getlist("sku"))


@bp.post("/supplier/live")
@requires(Right.SELL)
@again(new)
def plan() -> ResponseReturnValue:
    form = LiveForm()
    form.require()
    goods = [(sku, request.form.get(f"talk-{sku}", "")) for sku in request.form.getlist("sku")[:60]]
    wanted = acts.Plan(
        form.title.data, _moment(form.starts_at.data), _moment(form.ends_at.data), goods, form.host.data or "",
        form.platform.data or "", form.watch_url.data or "",
    )  # fmt: skip
    with transaction():
        session_id = acts.plan(wanted, by=actor()).id
    flash(sentence("message", "live-planned"))
    return redirect(url_for(".show", session_id=session_id), 303)


@bp.get("/supplier/live/<id:session_id>")
@requires(Right.SELL)
def show(session_id: int) -> ResponseReturnValue:
    found = live.own(session_id, actor())
    here = absolute(url_for("live.page", code=found.row.code))
    return render_template(
        "market/live/show.html", live=found, sales=live.sales(session_id), records=live.records(session_id),
        goods=live.goods(session_id), form=RecordForm(formdata=None), code=qr.svg(here), address=here,
    )  # fmt: skip


@bp.post("/supplier/live/<id:session_id>/off")
@requires(Right.SELL)
@again(show)
def call_off(session_id: int) -> ResponseReturnValue:
    with transaction():
        acts.call_off(session_id, by=actor())
    flash(sentence("message", "live-called-off"))
    return redirect(url_for(".mine"), 303)


@bp.post("/supplier/live/<id:session_id>/records")
@requires(Right.SELL)
@again(show)
def keep(session_id: int) -> ResponseReturnValue:
    form = RecordForm()
    form.require()
    with transaction():
        acts.keep(session_id, note=(form.note.data or "")[:200], file_id=uploads.find("file", "live"), by=actor())
    flash(sentence("message", "live-kept"))
    return redirect(url_for(".show", session_id=session_id), 303)


def _moment(typed: str | None) -> datetime:
    """What the browser's date-and-time field says, in county time. Raises: Refused "live-moment"."""
    try:
        return datetime.fromisoformat((typed or "").strip()).replace(tzinfo=COUNTY)
    except ValueError:
        raise Refused("live-moment") from None
