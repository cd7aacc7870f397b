"""Failures told to machines: `application/problem+json` (RFC 9457) with a Chinese sentence, under `/api/`."""

import json
from typing import Any

from flask import Response, g, request

from core import text

PREFIX = "/api/"


def is_asked_for() -> bool:
    """Whether the request came through a door for machines."""
    return request.path.startswith(PREFIX)


def problem(status: int, detail: str = "", **more: Any) -> Response:
    """The answer of a status. `detail` replaces the status's own sentence; `more` are members of the problem."""
    own = text.sentence("problem", str(status if str(status) in text.known("problem") else status // 100 * 100))
    body = {
        "type": "about:blank",
        "title": own,
        "status": status,
        "detail": detail or own,
        "request_id": getattr(g, "request_id", ""),
        **more,
    }
    answer = Response(json.dumps(body, ensure_ascii=False), status, mimetype="application/problem+json")
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Access-Control-Allow-Origin"] = "*"
    return answer
