"""Jobs: with the commit or not at all, once in effect, and not lost when the broker is away."""

import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from core import clock, jobs
from core.db import db, transaction
from core.jobs.models import Outbox
from tests.support.threads import at_once


@pytest.fixture
def ran(app: Flask) -> Iterator[list[int]]:
    seen: list[int] = []

    def note(number: int) -> None:
        if number < 0:
            raise ValueError("no")
        seen.append(number)

    jobs.REGISTRY["test.note"] = note
    yield seen
    del jobs.REGISTRY["test.note"]


def ask(number: int, **kw: object) -> None:
    with transaction():
        jobs.enqueue("test.note", number=number, **kw)  # type: ignore[arg-type]


def test_a_rolled_back_act_asks_for_nothing(ran: list[int]) -> None:
    def fail() -> None:
        with transaction():
            jobs.enqueue("test.note", number=1)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()

    assert jobs.run_due() == 0
    assert ran == []


def test_a_job_delivered_many_times_acts_once(app: Flask, ran: list[int]) -> None:
    ask(7)
    (row,) = jobs.due()
    db.session.rollback()

    results = at_once(app, *[lambda: jobs.run(row)] * 6)

    assert sorted(map(str, results)) == ["False"] * 5 + ["True"]
    assert ran == [7]


def test_an_open_key_is_asked_for_once(ran: list[int]) -> None:
    ask(1, key="same")
    ask(2, key="same")

    assert jobs.run_due() == 1
    ask(3, key="same")
    assert jobs.run_due() == 1
    assert ran == [1, 3]


def test_a_failing_job_waits_longer_each_time_and_keeps_its_error(ran: list[int]) -> None:
    ask(-1)
    (row_id,) = jobs.due()
    db.session.rollback()
    with pytest.raises(ValueError, match="no"):
        jobs.run(row_id)

    row = db.session.get_one(Outbox, row_id)
    assert (row.attempts, row.last_error, row.done_at) == (1, "ValueError: no", None)
    assert row.due_at > clock.now() + timedelta(seconds=5)


def test_a_broker_away_loses_nothing(ran: list[int]) -> None:
    def away(_outbox_id: int) -> None:
        raise ConnectionError

    before = list(jobs.sender)
    jobs.sender[:] = [away]
    try:
        ask(5)
    finally:
        jobs.sender[:] = before

    assert db.session.scalar(select(func.count()).select_from(Outbox)) == 1
    assert jobs.run_due() == 1
    assert ran == [5]


def test_nothing_runs_before_its_time(ran: list[int]) -> None:
    ask(1, delay=timedelta(minutes=5))
    assert jobs.run_due() == 0
    with clock.shifted(timedelta(minutes=6)):
        assert jobs.run_due() == 1


def test_the_clocks_jobs_leave_no_row_and_never_overlap(app: Flask, ran: list[int]) -> None:
    def once() -> None:
        ran.append(1)
        time.sleep(0.3)

    jobs.REGISTRY["test.once"] = once
    try:
        results = at_once(app, *[lambda: jobs.run_scheduled("test.once")] * 4)
    finally:
        del jobs.REGISTRY["test.once"]

    assert sorted(map(str, results)) == ["False"] * 3 + ["True"]
    assert ran == [1]
    assert db.session.scalar(select(func.count()).select_from(Outbox)) == 0


def test_what_has_served_is_dropped_in_time(ran: list[int]) -> None:
    ask(1)
    jobs.run_due()
    with transaction():
        jobs.tidy()
    assert db.session.scalar(select(func.count()).select_from(Outbox)) == 1
    db.session.rollback()
    with clock.shifted(timedelta(days=3)), transaction():
        jobs.tidy()

    assert db.session.scalar(select(func.count()).select_from(Outbox)) == 0
