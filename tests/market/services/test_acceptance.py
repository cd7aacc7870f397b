"""Two people weigh and sign (rules 53–57)."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from flask import Flask

from catalog.models.offer import OfferStock
from core.access.roles import Role
from core.db import db, transaction
from core.errors import Missing, Refused
from market.models.delivery import Acceptance, AcceptanceDraft, AcceptanceLine, Delivery
from market.models.order import Order, OrderLine
from market.rules.acceptance import Policy
from market.rules.delivery_states import DeliveryState
from market.rules.order_states import OrderState
from market.services import acceptance, fulfilment
from tests import make
from tests.support.threads import at_once


@pytest.fixture
def line(app: Flask) -> make.Line:
    return make.line()


def counted(of: make.Line, sent: Delivery, *rejected: int, by: Any = None) -> int:
    with transaction():
        return acceptance.count(sent.id, make.counts(sent, *rejected), by=(by or of.receiver).actor).version


def accept(of: make.Line, sent: Delivery, version: int, *, by: Any = None, policy: Policy | None = None) -> Acceptance:
    with transaction():
        return acceptance.accept(sent.id, version=version, by=(by or of.second).actor, policy=policy or Policy())


def nothing_was_accepted() -> bool:
    db.session.rollback()
    return db.session.scalar(sa.select(sa.func.count(Acceptance.id))) == 0


def test_catch_weight_is_settled_on_what_was_accepted(line: make.Line) -> None:
    """The worked example: 20 boxes of 5 kg, 103.25 kg come, 1.5 kg are rotten, 101.75 kg cost 529.10 yuan."""
    order = make.order(line)
    agreed = db.session.scalars(sa.select(OrderLine)).one()
    assert (agreed.upper_qty, agreed.upper_fen) == (108_000, 561_60)

    signed = make.accepted(line, order, 103_250, rejected=1_500)

    row = db.session.scalars(sa.select(AcceptanceLine)).one()
    assert (row.delivered_qty, row.accepted_qty, row.rejected_qty) == (103_250, 101_750, 1_500)
    assert signed.amount_fen == row.amount_fen == 529_10
    db.session.refresh(order)
    assert order.state is OrderState.FULFILLED
    stock = db.session.scalars(sa.select(OfferStock)).one()
    assert (stock.on_hand, stock.reserved) == (10_000_000 - 101_750, 0)


def test_two_signatures_make_an_acceptance_and_the_draft_is_gone(line: make.Line) -> None:
    sent = make.delivery(line, make.order(line))
    version = counted(line, sent)
    assert sent.state is DeliveryState.COUNTED

    signed = accept(line, sent, version)

    assert (signed.first_signer_id, signed.second_signer_id) == (line.receiver.person.id, line.second.person.id)
    assert not signed.orderer_took_part
    assert db.session.get(AcceptanceDraft, sent.id) is None
    assert db.session.get_one(Delivery, sent.id).state is DeliveryState.ACCEPTED


def test_the_approver_may_be_a_signer(line: make.Line) -> None:
    sent = make.delivery(line, make.order(line))

    signed = accept(line, sent, counted(line, sent), by=line.approver)

    assert signed.second_signer_id == line.approver.person.id


def test_the_same_person_twice_is_refused(line: make.Line) -> None:
    sent = make.delivery(line, make.order(line))
    version = counted(line, sent)

    with pytest.raises(Refused, match="signer-twice"):
        accept(line, sent, version, by=line.receiver)

    assert nothing_was_accepted()


def test_the_orderer_neither_counts_nor_signs(line: make.Line) -> None:
    sent = make.delivery(line, make.order(line))
    with pytest.raises(Refused, match="signer-is-orderer"):
        counted(line, sent, by=line.orderer)
    version = counted(line, sent)

    with pytest.raises(Refused, match="signer-is-orderer"):
        accept(line, sent, version, by=line.orderer)

    assert nothing_was_accepted()


def with_both_roles(of: make.Line) -> make.Line:
    """In a small unit the orderer is a receiver too."""
    roles = of.orderer.actor.roles | {Role.RECEIVER}
    return replace(of, orderer=replace(of.orderer, actor=replace(of.orderer.actor, roles=roles)))


def test_a_small_unit_may_let_the_orderer_sign_second_and_it_is_marked(line: make.Line) -> None:
    sent = make.delivery(line, make.order(line))
    version = counted(line, sent, by=line.second)
    line = with_both_roles(line)
    policy = Policy(orderer_may_be_second=True, first_is_outside_kitchen=True)

    signed = accept(line, sent, version, by=line.orderer, policy=policy)

    assert signed.orderer_took_part


def test_then_the_other_signer_is_from_outside_the_kitchen(line: make.Line) -> None:
    sent = make.delivery(line, make.order(line))
    version = counted(line, sent)

    with pytest.raises(Refused, match="signer-from-kitchen"):
        accept(line, sent, version, by=line.orderer, policy=Policy(orderer_may_be_second=True))

    assert nothing_was_accepted()


def test_of_two_second_signers_at_once_one_wins(line: make.Line, app: Flask) -> None:
    sent = make.delivery(line, make.order(line))
    version, delivery_id = counted(line, sent), sent.id

    def sign(who: Any) -> Callable[[], int]:
        def act() -> int:
            with transaction():
                return acceptance.accept(delivery_id, version=version, by=who.actor).id

        return act

    results = at_once(app, sign(line.second), sign(line.approver))

    assert sorted(type(one).__name__ for one in results) == ["Refused", "int"]
    assert [one.code for one in results if isinstance(one, Refused)] == ["delivery-already-accepted"]
    assert db.session.scalar(sa.select(sa.func.count(Acceptance.id))) == 1


def test_a_recount_replaces_the_first_and_voids_a_signature_on_it(line: make.Line) -> None:
    sent = make.delivery(line, make.order(line))
    first = counted(line, sent)
    second = counted(line, sent, 2_000, by=line.second)

    with pytest.raises(Refused, match="counts-changed"):
        accept(line, sent, first, by=line.approver)
    signed = accept(line, sent, second, by=line.receiver)

    assert signed.first_signer_id == line.second.person.id
    assert db.session.scalars(sa.select(AcceptanceLine.rejected_qty)).one() == 2_000


def test_a_rejected_part_needs_its_reason(line: make.Line) -> None:
    sent = make.delivery(line, make.order(line))

    with pytest.raises(Refused, match="count-needs-reason"), transaction():
        acceptance.count(sent.id, make.counts(sent, 500, reason=" "), by=line.receiver.actor)

    assert db.session.get(AcceptanceDraft, sent.id) is None


def test_the_database_too_refuses_weights_that_do_not_add_up(line: make.Line) -> None:
    signed = make.accepted(line, make.order(line))
    row = db.session.scalars(sa.select(AcceptanceLine)).one()
    values = {name: getattr(row, name) for name in AcceptanceLine.__table__.columns.keys() if name != "id"}  # noqa: SIM118
    other = {**values, "delivered_qty": row.delivered_qty + 1, "acceptance_id": signed.id}

    with pytest.raises(sa.exc.IntegrityError, match="ck_acceptance_line_sum"), transaction():
        db.session.execute(sa.insert(AcceptanceLine).values(other))


def test_above_the_tolerance_it_takes_the_approvers_tap(line: make.Line) -> None:
    sent = make.delivery(line, make.order(line), 108_001)
    version = counted(line, sent)
    with pytest.raises(Refused, match="above-tolerance"):
        accept(line, sent, version)
    assert nothing_was_accepted()

    with transaction():
        acceptance.agree_excess(sent.id, version=version, by=line.approver.actor)
    signed = accept(line, sent, version)

    assert signed.excess_agreed_by_id == line.approver.person.id
    assert signed.amount_fen == 561_61


def test_a_recount_forgets_the_tap(line: make.Line) -> None:
    sent = make.delivery(line, make.order(line), 108_500)
    version = counted(line, sent)
    with transaction():
        acceptance.agree_excess(sent.id, version=version, by=line.approver.actor)

    version = counted(line, sent)

    with pytest.raises(Refused, match="above-tolerance"):
        accept(line, sent, version)


def test_the_excess_may_go_back_instead(line: make.Line) -> None:
    sent = make.delivery(line, make.order(line), 110_000)

    signed = accept(line, sent, counted(line, sent, 2_000))

    assert signed.amount_fen == 561_60


def test_without_its_certificate_nothing_is_accepted(line: make.Line) -> None:
    sent = make.delivery(line, make.order(line), commitment_no="")
    version = counted(line, sent)

    with pytest.raises(Refused, match="commitment-missing"):
        accept(line, sent, version)

    assert nothing_was_accepted()


def test_a_manager_may_waive_it_and_the_line_is_marked(line: make.Line) -> None:
    sent = make.delivery(line, make.order(line), commitment_no="")
    version = counted(line, sent)
    with transaction():
        acceptance.waive_papers(sent.id, version=version, reason="司机忘带,次日补交", by=line.approver.actor)

    signed = accept(line, sent, version)

    assert (signed.waived_by_id, signed.waiver_reason) == (line.approver.person.id, "司机忘带,次日补交")
    assert db.session.scalars(sa.select(AcceptanceLine.commitment_waived)).one()


@pytest.mark.parametrize(
    ("papers", "code"),
    [
        ({"quarantine_no": "JY-1"}, "ship-inspection-missing"),
        ({"inspection_no": "RP-1"}, "ship-quarantine-missing"),
        ({}, "ship-meat-papers-missing"),
    ],
)
def test_meat_leaves_with_both_numbers_or_not_at_all(line: make.Line, papers: dict[str, str], code: str) -> None:
    pork = make.product(line.supplier, category="meat-pork", name="示例猪肉")
    order = make.order(line, (pork, 2))

    with pytest.raises(Refused, match=code):
        make.delivery(line, order, **papers)

    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count(Delivery.id))) == 0
    sent = make.delivery(line, order, quarantine_no="JY-1", inspection_no="RP-1")
    accept(line, sent, counted(line, sent))
    row = db.session.scalars(sa.select(AcceptanceLine)).one()
    assert (row.quarantine_no, row.inspection_no) == ("JY-1", "RP-1")


def test_the_order_stays_open_until_its_lines_are_complete(line: make.Line) -> None:
    order = make.order(line)
    make.accepted(line, order, 50_000)
    db.session.refresh(order)
    assert order.state is OrderState.CONFIRMED

    make.accepted(line, order, 45_000)

    db.session.refresh(order)
    assert order.state is OrderState.FULFILLED
    stock = db.session.scalars(sa.select(OfferStock)).one()
    assert (stock.on_hand, stock.reserved) == (10_000_000 - 95_000, 0)


def test_the_unit_closes_what_is_missing(line: make.Line) -> None:
    order = make.order(line)
    make.accepted(line, order, 50_000)

    with transaction():
        fulfilment.close_rest(order.id, reason="雨天无货", by=line.receiver.actor)

    assert db.session.get_one(Order, order.id).state is OrderState.FULFILLED
    assert db.session.scalars(sa.select(OfferStock.reserved)).one() == 0


def test_the_tick_on_the_scales_closes_it_too(line: make.Line) -> None:
    order = make.order(line)
    sent = make.delivery(line, order, 50_000)
    with transaction():
        draft = acceptance.count(sent.id, make.counts(sent, close_rest=True), by=line.receiver.actor)

    accept(line, sent, draft.version)

    assert db.session.get_one(Order, order.id).state is OrderState.FULFILLED


def test_a_strangers_delivery_does_not_exist(line: make.Line) -> None:
    sent = make.delivery(line, make.order(line))
    stranger = make.actor(make.person(), make.canteen(make.unit()), Role.RECEIVER)

    with pytest.raises(Missing), transaction():
        acceptance.count(sent.id, make.counts(sent), by=stranger)


def test_an_acceptance_is_a_fact(line: make.Line) -> None:
    signed = make.accepted(line, make.order(line))

    with pytest.raises(sa.exc.DatabaseError) as refused, transaction():
        db.session.execute(sa.update(Acceptance).where(Acceptance.id == signed.id).values(amount_fen=1))

    assert isinstance(refused.value.orig, psycopg.Error)
