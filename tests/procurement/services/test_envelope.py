"""The envelope in the database: every cause once, nothing freed that was not held."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from flask import Flask

from core import clock, settings
from core.db import db, transaction
from core.organisations.models import Organisation
from procurement.models.plan import Envelope, EnvelopeMove
from procurement.queries.envelope import unit_room
from procurement.rules.gate import Gate
from procurement.services import envelope
from tests import make
from tests.support.threads import at_once


@pytest.fixture(autouse=True)
def november(app: Flask) -> Iterator[None]:
    with clock.frozen(datetime(2026, 11, 23, 2, tzinfo=UTC)):
        yield


@pytest.fixture
def school(app: Flask) -> Organisation:
    return make.unit("示例一中")


def held(unit: Organisation, scheme: str = "L", year: int = 2026) -> tuple[int, int, int, int]:
    db.session.expire_all()
    row = db.session.get(Envelope, (unit.id, year, scheme))
    assert row is not None
    return (row.eligible_open_fen, row.eligible_done_fen, row.general_open_fen, row.general_done_fen)


def test_a_confirmed_filing_sets_total_and_reserve_of_every_scheme(school: Organisation) -> None:
    make.declared(school, 400_000_00)

    rows = db.session.scalars(sa.select(Envelope).order_by(Envelope.scheme_code)).all()
    assert [(r.scheme_code, r.total_fen, r.reserve_fen, r.min_bp) for r in rows] == [
        (code, 400_000_00, 40_000_00, 1000) for code in ("C", "L", "N")
    ]


def test_an_unfiled_unit_has_no_room_and_the_room_says_so(school: Organisation) -> None:
    room = unit_room(school.id, 2026)

    assert not room.is_filed
    assert room.headline.code == "L"
    assert room.headline.envelope.room_fen == 0


def test_an_approved_line_is_held_once_and_settled_by_what_was_accepted(school: Organisation) -> None:
    plan = make.ordinary_plan(make.canteen(school), 561_60)
    (line,) = make.lines_of(plan)
    for _ in range(2):
        with transaction():
            envelope.commit_plan(plan, make.lines_of(plan))
    assert held(school) == (0, 0, 561_60, 0)

    for _ in range(2):
        with transaction():
            envelope.settle_acceptance(
                school.id, 2026, plan_line_id=line.id, eligible_per_scheme={"L": 529_10},
                released_upper_fen=600_00, done_fen=529_10, source_id=7,
            )  # fmt: skip

    assert held(school) == (0, 529_10, 0, 0)
    assert held(school, "N") == (0, 0, 0, 529_10)


def test_goods_of_january_free_what_december_held(school: Organisation) -> None:
    plan = make.ordinary_plan(make.canteen(school), 100_00, on=make.day("2026-12-31"))
    with transaction():
        envelope.commit_plan(plan, make.lines_of(plan))

    with transaction():
        envelope.settle_acceptance(
            school.id, 2027, plan_line_id=make.lines_of(plan)[0].id, eligible_per_scheme={},
            released_upper_fen=100_00, done_fen=98_00, source_id=1,
        )  # fmt: skip

    assert held(school) == (0, 0, 0, 0)
    assert held(school, year=2027) == (0, 0, 0, 98_00)


def test_a_statement_takes_the_place_of_the_ordinary_lines_of_its_month(school: Organisation) -> None:
    canteen = make.canteen(school)
    plan = make.ordinary_plan(canteen, 300_00, 200_00, on=make.day("2026-10-12"))
    later = make.ordinary_plan(canteen, 70_00, on=make.day("2026-11-02"))
    with transaction():
        for each in (plan, later):
            envelope.commit_plan(each, make.lines_of(each))

    with transaction():
        envelope.book_statement(school.id, 2026, canteen_id=canteen.id, month=10, delta_fen=9_000_00, source_id=1)
    assert held(school) == (0, 0, 70_00, 9_000_00)

    with transaction():
        envelope.book_statement(school.id, 2026, canteen_id=canteen.id, month=10, delta_fen=-500_00, source_id=2)
    assert held(school) == (0, 0, 70_00, 8_500_00)


def test_an_ordinary_purchase_of_any_size_is_booked_and_raises_the_gate(school: Organisation) -> None:
    make.declared(school, 1_000_00)
    canteen = make.canteen(school)
    months = tuple(range(1, 11))
    assert unit_room(school.id, 2026).missing_months == months

    with transaction():
        envelope.book_statement(school.id, 2026, canteen_id=canteen.id, month=3, delta_fen=9_999_999_00, source_id=1)

    room = unit_room(school.id, 2026)
    assert room.headline.envelope.overdrawn_fen == 9_999_999_00 - 900_00
    assert room.headline.level is Gate.STOP
    assert room.scheme("N").level is Gate.WARN  # another scheme's warning is not raised


def test_in_spring_a_missing_month_and_an_overdrawn_envelope_raise_the_headline_to_stop(school: Organisation) -> None:
    canteen = make.canteen(school)
    with clock.frozen(datetime(2026, 3, 2, 2, tzinfo=UTC)):
        assert unit_room(school.id, 2026).headline.base_level is Gate.WARN
        assert unit_room(school.id, 2026).headline.level is Gate.REASON
        with transaction():
            envelope.book_statement(school.id, 2026, canteen_id=canteen.id, month=1, delta_fen=1, source_id=1)
        assert unit_room(school.id, 2026).headline.level is Gate.STOP


def test_finance_sets_the_gate_for_one_kind_of_unit_from_a_day_on(school: Organisation) -> None:
    with transaction():
        mild = [{"from": "01-01", "level": "warn"}]
        settings.put("gate.L.school", mild, valid_from=make.day("2026-11-01"), reason="试行", author_id=None)

    assert unit_room(school.id, 2026).headline.base_level is Gate.WARN
    with clock.frozen(datetime(2026, 10, 20, 2, tzinfo=UTC)):
        assert unit_room(school.id, 2026).headline.base_level is Gate.STOP


def test_releasing_twice_frees_once_and_keeps_live_orders(school: Organisation) -> None:
    plan = make.ordinary_plan(make.canteen(school), 300_00, 200_00)
    first, second = make.lines_of(plan)
    with transaction():
        envelope.commit_plan(plan, [first, second])

    for _ in range(2):
        with transaction():
            envelope.release_plan(plan, keep={first.id: 120_00})

    assert held(school) == (0, 0, 120_00, 0)
    moves = db.session.scalars(sa.select(EnvelopeMove).where(EnvelopeMove.source == "plan-closed")).all()
    assert len(moves) == 6


def test_parallel_moves_of_one_unit_all_arrive(app: Flask, school: Organisation) -> None:
    unit_id = school.id

    def one(number: int) -> None:
        with transaction():
            envelope.book_done(
                unit_id, 2026, eligible_per_scheme={"L": 1}, done_fen=3, source="import", source_id=number
            )

    outcome = at_once(app, *(lambda n=n: one(n) for n in (*range(1, 11), *range(1, 6))))

    assert outcome == [None] * 15
    assert held(school) == (0, 10, 0, 20)
