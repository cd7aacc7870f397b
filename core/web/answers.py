"""How the API answers: JSON with an ETag, one page of a list, or a problem in the form of RFC 9457."""

import json
from typing import Any

from flask import Response, request

from core.text import sentence

MAX_AGE = 60
Page = tuple[list[dict[str, Any]], int]
"""Items and how many there are in all."""


def answer(body: Any) -> Response:
    """The body as JSON, 304 to who has it already. Everybody's caches may keep it for a minute."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    response = Response(text, mimetype="application/json")
    response.add_etag()
    response.cache_control.public, response.cache_control.max_age = True, MAX_AGE
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Access-Control-Expose-Headers"] = "ETag, X-RateLimit-Limit, X-RateLimit-Remaining, Retry-After"
    response.make_conditional(request)
    return response


def listed(items: list[dict[str, Any]], total: int, asked: dict[str, Any]) -> Response:
    """One page of a list; a page beyond the end is an empty one."""
    pages = -(-total // asked["size"])
    return answer({"items": items, "total": total, "page": asked["page"], "size": asked["size"], "pages": pages})


def faults_of(faults: dict[str, tuple[str, dict[str, Any]]]) -> list[dict[str, str]]:
    """What is wrong with each parameter, in words."""
    return [
        {"parameter": name, "detail": sentence("api_unfit", code, **facts)} for name, (code, facts) in faults.items()
    ]
