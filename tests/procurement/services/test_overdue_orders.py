"""A unit that is late with its suppliers orders with an approver's word; a school's food is never stopped (rule 46)."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from core import clock
from core.db import db, transaction
from core.errors import Forbidden, Refused
from market.models.delivery import Acceptance
from market.models.order import Order
from procurement.models.plan import OverdueConsent
from procurement.queries import unit_debt
from procurement.rules.unit import UnitKind
from procurement.services import canteen_orders, overdue_orders
from tests import make
from tests.make.kitchen import Kitchen, approved, kitchen
from tests.support.hygiene import faults


def late(of: Kitchen) -> int:
    """Goods accepted so long ago that they are overdue. → fen."""
    line = make.line()
    order = make.order(line)
    signed = make.accepted(line, order)
    with transaction():
        db.session.get_one(Order, order.id).buyer_id = of.unit.id
    owed = db.session.get_one(Acceptance, signed.id)
    return int(owed.amount_fen)


def test_a_late_bureau_orders_after_its_approver_agreed(app: Flask) -> None:
    of = kitchen(kind=UnitKind.BUREAU)
    owed_fen = late(of)
    with clock.shifted(timedelta(days=31)):
        plan = approved(of, packs=5)
        with pytest.raises(Refused) as refused, transaction():
            canteen_orders.place(plan.token, by=of.orderer)
        assert (refused.value.code, refused.value.facts) == ("order-unit-overdue", {"late_fen": owed_fen, "days": 1})
        assert db.session.scalar(sa.select(sa.func.count(Order.id)).where(Order.plan_id == plan.id)) == 0
        db.session.rollback()
        with pytest.raises(Forbidden), transaction():
            overdue_orders.agree(plan.token, by=of.orderer)
        for _ in range(2):
            with transaction():
                overdue_orders.agree(plan.token, by=of.approver)
        with transaction():
            assert len(canteen_orders.place(plan.token, by=of.orderer)) == 1
        kept = db.session.scalars(sa.select(OverdueConsent)).one()
        assert (kept.late_fen, kept.agreed_by_id) == (owed_fen, of.approver.person_id)


@pytest.mark.parametrize("kind", [UnitKind.SCHOOL, UnitKind.KINDERGARTEN])
def test_a_schools_food_is_warned_of_and_never_stopped(app: Flask, kind: UnitKind) -> None:
    of = kitchen(kind=kind)
    owed_fen = late(of)
    with clock.shifted(timedelta(days=200)):
        plan = approved(of, packs=5)
        debt = unit_debt.of_plan(plan)
        assert (debt.late_fen, debt.needs_approver) == (owed_fen, False)
        with pytest.raises(Refused, match="overdue-nothing-to-agree"), transaction():
            overdue_orders.agree(plan.token, by=of.approver)
        with transaction():
            assert len(canteen_orders.place(plan.token, by=of.orderer)) == 1


def test_in_time_nobody_is_asked(app: Flask) -> None:
    of = kitchen(kind=UnitKind.BUREAU)
    late(of)
    plan = approved(of, packs=5)
    with transaction():
        assert canteen_orders.place(plan.token, by=of.orderer)


def test_orderer_and_approver_see_what_is_late_and_who_decides(app: Flask, client: FlaskClient) -> None:
    of = kitchen(kind=UnitKind.BUREAU)
    with clock.shifted(timedelta(days=-40)):
        late(of)
    plan = approved(of, packs=5)
    make.log_in(client, of.people["approver"])
    page = client.get(f"/canteen/plans/{plan.token}").text
    assert faults(page) == []
    assert "有逾期未付货款" in page and "同意继续下单" in page
    assert client.post(f"/canteen/plans/{plan.token}/overdue").status_code == 303
    assert "审批人已同意" in client.get(f"/canteen/plans/{plan.token}").text
    make.log_in(client, of.people["orderer"])
    page = client.get(f"/canteen/plans/{plan.token}/order").text
    assert faults(page) == []
    assert "审批人已同意" in page and "同意继续下单" not in page
