"""Declarations in force, and plans as services would leave them."""

from datetime import date
from typing import Any

import sqlalchemy as sa

from catalog.models.product import Category
from core import clock, codes
from core.db import db
from core.money import ceil_share
from core.organisations.models import Organisation
from core.quantity import BaseUnit
from procurement.models.declaration import Declaration, DeclarationPart, DeclarationReserve
from procurement.models.plan import Plan, PlanLine
from procurement.rules.amendment import DeclarationKind
from procurement.rules.declaration import CanteenStatus, DeclarationState, PartKind
from procurement.rules.plan import LineChannel, PlanState
from procurement.services import envelope
from tests.make.core import person, writing


def declared(of: Organisation, total_fen: int, *, year: int = 2026, reserve_bp: int = 1000) -> Declaration:
    """A confirmed filing of the unit, its envelopes in step."""
    author, officer = person("填报人"), person("财政经办")
    with writing():
        now = clock.now()
        made = Declaration(
            unit_id=of.id,
            fiscal_year=year,
            version_no=1,
            kind=DeclarationKind.FILING,
            state=DeclarationState.CONFIRMED,
            canteen_status=CanteenStatus.OWN,
            total_fen=total_fen,
            in_force_from=now,
            author_id=author.id,
            created_at=now,
            submitted_at=now,
            decided_by_id=officer.id,
            decided_at=now,
        )
        db.session.add(made)
        db.session.flush()
        db.session.add(
            DeclarationPart(declaration_id=made.id, kind=PartKind.STAFF_MEALS, amount_fen=total_fen, paper="演示数据")
        )
        for code in ("N", "L", "C"):
            db.session.add(
                DeclarationReserve(
                    declaration_id=made.id, scheme_code=code, reserve_fen=ceil_share(total_fen, reserve_bp)
                )
            )
        db.session.flush()
        envelope.sync_declaration(of.id, year)
    return made


def ordinary_plan(
    canteen: Organisation, *amounts_fen: int, on: date = date(2026, 11, 24), state: PlanState = PlanState.APPROVED
) -> Plan:
    """A plan of ordinary lines, one for each amount, general under every scheme. Nothing is committed."""
    author, approver = person("采购员"), person("审批人")
    with writing():
        category = db.session.scalars(sa.select(Category.id).where(Category.code == "grain-flour")).one()
        now, parent = clock.now(), canteen.parent_id
        assert parent is not None
        made = Plan(
            plan_no=codes.new_code("P"),
            token=codes.token(),
            unit_id=parent,
            canteen_id=canteen.id,
            period_from=on,
            period_to=on,
            state=state,
            total_fen=sum(amounts_fen),
            upper_fen=sum(amounts_fen),
            author_id=author.id,
            created_at=now,
            decided_by_id=approver.id,
        )
        db.session.add(made)
        db.session.flush()
        for position, amount_fen in enumerate(amounts_fen, start=1):
            db.session.add(_ordinary_line(made, position, amount_fen, category))
        db.session.flush()
    return made


def lines_of(plan: Plan) -> list[PlanLine]:
    return list(db.session.scalars(sa.select(PlanLine).where(PlanLine.plan_id == plan.id).order_by(PlanLine.position)))


def _ordinary_line(plan: Plan, position: int, amount_fen: int, category_id: int, **columns: Any) -> PlanLine:
    return PlanLine(
        plan_id=plan.id,
        position=position,
        channel=LineChannel.ORDINARY,
        vendor="示例粮油店",
        category_id=category_id,
        goods="面粉",
        base_unit=BaseUnit.G,
        price_fen_x100=amount_fen * 100,
        basis_qty=10_000,
        qty=10_000,
        upper_qty=10_000,
        amount_fen=amount_fen,
        upper_fen=amount_fen,
        eligibility={code: {"bp": 0, "reason": "channel"} for code in ("N", "L", "C")},
        **columns,
    )
