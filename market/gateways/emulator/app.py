"""The emulator as a WSGI application: the gateway, the cashier, the control API."""

import contextlib
import socket
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from flask import Flask, Response, redirect, render_template, request, url_for
from werkzeug.exceptions import RequestEntityTooLarge

from market.gateways.emulator import bills, cashier, control, gateway, log
from market.gateways.emulator.emulator import Emulator
from market.gateways.emulator.gateway import CUT, Reply

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

MAX_BODY = 1024 * 1024
DROP = "emulator.drop"
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def create_emulator_app(emulator: Emulator) -> Flask:
    """The whole emulator on one port. `emulator.courier.start()` is the server's business, not the app's."""
    app = Flask("market.gateways.emulator", static_url_path="/_static")
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    app.extensions["emulator"] = emulator
    app.register_blueprint(cashier.blueprint(emulator))
    app.register_blueprint(control.blueprint(emulator))

    @app.route("/gateway.do", methods=["GET", "POST"])
    @app.route("/<path:front>/gateway.do", methods=["GET", "POST"])
    def serve(front: str = "") -> Any:
        return _response(emulator, gateway.handle(emulator, request.query_string, request.get_data()))

    @app.get("/bill/<key>.csv.zip")
    def bill(key: str) -> Any:
        """A bill's file, for as long as its link lives."""
        with emulator.bench() as bench:
            link = bench.one("SELECT * FROM bill_link WHERE key = ? AND expires_ms > ?", key, bench.now_ms)
            when = bills.span(link["period"]) if link is not None else None
            if link is None or when is None:
                return "expired", 404
            packed = bills.archive(bench, link["owner_id"], link["smid"], when)
        return Response(packed, content_type="application/zip")

    @app.errorhandler(RequestEntityTooLarge)
    def too_large(error: RequestEntityTooLarge) -> tuple[str, int]:
        return "request too large", 413

    @app.before_request
    def same_site_only() -> tuple[str, int] | None:
        """A page of a stranger, open in the same browser, must not press our buttons."""
        strange = request.headers.get("Sec-Fetch-Site") == "cross-site"
        return ("cross-site", 403) if strange and request.method != "GET" and not _is_gateway() else None

    @app.after_request
    def write_down(response: Response) -> Response:
        if request.method != "GET" and not _is_gateway():
            with emulator.store.tx() as db:
                log.act(db, emulator.clock.now_ms(), request.path, request.args, response.status_code)
        return response

    @app.after_request
    def harden(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    vars(app)["wsgi_app"] = _Lines(app.wsgi_app, emulator.pause)
    return app


def _is_gateway() -> bool:
    return request.path.endswith("/gateway.do")


def _response(emulator: Emulator, reply: Reply) -> Any:
    if reply.drop:
        request.environ[DROP] = reply
        return Response(status=500)
    if reply.cashier:
        return redirect(url_for("cashier.page", code=reply.cashier), 302)
    if reply.refused:
        return render_template("refused.html", refused=reply.refused), 200
    return Response(reply.body, reply.status, content_type=reply.content_type)


class _Lines:
    """Below Flask: accepts absolute-form request lines on servers that do not, and cuts the line where a fault asks."""

    def __init__(self, app: Callable[..., Any], pause: Callable[[float], None]) -> None:
        self._app = app
        self._pause = pause

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path.startswith(("http://", "https://")):
            environ["PATH_INFO"] = urlsplit(path).path or "/"
        kept: list[Any] = []

        def keep(*args: Any) -> Callable[[bytes], object]:
            kept[:] = args
            return lambda data: None

        body = self._app(environ, keep)
        reply = environ.get(DROP)
        if reply is None:
            start_response(*kept)
            return body  # type: ignore[no-any-return]
        self._drop(environ, reply)
        return []

    def _drop(self, environ: "WSGIEnvironment", reply: Reply) -> None:
        """Over a socket: close it. In process: raise what a client would have met."""
        line = environ.get("werkzeug.socket")
        if line is None:
            raise ConnectionResetError("cut by a fault") if reply.drop == CUT else TimeoutError("held by a fault")
        if reply.drop != CUT:
            self._pause(reply.wait_ms / 1000)
        with contextlib.suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)
        raise ConnectionResetError("cut by a fault")
