"""Disputes of units about accepted goods: those that nobody has settled yet, and one as its sides see it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from catalog.models.supplier import Supplier
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.organisations.models import Organisation
from market.models.delivery import Acceptance, AcceptanceLine, Deduction, Delivery
from market.models.dispute import DisputeCase
from market.models.order import OrderLine
from market.queries.dialogue import Said, messages
from market.rules.dispute_states import DisputeState
from market.rules.parties import Party
from market.rules.payable import DeductionKind


@dataclass(frozen=True)
class DisputeRow:
    """One open dispute of an acceptance line."""

    id: int
    acceptance_line_id: int
    acceptance_no: str
    delivery_id: int
    product_name: str
    buyer_name: str
    amount_fen: int
    reason: str
    at: datetime


def still_open(*where: sa.ColumnElement[bool]) -> list[DisputeRow]:
    """Open disputes of deliveries that fit `where`, the oldest first. One statement."""
    back = sa.orm.aliased(Deduction)
    rows = db.session.execute(
        sa.select(
            *(Deduction.id, AcceptanceLine.id, Acceptance.acceptance_no, Delivery.id, OrderLine.product_name),
            *(sa.func.coalesce(Organisation.name, ""), Deduction.amount_fen, Deduction.reason, Deduction.at),
        )
        .join(AcceptanceLine, AcceptanceLine.id == Deduction.acceptance_line_id)
        .join(Acceptance, Acceptance.id == AcceptanceLine.acceptance_id)
        .join(Delivery, Delivery.id == Acceptance.delivery_id)
        .join(OrderLine, OrderLine.id == AcceptanceLine.order_line_id)
        .outerjoin(Organisation, Organisation.id == Delivery.buyer_id)
        .where(
            Deduction.kind == DeductionKind.DISPUTE,
            Deduction.reverses_id.is_(None),
            ~sa.exists().where(back.reverses_id == Deduction.id),
            *where,
        )
        .order_by(Deduction.at, Deduction.id)
    )
    return [DisputeRow(*row) for row in rows]


@dataclass(frozen=True)
class DisputeView:
    """One dispute with what was said, as `party` sees it; None: somebody who only looks."""

    case: DisputeCase
    party: Party | None
    amount_fen: int
    line_fen: int
    product_name: str
    acceptance_no: str
    delivery_id: int
    delivery_no: str
    buyer_name: str
    supplier_name: str
    said: list[Said]


@dataclass(frozen=True)
class DisputeBrief:
    """One dispute in a list."""

    case: DisputeCase
    amount_fen: int
    product_name: str
    acceptance_no: str
    buyer_name: str
    supplier_name: str


def find(deduction_id: int, *, for_: Actor) -> DisputeView | None:
    """One dispute, if the actor is of one of its sides or decides it."""
    row = db.session.execute(
        _cases(DisputeCase.deduction_id == deduction_id, _seen_by(for_)).add_columns(
            AcceptanceLine.amount_fen.label("line_fen"), Delivery.id.label("delivery_id"), Delivery.delivery_no
        )
    ).one_or_none()
    if row is None:
        return None
    case = row[0]
    return DisputeView(
        case, _party(case, for_), row.amount_fen, row.line_fen, row.product_name, row.acceptance_no, row.delivery_id,
        row.delivery_no, row.buyer_name, row.supplier_name, messages(case.thread_id),
    )  # fmt: skip


def listed(states: Collection[DisputeState], *, for_: Actor, limit: int = 50, offset: int = 0) -> list[DisputeBrief]:
    """Disputes that the actor may see, the earliest due first. One statement."""
    query = _cases(DisputeCase.state.in_(states), _seen_by(for_))
    query = query.order_by(DisputeCase.due_at.nulls_last(), DisputeCase.deduction_id.desc())
    rows = db.session.execute(query.limit(limit).offset(offset))
    return [DisputeBrief(*row) for row in rows]  # type: ignore[arg-type]


def count(states: Collection[DisputeState], *, for_: Actor) -> int:
    """How many disputes the actor may see in these states."""
    query = sa.select(sa.func.count(DisputeCase.deduction_id)).where(DisputeCase.state.in_(states), _seen_by(for_))
    return db.session.scalar(query) or 0


def _cases(*where: sa.ColumnElement[bool]) -> sa.Select[*tuple[object, ...]]:
    shop = sa.orm.aliased(Organisation)
    return (
        sa.select(
            *(DisputeCase, Deduction.amount_fen, OrderLine.product_name, Acceptance.acceptance_no),
            sa.func.coalesce(Organisation.name, "").label("buyer_name"),
            shop.name.label("supplier_name"),
        )
        .join(Deduction, Deduction.id == DisputeCase.deduction_id)
        .join(AcceptanceLine, AcceptanceLine.id == Deduction.acceptance_line_id)
        .join(Acceptance, Acceptance.id == AcceptanceLine.acceptance_id)
        .join(Delivery, Delivery.id == Acceptance.delivery_id)
        .join(OrderLine, OrderLine.id == AcceptanceLine.order_line_id)
        .join(Supplier, Supplier.id == DisputeCase.supplier_id)
        .join(shop, shop.id == Supplier.organisation_id)
        .outerjoin(Organisation, Organisation.id == DisputeCase.buyer_id)
        .where(*where)
    )


def _shops(by: Actor) -> sa.Select[int]:
    return sa.select(Supplier.id).where(Supplier.organisation_id.in_(by.scope_ids))


def _seen_by(by: Actor) -> sa.ColumnElement[bool]:
    if by.may(Right.ARBITRATE):
        return sa.true()
    return sa.or_(
        DisputeCase.buyer_id.in_(by.scope_ids),
        DisputeCase.canteen_id.in_(by.scope_ids),
        DisputeCase.supplier_id.in_(_shops(by)),
    )


def _party(case: DisputeCase, by: Actor) -> Party | None:
    if by.may(Right.ARBITRATE):
        return Party.PLATFORM
    if by.may(Right.RECEIVE) and {case.buyer_id, case.canteen_id} & by.scope_ids:
        return Party.BUYER
    if by.may(Right.SELL) and case.supplier_id in set(db.session.scalars(_shops(by))):
        return Party.SUPPLIER
    return None
