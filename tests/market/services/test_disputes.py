"""Disputes of accepted goods through all their states: only the disputed amount waits, the rest is payable."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from core.access.actor import Actor
from core.access.roles import OrganisationKind, Role
from core.clock import frozen
from core.db import db, transaction
from core.errors import Missing, Refused
from core.notices import queries as inbox
from core.people.models import Person
from market.models.delivery import AcceptanceLine, Deduction
from market.models.dispute import DisputeCase
from market.queries import payables
from market.rules.dispute_states import DisputeState
from market.services import dispute_cases, disputes
from tests import make
from tests.make.after_sales import photo
from tests.support.hygiene import faults

KILO = 5_20


@pytest.fixture
def line(app: Flask) -> make.Line:
    return make.line()


@pytest.fixture
def operator(app: Flask) -> Actor:
    body = make.organisation(OrganisationKind.PLATFORM)
    return make.actor(make.seat(body, Role.PLATFORM_OPERATOR), body, Role.PLATFORM_OPERATOR)


def opened(of: make.Line, amount_fen: int = KILO) -> int:
    """A delivery of 100 kg, one kilo of it disputed with a picture. → the dispute."""
    signed = make.accepted(of, make.order(of))
    row = db.session.scalars(sa.select(AcceptanceLine.id).where(AcceptanceLine.acceptance_id == signed.id)).one()
    with transaction():
        return disputes.open_dispute(row, amount_fen=amount_fen, reason="发黄", photos=[photo()], by=of.second.actor).id


def state(dispute: int) -> DisputeState:
    db.session.rollback()
    return db.session.get_one(DisputeCase, dispute).state


def open_fen(of: make.Line) -> int:
    db.session.rollback()
    return sum(claim.open_fen for claim in payables.of_buyer(of.payer.actor))


def rows() -> int:
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count(Deduction.id))) or 0


def test_the_undisputed_part_is_payable_in_every_state(line: make.Line, operator: Actor) -> None:
    dispute = opened(line)
    assert (state(dispute), open_fen(line)) == (DisputeState.OPEN, 520_00 - KILO)
    with transaction():
        dispute_cases.answer(dispute, text="运到时是好的", photos=[photo()], by=line.seller.actor)
    assert (state(dispute), open_fen(line)) == (DisputeState.ANSWERED, 520_00 - KILO)
    with transaction():
        disputes.decide(dispute, for_buyer_fen=3_20, text="照片可见部分发黄", by=operator)
    assert (state(dispute), open_fen(line)) == (DisputeState.DECIDED, 520_00 - 3_20)
    assert inbox.unseen(line.seller.actor) >= 2  # it was opened, it was decided


@pytest.mark.parametrize(("end", "left_fen"), [("withdraw", 520_00), ("concede", 520_00 - KILO)])
@pytest.mark.parametrize("answered", [False, True])
def test_sides_end_it_themselves_at_any_time(line: make.Line, end: str, left_fen: int, answered: bool) -> None:
    dispute = opened(line)
    if answered:
        with transaction():
            dispute_cases.answer(dispute, text="不认可", by=line.seller.actor)
    with transaction():
        if end == "withdraw":
            disputes.withdraw(dispute, by=line.second.actor)
        else:
            disputes.concede(dispute, by=line.seller.actor)
    assert (state(dispute).is_open, open_fen(line)) == (False, left_fen)
    before = rows()
    for act, who in ((disputes.withdraw, line.second.actor), (disputes.concede, line.seller.actor)):
        with pytest.raises(Refused, match="dispute-settled"), transaction():
            act(dispute, by=who)
    with pytest.raises(Refused, match="case-closed"), transaction():
        dispute_cases.say(dispute, dispute_cases.Party.BUYER, text="再说", by=line.second.actor)
    assert rows() == before


def test_silence_brings_it_before_the_platform(line: make.Line, operator: Actor) -> None:
    dispute = opened(line)
    with pytest.raises(Refused, match="state-forbids-act"), transaction():
        disputes.decide(dispute, for_buyer_fen=KILO, text="太早", by=operator)
    due = db.session.get_one(DisputeCase, dispute).due_at
    db.session.rollback()
    assert due is not None
    with frozen(due - timedelta(seconds=1)), transaction():
        assert dispute_cases.end_silence(10) == 0
    with frozen(due), transaction():
        assert dispute_cases.end_silence(10) == 1
    assert (state(dispute), open_fen(line)) == (DisputeState.ANSWERED, 520_00 - KILO)
    with transaction():
        disputes.decide(dispute, for_buyer_fen=KILO, text="没有答复", by=operator)
    assert open_fen(line) == 520_00 - KILO


@pytest.mark.parametrize(
    ("fen", "text", "code"),
    [(KILO + 1, "多", "dispute-amount"), (-1, "负", "dispute-amount"), (0, " ", "reason-needed")],
)
def test_a_decision_stays_within_what_is_disputed(
    line: make.Line, operator: Actor, fen: int, text: str, code: str
) -> None:
    dispute = opened(line)
    with transaction():
        dispute_cases.answer(dispute, text="不认可", by=line.seller.actor)
    before = rows()
    with pytest.raises(Refused, match=code), transaction():
        disputes.decide(dispute, for_buyer_fen=fen, text=text, by=operator)
    assert (rows(), state(dispute)) == (before, DisputeState.ANSWERED)


def test_its_page_shows_each_side_its_acts_in_every_state(
    client: FlaskClient, line: make.Line, operator: Actor
) -> None:
    dispute = opened(line)
    people = {"buyer": line.second.person, "supplier": line.seller.person}
    people["platform"] = db.session.get_one(Person, operator.person_id)
    other = make.line()

    def seen(side: str) -> str:
        make.log_in(client, people[side])
        page = client.get(f"/disputes/{dispute}")
        assert (page.status_code, faults(page.text)) == (200, [])
        return page.text

    assert "撤回争议" in seen("buyer")
    assert "不认可" in seen("supplier") and "认可，扣减" in seen("supplier")
    assert "提交裁定" not in seen("platform")
    make.log_in(client, line.seller.person)
    assert client.post(f"/disputes/{dispute}/answer", data={"text": " "}).status_code == 409
    assert client.post(f"/disputes/{dispute}/answer", data={"text": "运到时是好的"}).status_code == 303
    assert client.post(f"/disputes/{dispute}/messages", data={"text": "有照片"}).status_code == 303
    assert client.post(f"/disputes/{dispute}/decision", data={"for_buyer_fen": "1", "text": "x"}).status_code == 403
    assert "运到时是好的" in seen("buyer")
    assert "裁定" in seen("platform")
    decision = {"for_buyer_fen": "3.20", "text": "照片可见部分发黄"}
    assert client.post(f"/disputes/{dispute}/decision", data=decision).status_code == 303
    assert client.post(f"/disputes/{dispute}/decision", data=decision).status_code == 409
    for side in people:
        assert "照片可见部分发黄" in seen(side)
    make.log_in(client, other.seller.person)
    assert client.get(f"/disputes/{dispute}").status_code == 404


def test_a_stranger_has_no_part_in_it(line: make.Line) -> None:
    dispute, other = opened(line), make.line()
    for act, who in ((disputes.withdraw, other.second.actor), (disputes.concede, other.seller.actor)):
        with pytest.raises(Missing), transaction():
            act(dispute, by=who)
    assert state(dispute) is DisputeState.OPEN
