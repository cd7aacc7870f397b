"""An application on its way through the five steps: its queue, its clock, its papers, two at once, and the end."""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import DBAPIError

from catalog.models.certification import Certification, CertificationEvent, FeeCase, FeeLetter, Finding, Inspection
from catalog.models.product import Certificate, CertificateProduct
from catalog.queries import certification_case, certification_clock, certifications, inspections
from catalog.rules.certificates import CertificateKind, CertificateStatus
from catalog.rules.certification import (
    CertificationState,
    FeePayer,
    Ground,
    InspectionConclusion,
    MaterialState,
    MonitoringResult,
    SiteVerdict,
)
from catalog.services import certification, certification_moves, certification_office
from catalog.services import inspections as visits
from core import clock, settings
from core.db import db, transaction
from core.errors import Missing, Refused
from core.people.models import SentMessage
from tests import make
from tests.make import catalogue_staff
from tests.make import certification as cert
from tests.make.catalog import VILLAGE
from tests.make.certification import Office
from tests.support.threads import at_once

S = CertificationState
OTHER_VILLAGE = "220681103201"
MORNING = datetime(2026, 11, 23, 1, tzinfo=UTC)


@pytest.fixture
def of(app: Flask) -> Office:
    make.village_is_exited()
    return cert.office()


def events(id_: int) -> list[tuple[str, str]]:
    rows = db.session.execute(
        sa.select(CertificationEvent.act, CertificationEvent.state)
        .where(CertificationEvent.certification_id == id_)
        .order_by(CertificationEvent.id)
    )
    return [(row[0].value, row[1].value) for row in rows]


def test_from_the_draft_to_the_register(of: Office) -> None:
    product = catalogue_staff.brought_to_shelf(of.of)
    id_ = cert.brought_to(of, S.SENT, product_ids=frozenset({product.id}))
    with transaction():
        certification_office.grant(id_, cert.certificate_paper(), by=of.officer)

    done = cert.row(id_)
    held = db.session.get_one(Certificate, done.certificate_id)
    assert (done.state, done.is_exited, done.decided_on, done.due_on) == (S.GRANTED, True, clock.today(), None)
    assert (held.supplier_id, held.status) == (of.of.supplier.id, CertificateStatus.PENDING)
    assert (held.number, held.approved_output_g) == ("LB-20-2611071234A", 5_000_000)
    assert db.session.scalars(sa.select(CertificateProduct.product_id)).all() == [product.id]
    assert [state for _, state in events(id_)] == [
        "intake", "inspection", "monitoring", "review", "submission", "sent", "granted",
    ]  # fmt: skip


def test_it_is_not_handed_in_without_its_papers(of: Office) -> None:
    with transaction():
        made = certification.start(cert.draft(), by=of.clerk)
    with pytest.raises(Refused, match="certification-papers-lacking"), transaction():
        certification.hand_in(made.id, by=of.clerk)

    assert cert.row(made.id).state is S.DRAFT
    assert events(made.id) == []


def test_the_exited_village_is_computed_and_comes_first(of: Office) -> None:
    other = cert.office(catalogue_staff.staff(make.supplier()))
    make.village_is_exited(OTHER_VILLAGE, exited=False)
    with clock.frozen(MORNING):
        ordinary = cert.handed_in(other, grounds=(Ground(OTHER_VILLAGE, 100),))
    with clock.frozen(MORNING + timedelta(hours=1)):
        exited = cert.handed_in(of)
        board = certifications.board()
    intake = board[0]

    assert [card.certification_id for card in intake.cards] == [exited, ordinary]
    assert [card.is_exited for card in intake.cards] == [True, False]
    assert (intake.state, intake.total, intake.late) == (S.INTAKE, 2, 0)


def test_waiting_for_the_applicant_stops_the_clock(of: Office) -> None:
    with clock.frozen(MORNING):
        id_ = cert.handed_in(of)
        assert cert.row(id_).due_on == date(2026, 12, 7)
    with clock.frozen(MORNING + timedelta(days=2)), transaction():
        certification_office.ask(id_, "缺少地块图", at=S.INTAKE, by=of.officer)
    assert (cert.row(id_).is_waiting, cert.row(id_).due_on) == (True, None)
    assert "缺少地块图" in db.session.scalars(sa.select(SentMessage.text)).one()
    with clock.frozen(MORNING + timedelta(days=9)):
        assert certification_clock.reckonings([id_])[id_].used_days == 2
        with pytest.raises(Refused, match="certification-waiting"), transaction():
            cert_pass(of, id_)
        with transaction():
            certification.answer(id_, "已补", by=of.clerk)
    row = cert.row(id_)
    assert (row.is_waiting, row.due_on) == (False, date(2026, 12, 14))
    assert events(id_) == [("apply", "intake"), ("ask", "intake"), ("answer", "intake")]


def cert_pass(of: Office, id_: int, at: CertificationState = S.INTAKE) -> None:
    certification_office.pass_step(id_, at=at, by=of.officer)


def test_a_step_has_the_limit_of_the_day_on_which_it_began(of: Office) -> None:
    with clock.frozen(MORNING):
        early = cert.handed_in(of)
        with transaction():
            settings.put("certification.days.intake", 3, valid_from=date(2026, 11, 24), reason="提速", author_id=None)
    with clock.frozen(MORNING + timedelta(days=1)):
        late = cert.handed_in(of)
    assert (cert.row(early).due_on, cert.row(late).due_on) == (date(2026, 12, 7), date(2026, 11, 27))


def test_new_holidays_move_the_last_good_day(of: Office) -> None:
    with clock.frozen(MORNING):
        id_ = cert.handed_in(of)
        with transaction():
            settings.put(
                "calendar.holidays", ["2026-12-01", "2026-12-02"], valid_from=date(2026, 1, 1), reason="x",
                author_id=None,
            )  # fmt: skip
        with transaction():
            assert certification_moves.reckon_open() == 1
    assert cert.row(id_).due_on == date(2026, 12, 9)


def test_late_is_red_on_the_next_working_day_only(of: Office) -> None:
    with clock.frozen(MORNING):
        id_ = cert.handed_in(of)
    for days, late in ((14, 0), (15, 1)):
        with clock.frozen(MORNING + timedelta(days=days)):
            assert certifications.board()[0].late == late
            assert certification_clock.reckonings([id_])[id_].is_over == bool(late)


def test_a_returned_paper_comes_back_before_the_clock_goes_on(of: Office) -> None:
    id_ = cert.handed_in(of)
    paper = certification_case.papers_of(id_)[0]
    with pytest.raises(Refused, match="reason-needed"), transaction():
        certification_office.judge_paper(id_, paper.material_id, accepted=False, reason=" ", by=of.officer)
    with transaction():
        certification_office.judge_paper(id_, paper.material_id, accepted=False, reason="未加盖公章", by=of.officer)
        certification_office.ask(id_, "请重交申请书", at=S.INTAKE, by=of.officer)
    with pytest.raises(Refused, match="certification-papers-lacking"), transaction():
        certification.answer(id_, "", by=of.clerk)
    with transaction():
        certification.give_paper(id_, paper.material_id, cert.a_file(of.clerk), by=of.clerk)
        certification.answer(id_, "", by=of.clerk)
    assert certification_case.papers_of(id_)[0].state is MaterialState.GIVEN
    with pytest.raises(Refused, match="certification-papers-unaccepted"), transaction():
        cert_pass(of, id_)
    cert.ticked(of, id_)
    with pytest.raises(Refused, match="certification-paper-accepted"), transaction():
        certification.give_paper(id_, paper.material_id, cert.a_file(of.clerk), by=of.clerk)
    with transaction():
        cert_pass(of, id_)
    assert cert.row(id_).state is S.INSPECTION


def test_two_officers_at_once_pass_one_step_and_not_two(app: Flask, of: Office) -> None:
    id_ = cert.brought_to(of, S.MONITORING)
    cert.measured(of, id_)

    def go() -> None:
        with transaction():
            certification_office.pass_step(id_, at=S.MONITORING, by=of.officer)

    results = at_once(app, go, go)

    assert [getattr(r, "code", "ok") for r in results if r] == ["certification-moved"]
    assert cert.row(id_).state is S.REVIEW


def test_the_site_needs_two_different_inspectors_of_the_office(of: Office) -> None:
    id_ = cert.brought_to(of, S.INSPECTION)
    stranger = cert.office(catalogue_staff.staff(make.supplier()))
    today = clock.today()
    for lead, second, on, code in (
        (of.lead, of.lead, today, "inspection-two-people"),
        (of.lead, of.officer, today, "inspection-nobody"),
        (of.lead, stranger.second, today, "inspection-nobody"),
        (of.lead, of.second, today - timedelta(days=1), "inspection-past"),
    ):
        with pytest.raises(Refused, match=code), transaction():
            visits.plan(id_, planned_on=on, lead_id=lead.person_id, second_id=second.person_id, by=of.officer)
    assert db.session.scalars(sa.select(Inspection)).all() == []


def test_both_sign_and_only_then_it_goes_on(of: Office) -> None:
    id_ = cert.brought_to(of, S.INSPECTION)
    with transaction():
        visit = visits.plan(
            id_, planned_on=clock.today(), lead_id=of.lead.person_id, second_id=of.second.person_id, by=of.officer
        )
    with pytest.raises(Refused, match="inspection-unfinished"), transaction():
        visits.sign(visit.id, InspectionConclusion.PASSED, by=of.lead)
    cert.noted(of, visit.id)
    with transaction():
        visits.sign(visit.id, InspectionConclusion.PASSED, by=of.lead)
    assert cert.row(id_).state is S.INSPECTION
    with pytest.raises(Refused, match="inspection-signed-by-you"), transaction():
        visits.sign(visit.id, InspectionConclusion.PASSED, by=of.lead)
    with pytest.raises(Refused, match="inspection-signed-already"), transaction():
        visits.plan(
            id_, planned_on=clock.today(), lead_id=of.second.person_id, second_id=of.lead.person_id, by=of.officer
        )
    with transaction():
        visits.sign(visit.id, InspectionConclusion.PASSED, by=of.second)
    assert cert.row(id_).state is S.MONITORING
    with pytest.raises(Refused, match="inspection-closed"), transaction():
        visits.sign(visit.id, InspectionConclusion.PASSED, by=of.second)


def test_both_at_once_end_the_visit_once(app: Flask, of: Office) -> None:
    id_ = cert.brought_to(of, S.INSPECTION)
    with transaction():
        visit_id = visits.plan(
            id_, planned_on=clock.today(), lead_id=of.lead.person_id, second_id=of.second.person_id, by=of.officer
        ).id
    cert.noted(of, visit_id)

    def signed(who: object) -> object:
        def go() -> None:
            with transaction():
                visits.sign(visit_id, InspectionConclusion.PASSED, by=who)  # type: ignore[arg-type]

        return go

    assert at_once(app, signed(of.lead), signed(of.second)) == [None, None]  # type: ignore[arg-type]
    assert cert.row(id_).state is S.MONITORING
    assert [act for act, _ in events(id_)].count("pass") == 2


def test_a_finding_after_a_signature_asks_for_it_again(of: Office) -> None:
    id_ = cert.brought_to(of, S.INSPECTION)
    with transaction():
        visit_id = visits.plan(
            id_, planned_on=clock.today(), lead_id=of.lead.person_id, second_id=of.second.person_id, by=of.officer
        ).id
    cert.noted(of, visit_id)
    with transaction():
        visits.sign(visit_id, InspectionConclusion.PASSED, by=of.lead)
    item = inspections.sheet(visit_id, of.second).items[0]
    with transaction():
        visits.note(visit_id, [visits.Found(item.check_id, SiteVerdict.UNFIT, "有农药瓶")], by=of.second)
    with pytest.raises(Refused, match="inspection-unfit-passed"), transaction():
        visits.sign(visit_id, InspectionConclusion.PASSED, by=of.second)
    for who in (of.second, of.lead):
        with transaction():
            visits.sign(visit_id, InspectionConclusion.CORRECT, "清理后复查" if who is of.second else "", by=who)
    row = cert.row(id_)
    assert (row.state, row.is_waiting) == (S.INSPECTION, True)
    with transaction():
        certification.answer(id_, "已清理", by=of.clerk)
    cert.visited(of, id_)
    assert cert.row(id_).state is S.MONITORING
    assert len(db.session.scalars(sa.select(Inspection)).all()) == 2


def test_two_who_differ_do_not_end_it(of: Office) -> None:
    id_ = cert.brought_to(of, S.INSPECTION)
    with transaction():
        visit_id = visits.plan(
            id_, planned_on=clock.today(), lead_id=of.lead.person_id, second_id=of.second.person_id, by=of.officer
        ).id
    cert.noted(of, visit_id, SiteVerdict.UNFIT)
    with transaction():
        visits.sign(visit_id, InspectionConclusion.CORRECT, "整改", by=of.lead)
    with pytest.raises(Refused, match="inspection-conclusion-differs"), transaction():
        visits.sign(visit_id, InspectionConclusion.FAILED, "", by=of.second)
    assert cert.row(id_).state is S.INSPECTION


def test_without_a_good_report_nothing_is_reviewed(of: Office) -> None:
    id_ = cert.brought_to(of, S.MONITORING)
    bad = certification_office.Measurement(
        MonitoringResult.FAILED, agency="示例中心", report_no="1", sampled_on=clock.today()
    )
    exempt = certification_office.Measurement(MonitoringResult.EXEMPT, reason="三年内测过同一基地")
    with pytest.raises(Refused, match="monitoring-missing"), transaction():
        cert_pass(of, id_, S.MONITORING)
    with transaction():
        certification_office.measure(id_, bad, by=of.officer)
    with pytest.raises(Refused, match="monitoring-missing"), transaction():
        cert_pass(of, id_, S.MONITORING)
    with transaction():
        certification_office.measure(id_, exempt, by=of.officer)
        cert_pass(of, id_, S.MONITORING)
    assert cert.row(id_).state is S.REVIEW


def test_the_fee_case_and_its_letter(of: Office) -> None:
    id_ = cert.handed_in(of)
    with pytest.raises(Refused, match="fee-standard-missing"), transaction():
        certification_office.write_letter(id_, "示例中心", 100, by=of.officer)
    with transaction():
        certification_office.put_fee(
            id_, standard_fen=800_000, reduction_fen=0, payer=FeePayer.NOBODY, document="", by=of.officer
        )
    with pytest.raises(Refused, match="letter-asks-too-much"), transaction():
        certification_office.write_letter(id_, "示例中心", 800_001, by=of.officer)
    with transaction():
        letter = certification_office.write_letter(id_, "示例中心", 400_000, "脱贫村", by=of.officer)
        certification_office.put_fee(
            id_, standard_fen=800_000, reduction_fen=400_000, payer=FeePayer.COUNTY, document="复函1号", by=of.officer
        )
    fee = certification_case.newest_fee(id_)
    assert fee is not None
    assert (fee.reduction_fen, fee.payer) == (400_000, FeePayer.COUNTY)
    assert letter.letter_no.startswith("JM")
    assert len(db.session.scalars(sa.select(FeeLetter)).all()) == 1


def test_renewing_fills_in_and_marks_what_comes_late(of: Office) -> None:
    product = catalogue_staff.brought_to_shelf(of.of)
    soon = clock.today() + timedelta(days=60)
    old = make.certificate(of.of.supplier, CertificateKind.GREEN, product.id, valid_to=soon)
    given = certification.from_certificate(old.id, of.clerk)
    assert (given.kind, given.product_ids, given.renews_id) == (CertificateKind.GREEN, {product.id}, old.id)
    assert [ground.village_code for ground in given.grounds] == [VILLAGE]
    id_ = cert.handed_in(of, renews_id=old.id)
    assert cert.row(id_).is_late
    later = make.certificate(of.of.supplier, CertificateKind.GREEN, valid_to=soon + timedelta(days=60))
    assert not cert.row(cert.handed_in(of, renews_id=later.id)).is_late
    with pytest.raises(Refused, match="certification-renews-another-kind"), transaction():
        certification.start(cert.draft(kind=CertificateKind.ORGANIC, renews_id=old.id), by=of.clerk)


def test_another_ones_application_is_not_there(of: Office) -> None:
    stranger = cert.office(catalogue_staff.staff(make.supplier()))
    product = catalogue_staff.brought_to_shelf(stranger.of)
    id_ = cert.handed_in(of)
    acts = (
        lambda: certification.withdraw(id_, "x", by=stranger.clerk),
        lambda: certification.hand_in(id_, by=stranger.clerk),
        lambda: certification_case.get(id_, stranger.clerk),
        lambda: certification_case.get(id_, of.lead),
        lambda: certification.start(cert.draft(product_ids=frozenset({product.id})), by=of.clerk),
        lambda: certification.start(cert.draft(grounds=(Ground("220681", 1),)), by=of.clerk),
        lambda: certification.from_certificate(10**9, of.clerk),
    )
    for act in acts:
        with pytest.raises(Missing), transaction():
            act()
    assert events(id_) == [("apply", "intake")]
    drafted = cert.written(of)
    with pytest.raises(Missing):
        certification_case.get(drafted, of.officer)


def test_a_visit_is_its_two_inspectors(of: Office) -> None:
    id_ = cert.brought_to(of, S.INSPECTION)
    third = make.actor(make.seat(of.body, *of.lead.roles), of.body, *of.lead.roles)
    with transaction():
        visit_id = visits.plan(
            id_, planned_on=clock.today(), lead_id=of.lead.person_id, second_id=of.second.person_id, by=of.officer
        ).id
    for act in (
        lambda: visits.note(visit_id, [], by=third),
        lambda: visits.sign(visit_id, InspectionConclusion.PASSED, by=third),
        lambda: inspections.sheet(visit_id, third),
        lambda: inspections.sheet(visit_id, of.clerk),
    ):
        with pytest.raises(Missing), transaction():
            act()
    assert inspections.due_count(of.lead) == 1
    assert inspections.due_count(third) == 0


def test_taken_back_is_for_good(of: Office) -> None:
    id_ = cert.handed_in(of)
    with pytest.raises(Refused, match="reason-needed"), transaction():
        certification.withdraw(id_, " ", by=of.clerk)
    with transaction():
        certification.withdraw(id_, "改为明年申报", by=of.clerk)
    with pytest.raises(Refused, match="state-forbids-act"), transaction():
        certification.hand_in(id_, by=of.clerk)
    row = cert.row(id_)
    assert (row.state, row.due_on, row.decided_on) == (S.WITHDRAWN, None, clock.today())


@pytest.mark.parametrize("model", [CertificationEvent, Finding, FeeCase])
def test_the_database_keeps_the_facts(of: Office, model: type) -> None:
    id_ = cert.brought_to(of, S.MONITORING)
    with transaction():
        certification_office.put_fee(
            id_, standard_fen=1, reduction_fen=0, payer=FeePayer.NOBODY, document="", by=of.officer
        )
    with pytest.raises(DBAPIError), transaction():
        db.session.execute(sa.delete(model))


def test_the_list_walks_by_key(of: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(certifications, "PAGE", 2)
    other = cert.office(catalogue_staff.staff(make.supplier()))
    make.village_is_exited(OTHER_VILLAGE, exited=False)
    ids = [cert.handed_in(other, grounds=(Ground(OTHER_VILLAGE, 1),)) for _ in range(2)]
    first = [cert.handed_in(of) for _ in range(3)]
    seen, after = [], ""
    for _ in range(3):
        cards, after = certifications.listed(certifications.Filter(), after)
        seen += [card.certification_id for card in cards]
    assert (seen, after) == ([*first, *ids], "")
    for mark in ("x", "1_9", "2_1_1", "1_99999999999999999999_1", "0_-1_1"):
        cards, _ = certifications.listed(certifications.Filter(), mark)
        assert [card.certification_id for card in cards] == first[:2]
    assert len(db.session.scalars(sa.select(Certification)).all()) == 5
