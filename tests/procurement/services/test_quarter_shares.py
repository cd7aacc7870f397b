"""Rule 39 when the quarter is over: every sale by the same share, differences posted, nothing edited."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from catalog.rules.benefit import PayMethod
from catalog.rules.lots import final_part
from catalog.rules.quarter import Quarter
from catalog.services import payouts
from core import clock
from core.db import db, transaction
from core.errors import Refused
from procurement import tasks
from procurement.models.ledger import FactEntry, QuotaPosting
from procurement.models.plan import Envelope
from procurement.queries import finance_unit
from procurement.queries.ledger_check import verify
from procurement.queries.quarter_shares import due
from procurement.queries.signing import eligible
from procurement.services import envelope, postings, quarter_shares
from tests.make import farm as farms
from tests.make import trade
from tests.procurement.ledger_world import World, balance

ELSEWHERE = "220681100200"
THIRD = Quarter(2026, 3)
DURING, LATER = datetime(2026, 9, 20, 2, tzinfo=UTC), datetime(2026, 11, 20, 2, tzinfo=UTC)


class Shop(World):
    """A school that buys cabbage of a village that is not exited; some of it was bought from an exited household."""

    def __init__(self) -> None:
        super().__init__()
        self.farm = farms.farm()
        self.offer = self.farm.offer

    def buy(self, on: str, *grams: int) -> list[trade.AcceptanceLine]:
        """Accepted and paid in full on the day after."""
        made = self.accept(on, *grams, origin=ELSEWHERE)
        lines = trade.lines_of(made)
        self.pay(on, *((line, line.amount_fen) for line in lines))
        return lines

    def parts(self) -> list[tuple[int, int]]:
        rows = db.session.execute(
            sa.select(FactEntry.labels).where(FactEntry.kind == "shared").order_by(FactEntry.id)
        ).scalars()
        return [(row["household_qty"], row["household_of"]) for row in rows]


@pytest.fixture
def shop(app: Flask) -> Iterator[Shop]:
    with clock.frozen(DURING):
        made = Shop()
        with transaction():
            envelope.lock(made.unit.id, 2026)
        yield made


def share_out() -> quarter_shares.Outcome:
    with clock.frozen(LATER), transaction():
        return quarter_shares.share_out(THIRD)


def rows() -> list[int]:
    return [
        db.session.scalar(sa.select(sa.func.count()).select_from(table)) or 0 for table in (FactEntry, QuotaPosting)
    ]


def sound() -> bool:
    db.session.expire_all()
    return verify(postings.open_book()).faults == []


def done(unit_id: int) -> tuple[int, int]:
    db.session.expire_all()
    row = db.session.execute(sa.select(Envelope).filter_by(unit_id=unit_id, scheme_code="L")).scalar_one()
    return row.eligible_done_fen, row.general_done_fen


def test_who_came_first_keeps_no_more_than_the_others(shop: Shop) -> None:
    farms.purchase(shop.farm, pay_method=PayMethod.CASH)  # 35.9 kg
    first, second = shop.buy("2026-09-18", 20_000), shop.buy("2026-09-19", 40_000)
    at_acceptance = balance(shop.unit.id)
    assert eligible([first[0].id])[first[0].id]["L"] == first[0].amount_fen  # all of the first line, while it was alone

    outcome = share_out()

    assert outcome.lines == 2 and shop.parts() == [(11_966, 20_000), (23_933, 40_000)]
    counted = 10_400 * 11_966 // 20_000 + 20_800 * 23_933 // 40_000
    assert balance(shop.unit.id) == counted == at_acceptance + outcome.moved_fen["L"]
    assert eligible([first[0].id])[first[0].id]["L"] == 10_400 * 11_966 // 20_000
    assert eligible([second[0].id])[second[0].id]["L"] == 20_800 * 23_933 // 40_000
    assert sound()
    shown = {row.source_id: row for row in finance_unit.lines_of_month(shop.unit.id, 2026, 9)}[first[0].id]
    assert shown.word("L").countable_fen == shown.word("L").counted_fen == 10_400 * 11_966 // 20_000
    assert shown.share == finance_unit.HouseholdShare(11_966, 20_000, "2026Q3", 20_000, 35_900, 60_000)


def test_a_second_run_writes_nothing(shop: Shop) -> None:
    farms.purchase(shop.farm, pay_method=PayMethod.CASH)
    shop.buy("2026-09-18", 20_000, 40_000)
    share_out()
    before = rows()

    assert share_out() == quarter_shares.Outcome()
    with clock.frozen(LATER), transaction():
        tasks.share_quarters()

    assert rows() == before


def test_what_was_not_paid_for_is_not_proven_and_comes_back_once_it_is(shop: Shop) -> None:
    note = farms.purchase(shop.farm)  # by bank, still owed
    line = shop.buy("2026-09-18", 30_000)[0]
    assert balance(shop.unit.id) == line.amount_fen
    assert share_out().moved_fen["L"] == -line.amount_fen and sound()
    assert balance(shop.unit.id) == 0

    with clock.frozen(LATER), transaction():
        data = f"收购单号,金额,付款日期\n{note.note_no},{note.amount_fen / 100:.2f},2026-11-10\n".encode()
        payouts.take_result(data, name="结果.csv", by=shop.farm.clerk)
    assert share_out().lines == 1 and sound()
    assert balance(shop.unit.id) == line.amount_fen and shop.parts() == [(0, 30_000), (30_000, 30_000)]


def test_the_envelope_moves_with_the_judgement(shop: Shop) -> None:
    farms.purchase(shop.farm)
    line = shop.buy("2026-09-18", 30_000)[0]
    with transaction():
        envelope.book_done(
            shop.unit.id, 2026, eligible_per_scheme=eligible([line.id])[line.id], done_fen=line.amount_fen,
            source="acceptance", source_id=line.id,
        )  # fmt: skip
    assert done(shop.unit.id) == (line.amount_fen, 0)
    share_out()
    assert done(shop.unit.id) == (0, line.amount_fen)


def test_a_round_that_is_corrected_after_the_quarter_is_shared_out_again(shop: Shop) -> None:
    farms.purchase(shop.farm, pay_method=PayMethod.CASH)
    shop.buy("2026-09-18", 20_000)
    wrong = shop.accept("2026-09-18", 40_000, origin=ELSEWHERE)
    share_out()
    with clock.frozen(LATER):
        shop.accept("2026-09-18", 30_000, origin=ELSEWHERE, reverses=wrong)
    assert share_out().lines and sound()
    with clock.frozen(LATER):
        assert due(THIRD) == []
        right = finance_unit.lines_of_month(shop.unit.id, 2026, 9)
    assert sum(line.share.part for line in right if line.share) <= 35_900 and share_out().lines == 0


def test_a_quarter_that_is_not_settled_is_left_alone(shop: Shop) -> None:
    farms.purchase(shop.farm, pay_method=PayMethod.CASH)
    shop.buy("2026-09-18", 60_000)
    with pytest.raises(Refused, match="quarter-not-settled"), transaction():
        quarter_shares.share_out(THIRD)
    with clock.frozen(datetime(2026, 10, 10, 2, tzinfo=UTC)):
        assert quarter_shares.settled(clock.today())[-1] == Quarter(2026, 2)
    with clock.frozen(datetime(2026, 10, 11, 2, tzinfo=UTC)):
        assert quarter_shares.settled(clock.today())[-1] == THIRD
    assert shop.parts() == []


@given(st.integers(0, 10**7), st.lists(st.integers(1, 10**6), min_size=1, max_size=9))
def test_all_parts_together_never_exceed_what_was_bought(bought: int, sales: list[int]) -> None:
    parts = [final_part(qty, eligible_qty=bought, sold_qty=sum(sales)) for qty in sales]
    assert sum(parts) <= bought and all(0 <= part <= qty for part, qty in zip(parts, sales, strict=True))
    if bought >= sum(sales):
        assert parts == sales
