"""What stands on a canteen's shelf, where it went, and who else has goods of a lot that was called back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from catalog.models.lots import LotRecall
from catalog.models.product import Lot, Product
from catalog.queries import recalls
from core import clock
from core.db import any_of, db
from core.organisations.models import Organisation
from core.people.models import Person
from core.quantity import LITRE, BaseUnit, quantity_text
from core.text import label, weight
from procurement.models.inventory import CanteenLot, CanteenMove, KitchenIssue, Stocktake, StocktakeLine
from procurement.rules.inventory import Held, MoveKind, StocktakeState

MOST = 500


def words(qty: int, unit: BaseUnit) -> str:
    """12.5kg, 3升, 20个: a quantity as people read it off a label."""
    if unit is BaseUnit.G:
        return weight(qty)
    if unit is BaseUnit.ML:
        return f"{quantity_text(qty, LITRE)}{label('l', 'Unit')}"
    return f"{qty}{label('piece', 'Unit')}"


@dataclass(frozen=True)
class ShelfLot:
    """A lot that is there, with what is known of it today."""

    lot: CanteenLot
    canteen: str
    held: Held
    recall: recalls.Recall | None

    @property
    def is_expired(self) -> bool:
        return self.held.is_expired(clock.today())

    @property
    def expires_soon(self) -> bool:
        return self.held.expires_soon(clock.today())


@dataclass(frozen=True)
class Goods:
    """All lots of one name in one canteen; `ready` is what may be issued today, base units."""

    name: str
    base_unit: BaseUnit
    lots: tuple[ShelfLot, ...]

    @property
    def left(self) -> int:
        return sum(one.lot.left for one in self.lots)

    @property
    def ready(self) -> int:
        return sum(one.lot.left for one in self.lots if one.held.may_go(clock.today()))


def shelf(canteen_ids: Sequence[int]) -> list[ShelfLot]:
    """Lots with something left, by canteen, name and age. Two statements."""
    rows = db.session.execute(
        sa.select(CanteenLot, Organisation.name)
        .join(Organisation, Organisation.id == CanteenLot.canteen_id)
        .where(any_of(CanteenLot.canteen_id, canteen_ids), CanteenLot.left > 0)
        .order_by(Organisation.name, CanteenLot.name, CanteenLot.received_on, CanteenLot.id)
        .limit(MOST)
    ).all()
    called = recalls.of_lots([lot.lot_id for lot, _ in rows if lot.lot_id is not None])
    return [
        ShelfLot(
            lot, canteen,
            Held(lot.id, lot.left, lot.received_on, lot.expires_on, lot.lot_id in called),
            called.get(lot.lot_id or 0),
        )
        for lot, canteen in rows
    ]  # fmt: skip


def goods(lots: Sequence[ShelfLot]) -> list[Goods]:
    """The shelf by name and unit, as a cook asks for it."""
    found: dict[tuple[str, BaseUnit], list[ShelfLot]] = {}
    for one in lots:
        found.setdefault((one.lot.name, one.lot.base_unit), []).append(one)
    return [Goods(name, unit, tuple(own)) for (name, unit), own in found.items()]


@dataclass(frozen=True)
class Watch:
    """What needs a hand today: counts of lots, and of counts that wait for a second person."""

    expired: int
    soon: int
    recalled: int
    to_sign: int


def watch(canteen_ids: Sequence[int], person_id: int) -> Watch:
    """For the inbox. Three statements."""
    lots = shelf(canteen_ids)
    to_sign = sa.select(sa.func.count()).where(
        any_of(Stocktake.canteen_id, canteen_ids),
        Stocktake.state == StocktakeState.COUNTED,
        Stocktake.counter_id != person_id,
    )
    return Watch(
        sum(one.is_expired for one in lots),
        sum(one.expires_soon for one in lots),
        sum(one.recall is not None for one in lots),
        int(db.session.scalar(to_sign) or 0),
    )


@dataclass(frozen=True)
class IssuedLine:
    """What a slip gave out of one lot, base units; `out` less what came back."""

    lot: CanteenLot
    issued: int
    out: int


@dataclass(frozen=True)
class Slip:
    """An issue slip with its lines."""

    issue: KitchenIssue
    canteen: str
    person: str
    lines: tuple[IssuedLine, ...]


def slips(canteen_ids: Sequence[int], *conditions: sa.ColumnElement[bool], limit: int = 50) -> list[Slip]:
    """Issue slips with their lines, the newest first. Two statements."""
    rows = db.session.execute(
        sa.select(KitchenIssue, Organisation.name, Person.name)
        .join(Organisation, Organisation.id == KitchenIssue.canteen_id)
        .join(Person, Person.id == KitchenIssue.person_id)
        .where(any_of(KitchenIssue.canteen_id, canteen_ids), *conditions)
        .order_by(KitchenIssue.id.desc())
        .limit(limit)
    ).all()
    lines = _issued([issue.id for issue, _, _ in rows])
    return [Slip(issue, canteen, person, tuple(lines.get(issue.id, ()))) for issue, canteen, person in rows]


def _issued(issue_ids: Sequence[int]) -> dict[int, list[IssuedLine]]:
    given = sa.func.sum(-CanteenMove.qty)
    rows = db.session.execute(
        sa.select(
            CanteenMove.issue_id, CanteenLot, given.filter(CanteenMove.kind == MoveKind.ISSUED), given
        )
        .join(CanteenLot, CanteenLot.id == CanteenMove.canteen_lot_id)
        .where(any_of(CanteenMove.issue_id, issue_ids))
        .group_by(CanteenMove.issue_id, CanteenLot.id)
        .order_by(CanteenLot.name, CanteenLot.id)
    )  # fmt: skip
    found: dict[int, list[IssuedLine]] = {}
    for issue_id, lot, issued, out in rows:
        found.setdefault(issue_id or 0, []).append(IssuedLine(lot, int(issued), int(out)))
    return found


def moves(lot_id: int) -> list[tuple[CanteenMove, str]]:
    """(move, who) of a lot, the oldest first."""
    query = (
        sa.select(CanteenMove, Person.name)
        .join(Person, Person.id == CanteenMove.person_id)
        .where(CanteenMove.canteen_lot_id == lot_id)
        .order_by(CanteenMove.id)
    )
    return [(move, name) for move, name in db.session.execute(query)]


def counts(
    canteen_ids: Sequence[int], *conditions: sa.ColumnElement[bool], limit: int = 20
) -> list[tuple[Stocktake, str, str, str | None]]:
    """(count, canteen, counter, signer), the newest first."""
    counter, signer = sa.orm.aliased(Person), sa.orm.aliased(Person)
    query = (
        sa.select(Stocktake, Organisation.name, counter.name, signer.name)
        .join(Organisation, Organisation.id == Stocktake.canteen_id)
        .join(counter, counter.id == Stocktake.counter_id)
        .outerjoin(signer, signer.id == Stocktake.signer_id)
        .where(any_of(Stocktake.canteen_id, canteen_ids), *conditions)
        .order_by(Stocktake.id.desc())
        .limit(limit)
    )
    return [(row[0], row[1], row[2], row[3]) for row in db.session.execute(query)]


def counted(stocktake_id: int) -> list[tuple[StocktakeLine, CanteenLot]]:
    """(line, lot) of a count by name."""
    query = (
        sa.select(StocktakeLine, CanteenLot)
        .join(CanteenLot, CanteenLot.id == StocktakeLine.canteen_lot_id)
        .where(StocktakeLine.stocktake_id == stocktake_id)
        .order_by(CanteenLot.name, CanteenLot.id)
    )
    return [(line, lot) for line, lot in db.session.execute(query)]


@dataclass(frozen=True)
class Holding:
    """A canteen that has, or had, goods of a lot that was called back. Base units."""

    unit: str
    canteen: str
    phone: str
    received_on: date
    base_unit: BaseUnit
    came: int
    left: int


@dataclass(frozen=True)
class RecalledLot:
    """An open call with every canteen that the lot reached."""

    lot_no: str
    product: str
    reason: str
    advice: str
    holdings: tuple[Holding, ...]


def recalled(limit: int = 50) -> list[RecalledLot]:
    """Open calls, the newest first, with who holds what of each. Two statements."""
    calls = db.session.execute(
        sa.select(LotRecall.lot_id, Lot.lot_no, Product.name, LotRecall.reason, LotRecall.advice)
        .join(Lot, Lot.id == LotRecall.lot_id)
        .join(Product, Product.id == Lot.product_id)
        .where(recalls.stands())
        .order_by(LotRecall.id.desc())
        .limit(limit)
    ).all()
    held = _holdings([row.lot_id for row in calls])
    return [RecalledLot(r.lot_no, r.name, r.reason, r.advice, tuple(held.get(r.lot_id, ()))) for r in calls]


def _holdings(lot_ids: Sequence[int]) -> dict[int, list[Holding]]:
    unit = sa.orm.aliased(Organisation)
    came = (
        sa.select(sa.func.coalesce(sa.func.sum(CanteenMove.qty), 0))
        .where(
            CanteenMove.canteen_lot_id == CanteenLot.id,
            CanteenMove.kind.in_([MoveKind.ACCEPTED, MoveKind.CORRECTED]),
        )
        .scalar_subquery()
    )
    rows = db.session.execute(
        sa.select(
            CanteenLot.lot_id, unit.name, Organisation.name, Organisation.phone, CanteenLot.received_on,
            CanteenLot.base_unit, came, CanteenLot.left,
        )
        .join(Organisation, Organisation.id == CanteenLot.canteen_id)
        .join(unit, unit.id == Organisation.parent_id)
        .where(any_of(CanteenLot.lot_id, lot_ids))
        .order_by(CanteenLot.left.desc(), unit.name, CanteenLot.id)
    )  # fmt: skip
    found: dict[int, list[Holding]] = {}
    for lot_id, *rest in rows:
        found.setdefault(lot_id, []).append(Holding(*rest))
    return found


def lot(lot_id: int) -> CanteenLot | None:
    """One lot, of any canteen: the caller asks whose."""
    return db.session.get(CanteenLot, lot_id)
