"""Transfers between units and suppliers, as lists and as slips."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from catalog.models.supplier import Supplier
from core import clock
from core.access.actor import Actor
from core.db import db
from core.files.models import StoredFile
from core.organisations.models import Organisation
from core.people import queries as people
from core.workdays import WorkCalendar
from market.models.delivery import Acceptance
from market.models.order import Order
from market.models.settlement import Allocation, Transfer, TransferItem
from market.rules.transfer import TransferState, confirmation_due


@dataclass(frozen=True)
class Item:
    """What a transfer pays of one acceptance, fen."""

    acceptance_id: int
    acceptance_no: str
    order_no: str
    accepted_on: date
    amount_fen: int


@dataclass(frozen=True)
class Slip:
    """A transfer with its parties. `landed_fen`: what was allocated once it was confirmed."""

    transfer: Transfer
    buyer_name: str
    supplier_name: str
    items: tuple[Item, ...]
    names: dict[int, str]
    voucher: StoredFile | None
    landed_fen: int

    @property
    def left_over_fen(self) -> int:
        """An overpayment that nobody booked (rule 51)."""
        is_confirmed = self.transfer.state is TransferState.CONFIRMED
        return self.transfer.amount_fen - self.landed_fen if is_confirmed else 0

    @property
    def waits_too_long(self) -> bool:
        """Declared for more than five working days without anybody's confirmation."""
        declared_at = self.transfer.declared_at
        if self.transfer.state is not TransferState.DECLARED or declared_at is None:
            return False
        return clock.today() > confirmation_due(clock.county_day(declared_at), WorkCalendar())


def of_buyer(by: Actor) -> sa.ColumnElement[bool]:
    """The condition that a transfer is the actor's unit's."""
    return Transfer.buyer_id.in_(by.scope_ids)


def to_supplier(by: Actor) -> sa.ColumnElement[bool]:
    """The condition that a transfer goes to the actor's shop."""
    own = sa.orm.aliased(Supplier)  # the query around it reads suppliers too
    return sa.exists().where(own.id == Transfer.supplier_id, own.organisation_id.in_(by.scope_ids))


def count(*where: sa.ColumnElement[bool], states: Collection[TransferState]) -> int:
    """How many there are in these states."""
    query = sa.select(sa.func.count(Transfer.id)).where(Transfer.state.in_(states), *where)
    return db.session.scalar(query) or 0


def slips(
    *where: sa.ColumnElement[bool], states: Collection[TransferState] = tuple(TransferState), limit: int = 100
) -> list[Slip]:
    """Transfers, the newest first, with their items. Three statements."""
    buyer, seller = sa.orm.aliased(Organisation), sa.orm.aliased(Organisation)
    landed = (
        sa.select(sa.func.coalesce(sa.func.sum(Allocation.amount_fen), 0))
        .where(Allocation.transfer_id == Transfer.id)
        .scalar_subquery()
    )
    rows = db.session.execute(
        sa.select(Transfer, buyer.name, seller.name, StoredFile, landed)
        .join(buyer, buyer.id == Transfer.buyer_id)
        .join(Supplier, Supplier.id == Transfer.supplier_id)
        .join(seller, seller.id == Supplier.organisation_id)
        .outerjoin(StoredFile, StoredFile.id == Transfer.voucher_id)
        .where(Transfer.state.in_(states), *where)
        .order_by(Transfer.prepared_at.desc(), Transfer.id.desc())
        .limit(limit)
    ).all()
    items = _items([row[0].id for row in rows])
    names = people.names({one for row in rows for one in _hands(row[0])})
    return [
        Slip(transfer, buyer_name, seller_name, tuple(items[transfer.id]), names, voucher, int(landed_fen))
        for transfer, buyer_name, seller_name, voucher, landed_fen in rows
    ]


def find_slip(transfer_id: int, *mine: sa.ColumnElement[bool]) -> Slip | None:
    """One transfer if `mine` holds for it."""
    found = slips(Transfer.id == transfer_id, *mine, limit=1)
    return found[0] if found else None


def _items(transfer_ids: Collection[int]) -> dict[int, list[Item]]:
    rows = db.session.execute(
        sa.select(
            TransferItem.transfer_id,
            *(Acceptance.id, Acceptance.acceptance_no, Order.order_no, Acceptance.accepted_on, TransferItem.amount_fen),
        )
        .join(Acceptance, Acceptance.id == TransferItem.acceptance_id)
        .join(Order, Order.id == Acceptance.order_id)
        .where(TransferItem.transfer_id.in_(transfer_ids))
        .order_by(Acceptance.accepted_on, Acceptance.id)
    )
    found: dict[int, list[Item]] = {transfer_id: [] for transfer_id in transfer_ids}
    for row in rows:
        found[row[0]].append(Item(*row[1:]))
    return found


def _hands(transfer: Transfer) -> set[int]:
    found = {transfer.prepared_by_id, transfer.declared_by_id, transfer.decided_by_id}
    return {one for one in found if one is not None}
