"""Looks, licences, bans, recognition, traders: what happens to a supplier after its admission (rules 65–67)."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from catalog.models.benefit import LinkageScore
from catalog.models.supplier import Supplier
from catalog.models.supplier_life import LeadEntry, SupplierBan, SupplierCheck
from catalog.queries import leads as lead_queries
from catalog.queries import offers as offer_queries
from catalog.queries import producers, supplier_checks
from catalog.rules.supplier import EntityType, SupplierAct, SupplierStatus
from catalog.rules.supplier_life import BanGround, CheckOutcome, LeadDecision
from catalog.services import admission as operator
from catalog.services import applications, leads, supplier_life
from core import clock
from core.access.actor import Actor
from core.access.roles import OrganisationKind, Role
from core.db import db, transaction
from core.errors import Missing, Refused
from core.organisations.models import Organisation
from core.people.models import SentMessage
from tests import make
from tests.make import admission
from tests.make.catalog import VILLAGE
from tests.support.threads import at_once


def count(table: type) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def officer() -> Actor:
    body = make.organisation(OrganisationKind.AGRICULTURE)
    return make.actor(make.seat(body, Role.AGRICULTURE_OFFICER), body, Role.AGRICULTURE_OFFICER)


def effect(of: Supplier, *, households: int = 12, verified_fen: int = 60_000_00, score: int = 7_000) -> None:
    """A verified effect as the nightly computation writes it."""
    with transaction():
        db.session.add(
            LinkageScore(
                supplier_id=of.id, quarter="2026Q3", version_no=count(LinkageScore) + 1, score=score, rank=1,
                verified_fen=verified_fen, households=households, is_preferred=True, is_provisional=False, inputs={},
                inputs_hash="", created_at=clock.now(),
            )
        )  # fmt: skip


# --- looks ------------------------------------------------------------------------------------------


def test_a_supplier_is_looked_at_every_six_months(app: Flask) -> None:
    by = admission.officers()
    found = admission.admitted(by)
    assert supplier_checks.due(by.township) == []
    with clock.shifted(timedelta(days=8 + 160)):
        (row,) = supplier_checks.due(by.township)
        assert not row.is_overdue
        assert supplier_checks.due_count(by.township) == 1
    with clock.shifted(timedelta(days=8 + 200)):
        assert supplier_checks.overdue_count(town_code=by.township.place_code) == 1
        with transaction():
            supplier_life.check(row.supplier_id, CheckOutcome.PASSED, due_on=row.due_on, note="", by=by.township)
        assert supplier_checks.due(by.township) == []
    assert found.supplier_id == row.supplier_id


def test_a_failed_look_stops_new_orders_and_needs_its_reason(app: Flask) -> None:
    by, seller = admission.officers(), make.supplier()
    make.product(seller)
    due = supplier_checks.due_of(seller)
    with pytest.raises(Refused, match="note-needed"), transaction():
        supplier_life.check(seller.id, CheckOutcome.FAILED, due_on=due, note=" ", by=by.township)
    assert (count(SupplierCheck), len(offer_queries.sellable_list(for_units=True))) == (0, 1)
    with transaction():
        supplier_life.check(seller.id, CheckOutcome.FAILED, due_on=due, note="已停产", by=by.township)
    assert offer_queries.sellable_list(for_units=True) == []


def test_another_township_does_not_look(app: Flask) -> None:
    other, seller = admission.officers(town="220681105"), make.supplier()
    due = supplier_checks.due_of(seller)
    with pytest.raises(Missing), transaction():
        supplier_life.check(seller.id, CheckOutcome.PASSED, due_on=due, note="", by=other.township)
    with pytest.raises(Missing):
        supplier_checks.get(seller.id, other.township)


def test_two_clerks_at_once_make_one_look(app: Flask) -> None:
    by, seller = admission.officers(), make.supplier()
    supplier_id, due = seller.id, supplier_checks.due_of(seller)
    db.session.rollback()

    def look() -> str:
        with transaction():
            supplier_life.check(supplier_id, CheckOutcome.PASSED, due_on=due, note="", by=by.township)
        return "done"

    assert sorted(str(answer) for answer in at_once(app, look, look)) == ["check-done-already", "done"]


# --- licences ---------------------------------------------------------------------------------------


def test_a_licence_is_warned_of_once_then_stops_new_orders_while_open_ones_go_on(app: Flask) -> None:
    line = make.line()
    offer = make.product(line.supplier)
    shop = db.session.get_one(Organisation, line.supplier.organisation_id)
    clerk = make.seat(shop, Role.SUPPLIER_CLERK)
    order = make.order(line, (offer, 5))
    with transaction():
        db.session.get_one(Supplier, line.supplier.id).licence_valid_to = clock.today() + timedelta(days=20)
    for expected in (1, 0):
        with transaction():
            assert supplier_life.warn_licences() == expected
    assert [row.phone for row in db.session.scalars(sa.select(SentMessage))].count(clerk.phone) == 1
    with clock.shifted(timedelta(days=21)):
        with transaction():
            assert operator.suspend_expired() == 1
        assert offer_queries.sellable_list(for_units=True) == []
        assert make.delivery(line, order).id


# --- exit and ban -----------------------------------------------------------------------------------


def test_a_supplier_leaves_by_itself_and_may_apply_again(app: Flask) -> None:
    by, who = admission.officers(), make.actor(make.person("申请人"))
    what = admission.draft()
    first = admission.admitted(by, what, by=who)
    body = db.session.get_one(Organisation, db.session.get_one(Supplier, first.supplier_id).organisation_id)
    clerk = make.actor(db.session.get_one(type(make.person()), who.person_id), body, Role.SUPPLIER_CLERK)
    with pytest.raises(Refused, match="reason-needed"), transaction():
        operator.leave(" ", by=clerk)
    with transaction():
        assert operator.leave("停产", by=clerk).status is SupplierStatus.REMOVED
    with clock.shifted(timedelta(days=30)):
        again = admission.admitted(by, what, by=who)
    assert again.supplier_id == first.supplier_id
    assert db.session.get_one(Supplier, first.supplier_id).status is SupplierStatus.ACTIVE


@pytest.mark.parametrize(("ground", "years"), [(BanGround.BREACH, 2), (BanGround.FOOD_SAFETY, 3)])
def test_a_banned_code_applies_only_after_its_years(app: Flask, ground: BanGround, years: int) -> None:
    by, who, what = admission.officers(), make.actor(make.person()), admission.draft()
    first = admission.admitted(by, what, by=who)
    with transaction():
        operator.decide(first.supplier_id or 0, SupplierAct.BLACKLIST, by=by.operator, reason="事故", ground=ground)
    until = db.session.scalars(sa.select(SupplierBan.until_on)).one()
    assert until == date(clock.today().year + years, clock.today().month, clock.today().day) - timedelta(days=1)
    other = admission.application(what, by=make.actor(make.person()), submitted=False)
    before = clock.day_start(until)
    with clock.frozen(before):
        with pytest.raises(Refused, match="admission-banned"), transaction():
            applications.submit(other.application_no, by=Actor(other.applicant_id, ""))
        with pytest.raises(Refused, match="ban-runs"), transaction():
            operator.decide(first.supplier_id or 0, SupplierAct.LET_APPLY, by=by.operator)
    assert other.version_no == 0
    with clock.frozen(before + timedelta(days=1)), transaction():
        applications.submit(other.application_no, by=Actor(other.applicant_id, ""))


# --- lead enterprises -------------------------------------------------------------------------------


def test_a_lead_enterprise_is_recognised_on_figures_with_a_document(app: Flask) -> None:
    seller, by = make.supplier("示例龙头"), officer()
    with pytest.raises(Refused, match="lead-criteria"), transaction():
        leads.recognise(seller.id, document="示例文〔2026〕1号", by=by)
    effect(seller)
    with pytest.raises(Refused, match="document-needed"), transaction():
        leads.recognise(seller.id, document=" ", by=by)
    assert count(LeadEntry) == 0
    with transaction():
        leads.recognise(seller.id, document="示例文〔2026〕1号", by=by)
    with pytest.raises(Refused, match="lead-already"), transaction():
        leads.recognise(seller.id, document="示例文〔2026〕1号", by=by)
    (row,) = lead_queries.listed()
    assert (row.name, row.document) == ("示例龙头", "示例文〔2026〕1号")
    assert lead_queries.among([seller.id]) == {seller.id}


@pytest.mark.parametrize(("score", "decision"), [(7_000, LeadDecision.KEPT), (100, LeadDecision.LAPSED)])
def test_a_year_later_the_clock_looks_again(app: Flask, score: int, decision: LeadDecision) -> None:
    seller, by = make.supplier(), officer()
    effect(seller)
    with transaction():
        leads.recognise(seller.id, document="示例文〔2026〕1号", by=by)
    with transaction():
        assert leads.recheck_due() == 0
    effect(seller, score=score)
    with clock.shifted(timedelta(days=366)):
        for expected in (1, 0):
            with transaction():
                assert leads.recheck_due() == expected
    entries = db.session.scalars(sa.select(LeadEntry.decision).order_by(LeadEntry.id)).all()
    assert entries == [LeadDecision.RECOGNISED, decision]
    assert lead_queries.among([seller.id]) == ({seller.id} if decision is LeadDecision.KEPT else set())


def test_a_revoked_recognition_is_off_at_once(app: Flask) -> None:
    seller, by = make.supplier(), officer()
    effect(seller)
    with transaction():
        leads.recognise(seller.id, document="示例文〔2026〕1号", by=by)
        leads.revoke(seller.id, reason="弄虚作假", by=by)
    assert lead_queries.listed() == []


# --- traders ----------------------------------------------------------------------------------------


def test_a_trader_sells_while_an_active_producer_lets_it(app: Flask) -> None:
    by, trader, producer = admission.officers(), make.supplier(), make.supplier()
    with transaction():
        db.session.get_one(Supplier, trader.id).entity_type = EntityType.TRADER
    own = make.product(trader)

    def sold() -> list[int]:
        return [
            each.product_id for each in offer_queries.sellable_list(for_units=True) if each.product_id == own.product_id
        ]

    assert sold() == []
    with transaction():
        made = supplier_life.authorise(trader.id, producer.id, valid_to=None, by=by.operator)
    assert sold() == [own.product_id]
    assert producers.villages(trader.id) == frozenset()
    make.product(producer)
    assert producers.villages(trader.id) == {VILLAGE}
    with transaction():
        operator.decide(producer.id, SupplierAct.SUSPEND, by=by.operator, reason="暂停")
    assert sold() == []
    with transaction():
        operator.decide(producer.id, SupplierAct.RESUME, by=by.operator)
        supplier_life.end_authorisation(made.id, by=by.operator)
    assert sold() == []
    assert producers.villages(trader.id) == frozenset()


def test_only_an_active_producer_stands_behind_a_trader(app: Flask) -> None:
    by, trader, other = admission.officers(), make.supplier(), make.supplier()
    with pytest.raises(Refused, match="not-a-trader"), transaction():
        supplier_life.authorise(trader.id, other.id, valid_to=None, by=by.operator)
    with transaction():
        for one in (trader, other):
            db.session.get_one(Supplier, one.id).entity_type = EntityType.TRADER
    with pytest.raises(Refused, match="producer-not-active"), transaction():
        supplier_life.authorise(trader.id, other.id, valid_to=None, by=by.operator)


def test_a_traders_origin_is_its_producers(app: Flask) -> None:
    """Rule 65: what the producer buys from households counts for the trader, its own agreements are not needed."""
    by, trader, producer = admission.officers(), make.supplier(), make.supplier()
    with transaction():
        db.session.get_one(Supplier, trader.id).entity_type = EntityType.TRADER
        made = supplier_life.authorise(trader.id, producer.id, valid_to=None, by=by.operator)
    make.product(trader, exited=False)
    assert offer_queries.sellable_list(for_units=True) == []
    make.linkage(producer, make.household())
    (offer,) = offer_queries.sellable_list(for_units=True)
    assert offer.is_eligible
    with transaction():
        supplier_life.end_authorisation(made.id, by=by.operator)
    assert offer_queries.sellable_list(for_units=True) == []


def test_a_badge_shows_on_the_suppliers_page(app: Flask) -> None:
    seller, by = make.supplier("示例龙头"), officer()
    make.product(seller)
    effect(seller)
    client = app.test_client()
    assert "帮扶龙头企业</span>" not in client.get(f"/suppliers/{seller.id}").text
    with transaction():
        leads.recognise(seller.id, document="示例文〔2026〕1号", by=by)
    assert "帮扶龙头企业</span>" in client.get(f"/suppliers/{seller.id}").text
    assert "帮扶龙头企业</span>" in client.get("/").text
