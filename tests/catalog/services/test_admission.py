"""Who may sell: admitted by a person, suspended by a person or by the end of a licence."""

from datetime import timedelta

import pytest
from flask import Flask

from catalog.models.supplier import Supplier
from catalog.queries import offers as offer_queries
from catalog.rules.supplier import SupplierAct, SupplierStatus
from catalog.services import admission
from core import clock
from core.db import db, transaction
from core.errors import Refused
from tests import make
from tests.make import catalogue_staff as staff


def status(supplier_id: int) -> SupplierStatus:
    return db.session.get_one(Supplier, supplier_id).status


def test_the_operator_admits_nobody_past_the_desks(app: Flask) -> None:
    of = staff.staff()
    new = make.supplier(status=SupplierStatus.APPLYING)
    make.product(new)
    for act in (SupplierAct.ADMIT, SupplierAct.DECLINE):
        with pytest.raises(Refused, match="state-forbids-party"), transaction():
            admission.decide(new.id, act, by=of.operator, reason="直接办理")
    assert (status(new.id), offer_queries.sellable_list(for_units=True)) == (SupplierStatus.APPLYING, [])


def test_a_suspension_needs_a_reason_and_hides_at_once(app: Flask) -> None:
    of = staff.staff()
    make.product(of.supplier)
    with pytest.raises(Refused, match="reason-needed"), transaction():
        admission.decide(of.supplier.id, SupplierAct.SUSPEND, by=of.operator)
    assert status(of.supplier.id) is SupplierStatus.ACTIVE
    with transaction():
        admission.decide(of.supplier.id, SupplierAct.SUSPEND, by=of.operator, reason="质量投诉")
    assert offer_queries.sellable_list(for_units=True) == []


def test_the_clock_suspends_the_day_after_the_licence_ended_and_nobody_admits_it(app: Flask) -> None:
    of = staff.staff()
    yesterday = clock.today() - timedelta(days=1)
    ended, lasting = make.supplier(licence_valid_to=yesterday), make.supplier(licence_valid_to=clock.today())
    with transaction():
        assert admission.suspend_expired() == 1
    assert (status(ended.id), status(lasting.id)) == (SupplierStatus.SUSPENDED, SupplierStatus.ACTIVE)
    with pytest.raises(Refused, match="licence-ended"), transaction():
        admission.decide(ended.id, SupplierAct.RESUME, by=of.operator)
    assert status(ended.id) is SupplierStatus.SUSPENDED


def test_freight_is_set_and_set_again(app: Flask) -> None:
    of = staff.staff()
    for base in (800, 1_000):
        with transaction():
            admission.set_freight(base, 9_900, by=of.clerk)
