"""Rate limits in Valkey, in this process's memory while it is away."""

from flask import Flask, request, session
from flask_limiter import Limiter


def _who() -> str:
    return f"p{session['person_id']}" if session.get("person_id") else f"ip{request.remote_addr}"


def by_login() -> str:
    """Account and address together: one attacker cannot lock an account for its owner elsewhere."""
    login = request.form.get("login", "") or request.form.get("phone", "")
    return f"{login[:40]}|{request.remote_addr}"


limiter = Limiter(key_func=_who, default_limits=[], headers_enabled=False, strategy="fixed-window")


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
