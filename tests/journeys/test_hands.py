"""Four hands are enough for a line from the plan to the money, three are not (rules 53, 62, 88)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from core import clock
from core.access.actor import Actor
from core.access.roles import Role, clash
from core.db import db, transaction
from core.errors import Refused
from market.models.delivery import Acceptance
from market.models.order import Order
from market.models.settlement import Transfer
from market.rules.transfer import ConfirmedBy
from market.services import acceptance, fulfilment, settlement
from procurement.queries.ledger_check import verify
from procurement.services import canteen_orders, payments, plan_lines, plans, postings, receiving
from tests import make


@pytest.fixture
def line(app: Flask) -> make.Line:
    made = make.line()
    make.declared(made.unit, 400_000_00, year=clock.today().year)
    return made


def both(who: Actor, role: Role) -> Actor:
    """The same person with one more role, as if the grant had not been refused."""
    return replace(who, roles=who.roles | {role})


def ordered(of: make.Line, *, approver: Actor) -> Order:
    """A plan written by the orderer, approved, and its order placed and confirmed."""
    offer, tomorrow = make.product(of.supplier), clock.today() + timedelta(days=1)
    with transaction():
        plan = plans.start(of.canteen.id, period_from=tomorrow, period_to=tomorrow, by=of.orderer.actor)
        plan_lines.add_offer(plan.token, version=plan.version, offer_id=offer.id, packs=200, by=of.orderer.actor)
        plans.submit(plan.token, version=plan.version, by=of.orderer.actor)
    with transaction():
        plans.approve(plan.token, version=plan.version, by=approver)
    with transaction():
        wanted = {one.id: one.packs or 0 for one in make.lines_of(plan)}
        (order,) = canteen_orders.place(plan.token, packs=wanted, by=of.orderer.actor)
        fulfilment.confirm_order(order.id, by=of.seller.actor)
    return order


def accepted(of: make.Line, order: Order, *, first: Actor, second: Actor) -> Acceptance:
    sent = make.delivery(of, order)
    with transaction():
        draft = acceptance.count(sent.id, make.counts(sent), by=first)
    with transaction():
        return receiving.accept_delivery(sent.id, version=draft.version, by=second)


def paid(of: make.Line, signed: Acceptance, *, payer: Actor) -> Transfer:
    with transaction():
        slip = settlement.prepare({signed.id: None}, by=payer)
        settlement.declare(slip.id, bank_day_on=clock.today(), bank_serial="S-1", by=payer)
    with transaction():
        return payments.confirm_transfer(slip.id, by=of.seller.actor, word=ConfirmedBy.SUPPLIER)


def test_four_people_suffice(line: make.Line) -> None:
    """Who approved the plan signs second; nobody else does two things."""
    order = ordered(line, approver=line.approver.actor)
    signed = accepted(line, order, first=line.receiver.actor, second=line.approver.actor)
    transfer = paid(line, signed, payer=line.payer.actor)

    hands = {order.person_id, signed.first_signer_id, signed.second_signer_id, transfer.declared_by_id}
    assert hands | {line.approver.person.id} == hands
    assert len(hands) == 4
    db.session.rollback()
    assert verify(postings.open_book()).faults == []


def three(of: make.Line, missing: str) -> Callable[[], Any]:
    """The line with one person fewer: somebody does the missing one's work as well."""
    order, receiver, approver = of.orderer.actor, of.second.actor, of.approver.actor

    def play() -> None:
        if missing == "approver":
            ordered(of, approver=both(order, Role.UNIT_APPROVER))
        bought = ordered(of, approver=approver)
        if missing == "first signer":
            accepted(of, bought, first=both(order, Role.RECEIVER), second=approver)
        if missing == "second signer":
            accepted(of, bought, first=receiver, second=receiver)
        signed = accepted(of, bought, first=receiver, second=approver)
        payers = {"payer: the orderer": order, "payer: a signer": receiver, "payer: the approver": approver}
        paid(of, signed, payer=both(payers[missing], Role.UNIT_PAYER))

    return play


@pytest.mark.parametrize(
    ("missing", "code"),
    [
        ("approver", "plan-same-person"),
        ("first signer", "signer-is-orderer"),
        ("second signer", "signer-twice"),
        ("payer: the orderer", "payer-is-orderer"),
        ("payer: a signer", "payer-is-signer"),
        ("payer: the approver", "payer-is-(signer|approver)"),
    ],
)
def test_three_people_are_refused(line: make.Line, missing: str, code: str) -> None:
    with pytest.raises(Refused, match=code):
        three(line, missing)()

    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count(Transfer.id))) == 0
    assert db.session.scalar(sa.select(sa.func.count(Acceptance.id))) == (1 if "payer" in missing else 0)


@pytest.mark.parametrize(
    ("held", "wanted"),
    [
        (Role.CANTEEN_ORDERER, Role.UNIT_APPROVER),
        (Role.CANTEEN_ORDERER, Role.UNIT_PAYER),
        (Role.RECEIVER, Role.UNIT_PAYER),
        (Role.UNIT_APPROVER, Role.UNIT_PAYER),
    ],
)
def test_nobody_is_given_two_of_the_four_places(held: Role, wanted: Role) -> None:
    assert clash(frozenset({held}), wanted) is held
    assert clash(frozenset({wanted}), held) is wanted
