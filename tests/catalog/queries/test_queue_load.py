"""Ten thousand rows in the queues of admission and linkage: pages stay quick, by their indexes."""

import sqlalchemy as sa
from flask import Flask

from catalog.models.admission import AdmissionApplication
from catalog.models.benefit import HouseholdBenefit
from catalog.models.purchase import PurchaseNote
from catalog.models.supplier import Household
from catalog.queries import admission_queue, benefits, households, payables, purchases
from catalog.queries.households import Filters
from catalog.rules.admission import AdmissionState
from catalog.rules.benefit import BenefitState, PayMethod
from core.db import db, transaction
from tests.make import admission as made
from tests.make import farm as farms
from tests.make import households as homes
from tests.support.copies import copied, number
from tests.support.timing import seconds

ROWS, QUICK = 10_000, 1.0
"""Far above what a page takes alone; a scan for every row of it would break it."""


def plan(query: sa.Select[*tuple[object, ...]]) -> str:
    """How PostgreSQL would read it, once it has counted the rows."""
    text = query.compile(db.engine, compile_kwargs={"literal_binds": True})
    return "\n".join(db.session.scalars(sa.text(f"EXPLAIN {text}")))


def counted(*tables: str) -> None:
    with transaction():
        for table in tables:
            db.session.execute(sa.text(f"ANALYZE {table}"))


def test_purchase_notes_and_what_is_owed(app: Flask) -> None:
    farm = farms.farm()
    note = farms.purchase(farm, pay_method=PayMethod.BANK)
    with transaction():
        copied(
            PurchaseNote, note.id, ROWS,
            note_no=sa.func.concat("N", number()), client_key=sa.func.concat("k", number()),
        )  # fmt: skip
    counted("purchase_note")

    assert seconds(lambda: purchases.notes(farm.clerk, offset=9_000)) < QUICK
    assert seconds(lambda: purchases.count(farm.clerk)) < QUICK
    assert seconds(lambda: (payables.owed(farm.clerk), payables.totals(farm.clerk))) < QUICK
    assert seconds(lambda: payables.pay_lines(farm.clerk), times=2) < 2 * QUICK
    newest = sa.select(PurchaseNote.id).where(PurchaseNote.supplier_id == farm.supplier.id)
    assert "ix_purchase_note_supplier" in plan(newest.order_by(PurchaseNote.id.desc()).limit(30))


def test_claims_that_wait_for_their_village(app: Flask) -> None:
    farm = farms.farm()
    farms.purchase(farm)
    with transaction():
        first = db.session.scalars(sa.select(HouseholdBenefit)).one()
        copied(HouseholdBenefit, first.id, ROWS, source_kind="load", source_id=number(), state=BenefitState.DRAFT.value)
    counted("household_benefit")
    worker = farms.village_worker()[1]

    waits = {BenefitState.DRAFT}
    assert benefits.listed(worker, states=waits).total >= ROWS
    assert seconds(lambda: benefits.listed(worker, states=waits)) < QUICK
    assert seconds(lambda: benefits.listed(worker, states=waits, page=400)) < QUICK
    assert seconds(lambda: (benefits.counts(worker), benefits.waiting(worker, BenefitState.DRAFT))) < QUICK
    queue = sa.select(HouseholdBenefit.id).where(
        benefits.scope(worker), HouseholdBenefit.state == BenefitState.DRAFT
    )  # fmt: skip
    assert "ix_household_benefit" in plan(queue.order_by(HouseholdBenefit.id).limit(25))


def test_households_of_a_village_and_of_the_county(app: Flask) -> None:
    worker = homes.village_worker()[1]
    home = homes.registered(worker)
    with transaction():
        copied(Household, home.id, ROWS, code=sa.func.concat("YS681", number() + 100_000))
    counted("household")

    assert households.listed(worker, Filters())[1] > ROWS
    assert seconds(lambda: households.listed(worker, Filters(), page=1)) < QUICK
    assert seconds(lambda: households.listed(worker, Filters(), page=300)) < QUICK
    assert seconds(lambda: households.without_consent(worker)) < QUICK


def test_an_admission_desk(app: Flask) -> None:
    officers = made.officers()
    first = made.application()
    with transaction():
        copied(
            AdmissionApplication, first.id, ROWS,
            application_no=sa.func.concat("A", number()), uscc=sa.func.concat("L", number()),
        )  # fmt: skip
    counted("admission_application")
    desk = AdmissionState.TOWNSHIP

    found = admission_queue.page(desk, officers.township)
    assert found.total > ROWS and found.following is not None
    assert seconds(lambda: admission_queue.page(desk, officers.township)) < QUICK
    assert seconds(lambda: admission_queue.waiting_count(officers.township)) < QUICK
    assert seconds(lambda: admission_queue.page(desk, officers.township, words="L9999")) < QUICK
    order = (AdmissionApplication.rank, AdmissionApplication.step_at, AdmissionApplication.id)
    queue = sa.select(AdmissionApplication.id).where(AdmissionApplication.state == desk)
    assert "Index" in plan(queue.order_by(*order).limit(25))
