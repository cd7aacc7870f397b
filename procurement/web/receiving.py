"""Goods come in: today's deliveries, the scales, two signatures. One hand, on a phone."""

from typing import Any

import sqlalchemy as sa
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import PasswordField

from catalog.queries import commitments
from core import clock
from core.access.actor import Actor
from core.access.rights import Right
from core.db import transaction
from core.errors import Missing, Refused
from core.organisations.models import Organisation
from core.people import entry
from core.text import sentence
from core.web import menu
from core.web import papers as printed
from core.web.access import actor, again, requires
from core.web.forms import Form, ShortText
from core.web.inbox import Task
from core.web.limits import by_login, limiter
from market.models.delivery import Delivery
from market.queries import commitments as promises
from market.queries import deliveries, disputes, goods_text, papers
from market.queries.deliveries import DeliveryRow, Sheet
from market.rules.counting import Counts
from market.rules.delivery_states import DONE, DeliveryState
from market.services import acceptance, correcting, holding, scale_readings
from procurement.queries import canteens, signers
from procurement.services import receiving
from procurement.web import weigh_form

bp = Blueprint("receiving", __name__, url_prefix="/canteen/deliveries")
OPEN = (DeliveryState.ON_THE_WAY, DeliveryState.COUNTED)


def open_for(by: Actor) -> list[DeliveryRow]:
    """Deliveries that wait for this person: to be weighed, or for the second signature. Never one's own orders."""
    rows = deliveries.listed(holding.buys(by, Delivery), states=OPEN, limit=100)
    return [row for row in rows if by.person_id not in (row.orderer_id, row.first_signer_id)]


def waiting(by: Actor) -> int:
    """How many wait, for the menu."""
    return len(open_for(by))


menu.add(
    "canteen", "receiving", icon="clipboard-check", endpoint="receiving.desk", right=Right.RECEIVE, order=30,
    counter=waiting,
)  # fmt: skip


def tasks(by: Actor) -> list[Task]:
    """Deliveries to weigh, counts that wait for this person's signature; for a manager, what waits too long."""
    found = []
    if by.may(Right.RECEIVE):
        rows = open_for(by)
        found += _task(
            [row for row in rows if row.state is DeliveryState.ON_THE_WAY], "deliveries-to-weigh", "box-seam"
        )
        found += _task(
            [row for row in rows if row.state is DeliveryState.COUNTED], "deliveries-to-sign", "pencil-square"
        )
    if by.may(Right.RECEIPT_OVERRIDE):
        rows = deliveries.listed(holding.buys(by, Delivery), states=OPEN, limit=100)
        late = [row for row in rows if clock.now() > row.reminders[1]]
        found += _task(late, "deliveries-late", "exclamation-triangle")
    return found


def _task(rows: list[DeliveryRow], code: str, icon: str) -> list[Task]:
    """One task over the rows; red once the first reminder's time has passed (rule 57)."""
    if not rows:
        return []
    href = url_for("receiving.desk") if len(rows) > 1 else url_for("receiving.show", delivery_id=rows[0].id)
    late = any(clock.now() > row.reminders[0] for row in rows)
    due = min(row.delivered_on for row in rows)
    return [Task(sentence("task", code), href, len(rows), rows[0].goods, due, "danger" if late else "warn", icon)]


class HereForm(Form):
    """The second signer on the first one's phone."""

    login = ShortText(most=40)
    password = PasswordField()


class ReasonForm(Form):
    reason = ShortText(most=200)


@bp.get("")
@requires(Right.RECEIVE)
def desk() -> ResponseReturnValue:
    who = actor()
    mine = holding.buys(who, Delivery)
    return render_template(
        "procurement/receiving/desk.html",
        open=deliveries.listed(mine, states=OPEN, limit=100),
        done=deliveries.listed(mine, states=DONE, limit=20),
    )


@bp.get("/<id:delivery_id>")
@requires(Right.UNIT_VIEW)
def show(delivery_id: int) -> ResponseReturnValue:
    """The scales, the second signature, or what was signed: as far as the delivery is."""
    sheet = _sheet(delivery_id)
    recount = request.args.get("recount") or request.endpoint == "receiving.count"
    if sheet.acceptance is not None and sheet.draft is None and not recount:
        return _signed(sheet)
    return _scales(sheet) if sheet.draft is None or recount else _second(sheet)


def _signed(sheet: Sheet) -> ResponseReturnValue:
    found = disputes.still_open(Delivery.id == sheet.delivery.id)
    return render_template("procurement/receiving/signed.html", sheet=sheet, text=goods_text, disputes=found)


def _second(sheet: Sheet) -> ResponseReturnValue:
    return render_template(
        "procurement/receiving/sign.html",
        sheet=sheet,
        text=goods_text,
        here=HereForm(),
        waiver=ReasonForm(),
        counts=_counts(sheet),
        check=signers.check(sheet, actor()),
    )


def _scales(sheet: Sheet) -> ResponseReturnValue:
    unit = weigh_form.weight_unit(sheet)
    form = weigh_form.make(sheet, unit)
    if request.method == "POST":
        form.validate()
    return render_template(
        "procurement/receiving/weigh.html",
        sheet=sheet,
        form=form,
        unit=unit,
        text=goods_text,
        typed=weigh_form.typed,
        weighed=scale_readings.weights([line.delivered.id for line in sheet.lines]),
        reasons=weigh_form.reasons(),
        promises=commitments.tokens([line.delivered.commitment_no for line in sheet.lines]),
        void=promises.newer_of([line.delivered.commitment_no for line in sheet.lines]),
    )


@bp.post("/<id:delivery_id>/count")
@requires(Right.RECEIVE)
@again(show)
def count(delivery_id: int) -> ResponseReturnValue:
    sheet, who = _sheet(delivery_id), actor()
    form = weigh_form.make(sheet, weigh_form.weight_unit(sheet))
    form.require()
    with transaction():
        counts = weigh_form.read(form, sheet, by=who)
        acceptance.count(delivery_id, counts, correction=form.correction.data or "", by=who)
    flash(sentence("message", "delivery-counted"))
    return redirect(url_for(".show", delivery_id=delivery_id), 303)


@bp.post("/<id:delivery_id>/correction/dropped")
@requires(Right.RECEIVE)
@again(show)
def drop_correction(delivery_id: int) -> ResponseReturnValue:
    """What was signed stays as it is."""
    with transaction():
        correcting.drop(delivery_id, by=actor())
    flash(sentence("message", "correction-dropped"))
    return redirect(url_for(".show", delivery_id=delivery_id), 303)


@bp.post("/<id:delivery_id>/acceptance")
@requires(Right.RECEIVE)
@again(show)
def accept(delivery_id: int) -> ResponseReturnValue:
    """The second signer, logged in on their own phone."""
    with transaction():
        signed = receiving.accept_delivery(delivery_id, version=_version(), by=actor())
        amount_fen = signed.amount_fen
    flash(sentence("message", "delivery-accepted", amount_fen=amount_fen))
    return redirect(url_for(".show", delivery_id=delivery_id), 303)


@bp.post("/<id:delivery_id>/acceptance/here")
@requires(Right.RECEIVE)
@limiter.limit("5 per minute;30 per hour", key_func=by_login, deduct_when=lambda r: r.status_code == 409)
@again(show)
def accept_here(delivery_id: int) -> ResponseReturnValue:
    """The second signer on this phone, by their own login and password; the session stays the first one's."""
    form = HereForm()
    form.require()
    sheet = _sheet(delivery_id)
    with transaction():
        person = entry.by_password(form.login.data, form.password.data or "")
        second = signers.as_signer(person, actor(), sheet.organisation_ids)
        amount_fen = receiving.accept_delivery(delivery_id, version=_version(), by=second).amount_fen
    flash(sentence("message", "delivery-accepted", amount_fen=amount_fen))
    return redirect(url_for(".show", delivery_id=delivery_id), 303)


@bp.post("/<id:delivery_id>/excess")
@requires(Right.RECEIPT_OVERRIDE)
@again(show)
def agree_excess(delivery_id: int) -> ResponseReturnValue:
    with transaction():
        acceptance.agree_excess(delivery_id, version=_version(), by=actor())
    flash(sentence("message", "excess-agreed"))
    return redirect(url_for(".show", delivery_id=delivery_id), 303)


@bp.post("/<id:delivery_id>/waiver")
@requires(Right.RECEIPT_OVERRIDE)
@again(show)
def waive(delivery_id: int) -> ResponseReturnValue:
    form = ReasonForm()
    form.require()
    with transaction():
        acceptance.waive_papers(delivery_id, version=_version(), reason=form.reason.data, by=actor())
    flash(sentence("message", "papers-waived"))
    return redirect(url_for(".show", delivery_id=delivery_id), 303)


@bp.post("/orders/<id:order_id>/rest")
@requires(Right.RECEIVE)
def close_rest(order_id: int) -> ResponseReturnValue:
    """关闭余量: what is missing of an order is not wanted any more."""
    form = ReasonForm()
    form.require()
    with transaction():
        order = receiving.close_rest(order_id, reason=form.reason.data, by=actor())
        flash(sentence("message", "order-closed-short", order_no=order.order_no))
    return redirect(url_for(".desk"), 303)


@bp.get("/<id:delivery_id>/<any(acceptance, stock_in):kind>.pdf")
@requires(Right.UNIT_VIEW)
def paper(delivery_id: int, kind: str) -> ResponseReturnValue:
    """验收单 or 入库单."""
    sheet = _sheet(delivery_id)
    if sheet.acceptance is None:
        raise Missing("no-such-acceptance")
    return printed.answer(kind, papers.acceptance(sheet), actor())


def _sheet(delivery_id: int) -> Sheet:
    run = Delivery.canteen_id.in_(sa.select(Organisation.id).where(canteens.within(actor())))  # a contractor's too
    found = deliveries.find_sheet(delivery_id, sa.or_(holding.buys(actor(), Delivery), run))
    if found is None:
        raise Missing("no-such-delivery")
    return found


def _version() -> int:
    """The count that was on the screen when the button was pressed."""
    version = request.form.get("version", type=int)
    if version is None or not 0 < version < 2**31:
        raise Refused("form-too-old")
    return version


def _counts(sheet: Sheet) -> dict[int, Any]:
    draft = sheet.draft
    return {} if draft is None else {one.delivery_line_id: one for one in Counts.from_json(draft.counts).lines}
