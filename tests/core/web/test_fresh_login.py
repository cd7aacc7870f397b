"""Numbers in the open want the password typed within ten minutes; wrong ones count against the same lock-out."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from core import clock
from core.access.fresh import is_fresh
from core.db import db
from core.trail.models import AuditEvent
from core.web.limits import limiter
from tests import make
from tests.make import households as homes
from tests.make.core import PASSWORD
from tests.support.bed import Place
from tests.support.hygiene import faults
from wsgi import create_app

REVEAL = {"what": "contact", "purpose": "visit", "reason": "核对走访时间"}
AT = datetime(2026, 11, 23, tzinfo=UTC)


def age(client: FlaskClient, minutes: int) -> None:
    """Let the last typing of the password be so long ago."""
    with client.session_transaction() as session:
        session["proved"] = int((clock.now() - timedelta(minutes=minutes)).timestamp())


def acts(action: str) -> int:
    return db.session.scalar(sa.select(sa.func.count(AuditEvent.seq)).where(AuditEvent.action == action)) or 0


def test_ten_minutes_and_no_proof_from_the_future() -> None:
    assert not is_fresh(None, AT)
    assert is_fresh(AT - timedelta(minutes=9, seconds=59), AT) and not is_fresh(AT - timedelta(minutes=10), AT)
    assert not is_fresh(AT + timedelta(seconds=1), AT)


def test_after_ten_minutes_the_number_waits_for_the_password(client: FlaskClient) -> None:
    person, worker = homes.village_worker()
    whom = homes.household_person("王小明", phone="13900010021")
    home = homes.registered(worker, whom).id
    make.log_in(client, person)
    age(client, 11)

    page = client.get(f"/households/{home}").text
    assert f"/login/again?next=/households/{home}" in page and "/reveal" not in page
    refused = client.post(f"/households/{home}/reveal", data=REVEAL)
    assert refused.status_code == 409 and whom.phone not in refused.text and acts("household-revealed") == 0

    asked = client.get(f"/login/again?next=/households/{home}")
    assert asked.status_code == 200 and faults(asked.text) == []
    wrong = client.post("/login/again", data={"password": "not it", "next": f"/households/{home}"})
    assert wrong.status_code == 409 and acts("log-in-proved") == 0
    right = client.post("/login/again", data={"password": PASSWORD, "next": f"/households/{home}"})
    assert right.status_code == 303 and right.location == f"/households/{home}" and acts("log-in-proved") == 1
    assert whom.phone in client.post(f"/households/{home}/reveal", data=REVEAL).text


def test_a_foreign_target_is_not_gone_to(client: FlaskClient) -> None:
    make.log_in(client, homes.village_worker()[0])
    answer = client.post("/login/again", data={"password": PASSWORD, "next": "/\t/evil.example"})
    assert answer.status_code == 303 and "evil" not in answer.location


@pytest.fixture
def limited(app: Flask, place: Place) -> Iterator[FlaskClient]:
    """An app that counts: `app` cleans the database before and after."""
    yield create_app(
        **{**place.settings, "REDIS_URL": ""}, TESTING=True, WTF_CSRF_ENABLED=False, RATELIMIT_IN_TEST=True
    ).test_client()
    limiter.enabled = False


def test_wrong_passwords_lock_both_doors(limited: FlaskClient) -> None:
    person, _ = homes.village_worker()
    login = {"login": person.phone, "password": PASSWORD}
    assert limited.post("/login", data=login).status_code == 303

    answers = [limited.post("/login/again", data={"password": "no"}).status_code for _ in range(6)]
    assert answers == [409] * 5 + [429]
    assert limited.post("/login/again", data={"password": PASSWORD}).status_code == 429
    limited.post("/logout")
    assert limited.post("/login", data=login).status_code == 429
