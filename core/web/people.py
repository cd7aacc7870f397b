"""An organisation's own people: invite, let deputise, end access; and one's own account page."""

from collections.abc import Iterator
from datetime import timedelta

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectField

from core import clock
from core.access.actor import Actor
from core.access.rights import Right
from core.access.roles import ROLES_OF_KIND, Role
from core.db import transaction
from core.errors import Missing
from core.organisations import members, services
from core.organisations import queries as organisations
from core.people import outbox
from core.text import label, sentence
from core.web import inbox, menu
from core.web.access import actor, again, requires
from core.web.forms import DayField, Form, PhoneField, ShortText
from core.web.inbox import Task

bp = Blueprint("people", __name__)
_ENDING_DAYS = 30
menu.add("people", "people", icon="people", endpoint="people.members", right=Right.PEOPLE_MANAGE)
menu.add("system", "messages", icon="chat-dots", endpoint="people.messages", right=Right.OPERATE, order=80)


@inbox.provide
def ending_seats(who: Actor) -> Iterator[Task]:
    """Deputies and guests whose time runs out: somebody has to say who goes on."""
    if not who.may(Right.PEOPLE_MANAGE):
        return
    last = clock.today() + timedelta(days=_ENDING_DAYS)
    rows = members.listed(who.scope_ids, with_guests=who.may(Right.REGISTER_MANAGE))
    ending = sorted(
        (row for row in rows if row.valid_to and row.valid_to <= last), key=lambda row: row.valid_to or last
    )
    if ending:
        yield Task(
            sentence("task", "seats-ending"), url_for("people.members"), len(ending),
            note="、".join(row.name for row in ending[:3]), due_on=ending[0].valid_to, icon="person-dash",
        )  # fmt: skip


class InviteForm(Form):
    organisation = SelectField(coerce=int)
    name = ShortText(most=30)
    phone = PhoneField(most=11)
    role = SelectField()
    until = DayField(required=False)


class DeputyForm(Form):
    phone = PhoneField(most=11)
    until = DayField()


def _invite_form(who: Actor) -> InviteForm:
    form = InviteForm()
    bodies = organisations.of_ids(who.scope_ids)
    roles = {role for body in bodies for role in ROLES_OF_KIND[body.kind]} - {Role.GUEST_AUDITOR}
    if who.may(Right.REGISTER_MANAGE):  # guest auditors sit in the units they look into
        bodies, roles = [*bodies, *organisations.open_units()], roles | {Role.GUEST_AUDITOR}
    form.organisation.choices = [(body.id, body.name) for body in bodies]
    form.role.choices = [(role.value, label(role)) for role in sorted(roles)]
    return form


@bp.get("/people", endpoint="members")
@requires(Right.PEOPLE_MANAGE)
def members_page() -> ResponseReturnValue:
    who = actor()
    return render_template(
        "core/people/members.html",
        members=members.listed(who.scope_ids, with_guests=who.may(Right.REGISTER_MANAGE)),
        form=_invite_form(who),
        deputy=DeputyForm(),
    )


@bp.post("/people")
@requires(Right.PEOPLE_MANAGE)
@again(members_page)
def invite() -> ResponseReturnValue:
    who = actor()
    form = _invite_form(who)
    form.require()
    with transaction():
        services.invite(
            form.organisation.data,
            name=form.name.data,
            phone=form.phone.data,
            role=Role(form.role.data),
            valid_to=form.until.data,
            by=who,
        )
    flash(sentence("message", "invited", name=form.name.data, role=Role(form.role.data)))
    return redirect(url_for("people.members"), 303)


@bp.post("/people/<id:membership_id>/deputy")
@requires(Right.PEOPLE_MANAGE)
@again(members_page)
def deputise(membership_id: int) -> ResponseReturnValue:
    form = DeputyForm()
    form.require()
    with transaction():
        services.deputise(membership_id, phone=form.phone.data, until=form.until.data, by=actor())
    flash(sentence("message", "deputised", until_on=form.until.data))
    return redirect(url_for("people.members"), 303)


@bp.post("/people/<id:membership_id>/end")
@requires(Right.PEOPLE_MANAGE)
def end(membership_id: int) -> ResponseReturnValue:
    with transaction():
        services.end_access(membership_id, by=actor())
    flash(sentence("message", "access-ended"))
    return redirect(url_for("people.members"), 303)


@bp.get("/me")
@requires(Right.INBOX)
def me() -> ResponseReturnValue:
    return render_template("core/people/me.html")


@bp.get("/demo/messages")
@requires(Right.DEMO_OUTBOX)
def messages() -> ResponseReturnValue:
    """The fake gateway's outbox: only where no real message leaves, and only the last ones."""
    if current_app.config["XINGCUN_MODE"] == "production":
        raise Missing("no-outbox")
    return render_template("core/people/messages.html", messages=outbox.latest(request.args.get("phone", "")[:11]))
