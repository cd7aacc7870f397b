"""Sending a web hook's message: only where it may go, to the very address that was checked, without redirects."""

import http.client
import ipaddress
import socket
import ssl
from urllib.parse import urlsplit

TIMEOUT_S = 5
MOST_URL = 300
_Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class NotAllowed(Exception):
    """The address is not one that this installation calls. The message says why, in a code."""


def check(url: str, *, loopback: bool) -> tuple[str, int, bool]:
    """(host, port, TLS) of an address that may be called. `loopback`: a demo calls this machine and nobody else.

    Raises: NotAllowed "url-malformed", "url-not-https", "url-with-login", "url-port".
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise NotAllowed("url-malformed") from None
    host = parts.hostname or ""
    if not host or len(url) > MOST_URL or not url.isascii() or not url.isprintable() or " " in url or parts.fragment:
        raise NotAllowed("url-malformed")
    if parts.username is not None or parts.password is not None:
        raise NotAllowed("url-with-login")
    if parts.scheme != "https" and not (loopback and parts.scheme == "http"):
        raise NotAllowed("url-not-https")
    secure = parts.scheme == "https"
    port = port or (443 if secure else 80)
    if not loopback and port != 443 and port < 1024:
        raise NotAllowed("url-port")
    return host, port, secure


def address_of(host: str, port: int, *, loopback: bool) -> str:
    """The address to call, every answer of the name service looked at. Raises: NotAllowed "url-inside", OSError."""
    found = {str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    addresses = [ipaddress.ip_address(text.partition("%")[0]) for text in sorted(found)]
    if not addresses or not all(_may(address, loopback=loopback) for address in addresses):
        raise NotAllowed("url-inside")
    return str(addresses[0])


def _may(address: _Address, *, loopback: bool) -> bool:
    """Public addresses; in a demo this machine's own. An IPv4 address in IPv6 clothes is what it is inside."""
    mapped = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)
    inner: _Address = mapped or address
    if loopback:
        return inner.is_loopback
    return inner.is_global and not inner.is_multicast


class _Pinned(http.client.HTTPSConnection):
    """TLS to a checked address under the name it was checked for."""

    def __init__(self, host: str, port: int, address: str) -> None:
        super().__init__(host, port, timeout=TIMEOUT_S, context=ssl.create_default_context())
        self._address = address
        self._tls = ssl.create_default_context()

    def connect(self) -> None:
        plain = socket.create_connection((self._address, self.port), TIMEOUT_S)
        self.sock = self._tls.wrap_socket(plain, server_hostname=self.host)


def post(url: str, body: bytes, headers: dict[str, str], *, loopback: bool) -> int:
    """Send; the answer's status. The answer's text is not read. Raises: NotAllowed, OSError."""
    host, port, secure = check(url, loopback=loopback)
    address = address_of(host, port, loopback=loopback)
    parts = urlsplit(url)
    line: http.client.HTTPConnection
    line = _Pinned(host, port, address) if secure else http.client.HTTPConnection(address, port, timeout=TIMEOUT_S)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        line.request("POST", target, body, {"Content-Type": "application/json", "Host": parts.netloc, **headers})
        return line.getresponse().status
    except http.client.HTTPException as error:
        raise OSError(type(error).__name__) from error
    finally:
        line.close()
