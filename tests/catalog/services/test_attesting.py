"""The village's word, the household's word, objections: each once, by whom it belongs to, all of it as facts."""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from catalog.models.benefit import BenefitEvent, HouseholdBenefit
from catalog.models.household import HouseholdPerson
from catalog.models.linkage import BenefitLink
from catalog.models.supplier import Supplier
from catalog.rules.benefit import BenefitKind, BenefitState, ConfirmWay
from catalog.services import attesting, benefits
from core import clock
from core.access.actor import Actor
from core.db import db, transaction
from core.errors import Missing, Refused
from core.jobs import run_due
from core.people.models import SentMessage
from tests import make
from tests.make import effects as builders
from tests.make.catalog import VILLAGE
from tests.support.threads import at_once

OTHER_VILLAGE = "220681103201"
NOW = datetime(2026, 11, 1, 2, tzinfo=UTC)


@pytest.fixture
def claims(app: Flask) -> list[int]:
    """Two drafts of one supplier for households of one village."""
    seller = make.supplier("示例合作社")
    with transaction():
        made = [
            benefits.draft(
                kind=BenefitKind.WAGE, supplier_id=seller.id, household_id=make.household().id, amount_fen=600_00,
                source=("test", number), by=None, paid_on=date(2026, 10, 2), voucher=f"N{number}",
            )
            for number in (1, 2)
        ]  # fmt: skip
        return [one.id for one in made]


def state(benefit_id: int) -> BenefitState:
    return db.session.scalars(sa.select(HouseholdBenefit.state).where(HouseholdBenefit.id == benefit_id)).one()


def standing_fen(benefit_id: int) -> int:
    total = sa.select(sa.func.sum(BenefitEvent.amount_fen)).where(BenefitEvent.benefit_id == benefit_id)
    return int(db.session.scalar(total) or 0)


def attested(ids: list[int], by: Actor | None = None) -> None:
    with transaction():
        attesting.attest(ids, by=by or builders.village_worker())


def test_a_village_attests_several_at_once_and_each_household_is_asked(claims: list[int]) -> None:
    head = db.session.get_one(HouseholdBenefit, claims[0]).household_id
    with transaction():
        row = HouseholdPerson(household_id=head, position=1, created_at=clock.now())
        row.close("phone", "13800001234")
        db.session.add(row)
    attested(claims)
    run_due()
    sent = db.session.scalars(sa.select(SentMessage)).one()  # the other household has no phone
    assert "600.00" in sent.text
    token = sent.text.split("/b/")[1].split()[0]
    with transaction():
        found = attesting.confirm_by_link(token)
    assert (found.id, found.state, found.confirm_way) == (claims[0], BenefitState.CONFIRMED, ConfirmWay.SMS)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(BenefitLink)) == 2
    with pytest.raises(Missing), transaction():
        attesting.confirm_by_link("x" * 32)


def test_another_village_knows_nothing_of_it(claims: list[int]) -> None:
    with pytest.raises(Missing), transaction():
        attesting.attest(claims, by=builders.village_worker(OTHER_VILLAGE))
    with pytest.raises(Missing), transaction():
        attesting.dispute(claims[0], "不属实", by=builders.village_worker(OTHER_VILLAGE))
    with pytest.raises(Refused, match="benefits-not-chosen"), transaction():
        attesting.attest([], by=builders.village_worker())
    with pytest.raises(Missing), transaction():
        attesting.attest([claims[0], 999_999], by=builders.village_worker())
    assert [state(n) for n in claims] == [BenefitState.DRAFT] * 2


def test_two_workers_at_once_attest_once(claims: list[int], app: Flask) -> None:
    first, second = builders.village_worker(), builders.village_worker()

    def by(who: Actor) -> int:
        with transaction():
            return attesting.attest(claims, by=who)

    answers = at_once(app, lambda: by(first), lambda: by(second))
    assert sorted(type(answer).__name__ for answer in answers) == ["Refused", "int"]
    acts = sa.select(sa.func.count()).where(BenefitEvent.act == "attest")
    assert db.session.scalar(acts) == 2


def test_a_yes_after_thirty_days_comes_too_late_an_objection_does_not(claims: list[int]) -> None:
    with clock.frozen(NOW):
        attested(claims)
        with transaction():
            tokens = [attesting.new_link(n) for n in claims]
    with clock.frozen(NOW + timedelta(days=30)), transaction():
        attesting.confirm_by_link(tokens[0])
    with clock.frozen(NOW + timedelta(days=31)):
        with pytest.raises(Refused, match="confirm-too-late"), transaction():
            attesting.confirm_by_link(tokens[1])
        assert state(claims[1]) is BenefitState.ATTESTED
        with transaction():
            attesting.object_by_link(tokens[1], "没有收到")
            attesting.object_by_link(tokens[0], "金额不对")
    assert [state(n) for n in claims] == [BenefitState.DISPUTED] * 2


def test_a_second_tap_changes_nothing(claims: list[int], app: Flask) -> None:
    attested(claims)
    with transaction():
        token = attesting.new_link(claims[0])

    def tap() -> BenefitState:
        with transaction():
            return attesting.confirm_by_link(token).state

    assert at_once(app, tap, tap) == [BenefitState.CONFIRMED] * 2
    events = sa.select(sa.func.count()).where(BenefitEvent.act == "confirm")
    assert db.session.scalar(events) == 1


def test_a_signature_is_brought_by_the_village(claims: list[int]) -> None:
    attested(claims)
    seller = db.session.get_one(Supplier, db.session.get_one(HouseholdBenefit, claims[0]).supplier_id)
    file_id = builders.paper(seller)
    with pytest.raises(Missing), transaction():
        attesting.sign(claims[0], file_id, by=builders.village_worker(OTHER_VILLAGE))
    with transaction():
        found = attesting.sign(claims[0], file_id, by=builders.village_worker())
    assert found.confirm_way is ConfirmWay.SIGNATURE


def test_an_objection_is_settled_by_the_office(claims: list[int]) -> None:
    officer = builders.linkage_officer()
    attested(claims)
    with transaction():
        attesting.dispute(claims[0], "金额不符", by=builders.village_worker())
        attesting.dispute(claims[1], "举报", by=officer)
    with transaction():
        attesting.uphold(claims[0], "银行流水属实", by=officer)
        benefits.void(claims[1], "供应商承认误报", by=officer)
    assert [state(n) for n in claims] == [BenefitState.ATTESTED, BenefitState.VOID]
    assert [standing_fen(n) for n in claims] == [600_00, 0]
    with pytest.raises(Refused, match="state-forbids-act"), transaction():
        benefits.void(claims[1], "再来一次", by=officer)
    with pytest.raises(Refused, match="state-forbids-act"), transaction():
        attesting.uphold(claims[1], "", by=officer)
    assert standing_fen(claims[1]) == 0


def test_a_supplier_takes_back_its_own_and_only_before_it_is_confirmed(claims: list[int]) -> None:
    seller = db.session.get_one(Supplier, db.session.get_one(HouseholdBenefit, claims[0]).supplier_id)
    own, stranger = builders.clerk_of(seller), builders.clerk_of(make.supplier())
    with pytest.raises(Missing), transaction():
        benefits.void(claims[0], "误录", by=stranger)
    with pytest.raises(Missing), transaction():
        benefits.void(claims[0], "误录", by=builders.village_worker(VILLAGE))
    attested(claims)
    with transaction():
        attesting.confirm_by_link(attesting.new_link(claims[0]))
    with pytest.raises(Refused, match="state-forbids-party"), transaction():
        benefits.void(claims[0], "误录", by=own)
    with transaction():
        benefits.void(claims[1], "误录", by=own)
    assert [state(n) for n in claims] == [BenefitState.CONFIRMED, BenefitState.VOID]
