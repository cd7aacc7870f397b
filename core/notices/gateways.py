"""The port for texts that leave the house, the fake that writes files, and the real ones.

A real gateway speaks TLS to a host of the allow-list only, within seconds, and follows no redirect: an address in a
setting must not become a way into our own network.
"""

import base64
import hashlib
import hmac
import json
import smtplib
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from http.client import HTTPMessage
from pathlib import Path
from typing import IO, Protocol
from urllib.parse import quote_plus, urlsplit

from core.notices.rules import ROBOT_HOSTS, TextChannel

SECONDS = 5
MOST_ANSWER = 4_096


class Unsent(Exception):
    """The text did not leave, or nobody knows whether it did: try again with the same key."""


class Gateway(Protocol):
    """One way out. Raises: Unsent."""

    def send(self, target: str, text: str, key: str) -> None:
        """Hand a text over. The same key twice has one effect where the provider can tell."""


@dataclass(frozen=True)
class FileGateway:
    """Development and tests: a line a text in `directory/<channel>.jsonl`. No whole number stands in the file: some are
    kept under seal everywhere else.
    """

    directory: Path
    channel: TextChannel

    def send(self, target: str, text: str, key: str) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        path = self.directory / f"{self.channel.value}.jsonl"
        sent = path.read_text("utf-8") if path.exists() else ""
        if f'"{key}"' not in sent:
            with path.open("a", encoding="utf-8") as out:
                out.write(
                    json.dumps({"to": f"{target[:3]}…{target[-2:]}", "text": text, "key": key}, ensure_ascii=False)
                    + "\n"
                )


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: HTTPMessage, newurl: str
    ) -> None:
        """None: an answer that sends us elsewhere is an error."""


def post(url: str, body: Mapping[str, object], hosts: frozenset[str], headers: Mapping[str, str] | None = None) -> str:
    """POST JSON to an allowed host. → the answer, at most 4 KB. Raises: Unsent."""
    parts = urlsplit(url)
    if parts.scheme != "https" or parts.hostname not in hosts or parts.port not in {None, 443} or parts.username:
        raise Unsent("host-not-allowed")
    data = json.dumps(body, ensure_ascii=False).encode()
    request = urllib.request.Request(  # noqa: S310 - https only, see above
        url, data, {"Content-Type": "application/json", **(headers or {})}
    )
    opener = urllib.request.build_opener(_NoRedirect, urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=SECONDS) as answer:
            return str(answer.read(MOST_ANSWER).decode("utf-8", "replace"))
    except (OSError, urllib.error.URLError) as error:
        raise Unsent(type(error).__name__) from error


@dataclass(frozen=True)
class SmsGateway:
    """An SMS provider's JSON door; each request is signed with the secret that it shares with us."""

    url: str
    secret: str
    hosts: frozenset[str]

    def send(self, target: str, text: str, key: str) -> None:
        signed = hmac.new(self.secret.encode(), f"{key}\n{target}\n{text}".encode(), hashlib.sha256).hexdigest()
        headers = {"Idempotency-Key": key, "X-Signature": signed}
        post(self.url, {"phone": target, "text": text, "key": key}, self.hosts, headers)


def dingtalk_url(url: str, secret: str, at_ms: int) -> str:
    """The robot's address with its signature (DingTalk, custom robot, 加签): HMAC-SHA256 over time and secret."""
    digest = hmac.new(secret.encode(), f"{at_ms}\n{secret}".encode(), hashlib.sha256).digest()
    return f"{url}&timestamp={at_ms}&sign={quote_plus(base64.b64encode(digest).decode())}"


@dataclass(frozen=True)
class RobotGateway:
    """A group robot of WeCom or DingTalk: the target is its address. WeCom's secret is in the address."""

    channel: TextChannel
    secret: str
    hosts: frozenset[str]

    def send(self, target: str, text: str, key: str) -> None:
        url = target
        if self.channel is TextChannel.DINGTALK and self.secret:
            url = dingtalk_url(url, self.secret, int(time.time() * 1000))
        answer = post(url, {"msgtype": "text", "text": {"content": text}}, self.hosts, {"Idempotency-Key": key})
        try:
            code = json.loads(answer).get("errcode")
        except (ValueError, AttributeError) as error:
            raise Unsent("answer-unreadable") from error
        if code != 0:
            raise Unsent(f"robot-{code}")


@dataclass(frozen=True)
class MailGateway:
    """SMTP with TLS. The message's id is the key, so that a mailbox shows a repeated one once."""

    host: str
    port: int
    sender: str
    user: str
    password: str
    hosts: frozenset[str]

    def send(self, target: str, text: str, key: str) -> None:
        if self.host not in self.hosts:
            raise Unsent("host-not-allowed")
        message = EmailMessage()
        message["From"], message["To"] = self.sender, target
        message["Subject"] = text.split("\n", maxsplit=1)[0][:60]
        message["Message-ID"] = f"<{key}@{self.sender.rpartition('@')[2]}>"
        message.set_content(text)
        try:
            with smtplib.SMTP_SSL(self.host, self.port, timeout=SECONDS) as server:
                if self.user:
                    server.login(self.user, self.password)
                server.send_message(message)
        except (OSError, smtplib.SMTPException) as error:
            raise Unsent(type(error).__name__) from error


def gateway(channel: TextChannel, config: Mapping[str, object], secret: str = "") -> Gateway:
    """The installation's way out of a channel; `secret`: the robot's. Raises: Unsent where production has none."""
    if config["NOTICE_GATEWAYS"] != "live":
        return FileGateway(Path(str(config["VAR_DIR"])) / "notices", channel)
    hosts = frozenset(filter(None, (one.strip() for one in str(config["NOTICE_HOSTS"]).split(","))))
    if channel is TextChannel.SMS and config["SMS_URL"]:
        return SmsGateway(str(config["SMS_URL"]), str(config["SMS_SECRET"]), hosts)
    if channel is TextChannel.MAIL and config["MAIL_HOST"]:
        sender, user, password = (str(config[name]) for name in ("MAIL_FROM", "MAIL_USER", "MAIL_PASSWORD"))
        return MailGateway(str(config["MAIL_HOST"]), int(str(config["MAIL_PORT"])), sender, user, password, hosts)
    if channel in ROBOT_HOSTS and hosts:
        return RobotGateway(channel, secret, hosts)
    raise Unsent("no-gateway")
