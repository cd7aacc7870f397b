"""Headers on every answer, and where a `next` may lead."""

import re
import secrets

from flask import Flask, g, request
from flask.wrappers import Response

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(), microphone=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
_NEXT = re.compile(r"^/(?!/)[A-Za-z0-9_\-./?=&%]*$")


def safe_next(target: str | None) -> str | None:
    """`target` if it is a plain path of ours, else None."""
    return target if target and _NEXT.match(target) and "//" not in target else None


def init(app: Flask) -> None:
    """Request ids and headers."""

    @app.before_request
    def number() -> None:
        g.request_id = secrets.token_hex(8)

    @app.after_request
    def headers(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        response.headers["X-Request-ID"] = getattr(g, "request_id", "")
        if getattr(g, "actor", None) is not None or request.method != "GET":
            response.headers.setdefault("Cache-Control", "no-store")
        if app.config["XINGCUN_MODE"] == "demo":
            response.headers["X-Robots-Tag"] = "noindex, nofollow"
        if app.config["XINGCUN_MODE"] != "demo" and str(app.config["SERVER_URL"]).startswith("https://"):
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        return response
