"""Agreements in versions: a change waits seven days in public, consents name their version, old wordings stay."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from core import clock
from core.access.roles import OrganisationKind, Role
from core.db import db, transaction
from core.errors import Missing, Refused
from core.terms import queries, services
from core.terms.models import Consent, TermsVersion
from core.terms.rules import NOTICE_DAYS, TermsKind, check_notice
from tests import make
from tests.support.hygiene import faults

KINDS = list(TermsKind)


@pytest.fixture
def shipped(app: Flask) -> None:
    with transaction():
        assert services.publish_first() == len(KINDS)


def changed(kind: TermsKind = TermsKind.USER, *, days: int = 7, **rest: object) -> TermsVersion:
    body = make.organisation(OrganisationKind.PLATFORM)
    by = make.actor(make.seat(body, Role.PLATFORM_OPERATOR), body, Role.PLATFORM_OPERATOR)
    known = queries.versions(kind)
    given_: dict[str, object] = {
        "binds_on": clock.today() + timedelta(days=days), "change_note": "改了退货期限",
        "seen_number": known[0].number if known else 0, **rest,
    }  # fmt: skip
    with transaction():
        return services.publish(kind, str(given_.pop("body", "新的全文")), by=by, **given_)  # type: ignore[arg-type]


@given(st.dates(), st.integers(-30, 30), st.booleans())
def test_only_a_change_needs_notice(day, later, is_first):
    try:
        binds = day + timedelta(days=later)
    except OverflowError:
        return
    allowed = later >= (0 if is_first else NOTICE_DAYS)
    try:
        check_notice(day, binds, is_first=is_first)
    except Refused:
        assert not allowed
    else:
        assert allowed


def test_shipped_wordings_are_published_once(shipped: None) -> None:
    with transaction():
        assert services.publish_first() == 0
    assert set(queries.binding()) == set(KINDS)


def test_a_change_binds_after_its_notice_and_the_old_stays(shipped: None) -> None:
    made = changed()
    assert queries.binding()[TermsKind.USER].number == 1
    assert [row.id for row in queries.coming()] == [made.id]
    with clock.shifted(timedelta(days=7)):
        assert queries.binding()[TermsKind.USER].number == 2
    assert [row.number for row in queries.versions(TermsKind.USER)] == [2, 1]
    with pytest.raises(sa.exc.ProgrammingError, match="permission denied"), transaction():
        db.session.execute(sa.delete(TermsVersion))


@pytest.mark.parametrize(
    ("code", "rest"),
    [
        ("wording-too-soon", {"days": 6}),
        ("wording-note-needed", {"change_note": " "}),
        ("wording-empty", {"body": " "}),
        ("wording-moved-on", {"seen_number": 0}),
        ("wording-too-long", {"body": "字" * 30_001}),
    ],
)
def test_what_is_no_change_is_refused(shipped: None, code: str, rest: dict[str, object]) -> None:
    with pytest.raises(Refused, match=code):
        changed(**rest)
    db.session.rollback()
    assert len(queries.versions(TermsKind.USER)) == 1


def test_a_consent_names_its_version_and_is_asked_for_again(shipped: None) -> None:
    who = make.actor(make.person("居民"))
    missing = queries.lacking(who)
    assert [row.kind for row in missing] == [TermsKind.USER, TermsKind.PRIVACY]
    for _ in range(2):
        with transaction():
            services.agree([row.id for row in missing], by=who)
    assert queries.lacking(who) == []
    assert db.session.scalar(sa.select(sa.func.count(Consent.id))) == 2
    changed()
    with clock.shifted(timedelta(days=8)):
        assert [(row.kind, row.number) for row in queries.lacking(who)] == [(TermsKind.USER, 2)]


def test_only_what_binds_is_agreed_to(shipped: None) -> None:
    who, ahead = make.actor(make.person("居民")), changed()
    with pytest.raises(Missing), transaction():
        services.agree([ahead.id], by=who)


def test_the_separate_consent_is_taken_back_and_asked_for_again(shipped: None) -> None:
    who = make.actor(make.person("居民"))
    with pytest.raises(Refused, match="consent-needed"):
        services.check(TermsKind.SENSITIVE, by=who)
    with transaction():
        services.agree([queries.binding()[TermsKind.SENSITIVE].id], by=who)
    services.check(TermsKind.SENSITIVE, by=who)
    with transaction():
        services.withdraw(TermsKind.SENSITIVE, by=who)
    with pytest.raises(Refused, match="consent-needed"):
        services.check(TermsKind.SENSITIVE, by=who)
    for kind in (TermsKind.SENSITIVE, TermsKind.USER):
        with pytest.raises(Missing), transaction():
            services.withdraw(kind, by=who)


def test_the_log_in_asks_before_anything_else(client: FlaskClient, shipped: None) -> None:
    person = make.person("居民")
    make.log_in(client, person)
    asked = client.get("/orders")
    assert (asked.status_code, asked.headers["Location"].split("?")[0]) == (302, "/terms/consent")
    page = client.get("/terms/consent?next=/orders")
    assert (page.status_code, faults(page.text)) == (200, [])
    ids = [str(row.id) for row in queries.lacking(make.actor(person))]
    assert client.post("/terms/consent", data={"version": ids[:1]}).status_code == 409
    assert client.get("/orders").status_code == 302
    done = client.post("/terms/consent", data={"version": ids, "next": "/orders"})
    assert (done.status_code, done.headers["Location"]) == (303, "/orders")
    assert client.get("/orders").status_code == 200
    make.log_in(client, person)
    assert client.get("/orders").status_code == 200


def test_staff_of_bodies_are_not_asked(client: FlaskClient, shipped: None) -> None:
    body = make.organisation(OrganisationKind.PLATFORM)
    make.log_in(client, make.seat(body, Role.PLATFORM_OPERATOR))
    assert client.get("/desk").status_code == 200


def test_everybody_reads_every_version(client: FlaskClient, shipped: None) -> None:
    changed()
    for path in ("/terms", *(f"/terms/{kind.value}" for kind in KINDS), "/terms/user/2"):
        page = client.get(path)
        assert (page.status_code, faults(page.text)) == (200, []), path
    assert client.get("/terms/user/3").status_code == 404
    assert client.get("/terms/other").status_code == 404


def test_the_operator_publishes_on_a_page(client: FlaskClient, shipped: None) -> None:
    body = make.organisation(OrganisationKind.PLATFORM)
    make.log_in(client, make.seat(body, Role.PLATFORM_OPERATOR))
    for path in ("/admin/terms", "/admin/terms/privacy"):
        page = client.get(path)
        assert (page.status_code, faults(page.text)) == (200, []), path
    told = {"body": "## 一\n<b>新</b>", "change_note": "改", "seen": "1"}
    soon, later = clock.today() + timedelta(days=3), clock.today() + timedelta(days=7)
    assert client.post("/admin/terms/privacy", data={**told, "binds_on": soon.isoformat()}).status_code == 409
    assert client.post("/admin/terms/privacy", data={**told, "binds_on": later.isoformat()}).status_code == 303
    assert "&lt;b&gt;新" in client.get("/terms/privacy/2").text
