"""A school, its canteen and a supplier, with acceptances and payments booked as the doors would."""

from typing import Any

import sqlalchemy as sa

from core.db import db, transaction
from procurement.models.ledger import QuotaBalance, SpendBalance
from procurement.services import ledger
from tests import make
from tests.make import trade

YEAR = 2026


class World:
    """A school with a canteen, a supplier of an exited village, cabbage at 2.60 yuan per 500 g."""

    def __init__(self) -> None:
        make.village_is_exited()
        self.unit = make.unit()
        self.canteen = make.canteen(self.unit)
        self.offer = make.product(make.supplier())

    def accept(self, on: str, *grams: int, **more: Any) -> Any:
        made = trade.acceptance(
            self.unit, self.canteen, self.offer, accepted_qty=grams or (5_000,), on=make.day(on), **more
        )
        with transaction():
            self.expected = ledger.post_acceptance(made.id, None)
        return made

    def pay(self, on: str, *parts: tuple[Any, int]) -> Any:
        made = trade.transfer(parts, bank_on=make.day(on))
        with transaction():
            self.counted = ledger.post_allocations(made.id, None)
        return made


def balance(unit_id: int, code: str = "L", year: int = YEAR) -> int:
    query = sa.select(sa.func.coalesce(sa.func.sum(QuotaBalance.counted_fen), 0)).where(
        QuotaBalance.unit_id == unit_id, QuotaBalance.scheme_code == code, QuotaBalance.fiscal_year == year
    )
    return int(db.session.scalar(query) or 0)


def spent(unit_id: int, year: int = YEAR) -> int:
    query = sa.select(sa.func.coalesce(sa.func.sum(SpendBalance.platform_fen), 0)).where(
        SpendBalance.unit_id == unit_id, SpendBalance.fiscal_year == year
    )
    return int(db.session.scalar(query) or 0)
