"""Somebody at a browser without a screen: real sockets, cookies, and the tokens that pages give out."""

import re
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from http.cookiejar import CookieJar

from tests.make.core import PASSWORD


@dataclass(frozen=True)
class Answer:
    """What came back; `location` of a redirect, which is not followed."""

    status: int
    text: str
    location: str

    def values(self, name: str) -> list[str]:
        """The values of the hidden fields of that name, in order."""
        return re.findall(rf'name="{name}" value="([^"]*)"', self.text)


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


class Visitor:
    """Requests to one server, at loopback, past any proxy."""

    def __init__(self, base_url: str) -> None:
        self.base_url, self.token, self.cookies = base_url, "", CookieJar()
        kept = urllib.request.HTTPCookieProcessor(self.cookies)
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), kept, _Stay())

    def twin(self) -> "Visitor":
        """Another one who stands where this one stands: the same cookies and token, going separate ways from here."""
        other = Visitor(self.base_url)
        other.token = self.token
        for cookie in self.cookies:
            other.cookies.set_cookie(cookie)
        return other

    def get(self, path: str) -> Answer:
        """The page; its token is kept for the next form."""
        answer = self._send(path, None)
        self.token = next(iter(answer.values("csrf_token")), self.token)
        return answer

    def post(self, path: str, **fields: object) -> Answer:
        """Send a form with the token of the last page. A list gives the field several times."""
        return self._send(path, urllib.parse.urlencode({"csrf_token": self.token} | fields, doseq=True).encode())

    def log_in(self, phone: str | None) -> None:
        if not self.token:
            self.get("/login")
        answer = self.post("/login", login=phone, password=PASSWORD)
        assert answer.status == 303, answer.text

    def _send(self, path: str, body: bytes | None) -> Answer:
        headers = {"Referer": f"{self.base_url}{path}"}
        request = urllib.request.Request(f"{self.base_url}{path}", body, headers)  # noqa: S310
        try:
            with self._opener.open(request, timeout=120) as answer:
                return Answer(answer.status, answer.read().decode("utf-8", "replace"), "")
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.read().decode("utf-8", "replace"), error.headers.get("Location") or "")
