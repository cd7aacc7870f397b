"""Disputes that nobody has settled yet."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from core.db import db
from core.organisations.models import Organisation
from market.models.delivery import Acceptance, AcceptanceLine, Deduction, Delivery
from market.models.order import OrderLine
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
