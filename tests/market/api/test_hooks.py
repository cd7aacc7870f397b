"""Addresses that are told: signed, tried again, ended, and never inside our own network."""

import hashlib
import hmac
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
import sqlalchemy as sa

from core import clock, jobs
from core.db import db, transaction
from core.errors import Missing, Refused
from market.gateways import hooks as gateway
from market.models.api import HookDelivery, WebHook
from market.rules import partners
from market.rules.partners import HookEvent, HookState
from market.services import hooks
from tests import make
from tests.market.api.conftest import Desk, manager

EVERY = [event.value for event in HookEvent]


class Ear(BaseHTTPRequestHandler):
    """The other side: keeps what it hears, answers what it was told to."""

    heard: list[tuple[dict[str, str], bytes]]
    status: int

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.heard.append((dict(self.headers), body))
        self.send_response(self.status)
        self.send_header("Location", "http://127.0.0.1:1/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def ear() -> Iterator[str]:
    Ear.heard, Ear.status = [], 200
    with HTTPServer(("127.0.0.1", 0), Ear) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/hear?x=1"
        server.shutdown()


def listening(desk: Desk, url: str, events: list[str] = EVERY) -> tuple[int, str]:
    with transaction():
        hook, secret = hooks.register(url, events=events, by=desk.manager)
        return hook.id, secret


def marks(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """Whether a receiver that knows the secret finds its mark."""
    at, *given = headers["X-Xingcun-Signature"].split(",")
    mine = hmac.new(secret.encode(), at.removeprefix("t=").encode() + b"." + body, hashlib.sha256).hexdigest()
    return f"v1={mine}" in given


def messages() -> list[HookDelivery]:
    db.session.expire_all()
    return list(db.session.scalars(sa.select(HookDelivery).order_by(HookDelivery.id)))


def test_a_delivery_is_told_signed_and_once(desk: Desk, ear: str) -> None:
    _hook, secret = listening(desk, ear, ["delivery_sent"])
    make.delivery(desk.line, make.order(desk.line))
    jobs.run_due()

    ((headers, body),) = Ear.heard
    assert marks(secret, headers, body)
    assert not marks("whs_other", headers, body)
    assert headers["X-Xingcun-Event"] == "delivery_sent"
    assert b'"state":"on_the_way"' in body
    assert [(one.state, one.attempts) for one in messages()] == [(HookState.DELIVERED, 1)]
    kept = db.session.scalars(sa.select(WebHook)).one()
    assert secret.encode() not in kept.secret_sealed


def test_acceptance_is_told_and_a_stranger_hears_nothing(desk: Desk, ear: str) -> None:
    listening(desk, ear)
    with transaction():
        hooks.register(ear, events=EVERY, by=manager(make.unit()))
    make.accepted(desk.line, make.order(desk.line))
    jobs.run_due()

    events = [headers["X-Xingcun-Event"] for headers, _ in Ear.heard]
    assert events == ["delivery_sent", "order_changed", "delivery_accepted"] or set(events) == {
        "delivery_sent", "order_changed", "delivery_accepted",
    }  # fmt: skip
    assert len({one.hook_id for one in messages()}) == 1


def test_a_deaf_address_is_tried_seven_times_and_once_more_on_demand(desk: Desk, ear: str) -> None:
    listening(desk, ear, ["delivery_sent"])
    Ear.status = 302  # redirects are not followed
    make.delivery(desk.line, make.order(desk.line))
    waited = clock.now()
    for patience in (*partners.PATIENCE, partners.PATIENCE[-1]):
        with clock.frozen(waited):
            jobs.run_due()
        waited += patience

    (row,) = messages()
    assert (row.state, row.attempts, row.last_status, len(Ear.heard)) == (HookState.GIVEN_UP, 7, 302, 7)
    Ear.status = 204
    with transaction():
        hooks.try_again(row.id, by=desk.manager)
    jobs.run_due()
    assert messages()[0].state is HookState.DELIVERED


def test_after_a_rotation_both_secrets_sign_for_a_day(desk: Desk, ear: str) -> None:
    hook_id, old = listening(desk, ear, ["delivery_sent"])
    with transaction():
        new = hooks.rotate(hook_id, by=desk.manager)
    make.delivery(desk.line, make.order(desk.line))
    jobs.run_due()
    with transaction():
        (row,) = messages()
        row.state, row.done_at = HookState.WAITING, None
    with clock.shifted(partners.OLD_SECRET_WORKS):
        later = hooks.to_send(row.id)

    assert later is not None
    assert [(marks(old, *heard), marks(new, *heard)) for heard in Ear.heard] == [(True, True)]
    assert (marks(old, later[2], later[1]), marks(new, later[2], later[1])) == (False, True)


def test_an_ended_address_is_told_nothing_and_is_nobody_elses(desk: Desk, ear: str) -> None:
    hook_id, _ = listening(desk, ear)
    with transaction(), pytest.raises(Missing):
        hooks.end(hook_id, by=manager(make.unit()))
    make.delivery(desk.line, make.order(desk.line))
    with transaction():
        hooks.end(hook_id, by=desk.manager)
    jobs.run_due()

    assert Ear.heard == []


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://shop.example/hook", "url-not-https"),
        ("ftp://shop.example/hook", "url-not-https"),
        ("https://user:secret@shop.example/", "url-with-login"),
        ("https://shop.example:22/", "url-port"),
        ("https:///nothing", "url-malformed"),
        ("https://shop.example/a b", "url-malformed"),
        ("https://shop.example/#x", "url-malformed"),
        ("https://[::1", "url-malformed"),
    ],
)
def test_an_address_has_to_be_one_for_machines(url: str, code: str) -> None:
    with pytest.raises(gateway.NotAllowed, match=code):
        gateway.check(url, loopback=False)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "10.0.0.8", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "::1",  # noqa: S104
     "fe80::1", "fd00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::", "224.0.0.1", "localhost"],
)  # fmt: skip
def test_no_production_calls_inside(host: str) -> None:
    with pytest.raises(gateway.NotAllowed, match="url-inside"):
        gateway.address_of(host, 443, loopback=False)


def test_a_demo_calls_this_machine_and_nobody_else() -> None:
    assert gateway.address_of("127.0.0.1", 80, loopback=True) == "127.0.0.1"
    assert gateway.address_of("93.184.216.34", 443, loopback=False) == "93.184.216.34"
    with pytest.raises(gateway.NotAllowed, match="url-inside"):
        gateway.address_of("93.184.216.34", 443, loopback=True)


def test_what_nobody_wants_to_hear_is_not_registered(desk: Desk, ear: str) -> None:
    with pytest.raises(Refused, match="hook-without-event"):
        listening(desk, ear, [])
    assert hooks.listed(desk.manager) == []
