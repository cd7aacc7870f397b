"""The inbox is one's own; a text leaves after the commit, once, and comes again when it did not."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from core import clock, jobs, telling
from core.access.actor import Actor
from core.access.roles import OrganisationKind, Role
from core.clock import COUNTY
from core.db import db, transaction
from core.errors import Refused
from core.jobs.models import Outbox
from core.notices import gateways, outgoing, queries, services
from core.notices.gateways import Unsent, dingtalk_url, gateway, post
from core.notices.models import Notice, OutgoingText
from core.notices.rules import NoticeKind, TextChannel
from core.people import sms
from core.people.models import Person
from tests import make

YESTERDAY = clock.now().astimezone(COUNTY) - timedelta(days=1)
DAY, NIGHT = YESTERDAY.replace(hour=12), YESTERDAY.replace(hour=23)


@pytest.fixture
def who(app: Flask) -> Actor:
    body = make.organisation(OrganisationKind.PLATFORM)
    return make.actor(make.seat(body, Role.PLATFORM_OPERATOR), body, Role.PLATFORM_OPERATOR)


def tell(who: Actor, ref: str = "1", by_sms: bool = True, kind: NoticeKind = NoticeKind.ORDERS) -> bool:
    with clock.frozen(DAY):
        with transaction():
            told = telling.tell(
                who.person_id, kind, "order-shipped", ref=ref, href="/orders/x", by_sms=by_sms, order_no="OR1"
            )
        jobs.run_scheduled("core.spread_notices")
    return told


def phone_of(who: Actor) -> str | None:
    return db.session.get_one(Person, who.person_id).phone


def texts() -> list[OutgoingText]:
    db.session.rollback()
    return list(db.session.scalars(select(OutgoingText).order_by(OutgoingText.id)))


def lines(app: Flask) -> list[dict[str, str]]:
    path = Path(str(app.config["VAR_DIR"])) / "notices" / "sms.jsonl"
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


def test_something_is_told_once_and_sent_once(app: Flask, who: Actor) -> None:
    assert (tell(who), tell(who), tell(who, "2", by_sms=False)) == (True, False, True)
    (text,) = texts()
    assert (text.target, text.text, text.sent_at) == (phone_of(who), "订单 OR1 已发货，收到后请确认。", None)
    text_id = text.id
    jobs.run_due()
    outgoing.send(text_id)
    (text,) = texts()
    assert (text.sent_at is None, text.attempts) == (False, 1)
    assert [line["key"] for line in lines(app)].count(text.key) == 1
    assert [n.ref for n in queries.page(who)] == ["2", "1"]
    assert queries.unseen(who) == 2


def test_a_rolled_back_act_tells_nobody(app: Flask, who: Actor) -> None:
    def fail() -> None:
        with transaction():
            telling.tell(who.person_id, NoticeKind.ORDERS, "order-shipped", ref="1", by_sms=True, order_no="OR1")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    jobs.run_scheduled("core.spread_notices")
    assert (queries.unseen(who), texts()) == (0, [])


def test_at_night_a_text_waits_and_a_code_does_not(app: Flask) -> None:
    with clock.frozen(NIGHT), transaction():
        sms.send("13800000001", "certificate-doubted", act="", kind="", number="LB-1", supplier="示例社")
        sms.send("13800000001", "one-time-code", code="482913", minutes=5)
    waiting, code = texts()
    assert waiting.due_at.astimezone(COUNTY).hour == 7
    assert code.due_at == NIGHT
    due = db.session.scalars(select(Outbox.due_at).where(Outbox.task == outgoing.JOB).order_by(Outbox.id)).all()
    assert due == [waiting.due_at, code.due_at]


def test_what_did_not_leave_is_tried_again_under_the_same_key(
    app: Flask, who: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell(who)
    monkeypatch.setitem(app.config, "NOTICE_GATEWAYS", "live")  # and no provider is set: nothing can leave
    with pytest.raises(Unsent):
        jobs.run(jobs.due()[-1])
    (text,) = texts()
    key = text.key
    assert (text.sent_at, text.attempts, text.fault) == (None, 1, "no-gateway")
    monkeypatch.setitem(app.config, "NOTICE_GATEWAYS", "file")
    with transaction():
        db.session.execute(update(Outbox).values(due_at=clock.now()))
    jobs.run_due()
    (after,) = texts()
    assert (after.sent_at is None, after.attempts, after.key, after.fault) == (False, 2, key, "")


def test_orders_may_be_turned_off_and_money_not(app: Flask, who: Actor) -> None:
    with transaction():
        services.choose(["certificates", "system"], by=who)
    tell(who)
    tell(who, kind=NoticeKind.PAYMENTS)
    assert [text.kind for text in texts()] == [NoticeKind.PAYMENTS]
    assert queries.unseen(who) == 2
    assert queries.by_sms(who)[NoticeKind.PAYMENTS]
    with pytest.raises(Refused, match="notice-kind-unknown"), transaction():
        services.choose(["everything"], by=who)


def test_the_inbox_is_ones_own(app: Flask, client: FlaskClient, who: Actor) -> None:
    tell(who)
    tell(who, "2")
    notice = queries.page(who)[0]
    other = make.actor(make.seat(make.organisation(OrganisationKind.PLATFORM), Role.PLATFORM_OPERATOR),
                       make.organisation(OrganisationKind.PLATFORM), Role.PLATFORM_OPERATOR)  # fmt: skip
    make.log_in(client, db.session.get_one(Person, other.person_id))
    assert client.post(f"/messages/{notice.id}/open").status_code == 404
    assert "没有消息" in client.get("/messages").text
    make.log_in(client, db.session.get_one(Person, who.person_id))
    page = client.get("/messages").text
    assert ("2 条未读" in page, "订单 OR1 已发货" in page) == (True, True)
    assert "未读消息" in client.get("/desk").text
    assert client.post(f"/messages/{notice.id}/open").location == "/orders/x"
    assert "1 条未读" in client.get("/messages?kind=orders").text
    assert client.post("/messages/seen").status_code == 303
    assert "没有消息" in client.get("/messages?new=1").text
    assert client.get("/messages/choices").status_code == 200
    assert client.post("/messages/choices", data={"kind": ["system"]}).status_code == 303
    assert not queries.by_sms(who)[NoticeKind.ORDERS]
    assert all(db.session.scalars(select(Notice.seen_at)))


@pytest.mark.parametrize(
    "url",
    ["http://oapi.dingtalk.com/robot", "https://127.0.0.1/robot", "https://oapi.dingtalk.com.evil.example/robot",
     "https://u:p@oapi.dingtalk.com/robot", "https://oapi.dingtalk.com:8443/robot", "file:///etc/passwd"],
)  # fmt: skip
def test_only_hosts_of_the_list_are_spoken_to(url: str) -> None:
    with pytest.raises(Unsent, match="host-not-allowed"):
        post(url, {}, frozenset({"oapi.dingtalk.com"}))


def test_a_redirect_is_not_followed() -> None:
    handler = gateways._NoRedirect()
    assert handler.redirect_request(None, None, 302, "", None, "https://127.0.0.1/") is None  # type: ignore[arg-type,func-returns-value]


def test_a_robots_address_is_signed_as_dingtalk_asks() -> None:
    url = dingtalk_url("https://oapi.dingtalk.com/robot/send?access_token=t", "SECabc", 1_700_000_000_000)
    assert url == (
        "https://oapi.dingtalk.com/robot/send?access_token=t&timestamp=1700000000000"
        "&sign=jcUpW0QmtKduN03n4JqQ0PBosVjqnM8gU7fIIvsDmCM%3D"
    )


def test_production_without_a_provider_says_so(app: Flask) -> None:
    for channel in TextChannel:
        with pytest.raises(Unsent, match="no-gateway"):
            gateway(channel, {**app.config, "NOTICE_GATEWAYS": "live"})
