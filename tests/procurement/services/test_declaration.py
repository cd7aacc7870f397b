"""A filing from draft to force, and the ways round it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from core import clock
from core.access.roles import OrganisationKind, Role
from core.db import db, transaction
from core.errors import Missing, Refused
from procurement.models.declaration import Declaration, DeclarationEvent
from procurement.models.plan import Envelope
from procurement.models.unit import OpeningFigure
from procurement.queries import declarations
from procurement.rules.amendment import DeclarationKind
from procurement.rules.declaration import CanteenStatus, DeclarationState, PartKind
from procurement.services import assessment, declaration
from procurement.services.declaration import Sheet
from tests import make
from tests.support.threads import at_once

YEAR = 2026


@pytest.fixture(autouse=True)
def in_march() -> Iterator[None]:
    with clock.frozen(datetime(2026, 3, 10, 4, tzinfo=UTC)):
        yield


class Office:
    """A unit with its payer, its superior's reviewer and a finance officer."""

    def __init__(self, *, superior: bool = True) -> None:
        self.bureau = make.unit("示例教育局")
        self.unit = make.unit()
        if superior:
            with transaction():
                self.unit.parent_id = self.bureau.id
        finance = make.organisation(OrganisationKind.FINANCE)
        self.payer = make.actor(make.seat(self.unit, Role.UNIT_PAYER), self.unit, Role.UNIT_PAYER)
        self.reviewer = make.actor(make.seat(self.bureau, Role.SUPERIOR_REVIEWER), self.bureau, Role.SUPERIOR_REVIEWER)
        self.officer = make.actor(make.seat(finance, Role.FINANCE_OFFICER), finance, Role.FINANCE_OFFICER)

    def draft(self, total: int = 1_000_000_00, reserve: int | None = None, **more: Any) -> Declaration:
        least = -(-total // 10)
        own = least if reserve is None else reserve
        sheet = Sheet(
            canteen=more.pop("canteen", CanteenStatus.OWN),
            parts={PartKind.STAFF_MEALS: (total, "预算批复")},
            reserves={"L": own, "N": least, "C": least},
            **more,
        )
        with transaction():
            made = declaration.open_draft(self.unit.id, YEAR, by=self.payer)
            return declaration.save(made.id, sheet, by=self.payer)

    def do(self, verb: Any, *args: Any, by: Any) -> Declaration:
        with transaction():
            made: Declaration = verb(*args, by=by)
        return made

    def confirmed(self, total: int = 1_000_000_00) -> Declaration:
        made = self.draft(total)
        self.do(declaration.submit, made.id, by=self.payer)
        self.do(declaration.review, made.id, by=self.reviewer)
        return self.do(declaration.confirm, made.id, by=self.officer)

    def envelope(self, code: str = "L") -> tuple[int, int]:
        row = db.session.get(Envelope, (self.unit.id, YEAR, code), populate_existing=True)
        return (row.total_fen, row.reserve_fen) if row else (0, 0)


@pytest.fixture
def office(app: Flask) -> Office:
    return Office()


def test_a_filing_walks_to_force_and_brings_the_envelope_along(office: Office) -> None:
    made = office.draft()
    office.do(declaration.submit, made.id, by=office.payer)
    assert made.state is DeclarationState.SUBMITTED
    assert office.envelope() == (0, 0), "submitted is only provisional"
    office.do(declaration.review, made.id, by=office.reviewer)
    office.do(declaration.confirm, made.id, by=office.officer)

    assert declarations.stand(office.unit.id, YEAR).current == made
    assert office.envelope() == (1_000_000_00, 100_000_00)
    acts = db.session.scalars(sa.select(DeclarationEvent.act).order_by(DeclarationEvent.id)).all()
    assert [a.removeprefix("declaration-") for a in acts] == ["opened", "saved", "submitted", "reviewed", "confirmed"]


def test_a_first_level_unit_skips_the_review(app: Flask) -> None:
    office = Office(superior=False)
    made = office.do(declaration.submit, office.draft().id, by=office.payer)

    assert made.state is DeclarationState.REVIEWED


def test_one_fen_below_the_minimum_is_refused(office: Office) -> None:
    """Rule 4: 1,234,567.89 at 10 % needs 123,456.79."""
    made = office.draft(1_234_567_89, 123_456_78)
    with pytest.raises(Refused, match="declaration-reserve-too-low") as refusal, transaction():
        declaration.submit(made.id, by=office.payer)

    assert refusal.value.facts["least_fen"] == 123_456_79
    db.session.refresh(made)
    assert made.state is DeclarationState.DRAFT


def test_far_below_last_years_actual_needs_an_explanation(office: Office) -> None:
    with transaction():
        db.session.add(
            OpeningFigure(
                unit_id=office.unit.id, fiscal_year=YEAR - 1, actual_fen=2_000_000_00, document="示例",
                entered_on=date(2026, 1, 5), created_at=clock.now(),
            )
        )  # fmt: skip
    made = office.draft()
    with pytest.raises(Refused, match="declaration-needs-explanation"), transaction():
        declaration.submit(made.id, by=office.payer)
    office.draft(explanation="学生减少一半")
    assert office.do(declaration.submit, made.id, by=office.payer).state is DeclarationState.SUBMITTED


def test_late_is_accepted_and_marked(office: Office) -> None:
    with clock.frozen(datetime(2026, 3, 31, 16, tzinfo=UTC)):  # 1 April in the county
        made = office.do(declaration.submit, office.draft().id, by=office.payer)

    assert made.is_late


def test_no_canteen_files_zero(office: Office) -> None:
    made = office.draft(canteen=CanteenStatus.NONE)
    office.do(declaration.submit, made.id, by=office.payer)

    assert (made.total_fen, made.state) == (0, DeclarationState.SUBMITTED)


def test_a_member_names_a_unit_that_filed_as_lead(office: Office) -> None:
    lead = Office(superior=False)
    made = office.draft(canteen=CanteenStatus.SHARED_MEMBER, lead_unit_id=lead.unit.id)
    with pytest.raises(Refused, match="declaration-lead-is-none"), transaction():
        declaration.submit(made.id, by=office.payer)
    lead.do(declaration.submit, lead.draft(canteen=CanteenStatus.SHARED_LEAD).id, by=lead.payer)

    assert office.do(declaration.submit, made.id, by=office.payer).state is DeclarationState.SUBMITTED


def test_returned_with_a_reason_and_sent_again(office: Office) -> None:
    made = office.do(declaration.submit, office.draft().id, by=office.payer)
    with pytest.raises(Refused, match="reason-missing"), transaction():
        declaration.send_back(made.id, " ", by=office.reviewer)
    office.do(declaration.send_back, made.id, "依据不全", by=office.reviewer)
    assert (made.state, made.decision_reason) == (DeclarationState.RETURNED, "依据不全")
    office.do(declaration.revise, made.id, by=office.payer)
    office.do(declaration.submit, made.id, by=office.payer)

    assert made.state is DeclarationState.SUBMITTED


def test_others_are_kept_out(office: Office) -> None:
    made = office.draft()
    other = Office()
    for verb, who in ((declaration.submit, other.payer), (declaration.review, other.reviewer)):
        with pytest.raises(Missing), transaction():
            verb(made.id, by=who)


def test_an_upward_amendment_is_in_force_on_submission(office: Office) -> None:
    office.confirmed()
    with transaction():
        raised = declaration.amend_up(office.unit.id, YEAR, 1_200_000_01, "新增一个班", office.payer)

    assert raised.state is DeclarationState.SUBMITTED
    assert declarations.stand(office.unit.id, YEAR).current == raised
    assert office.envelope() == (1_200_000_01, 120_000_01)
    office.do(declaration.send_back, raised.id, "请说明人数", by=office.reviewer)
    assert office.envelope() == (1_000_000_00, 100_000_00)


def test_amending_up_needs_a_filing_and_a_rise(office: Office) -> None:
    with pytest.raises(Refused, match="amendment-without-filing"), transaction():
        declaration.amend_up(office.unit.id, YEAR, 1_00, "原因", office.payer)
    office.confirmed()
    with pytest.raises(Refused, match="amendment-not-up"), transaction():
        declaration.amend_up(office.unit.id, YEAR, 1_000_000_00, "原因", office.payer)


def test_a_fall_waits_for_finance(office: Office) -> None:
    office.confirmed()
    lower = office.draft(900_000_00, explanation="停办一个食堂")
    office.do(declaration.submit, lower.id, by=office.payer)
    assert lower.kind is DeclarationKind.AMENDMENT
    assert office.envelope() == (1_000_000_00, 100_000_00)
    office.do(declaration.review, lower.id, by=office.reviewer)
    office.do(declaration.confirm, lower.id, by=office.officer)

    assert office.envelope() == (900_000_00, 90_000_00)


def test_a_silent_unit_is_assessed_ten_working_days_after_the_window(office: Office) -> None:
    with transaction():
        db.session.add(
            OpeningFigure(
                unit_id=office.unit.id, fiscal_year=YEAR - 1, actual_fen=800_000_05, document="示例",
                entered_on=date(2026, 1, 5), created_at=clock.now(),
            )
        )  # fmt: skip
    act = lambda: assessment.assess_unit(office.unit.id, YEAR, "核定〔2026〕1号", by=office.officer)  # noqa: E731
    with pytest.raises(Refused, match="assessment-too-early"), transaction():
        act()
    with clock.frozen(datetime(2026, 4, 15, 4, tzinfo=UTC)):
        with transaction():
            act()
        assert office.envelope() == (800_000_05, 80_000_01)
        own = office.draft(1_000_000_00)
        assert own.kind is DeclarationKind.FILING
        office.do(declaration.submit, own.id, by=office.payer)
        assert office.envelope() == (800_000_05, 80_000_01), "assessed until the own filing is confirmed"
        office.do(declaration.review, own.id, by=office.reviewer)
        office.do(declaration.confirm, own.id, by=office.officer)
    assert office.envelope() == (1_000_000_00, 100_000_00)


def test_two_rises_at_once_are_two_versions(office: Office, app: Flask) -> None:
    office.confirmed()
    unit_id, payer = office.unit.id, office.payer
    db.session.rollback()

    def rise(total_fen: int) -> int:
        with clock.frozen(datetime(2026, 3, 10, 5, tzinfo=UTC)), transaction():
            return declaration.amend_up(unit_id, YEAR, total_fen, "原因", payer).version_no

    found = at_once(app, lambda: rise(1_100_000_00), lambda: rise(1_300_000_00))

    assert office.envelope()[0] == 1_300_000_00
    done = [x for x in found if isinstance(x, int)]
    assert len(done) == len(set(done)) >= 1, "the lower may come too late, and is then refused"
    assert all(isinstance(x, int | Refused) for x in found)
