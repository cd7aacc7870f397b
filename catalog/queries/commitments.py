"""承诺达标合格证 as its producer, a buyer's receiver and everybody with the QR code reads it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from catalog.models.commitment import Commitment
from catalog.models.product import Category, Lot, Product
from catalog.queries import suppliers
from catalog.queries.lots import LotRow, own, quantity_text
from catalog.rules.commitment import CommitmentBasis
from core.access.actor import Actor
from core.db import any_of, db
from core.errors import Missing
from core.files.models import StoredFile

PAGE = 50
_newer = sa.orm.aliased(Commitment)


@dataclass(frozen=True)
class Sheet:
    """One certificate with its lot; `newer_no` and `newer_token` name the one that made it void."""

    row: Commitment
    lot_no: str
    harvested_on: date
    newer_no: str | None
    newer_token: str | None
    report_token: str | None

    @property
    def is_void(self) -> bool:
        return self.newer_no is not None

    @property
    def quantity(self) -> str:
        """数量（重量） for people."""
        return quantity_text(self.row.qty, self.row.base_unit)

    @property
    def bases(self) -> list[CommitmentBasis]:
        """What it rests on, in the form's order."""
        given = (self.row.by_control, self.row.by_own_test, self.row.by_commissioned_test)
        return [basis for basis, is_given in zip(CommitmentBasis, given, strict=True) if is_given]


def mine(for_: Actor, before_id: int | None = None) -> tuple[list[Sheet], int | None]:
    """A page of the actor's own, the newest first, and where the next page begins. Raises: Missing."""
    query = _sheets().where(Commitment.supplier_id == suppliers.own(for_).id)
    if before_id is not None:
        query = query.where(Commitment.id < before_id)
    rows = db.session.execute(query.order_by(Commitment.id.desc()).limit(PAGE + 1)).all()
    shown = [Sheet(*row) for row in rows[:PAGE]]
    return shown, shown[-1].row.id if len(rows) > PAGE else None


def get_own(commitment_id: int, for_: Actor) -> Sheet:
    """Raises: Missing for another's."""
    query = _sheets().where(Commitment.id == commitment_id, Commitment.supplier_id == suppliers.own(for_).id)
    row = db.session.execute(query).one_or_none()
    if row is None:
        raise Missing("no-such-commitment")
    return Sheet(*row)


def by_token(token: str) -> Sheet:
    """What the QR code leads to: for everybody, void ones as well. Raises: Missing."""
    row = db.session.execute(_sheets().where(Commitment.token == token)).one_or_none()
    if row is None:
        raise Missing("no-such-commitment")
    return Sheet(*row)


def tokens(numbers: Collection[str]) -> dict[str, str]:
    """Public tokens by number, of those that were made here; a paper's number has none. One statement."""
    wanted = {number for number in numbers if number}
    if not wanted:
        return {}
    rows = db.session.execute(
        sa.select(Commitment.commitment_no, Commitment.token).where(any_of(Commitment.commitment_no, wanted, sa.String))
    )
    return {row[0]: row[1] for row in rows}


def lots_to_promise(for_: Actor) -> list[LotRow]:
    """The actor's lots with something left, of goods that need a certificate."""
    rows = own(for_, limit=200)
    needed = set(
        db.session.scalars(
            sa.select(Product.id)
            .join(Category, Category.id == Product.category_id)
            .where(any_of(Product.id, {row.product_id for row in rows}), Category.needs_commitment)
        )
    )
    return [row for row in rows if row.product_id in needed]


def _sheets() -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(Commitment, Lot.lot_no, Lot.harvested_on, _newer.commitment_no, _newer.token, StoredFile.token)
        .join(Lot, Lot.id == Commitment.lot_id)
        .outerjoin(_newer, _newer.replaces_id == Commitment.id)
        .outerjoin(StoredFile, StoredFile.id == Commitment.report_file_id)
    )
