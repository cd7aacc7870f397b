"""Is it alive, is it ready: for supervisors and load balancers."""

import os

import redis
import sqlalchemy as sa
from flask import Blueprint, current_app, jsonify
from flask.typing import ResponseReturnValue

from core.db import db
from core.web.access import public

bp = Blueprint("health", __name__)


@bp.get("/healthz")
@public
def alive() -> ResponseReturnValue:
    """The process answers. The header lets a supervisor recognise the server that it started itself."""
    return "ok", 200, {"X-Xingcun-Start": os.environ.get("XINGCUN_START_TOKEN", ""), "Content-Type": "text/plain"}


@bp.get("/readyz")
@public
def ready() -> ResponseReturnValue:
    """Database and broker answer; 503 names what does not. Without a broker reading and ordering go on."""
    state = {"database": _database(), "queue": _queue()}
    return jsonify(state), 200 if all(v == "ok" for v in state.values()) else 503


def _database() -> str:
    try:
        db.session.execute(sa.text("SELECT 1"))
    except sa.exc.SQLAlchemyError:
        db.session.remove()
        return "away"
    return "ok"


def _queue() -> str:
    url = str(current_app.config["REDIS_URL"])
    if not url:
        return "none"
    try:
        redis.Redis.from_url(url, socket_connect_timeout=1, socket_timeout=1).ping()
    except redis.RedisError:
        return "away"
    return "ok"
