"""Mailboxes and chat groups: set by whose they are, an office hears a thing once, what did not leave is tried again."""

import json
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from core import clock, jobs, telling
from core.access.actor import Actor
from core.access.rights import Right
from core.access.roles import OrganisationKind, Role
from core.db import db, transaction
from core.errors import Missing, Refused
from core.jobs.models import Outbox
from core.notices import outgoing, queries, routes
from core.notices.gateways import RobotGateway, Unsent, gateway
from core.notices.models import Notice, NoticeRoute, OutgoingText
from core.notices.rules import NoticeKind, TextChannel
from core.people.models import Person
from core.telling import stuck
from tests import make
from tests.core.notices.test_notices import DAY
from tests.support.hygiene import faults
from tests.support.statements import statements

WECOM = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=0f1e2d"
DING = "https://oapi.dingtalk.com/robot/send?access_token=abc"
KINDS = ["orders", "payments", "recall"]


@pytest.fixture
def office(app: Flask) -> Actor:
    """The platform's operator; a colleague sits there too."""
    body = make.organisation(OrganisationKind.PLATFORM)
    make.seat(body, Role.PLATFORM_OPERATOR)
    return make.actor(make.seat(body, Role.PLATFORM_OPERATOR), body, Role.PLATFORM_OPERATOR)


def put(
    by: Actor, channel: str, address: str, *, of_office: bool = True, secret: str = "", is_active: bool = True
) -> None:
    with transaction():
        routes.put(
            channel, of_office=of_office, address=address, secret=secret, kinds=KINDS, is_active=is_active, by=by
        )


def tell_office(by: Actor, ref: str = "1", kind: NoticeKind = NoticeKind.ORDERS) -> int:
    with clock.frozen(DAY):
        with transaction():
            told = telling.tell_office(by.office_id, Right.OPERATE, kind, "order-paid", ref=ref, order_no="OR1")
        jobs.run_scheduled("core.spread_notices")
    return told


def texts() -> list[OutgoingText]:
    db.session.rollback()
    return list(db.session.scalars(select(OutgoingText).order_by(OutgoingText.id)))


def lines(app: Flask, channel: str) -> list[dict[str, str]]:
    path = Path(str(app.config["VAR_DIR"])) / "notices" / f"{channel}.jsonl"
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []


def test_an_office_hears_a_thing_once_by_each_way_and_everybody_in_the_inbox(app: Flask, office: Actor) -> None:
    put(office, "wecom", WECOM)
    put(office, "dingtalk", DING, secret="SECabc")
    put(office, "mail", "desk@example.org", of_office=False)
    assert (tell_office(office), tell_office(office)) == (2, 0)
    assert tell_office(office, "2", NoticeKind.CERTIFICATES) == 2  # a kind they did not ask for by these ways
    assert [text.channel for text in texts()] == [TextChannel.WECOM, TextChannel.DINGTALK, TextChannel.MAIL]
    assert not any(text.target for text in texts())
    assert queries.unseen(office) == 2
    jobs.run_due()
    assert all(text.sent_at for text in texts())
    keys = {text.channel: text.key for text in texts()}
    for channel, key in keys.items():
        assert [line["text"] for line in lines(app, channel.value) if line["key"] == key] == [
            "订单 OR1 已付款，等供应商发货。"
        ]


def test_telling_is_one_statement_however_many_sit_there(app: Flask, office: Actor) -> None:
    with transaction(), statements() as seen:
        telling.tell_office(office.office_id, Right.OPERATE, NoticeKind.ORDERS, "order-paid", ref="9", order_no="OR1")
    assert len([one for one in seen if "notice" in one]) == 1


def test_addresses_are_sealed_kept_when_left_empty_and_told_nobody(app: Flask, office: Actor) -> None:
    put(office, "dingtalk", DING, secret="SECabc")
    put(office, "dingtalk", "")
    row = db.session.scalars(select(NoticeRoute)).one()
    assert b"oapi" not in row.address_sealed
    assert outgoing._address(row.id) == (DING, "SECabc")
    put(office, "dingtalk", f"{DING}d")
    assert outgoing._address(row.id) == (f"{DING}d", "")  # another robot, another secret
    shown = {route.channel: route.address for route in routes.listed(office, of_office=True)}
    assert shown[TextChannel.DINGTALK] == "…abcd"


@pytest.mark.parametrize(
    ("channel", "address", "code"),
    [
        ("wecom", "https://qyapi.weixin.qq.com.evil.example/x", "notice-address-wrong"),
        ("wecom", "http://qyapi.weixin.qq.com/x", "notice-address-wrong"),
        ("wecom", DING, "notice-address-wrong"),
        ("dingtalk", "https://127.0.0.1/robot", "notice-address-wrong"),
        ("mail", "a@b", "notice-address-wrong"),
        ("mail", "a@example.org\nBcc: b@example.org", "notice-address-wrong"),
        ("mail", "", "notice-address-missing"),
        ("sms", "13800000001", "notice-channel-unknown"),
    ],
)
def test_an_address_elsewhere_is_refused(app: Flask, office: Actor, channel: str, address: str, code: str) -> None:
    with pytest.raises(Refused, match=code):
        put(office, channel, address)
    assert db.session.scalar(select(func.count()).select_from(NoticeRoute)) == 0


def test_turned_off_nothing_leaves_by_it(app: Flask, office: Actor) -> None:
    put(office, "wecom", WECOM)
    tell_office(office)
    put(office, "wecom", "", is_active=False)
    tell_office(office, "2")
    jobs.run_due()
    assert texts() == []


def test_old_news_leaves_no_more(app: Flask, office: Actor) -> None:
    put(office, "wecom", WECOM)
    with transaction():
        telling.tell_office(office.office_id, Right.OPERATE, NoticeKind.ORDERS, "order-paid", ref="1", order_no="OR1")
        db.session.execute(update(Notice).values(told_at=Notice.told_at - func.make_interval(0, 0, 0, 2)))
    jobs.run_scheduled("core.spread_notices")
    assert (texts(), queries.unseen(office)) == ([], 1)


def test_what_failed_stands_on_a_page_and_is_tried_again(
    app: Flask, client: FlaskClient, office: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(office, "wecom", WECOM)
    tell_office(office)
    text_id = texts()[0].id
    monkeypatch.setitem(app.config, "NOTICE_GATEWAYS", "live")  # no host is allowed: nothing can leave
    with pytest.raises(Unsent):
        jobs.run(jobs.due()[-1])
    with transaction():
        db.session.execute(update(Outbox).values(attempts=jobs.MAX_ATTEMPTS))
    assert [one.fault for one in stuck.texts()] == ["no-gateway"]
    make.log_in(client, db.session.get_one(Person, office.person_id))
    page = client.get("/messages/texts")
    assert (page.status_code, faults(page.text)) == (200, [])
    assert "没有配置这种通知的网关" in page.text
    assert "没发出的短信、邮件和群消息" in client.get("/desk").text
    monkeypatch.setitem(app.config, "NOTICE_GATEWAYS", "file")
    assert client.post(f"/messages/texts/{text_id}/again").status_code == 303
    jobs.run_due()
    assert (texts()[0].sent_at is None, stuck.count()) == (False, 0)
    assert client.post(f"/messages/texts/{text_id}/again").status_code == 409
    with pytest.raises(Missing), transaction():
        outgoing.retry(10**9, by=office)


def test_ways_are_set_and_tried_on_the_page(app: Flask, client: FlaskClient, office: Actor) -> None:
    make.log_in(client, db.session.get_one(Person, office.person_id))
    page = client.get("/messages/choices")
    assert (page.status_code, faults(page.text)) == (200, [])
    data = {"address": WECOM, "kind": KINDS, "is_active": "1"}
    assert client.post("/messages/routes/office/wecom", data=data).status_code == 303
    assert client.post("/messages/routes/mine/wecom", data=data).status_code == 409
    assert client.post("/messages/routes/office/wecom", data={"trial": "1"}).status_code == 303
    jobs.run_due()
    assert [text.text for text in texts() if text.sent_at] == ["这是一条试发消息。收到它，说明通知设置可用。"]
    person = make.person("居民")
    make.log_in(client, person)
    page = client.get("/messages/choices")
    assert (page.status_code, faults(page.text), "企业微信" in page.text) == (200, [], False)
    assert client.post("/messages/routes/office/wecom", data=data).status_code == 403


def test_the_header_counts_without_a_statement_of_its_own(app: Flask, client: FlaskClient, office: Actor) -> None:
    make.log_in(client, db.session.get_one(Person, office.person_id))
    with statements() as before:
        client.get("/help")
    for ref in ("1", "2", "3"):
        tell_office(office, ref)
    with statements() as after:
        page = client.get("/help").text
    assert len(after) == len(before)
    assert '3<span class="visually-hidden"> 条未读' in page


def test_who_leaves_leaves_no_mailbox_and_no_text(app: Flask) -> None:
    person = make.person("居民")
    put(make.actor(person), "mail", "me@example.org", of_office=False)
    with transaction():
        telling.tell(person.id, NoticeKind.PAYMENTS, "order-paid", ref="1", by_sms=True, order_no="OR1")
    jobs.run_scheduled("core.spread_notices")
    assert len(texts()) == 2
    with transaction():
        telling.forget(person.id)
    left = [db.session.scalar(select(func.count()).select_from(table)) for table in (Notice, NoticeRoute, OutgoingText)]
    assert left == [0, 0, 0]


def test_a_robot_speaks_only_to_hosts_of_the_list(app: Flask) -> None:
    live = {**app.config, "NOTICE_GATEWAYS": "live", "NOTICE_HOSTS": "oapi.dingtalk.com"}
    robot = gateway(TextChannel.WECOM, live)
    assert isinstance(robot, RobotGateway)
    with pytest.raises(Unsent, match="host-not-allowed"):
        robot.send(WECOM, "x", "k")
