"""Is it yours: one row, locked until the transaction ends, or Missing for a stranger's and for none alike."""

from typing import Any, TypeVar

import sqlalchemy as sa

from catalog.models.supplier import Supplier
from core.access.actor import Actor
from core.db import Base, db
from core.errors import Missing
from market.models.delivery import Acceptance, Delivery
from market.models.order import Order
from market.models.settlement import Transfer

Row = TypeVar("Row", bound=Base)


def sells(by: Actor, supplier_id: sa.ColumnElement[int] | Any) -> sa.ColumnElement[bool]:
    """The condition that the actor acts for the supplier."""
    own = sa.orm.aliased(Supplier)  # the query around it may read suppliers too
    return sa.exists().where(own.id == supplier_id, own.organisation_id.in_(by.scope_ids))


def buys(by: Actor, table: Any) -> sa.ColumnElement[bool]:
    """The condition that a row belongs to the actor's unit or canteen. A canteen's people see only their canteen."""
    return sa.or_(table.canteen_id.in_(by.scope_ids), table.buyer_id.in_(by.scope_ids))


def sold_order(order_id: int, by: Actor) -> Order:
    """An order to the actor's shop."""
    return _locked(Order, order_id, sells(by, Order.supplier_id), "no-such-order")


def bought_order(order_id: int, by: Actor) -> Order:
    """An order of the actor's unit or canteen."""
    return _locked(Order, order_id, buys(by, Order), "no-such-order")


def coming_delivery(delivery_id: int, by: Actor) -> Delivery:
    """A delivery to the actor's unit or canteen."""
    return _locked(Delivery, delivery_id, buys(by, Delivery), "no-such-delivery")


def sent_delivery(delivery_id: int, by: Actor) -> Delivery:
    """A delivery of the actor's shop."""
    return _locked(Delivery, delivery_id, sells(by, Delivery.supplier_id), "no-such-delivery")


def paid_transfer(transfer_id: int, by: Actor) -> Transfer:
    """A transfer of the actor's unit."""
    return _locked(Transfer, transfer_id, Transfer.buyer_id.in_(by.scope_ids), "no-such-transfer")


def incoming_transfer(transfer_id: int, by: Actor) -> Transfer:
    """A transfer to the actor's shop."""
    return _locked(Transfer, transfer_id, sells(by, Transfer.supplier_id), "no-such-transfer")


def any_transfer(transfer_id: int) -> Transfer:
    """A transfer of any unit: finance's sight."""
    return _locked(Transfer, transfer_id, sa.true(), "no-such-transfer")


def acceptance_of(acceptance_id: int, by: Actor) -> Acceptance:
    """An acceptance of the actor's unit, not locked: it is a fact."""
    found = db.session.execute(
        sa.select(Acceptance)
        .join(Delivery, Delivery.id == Acceptance.delivery_id)
        .where(Acceptance.id == acceptance_id, buys(by, Delivery))
    ).scalar_one_or_none()
    if found is None:
        raise Missing("no-such-acceptance")
    return found


def _locked(table: type[Row], row_id: int, mine: sa.ColumnElement[bool], code: str) -> Row:
    key: Any = table.__mapper__.primary_key[0]
    found = db.session.execute(
        sa.select(table).where(key == row_id, mine).with_for_update(of=table).execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if found is None:
        raise Missing(code)
    return found
