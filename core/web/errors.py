"""Every failure gets a Chinese sentence, a request id, and the right status."""

from typing import Any

import structlog
from flask import Flask, current_app, g, make_response, render_template
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from core import text
from core.access.rights import ACCESS, Right
from core.db import db
from core.errors import Forbidden, Missing, Refused
from core.web import problem

log = structlog.get_logger()
OWN_PAGES = {400, 403, 404, 409, 413, 429, 500, 503}
KEPT = {"Allow", "Retry-After"}
"""What a machine needs to do better next time."""
LIKE = {405: 404, 415: 400, 422: 409}


def page(status: int, sentence: str = "", **facts: object) -> ResponseReturnValue:
    """The error page of a status; a plain one for those without their own, a problem for machines."""
    if problem.is_asked_for():
        return problem.problem(status, sentence)
    shown = LIKE.get(status, status)
    shown = shown if shown in OWN_PAGES else 500 if status >= 500 else 400
    return render_template(f"errors/{shown}.html", sentence=sentence, **facts), status


def missing(_error: Exception) -> ResponseReturnValue:
    return page(404)


def forbidden(error: Forbidden) -> ResponseReturnValue:
    right = error.facts.get("right")
    roles = sorted(text.label(role) for role in ACCESS[right]) if isinstance(right, Right) else []
    return page(403, text.sentence("refused", error.code, **error.facts), needed_roles=roles)


def refused(error: Refused) -> ResponseReturnValue:
    status = 422 if error.code == "form-key-reused" else 409
    return page(status, text.sentence("refused", error.code, **error.facts))


def csrf(_error: CSRFError) -> ResponseReturnValue:
    return page(400, text.sentence("refused", "form-too-old"))


def http(error: HTTPException) -> ResponseReturnValue:
    if error.code is not None and error.code < 400:
        return error
    answer = make_response(page(error.code or 500))
    for name, value in error.get_headers():
        if name in KEPT:
            answer.headers[name] = value
    return answer


def database_away(error: Exception) -> ResponseReturnValue:
    db.session.remove()
    log.error("database away", request_id=getattr(g, "request_id", ""), error=type(error).__name__)
    return page(503, text.sentence("refused", "database-away"))


def database(error: DBAPIError) -> ResponseReturnValue:
    db.session.rollback()
    if isinstance(error, IntegrityError):
        log.warning("constraint", request_id=getattr(g, "request_id", ""), error=str(error.orig)[:200])
        return page(409, text.sentence("refused", "changed-meanwhile"))
    if isinstance(error, DataError):  # a number or text no column can hold: the input's fault
        return page(400, text.sentence("refused", "out-of-range"))
    log.error("database error", request_id=getattr(g, "request_id", ""), exc_info=error)
    return page(500)


def unexpected(error: Exception) -> ResponseReturnValue:
    db.session.rollback()
    log.error("unexpected", request_id=getattr(g, "request_id", ""), exc_info=error)
    if current_app.config["PROPAGATE_EXCEPTIONS"]:
        raise error
    return page(500)


def init(app: Flask) -> None:
    """Register the handlers; the most special wins."""
    handlers: tuple[tuple[type[Exception], Any], ...] = (
        (Missing, missing),
        (Forbidden, forbidden),
        (Refused, refused),
        (CSRFError, csrf),
        (HTTPException, http),
        (OperationalError, database_away),
        (PoolTimeout, database_away),
        (DBAPIError, database),
        (Exception, unexpected),
    )
    for kind, handler in handlers:
        app.register_error_handler(kind, handler)
