"""The test bed itself: nothing of one test reaches the next, and what the migrations loaded always comes back."""

from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from flask import g, request_started
from playwright.sync_api import expect

from core.db import db, transaction
from core.people.models import Person
from core.places.models import Place
from core.settings.models import Setting
from tests.support.browser import violations
from tests.support.statements import statements
from tests.support.threads import at_once


def add_person(number: int) -> None:
    with transaction():
        db.session.add(Person(name="某人", username=f"u{number}", created_at=datetime(2026, 1, 1, tzinfo=UTC)))


def people() -> int:
    return db.session.scalar(sa.select(sa.func.count(Person.id))) or 0


@pytest.mark.parametrize("round_no", [1, 2])
def test_a_test_starts_without_the_rows_of_the_one_before(app, round_no):
    assert people() == 0

    add_person(1)

    assert people() == 1


@pytest.mark.parametrize("round_no", [1, 2])
def test_what_the_migrations_loaded_comes_back(app, round_no):
    assert db.session.get(Place, "220681").name == "临江市"

    with transaction():
        db.session.execute(sa.update(Place).where(Place.code == "220681").values(name=f"改名{round_no}"))
        db.session.execute(sa.delete(Place).where(Place.level == "village"))

    assert db.session.get(Place, "220681").name == f"改名{round_no}"


@pytest.mark.parametrize("round_no", [1, 2])
def test_facts_are_cleaned_although_nobody_may_delete_them(app, round_no):
    assert db.session.scalar(sa.select(sa.func.count(Setting.id))) == 0

    with transaction():
        now = datetime(2026, 1, 1, tzinfo=UTC)
        db.session.add(Setting(key="x", value=round_no, valid_from=now.date(), reason="试", created_at=now))

    with pytest.raises(sa.exc.ProgrammingError, match="permission denied"):
        db.session.execute(sa.delete(Setting))


def test_threads_commit_for_real(app):
    results = at_once(app, *(lambda n=n: add_person(n % 4) for n in range(8)))

    assert sum(isinstance(result, sa.exc.IntegrityError) for result in results) == 4
    assert people() == 4


def test_requests_stand_alone(app, client):
    seen = []
    g.person = "the test's own"

    def note(*_args, **_facts):
        seen.append(getattr(g, "person", None))
        g.person = "the request's"

    with request_started.connected_to(note, app):
        client.get("/healthz")
        client.get("/healthz")

    assert seen == [None, None]
    assert g.person == "the test's own"


def test_statements_are_counted(app):
    with statements() as seen:
        people()
        people()

    assert len(seen) == 2


def test_a_page_is_shown_in_a_browser_and_checked(page, phone):
    for seen in (page, phone):
        seen.goto("/login")
        expect(seen.locator("h1")).to_be_visible()
        assert violations(seen) == []


def test_what_the_server_wrote_is_cleaned_too(live_server, app):
    assert people() == 0
