"""Changing the key of the blind index: numbers are found before, while and after, stopped anywhere."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from flask import Flask

from catalog.models.household import HouseholdPerson
from catalog.queries.households import found_by_number
from core import resealing, sealing
from core.access.actor import Actor
from core.db import db, transaction
from core.errors import Refused
from tests.make import households as homes
from tests.support import killing


@pytest.fixture
def own_key(app: Flask, tmp_path: object) -> Iterator[None]:
    """A key file of this test's own."""
    app.config["BLIND_KEY_FILE"] = f"{tmp_path}/blindkey.json"
    yield
    app.config["BLIND_KEY_FILE"] = ""
    app.extensions.pop("BLIND_KEY_FILE", None)


@pytest.fixture
def worker(app: Flask, own_key: None) -> Actor:
    return homes.village_worker()[1]


def keys() -> list[int]:
    db.session.expire_all()
    return sorted(db.session.scalars(sa.select(HouseholdPerson.blind_key)))


def rotate_some(rows: int) -> int:
    with transaction():
        return resealing.reindex_batch(rows)


def stopped_in_a_batch() -> None:
    with transaction():
        assert resealing.reindex_batch(2)
        raise RuntimeError("killed")


def test_numbers_are_found_at_every_moment_of_a_rotation(worker: Actor) -> None:
    people = [homes.household_person(f"王{n}", phone=f"1390001000{n}") for n in range(3)]
    ids = [homes.registered(worker, one).id for one in people]

    def all_found() -> bool:
        numbers = [(one.id_no, one.phone, one.account) for one in people]
        return all(
            [found_by_number(n, worker) for n in row] == [home] * 3 for row, home in zip(numbers, ids, strict=True)
        )

    assert keys() == [1, 1, 1] and all_found()
    assert sealing.add_blind_key() == 2 and all_found()
    assert rotate_some(2) == 2 and keys() == [1, 2, 2] and all_found()
    with pytest.raises(RuntimeError, match="killed"):
        stopped_in_a_batch()
    assert keys() == [1, 2, 2] and all_found()
    assert rotate_some(500) == 1 and rotate_some(500) == 0
    assert keys() == [2, 2, 2] and all_found()
    assert resealing.blind_counts() == {"household_person": {2: 3}}


def test_one_person_stays_one_while_keys_change(worker: Actor) -> None:
    person = homes.household_person("王小明")
    homes.registered(worker, person)
    sealing.add_blind_key()
    with pytest.raises(Refused, match="person-in-household"):
        homes.registered(worker, person)
    db.session.rollback()
    assert keys() == [1]


def test_a_row_that_is_touched_meanwhile_is_wholly_under_one_key(worker: Actor) -> None:
    person = homes.household_person("王小明", phone="13900010021")
    homes.registered(worker, person)
    sealing.add_blind_key()
    with transaction():
        db.session.scalars(sa.select(HouseholdPerson)).one().close("phone", "13900010022")
    row = db.session.scalars(sa.select(HouseholdPerson)).one()
    assert row.blind_key == 2
    assert row.id_no_index == sealing.blind_index(person.id_no, "id_no")
    assert row.phone_index == sealing.blind_index("13900010022", "phone")


def test_from_the_command_line_again_and_again(app: Flask, worker: Actor) -> None:
    homes.registered(worker, homes.household_person("王小明"))
    runner = app.test_cli_runner()
    assert "重算 1 人" in runner.invoke(args=["keys", "rotate", "--blind"]).output
    assert "重算 0 人" in runner.invoke(args=["keys", "rotate", "--blind", "--resume"]).output
    assert "盲索引密钥 2 用于 1 人" in runner.invoke(args=["keys", "check"]).output


def rotate_all() -> None:
    """What `flask keys rotate --blind --resume` does, a row a transaction."""
    while rotate_some(1):
        pass


def test_a_rotation_killed_again_and_again_goes_on_and_everybody_is_found(app: Flask, worker: Actor) -> None:
    """kill -9 before and after commits and at random moments: each row under one key, found at every moment."""
    people = [homes.household_person(f"王{n}", phone=f"139000200{n:02}") for n in range(20)]
    ids = [homes.registered(worker, one).id for one in people]
    sealing.add_blind_key()
    died = 0

    for point in killing.points(12, commits=2, longest_s=0.05):
        died += killing.killed(app, rotate_all, point)
        rows = db.session.scalars(sa.select(HouseholdPerson).order_by(HouseholdPerson.household_id)).all()
        for row, person, home in zip(rows, people, ids, strict=True):
            for name in ("id_no", "phone", "account"):  # newest key first: two keys, ids 2 and 1
                under = sealing.blind_indexes(getattr(person, name), name)[2 - row.blind_key]
                assert getattr(row, f"{name}_index") == under
            assert found_by_number(person.id_no, worker) == home
        db.session.rollback()

    assert died >= 3
    rotate_all()
    assert keys() == [2] * 20
    assert resealing.blind_counts() == {"household_person": {2: 20}}
