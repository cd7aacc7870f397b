"""The front door: log-in, forms sent twice, headers."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from core.db import db, transaction
from core.people import services as people
from core.people.models import Person, SentMessage
from core.trail.models import AuditEvent

PASSWORD = "a-long-password"


@pytest.fixture
def wang(app: Flask) -> int:
    with transaction():
        return people.create("王丽", phone="13812345678", password="a-long-password").id


def log_in(client: FlaskClient, password: str = PASSWORD, **extra: str) -> int:
    answer = client.post("/login", data={"login": "13812345678", "password": password, **extra})
    return answer.status_code


def test_the_shop_opens_for_a_guest_with_strict_headers(client: FlaskClient) -> None:
    answer = client.get("/")

    assert answer.status_code == 200
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "unsafe-inline" not in answer.headers["Content-Security-Policy"]


def test_right_and_wrong_passwords(client: FlaskClient, wang: int) -> None:
    assert log_in(client, "wrong-password-here") == 409
    assert client.get("/desk").status_code == 302
    assert log_in(client) == 303
    assert client.get("/desk").status_code == 200


def test_an_unknown_login_gets_the_same_answer_as_a_wrong_password(client: FlaskClient, wang: int) -> None:
    known = client.post("/login", data={"login": "13812345678", "password": "wrong-password"})
    unknown = client.post("/login", data={"login": "13812345679", "password": "wrong-password"})

    assert known.status_code == unknown.status_code == 409
    assert "账号或密码不对" in known.text
    assert "账号或密码不对" in unknown.text


def test_a_log_out_ends_the_session_on_the_server_too(client: FlaskClient, wang: int) -> None:
    log_in(client)
    cookie = client.get_cookie("xc")
    assert cookie is not None
    client.post("/logout")
    client.set_cookie("xc", cookie.value)

    assert client.get("/desk").status_code == 302


def test_a_new_password_ends_other_sessions(client: FlaskClient, wang: int) -> None:
    log_in(client)
    old = client.get_cookie("xc")
    assert old is not None
    answer = client.post("/password", data={"old": "a-long-password", "new": "another-long-one"})
    assert answer.status_code == 303
    assert client.get("/desk").status_code == 200

    client.set_cookie("xc", old.value)
    assert client.get("/desk").status_code == 302


def test_next_never_leads_away(client: FlaskClient, wang: int) -> None:
    for target in ("//evil.example", "/\t/evil.example", "https://evil.example", "/\\evil.example"):
        answer = client.post("/login", data={"login": "13812345678", "password": "a-long-password", "next": target})
        assert answer.status_code == 303
        assert "evil" not in answer.location
        client.post("/logout")


def test_a_code_lets_a_new_resident_in_once(client: FlaskClient, app: Flask) -> None:
    client.post("/login/code/send", data={"phone": "13900000001"})
    sent = db.session.scalars(select(SentMessage.text)).one()
    code = "".join(c for c in sent if c.isdigit())[:6]

    assert client.post("/login/code", data={"phone": "13900000001", "code": "000000"}).status_code == 409
    assert client.post("/login/code", data={"phone": "13900000001", "code": code}).status_code == 303
    client.post("/logout")
    assert client.post("/login/code", data={"phone": "13900000001", "code": code}).status_code == 409
    assert db.session.scalar(select(func.count(Person.id))) == 1


def test_the_same_form_sent_twice_acts_once(client: FlaskClient, wang: int) -> None:
    key = "k" * 24
    assert log_in(client, _key=key) == 303
    events = db.session.scalar(select(func.count()).select_from(AuditEvent))
    form = {"old": "a-long-password", "new": "another-long-one", "_key": "q" * 24}
    assert client.post("/password", data=form).status_code == 303
    assert client.post("/password", data=form).status_code == 303
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(AuditEvent)) == (events or 0) + 1
    assert client.post("/password", data={**form, "new": "yet-another-long"}).status_code == 422
