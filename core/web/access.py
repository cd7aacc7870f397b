"""The door's question: may you enter? Every endpoint answers it, or stands in the short public list."""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from flask import g, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue

from core import clock
from core.access import fresh
from core.access.actor import Actor
from core.access.rights import Right
from core.errors import Forbidden, Missing, Refused
from core.web import session as sessions

P = ParamSpec("P")

POLICY_MARK = "xingcun_policy"
RAW_MARK = "xingcun_raw_body"
AGAIN_MARK = "xingcun_again"
FRESH_MARK = "xingcun_fresh"


def actor() -> Actor:
    """Who acts. Raises Forbidden when nobody is logged in (doors with `@requires` never get that far)."""
    found = current_actor()
    if found is None:
        raise Forbidden("log-in-needed")
    return found


def current_actor() -> Actor | None:
    """Who acts, or None for a guest."""
    found = getattr(g, "actor", None)
    return found if isinstance(found, Actor) else None


def requires(right: Right) -> Callable[[Callable[P, ResponseReturnValue]], Callable[P, ResponseReturnValue]]:
    """Let in who has `right`; a guest is sent to the log-in, anybody else gets 403."""

    def guard(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
        @wraps(view)
        def inner(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            found = current_actor()
            if found is None:
                onward = request.full_path.rstrip("?") if request.method == "GET" else None
                return redirect(url_for("auth.log_in", next=onward))
            if not found.may(right):
                raise Forbidden("right-missing", right=right)
            return view(*args, **kwargs)

        setattr(inner, POLICY_MARK, right)
        return inner

    return guard


def public(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Open to everybody, logged in or not. A house test keeps the list of these doors."""
    setattr(view, POLICY_MARK, "public")
    return view


def raw_body(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """The view reads the body itself, byte for byte: a signature covers it."""
    setattr(view, RAW_MARK, True)
    return view


def login_is_fresh(minutes: int = fresh.MINUTES) -> bool:
    """Whether the password was typed in this session within the last `minutes`; pages ask before they offer the act."""
    return fresh.is_fresh(sessions.proved_at(), clock.now(), minutes=minutes)


def fresh_login(
    minutes: int = fresh.MINUTES,
) -> Callable[[Callable[P, ResponseReturnValue]], Callable[P, ResponseReturnValue]]:
    """The act needs the password typed within the last `minutes`. Stands under `@requires` and `@again`.

    Raises: Refused "login-not-fresh" (minutes); the page leads to `auth.prove`, which comes back here.
    """

    def guard(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
        @wraps(view)
        def inner(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            if not login_is_fresh(minutes):
                raise Refused("login-not-fresh", minutes=minutes)
            return view(*args, **kwargs)

        setattr(inner, FRESH_MARK, minutes)
        return inner

    return guard


def again(
    show: Callable[..., ResponseReturnValue],
) -> Callable[[Callable[P, ResponseReturnValue]], Callable[P, ResponseReturnValue]]:
    """On a refusal show the same page once more: status 409, the sentence on top, what was typed kept.

    `show` is the page's GET view; it is called with those URL arguments that it takes: a row's act may lead back to
    the list.
    """
    taken = inspect.signature(show).parameters

    def guard(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
        @wraps(view)
        def inner(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            try:
                return view(*args, **kwargs)
            except (Missing, Forbidden):
                raise
            except Refused as refusal:
                g.refusal = refusal
                bare = getattr(show, "__wrapped__", show)
                return make_response(bare(*args, **{k: v for k, v in kwargs.items() if k in taken}), 409)

        setattr(inner, AGAIN_MARK, show)
        return inner

    return guard
