"""The demo tells a true story from any start date: its books agree, every verdict is there, everybody has work."""

from dataclasses import replace
from datetime import datetime
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from catalog.models.benefit import HouseholdBenefit, LinkageScore
from catalog.models.linkage import FalseClaim
from catalog.rules.benefit import BenefitState
from catalog.rules.linkage_score import settled_quarter
from core import clock
from core.access.actor import Actor
from core.access.roles import Role
from core.clock import COUNTY
from core.db import db, transaction
from core.organisations.queries import seats_of
from core.people.models import Person
from core.trail.verify import verify as verify_trail
from core.web.inbox import tasks_of
from demo import bodies, cast, goods, history, state
from demo import make as maker
from demo.clockwork import Days
from demo.state import State
from demo.world import World
from procurement.queries import finance
from procurement.queries.ledger_check import verify as verify_ledger
from procurement.rules.quota import Verdict
from procurement.services import postings

STARTS = ("2027-01-02 08:30", "2026-06-30 08:30", "2026-12-31 21:00")


def at(start: str) -> datetime:
    return datetime.fromisoformat(start).replace(tzinfo=COUNTY)


def made(scale: int = 2) -> World:
    return maker.make(lambda what, percent: None, scale=scale)


def tasks_of_login(login: str) -> list[Any]:
    """What waits for a log-in of the table."""
    person_id = db.session.execute(sa.select(Person.id).where(Person.username == login)).scalar_one()
    seat = seats_of(person_id)[0]
    who = Actor(
        person_id, login, seat.organisation_id, seat.organisation_name, seat.kind, seat.place_code,
        seat.roles | {Role.RESIDENT}, seat.scope_ids,
    )  # fmt: skip
    return tasks_of(who)


@pytest.mark.parametrize("start", STARTS)
def test_the_story_is_true_from_any_start(app: Flask, start: str):
    with clock.frozen(at(start)), app.test_request_context(method="POST"):
        made()

        assert state.current() is State.MADE
        assert verify_ledger(postings.open_book()).faults == []
        assert not verify_trail().broken
        check_verdicts(clock.today().year)
        check_linkage()
        waiting = {seat.login: len(tasks_of_login(seat.login)) for seat in cast.seats() if seat.shown}
        assert {login for login, count in waiting.items() if not count} == set()
        db.session.rollback()


def check_verdicts(year: int) -> None:
    """All four kinds of a running year in the headline scheme; last year is closed and somebody failed."""
    found = {row.schemes["L"].verdict for row in finance.county(year).rows}
    assert found == {Verdict.MET, Verdict.RESERVE_ONLY, Verdict.OPEN, Verdict.NO_DUTY}
    last = finance.county(year - 1)
    assert last.is_closed
    assert {row.schemes["L"].verdict for row in last.rows} >= {Verdict.MET, Verdict.NOT_MET, Verdict.NO_DUTY}


def check_linkage() -> None:
    """Claims in every state; somebody is preferred, somebody was caught; each settled window has its scores."""
    assert set(db.session.scalars(sa.select(HouseholdBenefit.state).distinct())) == set(BenefitState)
    quarters = set(db.session.scalars(sa.select(LinkageScore.quarter)))
    last = settled_quarter(clock.today())
    assert {str(last.plus(step)) for step in (-2, -1, 0)} <= quarters
    best = db.session.execute(
        sa.select(LinkageScore.is_preferred).where(LinkageScore.quarter == str(last), LinkageScore.rank == 1)
    ).first()
    assert best is not None
    assert best[0]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(FalseClaim)) == 1


def test_the_same_seed_orders_the_same_goods(app: Flask):
    with clock.frozen(at("2026-02-20 08:30")):
        world = World(Days(clock.now()), Random(7), seed=7)
        with transaction():
            bodies.make(world)
            goods.suppliers(world)
            goods.shelf(world)
        goods.read_packs(world)
        first, again = supplies(world), supplies(replace(world, dice=Random(7)))
        other = supplies(replace(world, dice=Random(8), seed=8))
        db.session.rollback()

    assert len(first) > 500
    assert first == again
    assert first != other


def supplies(world: World) -> list[Any]:
    """What canteens order, by day."""
    return [(kitchen.name, slot, history.goods_of(world, kitchen, slot)) for kitchen, slot in history.plan(world)]


def test_a_demo_that_was_killed_says_so(app: Flask):
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    assert state.current() is State.EMPTY
    with pytest.raises(KeyboardInterrupt):
        maker.make(killed)

    assert state.current() is State.PARTIAL
    answer = app.test_cli_runner().invoke(args=["demo", "make"])
    assert answer.exit_code == 1
    assert app.test_cli_runner().invoke(args=["demo", "state"]).output.strip() == "partial"


def test_data_of_ones_own_are_never_mixed_with(app: Flask):
    with transaction():
        bodies.people.create("示例人", phone="13800000001")

    answer = app.test_cli_runner().invoke(args=["demo", "make"])

    assert (answer.exit_code, state.current()) == (1, State.FOREIGN)


def test_no_phone_and_no_code_could_be_somebodys():
    from core.access.roles import OrganisationKind
    from demo import invented

    assert invented.phone(7) == "15400000007"
    assert invented.uscc(OrganisationKind.SUPPLIER, 7)[8:16] == "DEM00007"
    assert invented.licence("SC", 3).startswith("SC1220681")
