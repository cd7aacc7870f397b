"""Steering a running emulator from another process: demo data, journeys in a browser, a shell."""

import http.client
import json
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

TIMEOUT_S = 60


class RemoteRefused(Exception):
    """The emulator answered, and said no: its status and its code."""

    def __init__(self, status: int, answer: dict[str, Any]) -> None:
        super().__init__(f"{status} {answer.get('error', '')}")
        self.status, self.answer = status, answer


class Remote:
    """`Remote("http://127.0.0.1:8077").post("trades/T1/pay")`; any address of the emulator will do as its base."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme != "http" or not parts.hostname:
            raise ValueError("an emulator is steered over http")
        self._host, self._port = parts.hostname, parts.port

    def get(self, path: str, **arguments: object) -> dict[str, Any]:
        return self.call("GET", path, arguments)

    def post(self, path: str, **arguments: object) -> dict[str, Any]:
        return self.call("POST", path, arguments)

    def merchant(self, seller_id: str, name: str, token: str) -> None:
        """A merchant that has authorised the first application under a token of the caller's choice. Repeatable."""
        self.post("merchants", seller_id=seller_id, name=name)
        self.post(f"merchants/{quote(seller_id)}/tokens", token=token)

    def call(self, verb: str, path: str, arguments: dict[str, object]) -> dict[str, Any]:
        """Raises: RemoteRefused, OSError."""
        line = http.client.HTTPConnection(self._host, self._port, timeout=TIMEOUT_S)
        try:
            line.request(verb, f"/_emulator/{quote(path.lstrip('/'))}?{urlencode(arguments)}")
            answer = line.getresponse()
            content = dict(json.loads(answer.read()))
        finally:
            line.close()
        if answer.status != http.HTTPStatus.OK:
            raise RemoteRefused(answer.status, content)
        return content
