"""Reading an acceptance as the ledger writes it down: lot, origin, shares and what its papers lack, as of the day."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from catalog.models.product import Category
from catalog.models.supplier import VillageCategory
from core import money
from core.db import db
from core.organisations.models import Organisation
from market.models.delivery import Acceptance, AcceptanceLine, Delivery, DeliveryLine
from market.models.order import Order, OrderLine
from market.rules.order_states import OrderKind
from procurement.queries import mass_balance
from procurement.rules.scheme import FundSource

FUND_OF = {OrderKind.CANTEEN: FundSource.CANTEEN, OrderKind.UNION: FundSource.UNION}


@dataclass(frozen=True)
class AcceptedLine:
    """One acceptance line of a unit's order. `labels` is all that judging needs beyond the columns of a fact:

    {"exited": village route, "ingredient", "waived": without its 合格证, "unit_active"}, and where the village route is
    closed and households were bought from, the household route: {"household_qty" of "household_of" base units}.
    """

    line_id: int
    unit_id: int
    canteen_id: int | None
    supplier_id: int
    category_id: int
    origin_code: str
    fund: FundSource
    accepted_on: date
    accepted_qty: int
    rejected_qty: int
    amount_fen: int
    rejected_fen: int
    labels: dict[str, Any]


def corrected(acceptance_id: int) -> int | None:
    """The acceptance that this one corrects, if any."""
    return db.session.scalar(sa.select(Acceptance.reverses_id).where(Acceptance.id == acceptance_id))


def line_ids(acceptance_id: int) -> list[int]:
    """The ids of an acceptance's lines."""
    return list(db.session.scalars(sa.select(AcceptanceLine.id).where(AcceptanceLine.acceptance_id == acceptance_id)))


def lines(*acceptance_ids: int) -> list[AcceptedLine]:
    """The lines of acceptances in order of their ids; none when a resident bought. One statement."""
    exited = (
        sa.select(VillageCategory.is_exited)
        .where(
            VillageCategory.village_code == DeliveryLine.origin_code,
            VillageCategory.valid_from <= Delivery.delivered_on,
        )
        .order_by(VillageCategory.valid_from.desc(), VillageCategory.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = db.session.execute(
        sa.select(
            AcceptanceLine,
            Acceptance.accepted_on,
            Order.kind,
            Order.buyer_id,
            Order.canteen_id,
            Order.supplier_id,
            OrderLine.category_id,
            OrderLine.price_fen_x100,
            OrderLine.basis_qty,
            DeliveryLine.origin_code,
            DeliveryLine.commitment_no,
            OrderLine.product_id,
            Delivery.delivered_on,
            Category.is_ingredient,
            Category.needs_commitment,
            Organisation.closed_on,
            sa.func.coalesce(exited, False).label("exited"),
        )
        .join(Acceptance, Acceptance.id == AcceptanceLine.acceptance_id)
        .join(Order, Order.id == Acceptance.order_id)
        .join(OrderLine, OrderLine.id == AcceptanceLine.order_line_id)
        .join(DeliveryLine, DeliveryLine.id == AcceptanceLine.delivery_line_id)
        .join(Delivery, Delivery.id == DeliveryLine.delivery_id)
        .join(Category, Category.id == OrderLine.category_id)
        .join(Organisation, Organisation.id == Order.buyer_id)
        .where(AcceptanceLine.acceptance_id.in_(acceptance_ids), Order.kind.in_(FUND_OF))
        .order_by(AcceptanceLine.id)
    )
    read = rows.all()
    shares = mass_balance.of_lines([_sale(row) for row in read if not row.exited and row.AcceptanceLine.accepted_qty])
    return [_line(row, shares.get(row.AcceptanceLine.id, {})) for row in read]


def _sale(row: Any) -> mass_balance.Sale:
    line: AcceptanceLine = row.AcceptanceLine
    return mass_balance.Sale(line.id, row.product_id, row.delivered_on, line.accepted_qty)


def _line(row: Any, household: dict[str, int]) -> AcceptedLine:
    line: AcceptanceLine = row.AcceptanceLine
    return AcceptedLine(
        line_id=line.id,
        unit_id=row.buyer_id,
        canteen_id=row.canteen_id,
        supplier_id=row.supplier_id,
        category_id=row.category_id,
        origin_code=row.origin_code,
        fund=FUND_OF[row.kind],
        accepted_on=row.accepted_on,
        accepted_qty=line.accepted_qty,
        rejected_qty=line.rejected_qty,
        amount_fen=line.amount_fen,
        rejected_fen=money.half_up(row.price_fen_x100 * line.rejected_qty, row.basis_qty * 100),
        labels={
            "exited": row.exited,
            "ingredient": row.is_ingredient,
            "waived": line.commitment_waived
            or (row.needs_commitment and not (line.commitment_no or row.commitment_no)),
            "unit_active": row.closed_on is None or row.closed_on >= row.accepted_on,
            **household,
        },
    )
