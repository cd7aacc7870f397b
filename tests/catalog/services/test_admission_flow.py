"""From an application to a supplier: each desk's word, the clock, versions, objections, what comes into being."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from catalog.models.admission import AdmissionApplication, AdmissionObjection, AdmissionStep, AdmissionVersion
from catalog.models.supplier import LinkageAgreement, Supplier
from catalog.queries import applications as queries
from catalog.rules.admission import AdmissionAct, AdmissionState, ApplicantKind, PaperKind
from catalog.rules.supplier import SupplierStatus
from catalog.services import admission_review, applications, publications
from core import clock
from core.access.roles import Role
from core.db import db, transaction
from core.errors import Missing, Refused
from core.organisations.models import Membership, Organisation
from tests import make
from tests.make import admission
from tests.support.threads import at_once

PASS, BACK, NO = AdmissionAct.PASS, AdmissionAct.SEND_BACK, AdmissionAct.REFUSE
S = AdmissionState


def steps(found: AdmissionApplication) -> list[tuple[str, str]]:
    rows = db.session.scalars(sa.select(AdmissionStep).where(AdmissionStep.application_id == found.id))
    return [(row.act.value, row.to_state) for row in sorted(rows, key=lambda row: row.id)]


def test_four_desks_and_seven_days_make_a_supplier_with_its_clerk(app: Flask) -> None:
    by, who = admission.officers(), make.actor(make.person("申请人"))
    found = admission.admitted(by, admission.draft("示例山货合作社", agreements=2), by=who)

    assert found.state is S.ACTIVE
    supplier = db.session.get_one(Supplier, found.supplier_id)
    body = db.session.get_one(Organisation, supplier.organisation_id)
    assert (supplier.status, body.name, body.uscc) == (SupplierStatus.ACTIVE, "示例山货合作社", found.uscc)
    seats = db.session.scalars(sa.select(Membership.role).where(Membership.person_id == who.person_id)).all()
    assert set(seats) == {Role.SUPPLIER_CLERK, Role.ORGANISATION_ADMIN}
    assert db.session.scalars(sa.select(LinkageAgreement.signed_on)).all() == [clock.today()] * 2
    assert [to for _, to in steps(found)] == ["township", "agriculture", "linkage", "publication", "active"]


def test_each_reviewer_is_named_and_nobody_passes_two_checks(app: Flask) -> None:
    by = admission.officers()
    found = admission.application()
    admission.decided(found, PASS, by.township)
    both = replace(by.agriculture, person_id=by.township.person_id)
    with pytest.raises(Refused, match="reviewer-twice"):
        admission.decided(found, PASS, both)
    assert steps(found)[-1] == ("pass", "agriculture")
    assert queries.timeline(found.id)[0].person == "示例township"


def test_a_desk_judges_only_what_lies_there_and_gives_a_reason(app: Flask) -> None:
    by = admission.officers()
    found = admission.application()
    with pytest.raises(Refused, match="admission-not-your-desk"):
        admission.decided(found, PASS, by.agriculture)
    for act in (BACK, NO):
        with pytest.raises(Refused, match="reason-needed"):
            admission.decided(found, act, by.township, reason=" ")
    assert len(steps(found)) == 1


def test_another_townships_application_is_not_there(app: Flask) -> None:
    other, found = admission.officers(town="220681105"), admission.application()
    with pytest.raises(Missing):
        admission.decided(found, PASS, other.township)
    with pytest.raises(Missing):
        queries.get_for_review(found.application_no, other.township)


def test_a_strangers_application_is_not_there(app: Flask) -> None:
    found, stranger = admission.application(submitted=False), make.actor(make.person())
    for act in (
        lambda: applications.submit(found.application_no, by=stranger),
        lambda: applications.withdraw(found.application_no, by=stranger),
        lambda: applications.save(found.application_no, admission.draft(), by=stranger),
        lambda: queries.get_own(found.application_no, stranger),
    ):
        with pytest.raises(Missing), transaction():
            act()


def test_the_township_has_five_working_days_and_a_return_stops_its_clock(app: Flask) -> None:
    by, who = admission.officers(), make.actor(make.person())
    with clock.frozen(clock.day_start(make.day("2026-11-23"))):  # a Monday
        found = admission.application(by=who)
        assert found.due_on == make.day("2026-11-30")
    with clock.frozen(clock.day_start(make.day("2026-11-25"))):
        admission.decided(found, BACK, by.township)
        assert (found.state, found.due_on, found.spent_days) == (S.RETURNED, None, 2)
    with clock.frozen(clock.day_start(make.day("2026-12-07"))), transaction():
        applications.add_paper(found.application_no, PaperKind.OTHER, admission.paper(who), by=who)
        applications.submit(found.application_no, by=who)
        assert (found.state, found.due_on) == (S.TOWNSHIP, make.day("2026-12-10"))


def test_a_return_comes_back_to_its_desk_as_a_new_version(app: Flask) -> None:
    by, who, what = admission.officers(), make.actor(make.person()), admission.draft()
    found = admission.application(what, by=who)
    admission.decided(found, PASS, by.township)
    admission.decided(found, BACK, by.agriculture, reason="请补检测报告")
    with pytest.raises(Refused, match="nothing-changed"), transaction():
        applications.submit(found.application_no, by=who)
    with transaction():
        applications.save(found.application_no, replace(what, goods="黑木耳、灵芝"), by=who)
        applications.submit(found.application_no, by=who)
    assert (found.state, found.version_no) == (S.AGRICULTURE, 2)
    assert [change.name for change in queries.changes(found)] == ["goods"]
    kept = db.session.scalars(sa.select(AdmissionVersion).order_by(AdmissionVersion.version_no)).all()
    assert [version.facts["goods"] for version in kept] == ["黑木耳", "黑木耳、灵芝"]


def test_who_changes_what_the_township_judged_starts_there_again(app: Flask) -> None:
    by, who, what = admission.officers(), make.actor(make.person()), admission.draft()
    found = admission.application(what, by=who)
    admission.decided(found, PASS, by.township)
    admission.decided(found, BACK, by.agriculture)
    with transaction():
        applications.save(found.application_no, replace(what, legal_person="另一人"), by=who)
        applications.submit(found.application_no, by=who)
    assert found.state is S.TOWNSHIP


def test_two_clicks_at_once_are_one_decision(app: Flask) -> None:
    by, found = admission.officers(), admission.application()
    number, version = found.application_no, found.version_no
    db.session.rollback()

    def click(act: AdmissionAct) -> str:
        with transaction():
            admission_review.decide(number, act, seen=S.TOWNSHIP, version_no=version, by=by.township, reason="原因")
        return "done"

    answers = at_once(app, lambda: click(PASS), lambda: click(NO))
    assert sorted(str(a) for a in answers) == ["admission-moved-on", "done"]
    assert len(steps(found)) == 2


def test_a_grower_as_a_person_is_told_the_way(app: Flask) -> None:
    with pytest.raises(Refused, match="grower-needs-aggregator"), transaction():
        applications.start(admission.draft(kind=ApplicantKind.GROWER), by=make.actor(make.person()))
    assert db.session.scalar(sa.select(sa.func.count()).select_from(AdmissionApplication)) == 0


def test_a_trader_needs_an_active_producer_and_its_paper(app: Flask) -> None:
    who, producer = make.actor(make.person()), make.supplier()
    what = admission.draft(kind=ApplicantKind.TRADER, agreements=0)
    found = admission.application(what, by=who, submitted=False)
    lacks = queries.check_list(found)
    assert [lack.value for lack in lacks.lacks] == ["producer"]
    assert lacks.missing == (PaperKind.AUTHORISATION,)
    with transaction():
        applications.save(found.application_no, replace(what, producer_id=producer.id), by=who)
        applications.add_paper(found.application_no, PaperKind.AUTHORISATION, admission.paper(who), by=who)
        db.session.get_one(Supplier, producer.id).status = SupplierStatus.SUSPENDED
    with pytest.raises(Refused, match="producer-not-active"), transaction():
        applications.submit(found.application_no, by=who)
    assert found.state is S.DRAFT


def test_an_incomplete_application_is_not_handed_in(app: Flask) -> None:
    who = make.actor(make.person())
    found = admission.application(by=who, papers=(PaperKind.LICENCE,), submitted=False)
    with pytest.raises(Refused, match="application-incomplete"), transaction():
        applications.submit(found.application_no, by=who)
    assert (found.version_no, steps(found)) == (0, [])


def test_where_a_seller_is_registered_is_never_asked(app: Flask) -> None:
    """Rule 39: a body of another province whose goods grow here passes every desk."""
    by = admission.officers()
    found = admission.admitted(by, admission.draft(uscc=admission.uscc(division="440305")))
    assert found.state is S.ACTIVE


def test_one_credit_code_has_one_open_application_even_at_the_same_moment(app: Flask) -> None:
    code, people = admission.uscc(), [make.actor(make.person()) for _ in range(2)]
    made = [admission.application(admission.draft(uscc=code), by=who, submitted=False) for who in people]
    numbers = [one.application_no for one in made]
    db.session.rollback()

    def hand_in(place: int) -> str:
        with transaction():
            applications.submit(numbers[place], by=people[place])
        return "done"

    answers = at_once(app, lambda: hand_in(0), lambda: hand_in(1))
    assert sorted(str(a) for a in answers) == ["admission-uscc-open", "done"]


def test_an_objection_is_answered_before_anybody_sells(app: Flask) -> None:
    by, neighbour = admission.officers(), make.actor(make.person("邻居"))
    found = admission.published(by)
    with transaction():
        made = publications.object_to(found.application_no, "产地不在这个村，请核实", by=neighbour)
    with clock.shifted(timedelta(days=8)):
        with transaction():
            assert publications.activate_due() == (0, 1)
        with pytest.raises(Refused, match="objection-unanswered"), transaction():
            publications.activate(found.application_no, by=by.operator)
        with transaction():
            publications.answer(made.id, "已到村核实，属实", is_upheld=False, by=by.operator)
        with pytest.raises(Refused, match="objection-answered"), transaction():
            publications.answer(made.id, "再答一次", is_upheld=True, by=by.operator)
        with transaction():
            assert publications.activate_due() == (1, 0)


def test_an_upheld_objection_leads_to_a_return_and_a_new_publication(app: Flask) -> None:
    by, who, what = admission.officers(), make.actor(make.person()), admission.draft()
    found = admission.published(by, what, by=who)
    with transaction():
        said, neighbour = "协议上的签字不是农户本人签的", make.actor(make.person())
        made = publications.object_to(found.application_no, said, by=neighbour)
        publications.answer(made.id, "属实", is_upheld=True, by=by.operator)
    with clock.shifted(timedelta(days=8)):
        with pytest.raises(Refused, match="objection-upheld"), transaction():
            publications.activate(found.application_no, by=by.operator)
        admission.decided(found, BACK, by.operator, reason="重签协议")
        with transaction():
            applications.save(found.application_no, replace(what, agreements=what.agreements * 1, goods="木耳"), by=who)
            applications.submit(found.application_no, by=who)
        assert found.state is S.LINKAGE
        admission.decided(found, PASS, by.linkage)
        assert found.state is S.PUBLICATION
    with clock.shifted(timedelta(days=17)), transaction():
        assert publications.activate_due() == (1, 0)


@pytest.mark.parametrize(("days", "answer"), [(7, "publication-runs"), (8, None)])
def test_the_seventh_day_still_belongs_to_the_public(app: Flask, days: int, answer: str | None) -> None:
    by = admission.officers()
    found = admission.published(by)
    with clock.shifted(timedelta(days=days)):
        if answer:
            with pytest.raises(Refused, match=answer), transaction():
                publications.activate(found.application_no, by=by.operator)
            with transaction():
                publications.object_to(found.application_no, "最后一天也可以提异议", by=make.actor(make.person()))
        else:
            with pytest.raises(Refused, match="publication-over"), transaction():
                publications.object_to(found.application_no, "过期了不能再提异议", by=make.actor(make.person()))
            assert db.session.scalar(sa.select(sa.func.count()).select_from(AdmissionObjection)) == 0


def test_a_buyer_of_a_unit_hands_in_nothing(app: Flask) -> None:
    line = make.line()
    orderer = line.orderer.actor
    found = admission.application(by=orderer, submitted=False)
    with pytest.raises(Refused, match="applicant-role-clash"), transaction():
        applications.submit(found.application_no, by=orderer)


@pytest.mark.parametrize("table", ["supplier", "admission_application", "admission_paper"])
def test_the_database_deletes_nothing(app: Flask, table: str) -> None:
    admission.admitted(admission.officers())
    with pytest.raises(sa.exc.DBAPIError), transaction():
        db.session.execute(sa.text(f"DELETE FROM {table}"))
