"""Many rows in one statement: every kind of column, what is known already left out, thousands at once."""

from datetime import UTC, datetime

import sqlalchemy as sa
from flask import Flask

from core import bulk
from core.access.roles import OrganisationKind
from core.db import any_of, db, transaction
from core.jobs.models import Outbox
from core.organisations.models import Organisation

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


def job(**columns: object) -> dict[str, object]:
    return {"task": "x", "args": {}, "key": None, "queued_at": NOW, "due_at": NOW, "sent_at": None} | columns


def test_json_nulls_times_and_defaults_arrive(app: Flask) -> None:
    args = [{"list": [1, [2]], "text": "引号\"'{}"}, {}, {"none": None}]

    with transaction():
        ids = [row.id for row in bulk.insert_many(Outbox, [job(args=a) for a in args], returning=["id"])]

    rows = db.session.scalars(sa.select(Outbox).where(any_of(Outbox.id, ids)).order_by(Outbox.id)).all()
    assert sorted(map(repr, (row.args for row in rows))) == sorted(map(repr, args))
    assert {(row.key, row.due_at, row.attempts, row.last_error) for row in rows} == {(None, NOW, 0, "")}


def test_what_breaks_a_unique_constraint_is_left_out(app: Flask) -> None:
    with transaction():
        first = bulk.insert_many(Outbox, [job(key="a")], returning=["key"])
        second = bulk.insert_many(Outbox, [job(key="a"), job(key="b")], skip_known=True, returning=["key"])

    assert [row.key for row in first] == ["a"]
    assert [row.key for row in second] == ["b"]


def test_enums_are_kept_by_value_and_thousands_need_one_statement(app: Flask) -> None:
    rows = [
        {"kind": OrganisationKind.UNIT, "name": f"示例{n}", "opened_on": NOW.date(), "created_at": NOW}
        for n in range(9_000)
    ]

    with transaction():
        bulk.insert_many(Organisation, rows)

    query = sa.select(sa.func.count(), sa.func.min(Organisation.kind.cast(sa.Text))).where(
        Organisation.opened_on == NOW.date()
    )
    assert tuple(db.session.execute(query).one()) == (9_000, "unit")


def test_nothing_is_nothing(app: Flask) -> None:
    with transaction():
        assert bulk.insert_many(Outbox, []) == ()
