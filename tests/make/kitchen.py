"""A school that may plan and order: its canteen, its people, a village supplier with goods."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from catalog.models.offer import Offer
from catalog.models.product import Category
from catalog.models.supplier import Supplier
from core import clock
from core.access.actor import Actor
from core.access.roles import Role
from core.db import db, transaction
from core.organisations.models import Organisation
from core.people.models import Person
from core.quantity import KG
from procurement.models.plan import Plan
from procurement.services import plan_lines, plans
from tests.make.catalog import product, supplier, village_is_exited
from tests.make.core import actor, seat
from tests.make.plans import declared
from tests.make.procurement import canteen, unit


@dataclass(frozen=True)
class Kitchen:
    """Ids and actors, so that nothing of a session is shared between threads."""

    unit: Organisation
    canteen: Organisation
    supplier: Supplier
    cabbage: Offer
    orderer: Actor
    approver: Actor
    head: Actor
    people: dict[str, Person]


def kitchen(*, total_fen: int = 400_000_00, **columns: Any) -> Kitchen:
    """Declared 400,000 yuan unless told otherwise; 0: nothing filed. Cabbage of an exited village: 2.60 yuan a 斤."""
    school = unit("示例一中", **columns)
    room = canteen(school, "示例一中食堂")
    if total_fen:
        declared(school, total_fen)
    village_is_exited()
    seller = supplier("示例合作社")
    offer = product(seller)
    people = {
        "orderer": seat(school, Role.CANTEEN_ORDERER, name="采购甲"),
        "approver": seat(school, Role.UNIT_APPROVER, name="审批乙"),
        "head": seat(school, Role.UNIT_HEAD, name="校长丙"),
    }
    roles = {"orderer": Role.CANTEEN_ORDERER, "approver": Role.UNIT_APPROVER, "head": Role.UNIT_HEAD}
    actors = {name: actor(people[name], school, role, scope=(room.id,)) for name, role in roles.items()}
    return Kitchen(school, room, seller, offer, **actors, people=people)


def draft(of: Kitchen, *, packs: int = 0, flour_fen: int = 0, on: date | None = None, days: int = 7) -> Plan:
    """A draft from tomorrow: packs of cabbage, and flour of an ordinary vendor for so much."""
    first = on or clock.today() + timedelta(days=1)
    with transaction():
        plan = plans.start(of.canteen.id, period_from=first, period_to=first + timedelta(days=days - 1), by=of.orderer)
        if packs:
            plan_lines.add_offer(plan.token, version=plan.version, offer_id=of.cabbage.id, packs=packs, by=of.orderer)
        if flour_fen:
            plan_lines.add_ordinary(plan.token, version=plan.version, typed=goods(flour_fen), by=of.orderer)
    return plan


def goods(amount_fen: int, *, category: str = "grain-flour", name: str = "面粉") -> plan_lines.Ordinary:
    """One kg of an ordinary vendor's goods for the amount."""
    category_id = db.session.scalars(sa.select(Category.id).where(Category.code == category)).one()
    return plan_lines.Ordinary("示例粮油店", category_id, name, KG, 1000, amount_fen * 100)


def approved(of: Kitchen, **wanted: Any) -> Plan:
    """A draft submitted, and approved by another person unless the rule did."""
    plan = draft(of, **wanted)
    with transaction():
        plans.submit(plan.token, version=plan.version, by=of.orderer)
    if plan.state.value == "submitted":
        with transaction():
            plans.approve(plan.token, version=plan.version, by=of.approver)
    return plan
