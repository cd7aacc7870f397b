"""Companies and villages 万企兴万村: the company, its village and town, the linkage office, and everybody."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectField

from core import clock
from core.access.actor import Actor
from core.access.rights import Right
from core.db import transaction
from core.places import queries as places
from core.places.models import PlaceLevel
from core.text import sentence
from core.web import menu
from core.web.access import actor, again, public, requires
from core.web.forms import DayField, Form, PhoneField, ShortText, YuanField
from core.web.inbox import Task
from market.queries import pairings
from market.rules.pairing import PairingState
from market.services import pairings as acts
from market.services import pledges

bp = Blueprint("pairings", __name__)
SIZE = 20
GROUPS = {
    "": (),
    "proposed": (PairingState.PROPOSED,),
    "active": (PairingState.ACTIVE,),
    "over": (PairingState.ENDED, PairingState.REFUSED),
}
menu.add(
    "market", "pairings", icon="people", endpoint="pairings.listed", right=Right.PAIRING_VIEW, order=80,
    counter=lambda by: pairings.waiting(by) + pairings.drafts(by),
)  # fmt: skip


class ProposalForm(Form):
    village = SelectField()
    starts_on = DayField()
    ends_on = DayField(required=False)
    contact = ShortText(most=30)
    contact_phone = PhoneField(most=20, required=False)
    plan = ShortText(most=200, required=False)


class PledgeForm(Form):
    amount = YuanField(least=100)
    goods = ShortText(most=200)
    first_on = DayField()
    last_on = DayField()


class ReasonForm(Form):
    reason = ShortText(most=200, required=False)


def tasks(by: Actor) -> list[Task]:
    """Pairings for the office, pledges for the village."""
    found = []
    if count := pairings.waiting(by):
        found.append(
            Task(sentence("word", "task-pairings"), url_for("pairings.listed", group="proposed"), count, icon="people")
        )
    if count := pairings.drafts(by):
        found.append(Task(sentence("word", "task-pledges"), url_for("pairings.listed"), count, icon="people"))
    return found


def proposal_form() -> ProposalForm:
    form = ProposalForm(starts_on=clock.today())
    form.village.choices = [(one.code, one.full) for one in places.listed(PlaceLevel.VILLAGE)]
    return form


@bp.get("/pairings")
@requires(Right.PAIRING_VIEW)
def listed() -> ResponseReturnValue:
    group = request.args.get("group", "")
    asked = request.args.get("page", "1")
    page = int(asked) if asked.isdecimal() and 0 < len(asked) < 6 else 1
    rows, total = pairings.listed(actor(), *GROUPS.get(group, ()), page=max(1, page), size=SIZE)
    return render_template(
        "market/pairings/list.html", pairs=rows, total=total, page=max(1, page), pages=max(1, -(-total // SIZE)),
        group=group, groups=list(GROUPS), may_propose=actor().may(Right.PAIRING_PROPOSE),
    )  # fmt: skip


@bp.get("/pairings/new")
@requires(Right.PAIRING_PROPOSE)
def new() -> ResponseReturnValue:
    return render_template("market/pairings/new.html", form=proposal_form())


@bp.post("/pairings/new")
@requires(Right.PAIRING_PROPOSE)
@again(new)
def propose() -> ResponseReturnValue:
    form = proposal_form()
    form.require()
    wanted = acts.Proposal(
        form.village.data, form.starts_on.data, form.ends_on.data, form.contact.data, form.contact_phone.data or "",
        form.plan.data or "",
    )  # fmt: skip
    with transaction():
        pairing_id = acts.propose(wanted, by=actor()).id
    flash(sentence("message", "pairing-proposed"))
    return redirect(url_for(".show", pairing_id=pairing_id), 303)


@bp.get("/pairings/<id:pairing_id>")
@requires(Right.PAIRING_VIEW)
def show(pairing_id: int) -> ResponseReturnValue:
    by = actor()
    return render_template(
        "market/pairings/show.html", pair=pairings.get(pairing_id, by), pledge_form=PledgeForm(formdata=None),
        is_office=by.may(Right.PAIRING_REVIEW), is_enterprise=by.may(Right.PAIRING_PROPOSE),
        is_village=by.may(Right.PAIRING_AGREE),
    )  # fmt: skip


@bp.post("/pairings/<id:pairing_id>/approve")
@requires(Right.PAIRING_REVIEW)
@again(show)
def approve(pairing_id: int) -> ResponseReturnValue:
    with transaction():
        acts.decide(pairing_id, agreed=True, reason="", by=actor())
    return _back(pairing_id, "pairing-approved")


@bp.post("/pairings/<id:pairing_id>/refuse")
@requires(Right.PAIRING_REVIEW)
@again(show)
def refuse(pairing_id: int) -> ResponseReturnValue:
    with transaction():
        acts.decide(pairing_id, agreed=False, reason=_reason(), by=actor())
    return _back(pairing_id, "pairing-refused")


@bp.post("/pairings/<id:pairing_id>/end")
@requires(Right.PAIRING_VIEW)
@again(show)
def end(pairing_id: int) -> ResponseReturnValue:
    with transaction():
        acts.end(pairing_id, reason=_reason(), by=actor())
    return _back(pairing_id, "pairing-ended")


@bp.post("/pairings/<id:pairing_id>/pledges")
@requires(Right.PAIRING_PROPOSE)
@again(show)
def pledge(pairing_id: int) -> ResponseReturnValue:
    form = PledgeForm()
    form.require()
    period = (form.first_on.data, form.last_on.data)
    with transaction():
        pledges.write(pairing_id, amount_fen=form.amount.data, goods=form.goods.data, period=period, by=actor())
    return _back(pairing_id, "pledge-written")


@bp.post("/pairings/<id:pairing_id>/pledges/<id:pledge_id>/agree")
@requires(Right.PAIRING_AGREE)
@again(show)
def agree(pairing_id: int, pledge_id: int) -> ResponseReturnValue:
    with transaction():
        pledges.agree(pledge_id, by=actor())
    return _back(pairing_id, "pledge-agreed")


@bp.post("/pairings/<id:pairing_id>/pledges/<id:pledge_id>/fulfil")
@requires(Right.PAIRING_VIEW)
@again(show)
def fulfil(pairing_id: int, pledge_id: int) -> ResponseReturnValue:
    with transaction():
        pledges.fulfil(pledge_id, by=actor())
    return _back(pairing_id, "pledge-fulfilled")


@bp.post("/pairings/<id:pairing_id>/pledges/<id:pledge_id>/end")
@requires(Right.PAIRING_VIEW)
@again(show)
def end_pledge(pairing_id: int, pledge_id: int) -> ResponseReturnValue:
    with transaction():
        pledges.end(pledge_id, reason=_reason(), by=actor())
    return _back(pairing_id, "pledge-ended")


@bp.get("/village-partners")
@public
def open_list() -> ResponseReturnValue:
    """For everybody: companies and their villages, no person and no household."""
    return render_template("market/pairings/open.html", pairs=pairings.in_public())


def _reason() -> str:
    form = ReasonForm()
    form.require()
    return form.reason.data or ""


def _back(pairing_id: int, message: str) -> ResponseReturnValue:
    flash(sentence("message", message))
    return redirect(url_for(".show", pairing_id=pairing_id), 303)
