"""Sessions: Flask-Login over a signed cookie. New at log-in, idle time inside, a row only to revoke one early."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from flask import Flask, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask.wrappers import Response
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from core import clock
from core.access.actor import Actor
from core.access.roles import Role
from core.organisations import queries as organisations
from core.people import queries as people

REISSUE_AFTER = 60
OPEN_BEFORE_CHANGE = {"auth.password", "auth.change_password", "auth.log_out", "static", "health.alive", "health.ready"}
ARRIVALS: list[Callable[[int], None]] = []
"""What floors do when somebody has logged in (person id), each inside the transaction that the log-in opens for it."""
login_manager = LoginManager()
login_manager.session_protection = "basic"


class SessionUser(UserMixin):  # type: ignore[misc]
    """Flask-Login's user: a person, and once loaded the actor they are in this request."""

    def __init__(self, person_id: int, actor: Actor | None = None) -> None:
        self.id = str(person_id)
        self.actor = actor


def start(
    person_id: int, epoch: int, organisation_id: int | None, *, ask: bool = False, by_password: bool = False
) -> None:
    """Begin a session under a new id; nothing of the one before but a guest's cart token survives.

    `ask`: something is to be agreed to before anything else. `by_password`: the person has just typed it, which
    `fresh_login` doors ask for.
    """
    cart = session.get("cart")
    session.clear()
    session.permanent = True
    session.update(
        person_id=person_id, epoch=epoch, sid=secrets.token_hex(16), org=organisation_id, seen=_now(), cart=cart,
        ask=ask,
    )  # fmt: skip
    if by_password:
        prove()
    login_user(SessionUser(person_id))


def prove() -> None:
    """Remember that the person has typed the password in this session now."""
    session["proved"] = _now()


def proved_at() -> datetime | None:
    """When the password was last typed in this session."""
    proved = session.get("proved")
    return datetime.fromtimestamp(proved, UTC) if isinstance(proved, int) else None


def end() -> None:
    """Forget the session on this side; `people.sign_out` does it on the server's."""
    logout_user()
    session.clear()


def _now() -> int:
    return int(clock.now().timestamp())


@login_manager.user_loader  # type: ignore[untyped-decorator]
def load_user(user_id: str) -> SessionUser | None:
    """The user of a live session; None when it was revoked, is idle too long, or the access has ended."""
    person_id = session.get("person_id")
    if not user_id.isdigit() or person_id != int(user_id):
        return None
    person = people.session_person(person_id, sid=str(session.get("sid")))
    if person is None or person.epoch != session.get("epoch"):
        return None
    seats = organisations.seats_of(person_id)
    chosen = next((seat for seat in seats if seat.organisation_id == session.get("org")), None)
    if chosen is None and session.get("org") is not None and seats:
        chosen = seats[0]  # that access has ended: fall to what is left
    actor = Actor(
        person_id=person_id,
        name=person.name,
        organisation_id=chosen.organisation_id if chosen else None,
        organisation_name=chosen.organisation_name if chosen else "",
        organisation_kind=chosen.kind if chosen else None,
        place_code=chosen.place_code if chosen else None,
        roles=(chosen.roles if chosen else frozenset()) | {Role.RESIDENT},
        scope_ids=chosen.scope_ids if chosen else frozenset(),
        ip=request.remote_addr or "",
        request_id=g.request_id,
    )
    if _idle(actor):
        return None
    g.seats, g.must_change_password, g.unseen = seats, person.must_change_password, person.unseen
    return SessionUser(person_id, actor)


def _idle(actor: Actor) -> bool:
    minutes = current_app.config["IDLE_MINUTES_OFFICIAL" if actor.organisation_id else "IDLE_MINUTES_RESIDENT"]
    return _now() - int(session.get("seen", 0)) > int(minutes) * 60


def load_actor() -> None:
    """Put the actor of this request into `g.actor`, or None."""
    g.actor, g.seats = None, []
    if request.endpoint in {"static", "health.alive"} or "person_id" not in session:
        return
    g.actor = getattr(current_user, "actor", None)
    if g.actor is None:
        end()


def ask_for_a_new_password() -> ResponseReturnValue | None:
    """Who came in by a one-time password goes nowhere before it is changed."""
    if getattr(g, "actor", None) is None or not g.must_change_password or request.endpoint in OPEN_BEFORE_CHANGE:
        return None
    return redirect(url_for("auth.password"))


OPEN_BEFORE_CONSENT = OPEN_BEFORE_CHANGE | {
    "terms.ask", "terms.agree", "terms.listed", "terms.show", "terms.version", "account.leave",
    "account.leave_now", "help.show",
}  # fmt: skip


def ask_for_consent() -> ResponseReturnValue | None:
    """Who came in without having agreed to what binds now is asked first. Found out at the log-in, kept in the cookie:
    no page pays for it.
    """
    if getattr(g, "actor", None) is None or not session.get("ask") or request.endpoint in OPEN_BEFORE_CONSENT:
        return None
    if request.method != "GET":
        return None  # a form that was open already is not lost; the page after it asks
    return redirect(url_for("terms.ask", next=request.full_path))


def touch(response: Response) -> Response:
    """Renew the idle time in the cookie, at most once a minute. Nothing is written to the database."""
    if getattr(g, "actor", None) is not None and _now() - int(session.get("seen", 0)) > REISSUE_AFTER:
        session["seen"] = _now()
    return response


def init(app: Flask) -> None:
    """Cookie attributes and hooks."""
    official = str(app.config["SERVER_URL"]).startswith("https://")
    app.config.update(
        SESSION_COOKIE_NAME="__Host-xc" if official else "xc",
        SESSION_COOKIE_SECURE=official,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_REFRESH_EACH_REQUEST=False,
        PERMANENT_SESSION_LIFETIME=timedelta(days=14),
    )
    login_manager.init_app(app)
    app.before_request(load_actor)
    app.before_request(ask_for_a_new_password)
    app.before_request(ask_for_consent)
    app.after_request(touch)
