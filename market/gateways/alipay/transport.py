"""How a signed request travels: over HTTP with bounds on everything, or straight into a WSGI application.

The official SDK cannot name a port, cannot bound its connect, and reports a lost answer as six different exceptions.
Here there are two: `NotSent` before anything left, `UnknownOutcome` for every doubt after it.
"""

import http.client
import ssl
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from werkzeug.test import EnvironBuilder, run_wsgi_app

from market.gateways.ports import NotSent, UnknownOutcome

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

MEGABYTE = 1024 * 1024
FORM = "application/x-www-form-urlencoded;charset=utf-8"
_OK = 200
_CHUNK = 64 * 1024


class Transport(Protocol):
    """Both raise NotSent or UnknownOutcome; both return the body of a 200 answer, at most `max_bytes` long."""

    def post(self, url: str, form: bytes, max_bytes: int = MEGABYTE) -> bytes: ...

    def get(self, url: str, max_bytes: int = MEGABYTE) -> bytes: ...


@dataclass(frozen=True)
class HttpTransport:
    """One connection a call; no redirects, no proxy, no cookies. `ca_file` trusts one authority only, for tests."""

    connect_s: float = 3.0
    read_s: float = 10.0
    ca_file: str | None = None

    def post(self, url: str, form: bytes, max_bytes: int = MEGABYTE) -> bytes:
        return self._call("POST", url, form, max_bytes)

    def get(self, url: str, max_bytes: int = MEGABYTE) -> bytes:
        return self._call("GET", url, None, max_bytes)

    def _call(self, verb: str, url: str, body: bytes | None, max_bytes: int) -> bytes:
        parts = urlsplit(url)
        connection = self._connection(parts.scheme, parts.hostname or "", parts.port)
        try:
            self._connect(connection)
            return self._exchange(connection, verb, f"{parts.path or '/'}?{parts.query}", body, max_bytes)
        finally:
            connection.close()

    def _connection(self, scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
        if scheme == "https":
            context = ssl.create_default_context(cafile=self.ca_file)
            context.minimum_version = ssl.TLSVersion.TLSv1_2
            return http.client.HTTPSConnection(host, port, timeout=self.connect_s, context=context)
        if scheme == "http":
            return http.client.HTTPConnection(host, port, timeout=self.connect_s)
        raise NotSent("bad-url", scheme)

    def _connect(self, connection: http.client.HTTPConnection) -> None:
        """Address, TCP and TLS; the name look-up itself is bounded by the resolver only."""
        try:
            connection.connect()
        except (OSError, http.client.HTTPException) as error:
            raise NotSent("unreachable", type(error).__name__) from error
        connection.sock.settimeout(self.read_s)

    def _exchange(
        self, connection: http.client.HTTPConnection, verb: str, target: str, body: bytes | None, max_bytes: int
    ) -> bytes:
        deadline = time.monotonic() + self.read_s
        headers = {"Content-Type": FORM, "Accept-Encoding": "identity", "User-Agent": "xingcun"}
        try:
            connection.request(verb, target, body, headers)
            answer = connection.getresponse()
            if answer.status != _OK:
                raise UnknownOutcome("bad-status", str(answer.status))
            return _read(connection, answer, deadline, max_bytes)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise UnknownOutcome("no-answer", type(error).__name__) from error


def _read(
    connection: http.client.HTTPConnection, answer: http.client.HTTPResponse, deadline: float, max_bytes: int
) -> bytes:
    """The whole body before the deadline, even from a server that drips; never more than `max_bytes`."""
    parts: list[bytes] = []
    size = 0
    while True:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        if connection.sock is not None:
            connection.sock.settimeout(left)
        part = answer.read1(_CHUNK)
        if not part:
            break
        size += len(part)
        if size > max_bytes:
            raise UnknownOutcome("answer-too-large")
        parts.append(part)
    if answer.length:
        raise http.client.IncompleteRead(b"")
    return b"".join(parts)


@dataclass(frozen=True)
class WsgiTransport:
    """Into an application of the same process: no socket, no thread. For tests against the emulator."""

    app: "WSGIApplication"

    def post(self, url: str, form: bytes, max_bytes: int = MEGABYTE) -> bytes:
        return self._call("POST", url, form, max_bytes)

    def get(self, url: str, max_bytes: int = MEGABYTE) -> bytes:
        return self._call("GET", url, b"", max_bytes)

    def _call(self, verb: str, url: str, body: bytes, max_bytes: int) -> bytes:
        parts = urlsplit(url)
        builder = EnvironBuilder(
            parts.path, f"{parts.scheme}://{parts.netloc}", parts.query, method=verb, data=body, content_type=FORM
        )
        try:
            chunks, status, _ = run_wsgi_app(self.app, builder.get_environ(), buffered=True)
        except OSError as error:
            raise UnknownOutcome("no-answer", type(error).__name__) from error
        finally:
            builder.close()
        if not status.startswith(str(_OK)):
            raise UnknownOutcome("bad-status", status[:3])
        answer = b"".join(chunks)
        if len(answer) > max_bytes:
            raise UnknownOutcome("answer-too-large")
        return answer
