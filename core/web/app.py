"""The Flask application class: retries lost races at the door and gives one answer to the same form."""

import hashlib
import hmac
import random
import re
import time
from typing import Any

import sqlalchemy as sa
from flask import Flask, Response, current_app, g, redirect, request
from flask import session as cookie
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError
from werkzeug.routing import IntegerConverter

from core import clock
from core.db import after_commit, before_commit_hooks, db, lost_race, transaction, violated
from core.errors import Refused
from core.jobs.models import RequestKey
from core.web.access import RAW_MARK

KEY_FIELD = "_key"
KEY_PATTERN = re.compile(r"^[A-Za-z0-9_-]{16,64}$")


class RowId(IntegerConverter):
    """`<id:order_id>` in a URL: a whole number that fits the column; anything larger is no page of ours."""

    def __init__(self, url_map: Any) -> None:
        super().__init__(url_map, min=1, max=2**63 - 1)


class XingcunFlask(Flask):
    """Flask whose doors may be walked through again: on a lost race, and by the same form sent twice."""

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        self.url_map.converters["id"] = RowId

    def dispatch_request(self) -> ResponseReturnValue:
        """Run the view; up to three times when PostgreSQL says that a race was lost."""
        replay = _known_answer()
        if replay is not None:
            return replay
        for attempt in range(3):
            try:
                answer = super().dispatch_request()
                if self.testing:
                    _nothing_left_over()
                _remember(answer)
                return answer
            except Exception as error:
                db.session.remove()
                if violated(error) == "pk_request_key" and (replay := _known_answer()) is not None:
                    return replay
                if not lost_race(error) or attempt == 2:
                    raise
                time.sleep(random.uniform(0.01, 0.06) * (attempt + 1))  # noqa: S311 - jitter, not a secret
        raise AssertionError("unreachable")


def _nothing_left_over() -> None:
    """A door that changed rows without a transaction meant something that never happened: tests fail on it."""
    session = db.session()
    if session.new or session.deleted or any(session.is_modified(row) for row in session.dirty):
        raise RuntimeError(f"{request.path} leaves changes that nobody commits")


def _key() -> str | None:
    view = current_app.view_functions.get(request.endpoint or "")
    if request.method != "POST" or hasattr(view, RAW_MARK):
        return None
    key = request.form.get(KEY_FIELD, "")
    return key if KEY_PATTERN.match(key) else None


def _who() -> str:
    return str(cookie.get("person_id") or cookie.get("cart") or "guest")


def _body_hash() -> str:
    """A keyed hash of what was sent, files by name, without the CSRF token: a form may hold an identity number, and
    whoever reads the table must not find it by trying all numbers.
    """
    parts = [f"{k}={v}" for k in sorted(request.form) if k != "csrf_token" for v in request.form.getlist(k)]
    parts += [f"{k}:{f.filename}" for k in sorted(request.files) for f in request.files.getlist(k)]
    secret = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(secret, "\n".join([request.path, *parts]).encode(), hashlib.sha256).hexdigest()


def _known_answer() -> Response | None:
    """The answer already given to this form, if it was sent before. Raises Refused for another body."""
    key = _key()
    if key is None:
        return None
    row = db.session.execute(
        sa.select(RequestKey).where(RequestKey.key == key, RequestKey.person_ref == _who())
    ).scalar_one_or_none()
    if row is None:
        db.session.rollback()
        return None
    if row.body_hash != _body_hash():
        raise Refused("form-key-reused")
    place = (row.answer or {}).get("location") or request.referrer or "/"
    db.session.rollback()
    return redirect(place, 303)  # type: ignore[return-value]


def claim_request_key() -> None:
    """Part of the act's own transaction: the second of two equal forms waits here and then loses."""
    try:
        key = _key()
    except RuntimeError:  # no request: a job
        return
    if key is None:
        return
    if getattr(g, "claimed_key", None) == key:
        return
    db.session.execute(
        sa.insert(RequestKey).values(
            key=key, person_ref=_who(), endpoint=request.endpoint or "", body_hash=_body_hash(), created_at=clock.now()
        )
    )
    after_commit(lambda: setattr(g, "claimed_key", key))  # a door's second transaction does not claim again


before_commit_hooks.insert(0, claim_request_key)


def _remember(answer: Any) -> None:
    """Keep where the act led, for a form that comes again. Losing this is harmless."""
    key = _key()
    location = getattr(answer, "location", None)
    if key is None or not location or getattr(answer, "status_code", 200) not in {302, 303}:
        return
    try:
        with transaction_without_claim():
            db.session.execute(
                sa.update(RequestKey)
                .where(RequestKey.key == key, RequestKey.person_ref == _who(), RequestKey.answer.is_(None))
                .values(answer={"location": location})
            )
    except (sa.exc.SQLAlchemyError, IntegrityError):
        current_app.logger.warning("answer of a form not kept")


def transaction_without_claim() -> Any:
    """A transaction that does not claim the form's key again."""
    g.claimed_key = _key()
    return transaction()
