"""Rate limits in Valkey, in this process's memory while it is away."""

from flask import Flask, Response, g, request, session
from flask_limiter import Limiter

from core.people import queries


def _who() -> str:
    return f"p{session['person_id']}" if session.get("person_id") else f"ip{request.remote_addr}"


def by_login() -> str:
    """Account and address together: one attacker cannot lock an account for its owner elsewhere."""
    login = request.form.get("login", "") or request.form.get("phone", "")
    return f"{login[:40]}|{request.remote_addr}"


def by_owner() -> str:
    """As `by_login`, for the person who is logged in: a wrong password counts wherever it is typed."""
    who = getattr(g, "actor", None)
    login = queries.login_of(who.person_id) if who else ""
    return f"{login[:40]}|{request.remote_addr}"


limiter = Limiter(key_func=_who, default_limits=[], headers_enabled=False, strategy="fixed-window")


def _is_wrong(answer: Response) -> bool:
    return answer.status_code == 409


LOCK_OUT = "5 per minute;30 per hour"
wrong_log_in = limiter.shared_limit(LOCK_OUT, scope="password", key_func=by_login, deduct_when=_is_wrong)
wrong_proof = limiter.shared_limit(LOCK_OUT, scope="password", key_func=by_owner, deduct_when=_is_wrong)
"""The same lock-out behind both doors: account and address, five wrong passwords a minute."""


def init(app: Flask) -> None:
    """Bind to the broker if there is one."""
    redis = str(app.config["REDIS_URL"])
    app.config.update(
        RATELIMIT_STORAGE_URI=redis or "memory://",
        RATELIMIT_STORAGE_OPTIONS={"socket_connect_timeout": 1, "socket_timeout": 1} if redis else {},
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=True,
        RATELIMIT_SWALLOW_ERRORS=True,
        RATELIMIT_ENABLED=app.config["XINGCUN_MODE"] != "test" or bool(app.config.get("RATELIMIT_IN_TEST")),
    )
    limiter.init_app(app)
