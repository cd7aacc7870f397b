"""Log-in by password or SMS code, log-out, choosing the organisation one acts for, one's own password."""

from flask import Blueprint, flash, g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from wtforms import PasswordField

from core.access.actor import Actor
from core.access.rights import Right
from core.access.roles import Role
from core.db import transaction
from core.errors import Missing, Refused
from core.organisations import queries as organisations
from core.people import entry
from core.people import services as people
from core.terms import queries as terms
from core.text import sentence
from core.web import session as sessions
from core.web.access import actor, again, current_actor, public, requires
from core.web.forms import Form, PhoneField, ShortText
from core.web.limits import by_login, limiter, wrong_log_in, wrong_proof
from core.web.security import safe_next

bp = Blueprint("auth", __name__)


class LogInForm(Form):
    login = ShortText(most=40)
    password = PasswordField()


class ProofForm(Form):
    password = PasswordField()


class CodeForm(Form):
    phone = PhoneField(most=11)
    code = ShortText(most=6, required=False)


class PasswordForm(Form):
    old = PasswordField()
    new = PasswordField()


def home_of(who: Actor | None) -> str:
    """Where a person starts: the desk of their organisation, or the shop."""
    return url_for("inbox.show") if who and who.organisation_id else url_for("shop.home")


@bp.get("/login")
@public
def log_in() -> ResponseReturnValue:
    if current_actor() is not None:
        return redirect(home_of(current_actor()))
    return render_template("core/auth/log_in.html", form=LogInForm(), next=safe_next(request.args.get("next")))


@bp.post("/login")
@public
@wrong_log_in
@again(log_in)
def log_in_now() -> ResponseReturnValue:
    form = LogInForm()
    form.require()
    with transaction():
        person = entry.by_password(form.login.data, form.password.data or "")
        person_id, epoch = person.id, person.session_epoch
    return _enter(person_id, epoch, by_password=True)


@bp.get("/login/again")
@requires(Right.INBOX)
def prove() -> ResponseReturnValue:
    """The password once more, before numbers are shown in the open."""
    onward = safe_next(request.values.get("next"))
    return render_template("core/auth/prove.html", form=ProofForm(), next=onward, who=actor())


@bp.post("/login/again")
@requires(Right.INBOX)
@wrong_proof
@again(prove)
def prove_now() -> ResponseReturnValue:
    form = ProofForm()
    form.require()
    with transaction():
        entry.prove(form.password.data or "", by=actor())
    sessions.prove()
    return redirect(safe_next(request.form.get("next")) or home_of(actor()), 303)


@bp.get("/login/code")
@public
def code() -> ResponseReturnValue:
    return render_template("core/auth/code.html", form=CodeForm(), next=safe_next(request.args.get("next")))


@bp.post("/login/code/send")
@public
@limiter.limit("1 per minute;8 per day", key_func=by_login)
@again(code)
def send_code() -> ResponseReturnValue:
    form = CodeForm()
    form.require()
    with transaction():
        people.send_code(form.phone.data, purpose="log-in")
    flash(sentence("message", "code-sent"))
    return render_template("core/auth/code.html", form=form, sent=True, next=safe_next(request.form.get("next")))


@bp.post("/login/code")
@public
@limiter.limit("10 per minute", key_func=by_login)
@again(code)
def log_in_by_code() -> ResponseReturnValue:
    form = CodeForm()
    form.require()
    with transaction():
        right = people.check_code(form.phone.data, form.code.data, purpose="log-in")
        person = entry.by_phone(form.phone.data) if right else None
        found = (person.id, person.session_epoch) if person else None
    if found is None:
        raise Refused("code-wrong")
    return _enter(*found)


def _enter(person_id: int, epoch: int, *, by_password: bool = False) -> ResponseReturnValue:
    seats = organisations.seats_of(person_id)
    roles = seats[0].roles if seats else frozenset()
    seat_id = seats[0].organisation_id if seats else None
    who = Actor(person_id, "", organisation_id=seat_id, roles=roles | {Role.RESIDENT})
    sessions.start(person_id, epoch, seat_id, ask=bool(terms.lacking(who)), by_password=by_password)
    for arrive in sessions.ARRIVALS:
        with transaction():
            arrive(person_id)
    target = safe_next(request.form.get("next"))
    return redirect(target or (url_for("inbox.show") if seats else url_for("shop.home")), 303)


@bp.post("/logout")
@public
def log_out() -> ResponseReturnValue:
    who = current_actor()
    if who is not None:
        with transaction():
            people.sign_out(who.person_id, str(session.get("sid")))
    sessions.end()
    return redirect(url_for("shop.home"), 303)


@bp.post("/seat")
@requires(Right.INBOX)
def take_seat() -> ResponseReturnValue:
    """Act for another of one's organisations from now on."""
    wanted = request.form.get("organisation", type=int)
    if wanted not in {seat.organisation_id for seat in g.seats}:
        raise Missing("no-such-seat")
    session["org"] = wanted
    return redirect(url_for("inbox.show"), 303)


@bp.get("/password")
@requires(Right.INBOX)
def password() -> ResponseReturnValue:
    return render_template("core/auth/password.html", form=PasswordForm())


@bp.post("/password")
@requires(Right.INBOX)
@limiter.limit("5 per minute")
@again(password)
def change_password() -> ResponseReturnValue:
    form = PasswordForm()
    form.require()
    who = actor()
    with transaction():
        people.change_password(who, old=form.old.data or "", new=form.new.data or "")
    ask = bool(session.get("ask"))
    sessions.start(who.person_id, session["epoch"] + 1, who.organisation_id, ask=ask, by_password=True)
    flash(sentence("message", "password-changed"))
    return redirect(home_of(who), 303)
