"""The audit trail: one event per act in the same transaction, and every way of tampering is found."""

from collections.abc import Callable

import psycopg
import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from core import trail
from core.db import db, transaction
from core.trail import canonical
from core.trail.models import AuditEvent, Stream
from core.trail.verify import verify
from tests.support.bed import Place
from tests.support.cleaning import plain_dsn
from tests.support.threads import at_once

Tamper = Callable[[psycopg.Connection], object]


def act(number: int, stream: Stream = Stream.MONEY) -> None:
    with transaction():
        trail.record(stream, "password-changed", "person", number, by=None, after={"n": number})


@pytest.fixture
def as_owner(place: Place) -> Callable[[Tamper], None]:
    """Tamper like an intruder who owns the database: triggers off first."""

    def run(tamper: Tamper) -> None:
        with psycopg.connect(plain_dsn(place.owner_url), autocommit=True) as connection:
            connection.execute("SET session_replication_role = replica")
            tamper(connection)

    return run


def test_an_event_stands_or_falls_with_its_act(app: Flask) -> None:
    def fail() -> None:
        with transaction():
            trail.record(Stream.MONEY, "password-changed", "person", 1, by=None)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    act(2)

    assert db.session.scalars(select(AuditEvent.object_id)).all() == ["2"]
    assert verify().broken == ()


def test_parallel_acts_make_one_chain_without_a_gap(app: Flask) -> None:
    def eight(base: int) -> Callable[[], None]:
        return lambda: [act(base + n, list(Stream)[n % 5]) for n in range(8)] and None

    failures = [r for r in at_once(app, *(eight(b * 10) for b in range(8))) if r is not None]

    assert failures == []
    report = verify()
    assert (report.events, report.broken) == (64, ())


@pytest.mark.parametrize(
    ("name", "tamper", "seq"),
    [
        ("edited", "UPDATE audit_event SET body = replace(body, '\"n\":2', '\"n\":9') WHERE seq = 2", 2),
        ("columns", "UPDATE audit_event SET object_id = '77' WHERE seq = 2", 2),
        ("removed", "DELETE FROM audit_event WHERE seq = 2", 2),
        ("tail cut", "DELETE FROM audit_event WHERE seq = 3", 3),
        ("emptied", "DELETE FROM audit_event", 1),
        ("head rewritten", "UPDATE audit_head SET seq = 2 WHERE stream = 'money'", 3),
    ],
)
def test_every_tampering_is_found_and_named(
    app: Flask, as_owner: Callable[[Tamper], None], name: str, tamper: str, seq: int
) -> None:
    for number in (1, 2, 3):
        act(number)
    as_owner(lambda connection: connection.execute(tamper))
    db.session.rollback()

    (fault,) = verify().broken

    assert (fault.stream, fault.seq) == (Stream.MONEY, seq)
    result = app.test_cli_runner().invoke(args=["audit", "verify"])
    assert result.exit_code == 1


@pytest.mark.parametrize(
    "change", ["UPDATE audit_event SET role = 'x'", "DELETE FROM audit_event", "TRUNCATE audit_event"]
)
def test_the_database_refuses_to_change_a_fact(app: Flask, change: str) -> None:
    act(1)

    with pytest.raises(DBAPIError):
        db.session.execute(text(change))
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(AuditEvent)) == 1


def test_the_owner_is_refused_too(app: Flask, place: Place) -> None:
    act(1)
    with psycopg.connect(plain_dsn(place.owner_url)) as connection, pytest.raises(psycopg.DatabaseError, match="facts"):
        connection.execute("DELETE FROM audit_event")


def test_the_canonical_text_has_no_floats_and_one_order() -> None:
    assert canonical.text({"b": 1, "a": "é"}) == '{"a":"é","b":1}'
    with pytest.raises(TypeError):
        canonical.text({"a": 0.1})
