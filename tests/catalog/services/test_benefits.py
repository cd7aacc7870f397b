"""The benefit ledger: one claim a source, payments that never change, steps as facts."""

from datetime import date

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import DBAPIError

from catalog.models.benefit import BenefitEvent, HouseholdBenefit
from catalog.models.supplier import Supplier
from catalog.models.supplier_life import ProducerAuthorisation
from catalog.queries import income_effect
from catalog.rules.benefit import BenefitKind, BenefitState, PayMethod
from catalog.rules.supplier import EntityType
from catalog.services import benefits
from core import clock
from core.db import db, transaction
from core.errors import Missing, Refused
from tests import make
from tests.support.statements import statements
from tests.support.threads import at_once

NOTE = ("purchase-note", 7)


def claim(**rest: object) -> HouseholdBenefit:
    given: dict[str, object] = {"kind": BenefitKind.PURCHASE, "amount_fen": 120_00, "source": NOTE, "by": None}
    with transaction():
        return benefits.draft(**{**given, **rest})  # type: ignore[arg-type]


def count(table: type) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


def test_a_source_gives_one_claim(app: Flask) -> None:
    seller, home = make.supplier(), make.household()
    first = claim(supplier_id=seller.id, household_id=home.id)
    again = claim(supplier_id=seller.id, household_id=home.id)
    assert again.id == first.id
    assert first.state is BenefitState.DRAFT
    assert first.village_code == home.village_code
    with pytest.raises(Refused, match="benefit-source-taken"):
        claim(supplier_id=seller.id, household_id=home.id, amount_fen=121_00)
    assert (count(HouseholdBenefit), count(BenefitEvent)) == (1, 1)


def test_two_at_once_write_one_claim(app: Flask) -> None:
    seller, home = make.supplier().id, make.household().id

    def write() -> int:
        return claim(supplier_id=seller, household_id=home).id

    ids = at_once(app, write, write)
    assert len(set(ids)) == 1
    assert (count(HouseholdBenefit), count(BenefitEvent)) == (1, 1)


def test_what_cannot_be_is_refused_and_nothing_is_written(app: Flask) -> None:
    seller, home = make.supplier(), make.household()
    with pytest.raises(Refused, match="benefit-amount"):
        claim(supplier_id=seller.id, household_id=home.id, amount_fen=0)
    with pytest.raises(Refused, match="benefit-in-future"):
        claim(supplier_id=seller.id, household_id=home.id, earned_on=date(2199, 1, 1))
    with pytest.raises(Missing):
        claim(supplier_id=seller.id, household_id=999_999)
    with pytest.raises(Missing):
        claim(supplier_id=seller.id, household_id=home.id, lot_id=999_999)
    assert count(HouseholdBenefit) == 0


def test_the_bank_pays_once(app: Flask) -> None:
    seller, home = make.supplier(), make.household()
    claim(supplier_id=seller.id, household_id=home.id, earned_on=date(2026, 6, 30))
    with pytest.raises(Refused, match="voucher-needed"), transaction():
        benefits.mark_paid(NOTE, date(2026, 7, 2), "")
    for _ in range(2):
        with transaction():
            paid = benefits.mark_paid(NOTE, date(2026, 7, 2), "NS-1")
    assert (paid.counts_on, paid.method, paid.voucher) == (date(2026, 7, 2), PayMethod.BANK, "NS-1")
    with pytest.raises(Refused, match="benefit-paid-already"), transaction():
        benefits.mark_paid(NOTE, date(2026, 7, 2), "NS-2")
    with pytest.raises(Missing), transaction():
        benefits.mark_paid(("purchase-note", 8), date(2026, 7, 2), "NS-2")
    assert count(BenefitEvent) == 2


@pytest.mark.parametrize("change", ["amount_fen = 1", "paid_on = '2026-07-03', counts_on = '2026-07-03'"])
def test_a_payment_is_a_fact(app: Flask, change: str) -> None:
    seller, home = make.supplier(), make.household()
    made = claim(supplier_id=seller.id, household_id=home.id, paid_on=date(2026, 7, 2), voucher="N1")
    for statement in (f"UPDATE household_benefit SET {change} WHERE id = {made.id}", "DELETE FROM household_benefit"):
        with pytest.raises(DBAPIError, match="is a fact"), transaction():
            db.session.execute(sa.text(statement))


def test_the_newest_version_of_the_newest_quarter_holds(app: Flask) -> None:
    seller, other = make.supplier(), make.supplier()
    for quarter, version, score in (("2026Q2", 1, 9_000), ("2026Q3", 1, 4_000), ("2026Q3", 2, 5_150)):
        make.linkage_score(seller, quarter=quarter, version_no=version, score=score)
    found = income_effect.latest([seller.id, other.id])
    assert {key: effect.score for key, effect in found.items()} == {seller.id: 5_150}
    assert found[seller.id].quarter == "2026Q3"
    assert income_effect.latest([]) == {}


def test_a_trader_shows_the_score_of_its_best_producer(app: Flask) -> None:
    """Rule 65: whatever stands for the trader itself does not count."""
    first, second, trader = make.supplier(), make.supplier(), make.supplier()
    for seller, score in ((first, 3_000), (second, 6_000), (trader, 9_999)):
        make.linkage_score(seller, score=score)
    with transaction():
        db.session.execute(sa.update(Supplier).where(Supplier.id == trader.id).values(entity_type=EntityType.TRADER))
    assert trader.id not in income_effect.latest([trader.id])
    for producer, ended_on in ((first, None), (second, date(2026, 10, 1))):
        with transaction():
            db.session.add(
                ProducerAuthorisation(
                    trader_id=trader.id,
                    producer_id=producer.id,
                    valid_from=date(2026, 1, 1),
                    ended_on=ended_on,
                    at=clock.now(),
                )
            )
    before, after = date(2026, 9, 30), date(2026, 10, 1)
    assert income_effect.latest([trader.id, first.id], on=before)[trader.id].score == 6_000
    assert income_effect.latest([trader.id, first.id], on=after)[trader.id].score == 3_000
    ids = [trader.id, first.id, second.id]
    with statements() as seen:
        income_effect.latest(ids)
    assert len(seen) == 1
