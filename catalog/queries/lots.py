"""Lots as everybody reads them: bought, bought from eligible households, lost, sold, left.

Rule 39, F11, pages and labels read kilograms here and nowhere else.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from catalog.models.lots import HarvestRecord, LotBalance, LotMove
from catalog.models.product import Lot, Product
from catalog.models.supplier import Supplier
from catalog.rules.lots import Balance, LotMoveKind, LotSource, quarter_of
from core import settings
from core.access.actor import Actor
from core.db import any_of, db
from core.errors import Missing
from core.money import WHOLE_BP
from core.people.models import Person
from core.places.models import Place
from core.quantity import LITRE, BaseUnit
from core.quantity import quantity_text as in_unit
from core.text import label, weight

settings.register(lots__dispatch_declares=True)
"""Whether a delivery note may itself declare a lot that no purchase note or harvest record stands behind."""


def quantity_text(qty: int, unit: BaseUnit | str) -> str:
    """A quantity of base units for people: 101.75kg, 30枚, 1.5升."""
    match BaseUnit(unit):
        case BaseUnit.G:
            return weight(qty)
        case BaseUnit.ML:
            return f"{in_unit(qty, LITRE)}{label('l', 'Unit')}"
        case BaseUnit.PIECE:
            return f"{qty}{label('piece', 'Unit')}"


@dataclass(frozen=True)
class LotRow:
    """One lot with its kilograms. A lot without a balance is from before they were kept: `balance` is None."""

    id: int
    lot_no: str
    supplier_id: int
    product_id: int
    product_name: str
    origin_code: str
    origin_name: str
    harvested_on: date
    source: LotSource
    base_unit: BaseUnit
    balance: Balance
    created_at: datetime
    token: str

    def text(self, qty: int) -> str:
        """One of its quantities for people."""
        return quantity_text(qty, self.base_unit)


def _query(*where: sa.ColumnElement[bool]) -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            Lot.id, Lot.lot_no, Lot.supplier_id, Lot.product_id, Product.name, Lot.origin_code, Place.name,
            Lot.harvested_on, sa.func.coalesce(LotBalance.source, LotSource.OPENING),
            sa.func.coalesce(LotBalance.base_unit, BaseUnit.G), LotBalance.in_qty, LotBalance.eligible_qty,
            LotBalance.lost_qty, LotBalance.sold_qty, Lot.created_at, Lot.token,
        )
        .join(Product, Product.id == Lot.product_id)
        .join(Place, Place.code == Lot.origin_code)
        .outerjoin(LotBalance, LotBalance.lot_id == Lot.id)
        .where(*where)
    )  # fmt: skip


def _row(row: Any) -> LotRow:
    balance = Balance(*[value or 0 for value in row[10:14]])
    columns: list[Any] = [*row[:8], LotSource(row[8]), BaseUnit(row[9]), balance, row[14], row[15]]
    return LotRow(*columns)


def _own(by: Actor) -> sa.ColumnElement[bool]:
    mine = sa.select(Supplier.id).where(Supplier.organisation_id.in_(by.scope_ids))
    return Lot.supplier_id.in_(mine)


def get_own(lot_id: int, by: Actor) -> LotRow:
    """One of the actor's own lots. Raises: Missing."""
    row = db.session.execute(_query(Lot.id == lot_id, _own(by))).one_or_none()
    if row is None:
        raise Missing("no-such-lot")
    return _row(row)


def find_by_no(lot_no: str) -> LotRow | None:
    """The lot of a number on a label, for everybody (the QR page)."""
    row = db.session.execute(_query(Lot.lot_no == lot_no)).one_or_none()
    return None if row is None else _row(row)


def of_ids(lot_ids: Collection[int]) -> dict[int, LotRow]:
    """Lots by their ids, in one statement."""
    return {row[0]: _row(row) for row in db.session.execute(_query(any_of(Lot.id, lot_ids)))}


def own(by: Actor, *, with_rest: bool = True, limit: int = 50, offset: int = 0) -> list[LotRow]:
    """The actor's lots, newest first; `with_rest`: only those that something is left of."""
    query = _query(_own(by)).order_by(Lot.harvested_on.desc(), Lot.id.desc()).limit(limit).offset(offset)
    if with_rest:
        query = query.where(LotBalance.in_qty > LotBalance.lost_qty + LotBalance.sold_qty)
    return [_row(row) for row in db.session.execute(query)]


def count_own(by: Actor, *, with_rest: bool = True) -> int:
    """How many `own` would give without a limit."""
    query = sa.select(sa.func.count(Lot.id)).outerjoin(LotBalance, LotBalance.lot_id == Lot.id).where(_own(by))
    if with_rest:
        query = query.where(LotBalance.in_qty > LotBalance.lost_qty + LotBalance.sold_qty)
    return db.session.scalar(query) or 0


def count_old(by: Actor, before: date) -> int:
    """The actor's lots with papers, harvested before the day, that something is left of."""
    query = sa.select(sa.func.count(Lot.id)).join(LotBalance, LotBalance.lot_id == Lot.id)
    rest = LotBalance.in_qty > LotBalance.lost_qty + LotBalance.sold_qty
    return db.session.scalar(query.where(_own(by), Lot.harvested_on < before, rest)) or 0


def to_ship(product_ids: Collection[int]) -> dict[int, list[LotRow]]:
    """Lots with something left, by product, oldest harvest first (FIFO, rule 59): for the delivery note."""
    found: dict[int, list[LotRow]] = {product_id: [] for product_id in product_ids}
    rest = LotBalance.in_qty > LotBalance.lost_qty + LotBalance.sold_qty
    query = _query(any_of(Lot.product_id, product_ids), rest).order_by(Lot.harvested_on, Lot.id)
    for row in db.session.execute(query):
        found[row[3]].append(_row(row))
    return found


@dataclass(frozen=True)
class Move:
    """One line of a lot's history."""

    at: datetime
    happened_on: date
    kind: LotMoveKind
    qty: int
    eligible_qty: int
    reason: str


def moves(lot_id: int) -> list[Move]:
    """What came and went, oldest first."""
    columns = (LotMove.at, LotMove.happened_on, LotMove.kind, LotMove.qty, LotMove.eligible_qty, LotMove.reason)
    rows = db.session.execute(sa.select(*columns).where(LotMove.lot_id == lot_id).order_by(LotMove.id).limit(500))
    return [Move(*row) for row in rows]


@dataclass(frozen=True)
class Harvested:
    """One 采收单 behind a lot. `is_gone`: taken back, or the taking back itself."""

    id: int
    record_no: str
    at: datetime
    qty: int
    plot: str
    person: str
    is_gone: bool


def harvests_of(lot_id: int) -> list[Harvested]:
    """The harvest records behind a lot, oldest first."""
    later = sa.orm.aliased(HarvestRecord)
    gone = sa.or_(HarvestRecord.reverses_id.is_not(None), sa.exists().where(later.reverses_id == HarvestRecord.id))
    columns = (HarvestRecord.id, HarvestRecord.record_no, HarvestRecord.at, HarvestRecord.qty, HarvestRecord.plot)
    query = sa.select(*columns, Person.name, gone).join(Person, Person.id == HarvestRecord.person_id)
    return [Harvested(*row) for row in db.session.execute(query.where(HarvestRecord.lot_id == lot_id).order_by(
        HarvestRecord.id).limit(200))]  # fmt: skip


@dataclass(frozen=True)
class Quarter:
    """A product's quarter: bought from eligible households, and sold on delivery lines and kept, in base units."""

    eligible_qty: int = 0
    sold_qty: int = 0

    @property
    def share_bp(self) -> int:
        """What part of a sale would count by the household route, truncated; nothing sold yet: all that is eligible."""
        if self.eligible_qty <= 0:
            return 0
        sold = max(self.sold_qty, 1)
        return WHOLE_BP * min(self.eligible_qty, sold) // sold


def quarter(product_ids: Collection[int], on: date) -> dict[int, Quarter]:
    """The quarter of the day, by product; one statement (rule 39)."""
    first, last = quarter_of(on)
    kept = sa.case((LotMove.kind == LotMoveKind.RETURNED, -LotMove.qty), else_=LotMove.qty)
    sold = sa.func.sum(kept).filter(LotMove.kind.in_((LotMoveKind.SOLD, LotMoveKind.RETURNED)))
    rows = db.session.execute(
        sa.select(LotMove.product_id, sa.func.sum(LotMove.eligible_qty), sold)
        .where(any_of(LotMove.product_id, product_ids), LotMove.happened_on.between(first, last))
        .group_by(LotMove.product_id)
    )
    return {row[0]: Quarter(int(row[1] or 0), int(row[2] or 0)) for row in rows}
