"""Which 承诺达标合格证 goods may leave with, and how much of each has left."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from catalog.models.commitment import Commitment
from catalog.models.product import Lot
from catalog.queries.lots import quantity_text
from core.db import any_of, db
from core.quantity import BaseUnit
from core.text import sentence
from market.models.delivery import DeliveryLine


@dataclass(frozen=True)
class Usable:
    """A valid certificate with something left. `left_qty` in the lot's base units."""

    commitment_no: str
    product_id: int
    lot_no: str
    harvested_on: date
    origin_code: str
    left_qty: int
    base_unit: BaseUnit

    @property
    def text(self) -> str:
        """As a choice on the delivery note."""
        left = quantity_text(self.left_qty, self.base_unit)
        return sentence("word", "commitment-choice", commitment_no=self.commitment_no, lot_no=self.lot_no, left=left)


def shipped_qty(commitment_no: str) -> int:
    """Base units that have left with it."""
    query = sa.select(sa.func.coalesce(sa.func.sum(DeliveryLine.qty), 0))
    return int(db.session.scalar(query.where(DeliveryLine.commitment_no == commitment_no)) or 0)


def is_void(commitment_id: int) -> bool:
    """Whether a newer one stands in its place."""
    return bool(db.session.scalar(sa.select(sa.exists().where(Commitment.replaces_id == commitment_id))))


def scanned(typed: str) -> str:
    """A number as typed; what a scanner reads from the certificate's code, an address, becomes its number."""
    if "/" not in typed:
        return typed
    token = typed.rstrip("/").rsplit("/", 1)[-1]
    found = db.session.scalar(sa.select(Commitment.commitment_no).where(Commitment.token == token))
    return found or typed[:40]


def newer_of(numbers: Collection[str]) -> dict[str, str]:
    """{void number: the number that stands in its place}. One statement."""
    newer = sa.orm.aliased(Commitment)
    query = sa.select(Commitment.commitment_no, newer.commitment_no).join(newer, newer.replaces_id == Commitment.id)
    rows = db.session.execute(query.where(Commitment.commitment_no.in_({number for number in numbers if number})))
    return {row[0]: row[1] for row in rows}


def lots_of(numbers: Collection[str]) -> dict[str, int]:
    """{number: lot id} of the certificates made here among the numbers. One statement."""
    query = sa.select(Commitment.commitment_no, Commitment.lot_id)
    rows = db.session.execute(query.where(Commitment.commitment_no.in_({number for number in numbers if number})))
    return {row.commitment_no: row.lot_id for row in rows}


def usable(product_ids: Collection[int]) -> dict[int, list[Usable]]:
    """By product, the oldest harvest first. One statement."""
    found: dict[int, list[Usable]] = {product_id: [] for product_id in product_ids}
    newer = sa.orm.aliased(Commitment)
    gone = (
        sa.select(sa.func.coalesce(sa.func.sum(DeliveryLine.qty), 0))
        .where(DeliveryLine.commitment_no == Commitment.commitment_no)
        .scalar_subquery()
    )
    left = Commitment.qty - gone
    rows = db.session.execute(
        sa.select(
            Commitment.commitment_no, Commitment.product_id, Lot.lot_no, Lot.harvested_on, Lot.origin_code,
            left, Commitment.base_unit,
        )
        .join(Lot, Lot.id == Commitment.lot_id)
        .where(
            any_of(Commitment.product_id, product_ids), ~sa.exists().where(newer.replaces_id == Commitment.id), left > 0
        )
        .order_by(Lot.harvested_on, Commitment.id)
        .limit(200)
    )  # fmt: skip
    for row in rows:
        found[row[1]].append(Usable(*row))
    return found
