"""Purchase notes: one act, four effects, once (rule 39, 4.1)."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from catalog.models.benefit import HouseholdBenefit
from catalog.models.lots import LotBalance, LotMove
from catalog.models.product import Lot, Product
from catalog.models.purchase import PurchaseNote, PurchasePayment, PurchasePrice
from catalog.queries import lots as reading
from catalog.queries import payables
from catalog.rules.benefit import BenefitState, PayMethod
from catalog.rules.listing import ProductState
from catalog.rules.lots import LossReason
from catalog.rules.purchase import ClockTrust, Signing
from catalog.services import lots, purchase_codes, purchases
from core import clock, codes
from core.db import db, transaction
from core.errors import Missing, Refused
from core.people.models import SentMessage
from core.quantity import JIN, PIECE, BaseUnit
from core.trail.models import AuditEvent
from tests import make
from tests.make import farm as farms
from tests.make import households
from tests.make.farm import Farm
from tests.support.threads import at_once


@pytest.fixture
def farm(app: Flask) -> Farm:
    return farms.farm()


def nothing_written() -> bool:
    db.session.rollback()
    tables = (PurchaseNote, LotMove, LotBalance, HouseholdBenefit, PurchasePayment)
    return [db.session.scalar(sa.select(sa.func.count()).select_from(table)) for table in tables] == [0] * len(tables)


def balance() -> LotBalance:
    db.session.expire_all()
    return db.session.scalars(sa.select(LotBalance)).one()


def test_one_act_writes_note_lot_debt_and_benefit(farm: Farm) -> None:
    note = farms.purchase(farm, deduction_fen=62, deduction_reason="泥土")

    lot = db.session.scalars(sa.select(Lot)).one()
    assert (note.qty, note.gross_fen, note.amount_fen) == (35_900, 64_62, 64_00)
    assert codes.check(note.note_no)
    assert (lot.id, lot.product_id, lot.origin_code) == (note.lot_id, farm.product_id, farm.household.village_code)
    assert (balance().in_qty, balance().eligible_qty) == (35_900, 35_900)
    benefit = db.session.scalars(sa.select(HouseholdBenefit)).one()
    assert (benefit.amount_fen, benefit.quantity_g, benefit.lot_id) == (64_00, 35_900, lot.id)
    assert (benefit.state, benefit.paid_on) == (BenefitState.DRAFT, None)
    assert "purchase-written" in db.session.scalars(sa.select(AuditEvent.action)).all()


def test_the_same_note_sent_again_stands_once(farm: Farm) -> None:
    same = farms.draft(farm)
    ids = []
    for _ in range(3):
        with transaction():
            ids.append(purchases.write(same, purchases.Papers(farms.picture()), by=farm.clerk).id)

    assert len(set(ids)) == 1
    assert balance().in_qty == 35_900
    assert db.session.scalar(sa.select(sa.func.count(HouseholdBenefit.id))) == 1


def test_the_same_note_sent_by_three_at_once_stands_once(farm: Farm, app: Flask) -> None:
    same, clerk = farms.draft(farm), farm.clerk
    db.session.rollback()

    def send() -> int:
        with transaction():
            return purchases.write(same, purchases.Papers(farms.picture()), by=clerk).id

    ids = at_once(app, send, send, send)

    assert len(set(ids)) == 1 and isinstance(ids[0], int)
    assert balance().in_qty == 35_900


def test_a_key_belongs_to_one_note(farm: Farm) -> None:
    first = farms.purchase(farm)

    with pytest.raises(Refused, match="purchase-key-reused"):
        farms.purchase(farm, client_key=first.client_key, weighings="1")

    assert balance().in_qty == 35_900


def test_goods_of_one_day_and_village_share_a_lot(farm: Farm, app: Flask) -> None:
    clerk, drafts = farm.clerk, [farms.draft(farm, weighings="10") for _ in range(3)]
    db.session.rollback()

    def send(one: purchases.Draft) -> None:
        with transaction():
            purchases.write(one, purchases.Papers(farms.picture()), by=clerk)

    told = at_once(app, *[lambda one=one: send(one) for one in drafts])

    assert told == [None, None, None]
    assert (balance().in_qty, balance().eligible_qty) == (30_000, 30_000)


def test_ordinary_households_count_as_bought_but_not_as_eligible(farm: Farm) -> None:
    farms.purchase(farm, weighings="10")
    farms.purchase(farm, weighings="30", household_code=codes.with_check(farms.ordinary().code))

    assert (balance().in_qty, balance().eligible_qty) == (40_000, 10_000)


def test_weights_in_jin_and_prices_are_added_up_on_the_server(farm: Farm) -> None:
    note = farms.purchase(farm, weighings="12.5+7.5", weighed_in=JIN, price_fen_x100=12_345)

    assert (note.qty, note.gross_fen) == (10_000, 24_69)


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        ({"household_code": "H220681103200-2"}, "household-code-mistyped"),
        ({"household_code": codes.with_check("H999")}, "household-unknown"),
        ({"product_id": 999_999}, "purchase-product-unknown"),
        ({"weighings": "0"}, "purchase-empty"),
        ({"weighings": "12..5"}, "quantity-malformed"),
        ({"price_fen_x100": 0}, "purchase-price-missing"),
        ({"deduction_fen": 100}, "purchase-deduction-reason"),
        ({"deduction_fen": 64_62, "deduction_reason": "坏"}, "purchase-deduction-whole"),
        ({"harvested_on": date(2030, 1, 1)}, "purchase-harvest-ahead"),
        ({"harvested_on": date(2020, 1, 1)}, "purchase-harvest-old"),
    ],
)
def test_what_cannot_be_true_is_not_written(farm: Farm, columns: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused, match=code):
        farms.purchase(farm, **columns)

    assert nothing_written()


def test_a_note_needs_a_signature_and_cash_a_receipt(farm: Farm) -> None:
    for given, papers, code in (
        ({}, purchases.Papers(), "purchase-signature-missing"),
        ({"pay_method": PayMethod.CASH}, purchases.Papers(farms.picture()), "purchase-receipt-missing"),
    ):
        with pytest.raises(Refused, match=code), transaction():
            purchases.write(farms.draft(farm, **given), papers, by=farm.clerk)
    assert nothing_written()


def test_cash_is_paid_on_the_spot(farm: Farm) -> None:
    note = farms.purchase(farm, pay_method=PayMethod.CASH)

    benefit = db.session.scalars(sa.select(HouseholdBenefit)).one()
    assert (benefit.paid_on, benefit.method, benefit.voucher_file_id) == (
        note.bought_on,
        PayMethod.CASH,
        note.receipt_id,
    )
    assert db.session.get_one(PurchasePayment, note.id).amount_fen == note.amount_fen


def test_a_withdrawn_product_is_not_bought(farm: Farm) -> None:
    with transaction():
        db.session.get_one(Product, farm.product_id).state = ProductState.WITHDRAWN

    with pytest.raises(Refused, match="purchase-product-withdrawn"):
        farms.purchase(farm)

    assert nothing_written()


def test_a_changed_price_is_asked_about_once(farm: Farm) -> None:
    with transaction():
        posted = PurchasePrice(
            product_id=farm.product_id, price_fen_x100=8_000, basis_qty=500, person_id=farm.person.id, at=clock.now()
        )
        db.session.add(posted)

    with pytest.raises(Refused, match="purchase-price-changed"):
        farms.purchase(farm, seen_price_fen_x100=9_000)
    assert nothing_written()

    assert farms.purchase(farm, seen_price_fen_x100=9_000, price_kept=True).price_fen_x100 == 9_000
    assert farms.purchase(farm, seen_price_fen_x100=8_000, price_fen_x100=8_000).price_fen_x100 == 8_000


def test_other_suppliers_and_other_villages_are_closed(farm: Farm) -> None:
    note, other = farms.purchase(farm), farms.farm()

    with pytest.raises(Refused, match="purchase-product-unknown"):
        farms.purchase(farm, by=other.clerk)
    with pytest.raises(Missing), transaction():
        purchases.reverse(note.id, reason="错", client_key="k-1", by=other.clerk)
    _, stranger = farms.village_worker("220681103201")
    with pytest.raises(Refused, match="purchase-product-unknown"):
        farms.purchase(farm, by=stranger)
    assert balance().in_qty == 35_900


def test_a_strange_household_is_named_by_its_card(farm: Farm) -> None:
    other = make.household()

    with pytest.raises(Refused, match="household-check-missing"):
        farms.purchase(farm, household_code=other.code)
    assert nothing_written()

    assert farms.purchase(farm, household_code=codes.with_check(other.code)).household_id == other.id
    assert farms.purchase(farm, household_code=other.code).household_id == other.id


def test_a_village_worker_writes_for_their_own_village(farm: Farm) -> None:
    _, worker = farms.village_worker()

    note = farms.purchase(farm, by=worker)

    assert (note.supplier_id, note.writer_id) == (farm.supplier.id, worker.person_id)
    elsewhere = make.household(village="220681103201")
    with pytest.raises(Refused, match="household-elsewhere"):
        farms.purchase(farm, by=worker, household_code=elsewhere.code)


def test_a_note_written_off_line_keeps_both_moments(farm: Farm) -> None:
    now = clock.now()
    late = farms.purchase(farm, written_at=now - timedelta(hours=5), sent_at=now)
    fast = farms.purchase(farm, written_at=now + timedelta(days=400), sent_at=now + timedelta(days=400, hours=1))
    mad = farms.purchase(farm, written_at=now - timedelta(days=4000), sent_at=now)

    assert [n.clock_trust for n in (late, fast, mad)] == [
        ClockTrust.TRUSTED, ClockTrust.CORRECTED, ClockTrust.DOUBTFUL,
    ]  # fmt: skip
    assert (
        timedelta(hours=5) - timedelta(seconds=5) < late.received_at - late.written_at < timedelta(hours=5, minutes=1)
    )
    assert timedelta(minutes=59) < fast.received_at - fast.written_at < timedelta(hours=1, minutes=1)
    assert mad.received_at - mad.written_at < timedelta(seconds=5)


def test_a_reversal_takes_everything_back(farm: Farm) -> None:
    note = farms.purchase(farm)

    with transaction():
        back = purchases.reverse(note.id, reason="户编码写错", client_key="k-1", by=farm.clerk)

    assert (back.qty, back.amount_fen, back.reverses_id) == (-note.qty, -note.amount_fen, note.id)
    assert (balance().in_qty, balance().eligible_qty) == (0, 0)
    assert db.session.scalars(sa.select(HouseholdBenefit.state)).one() is BenefitState.VOID
    for note_id, code in ((note.id, "purchase-reversed-already"), (back.id, "purchase-is-reversal")):
        with pytest.raises(Refused, match=code), transaction():
            purchases.reverse(note_id, reason="再来", client_key="k-2", by=farm.clerk)


def test_what_has_left_the_lot_is_not_taken_back(farm: Farm) -> None:
    note = farms.purchase(farm)
    with transaction():
        lots.sell([lots.Leaving(note.lot_id, 1_000, 1, clock.today())])

    with pytest.raises(Refused, match="lot-short"), transaction():
        purchases.reverse(note.id, reason="错", client_key="k-1", by=farm.clerk)

    assert (balance().in_qty, balance().sold_qty) == (35_900, 1_000)
    assert db.session.scalar(sa.select(sa.func.count(PurchaseNote.id))) == 1


def test_sold_never_exceeds_bought_less_loss(farm: Farm) -> None:
    note = farms.purchase(farm)
    with transaction():
        lots.lose(note.lot_id, 900, LossReason.ROTTEN, by=farm.clerk)
        lots.sell([lots.Leaving(note.lot_id, 30_000, 1, clock.today())])

    with pytest.raises(Refused, match="lot-short") as refusal, transaction():
        lots.sell([lots.Leaving(note.lot_id, 5_001, 2, clock.today())])

    assert refusal.value.facts["left"] == "5kg"
    row = reading.get_own(note.lot_id, farm.clerk)
    assert (row.balance.left_qty, row.balance.sold_qty, row.balance.lost_qty) == (5_000, 30_000, 900)


def test_two_at_once_on_the_last_kilograms(farm: Farm, app: Flask) -> None:
    lot_id = farms.purchase(farm, weighings="10").lot_id
    db.session.rollback()

    def leave(line: int) -> None:
        with transaction():
            lots.sell([lots.Leaving(lot_id, 6_000, line, clock.today())])

    told = at_once(app, lambda: leave(1), lambda: leave(2))

    assert sorted(type(one).__name__ for one in told) == ["NoneType", "Refused"]
    assert balance().sold_qty == 6_000


def test_the_database_itself_refuses_an_oversold_lot(farm: Farm) -> None:
    farms.purchase(farm)

    with pytest.raises(sa.exc.IntegrityError, match="never_oversold"), transaction():
        db.session.execute(sa.update(LotBalance).values(sold_qty=35_901))


def test_eggs_are_counted_and_liquids_are_not_bought(app: Flask) -> None:
    eggs = farms.farm(base_unit=BaseUnit.PIECE, basis_qty=30, pack_qty=30, price_fen_x100=390_000)
    note = farms.purchase(eggs, weighings="30+12", weighed_in=PIECE, price_fen_x100=8_500)
    assert (note.qty, note.amount_fen) == (42, 35_70)

    oil = farms.farm(base_unit=BaseUnit.ML, basis_qty=500, pack_qty=5_000)
    with pytest.raises(Refused, match="purchase-not-weighable"):
        farms.purchase(oil)


def by_sms(farm: Farm) -> tuple[PurchaseNote, str]:
    """A note to be confirmed by SMS, and the code that was sent."""
    _, worker = farms.village_worker()
    home = households.registered(worker)
    with transaction():
        draft = farms.draft(farm, signing=Signing.SMS, household_code=codes.with_check(home.code))
        note = purchases.write(draft, purchases.Papers(), by=farm.clerk)
    text = db.session.scalars(sa.select(SentMessage.text).order_by(SentMessage.id.desc())).first() or ""
    return note, re.findall(r"\d{6}", text)[-1]


def test_a_household_says_yes_by_the_code_on_its_phone(farm: Farm) -> None:
    note, code = by_sms(farm)
    assert note.signature_id is None
    assert (payables.unconfirmed(farm.clerk), len(payables.pay_lines(farm.clerk))) == (1, 0)

    with transaction():
        assert not purchase_codes.confirm(note.id, "000000" if code != "000000" else "111111", by=farm.clerk)
        assert purchase_codes.confirm(note.id, code, by=farm.clerk)

    assert (payables.unconfirmed(farm.clerk), len(payables.pay_lines(farm.clerk))) == (0, 1)
    with pytest.raises(Refused, match="purchase-confirmed-already"), transaction():
        purchase_codes.send(note.id, by=farm.clerk)


def test_a_code_is_tried_five_times_and_sent_once_a_minute(farm: Farm) -> None:
    note, code = by_sms(farm)
    wrong = "000000" if code != "000000" else "111111"
    with pytest.raises(Refused, match="purchase-code-soon"), transaction():
        purchase_codes.send(note.id, by=farm.clerk)
    for _ in range(5):
        with transaction():
            assert not purchase_codes.confirm(note.id, wrong, by=farm.clerk)

    with pytest.raises(Refused, match="purchase-code-over"), transaction():
        purchase_codes.confirm(note.id, code, by=farm.clerk)


def test_a_household_without_a_phone_signs_otherwise(farm: Farm) -> None:
    with pytest.raises(Refused, match="purchase-no-phone"), transaction():
        purchases.write(farms.draft(farm, signing=Signing.SMS), purchases.Papers(), by=farm.clerk)

    assert nothing_written()
