"""Reading plans: lists in the actor's scope, one plan with its lines as the page shows them, what waits for whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from catalog.models.product import Category
from core import clock
from core.access.actor import Actor
from core.db import db
from core.errors import Missing
from core.files.models import StoredFile
from core.organisations.models import Organisation
from core.people.models import Person
from core.quantity import GRAM, JIN, KG, LITRE, ML, PIECE, BaseUnit, Unit, price_per, quantity_text
from market.models.order import Order, OrderLine
from market.rules.order_states import OrderState
from procurement.models.plan import Plan, PlanLine
from procurement.queries import canteens
from procurement.rules.plan import LineChannel, PlanState

PAGE = 20
_SHOWN_IN: Mapping[BaseUnit, Unit] = {BaseUnit.G: JIN, BaseUnit.ML: LITRE, BaseUnit.PIECE: PIECE}
TYPED_IN: Mapping[str, Unit] = {unit.code: unit for unit in (JIN, KG, GRAM, LITRE, ML, PIECE)}


@dataclass(frozen=True)
class PlanRow:
    """One plan in a list."""

    id: int
    plan_no: str
    token: str
    canteen_name: str
    period_from: date
    period_to: date
    state: PlanState
    total_fen: int
    upper_fen: int
    author_name: str
    created_at: datetime
    decision_reason: str
    lines: int
    to_order: int
    stopped: bool


@dataclass(frozen=True)
class LineView:
    """A plan line for people: quantities in the unit of the trade, price per that unit, packs still to be ordered."""

    line: PlanLine
    category_name: str
    art: str
    unit: Unit
    qty_text: str
    price_fen_x100: int
    left_packs: int

    @property
    def price_text(self) -> str:
        """Yuan per unit, as many decimals as the price needs, two at least."""
        return price_text(self.price_fen_x100)

    @property
    def is_platform(self) -> bool:
        """Bought here."""
        return self.line.channel is LineChannel.PLATFORM

    def counts(self, scheme: str) -> bool:
        """Whether any of it counts under a scheme."""
        return bool(self.line.eligibility.get(scheme, {}).get("bp"))

    def why(self, scheme: str) -> str:
        """The code of why it does not."""
        return str(self.line.eligibility.get(scheme, {}).get("reason", ""))


def price_text(price_fen_x100: int) -> str:
    """26000 → 2.60, 10.0125 yuan → 10.0125."""
    whole, rest = divmod(price_fen_x100, 10_000)
    decimals = f"{rest:04d}"
    return f"{whole}.{decimals[:2]}{decimals[2:].rstrip('0')}"


def page_of(
    who: Actor, *, states: Sequence[PlanState] = (), page: int = 1, size: int = PAGE
) -> tuple[list[PlanRow], int]:
    """Plans of the actor's canteens, newest first, and how many there are. Two statements."""
    conditions = [_mine(who)]
    if states:
        conditions.append(Plan.state.in_(states))
    total = db.session.scalar(sa.select(sa.func.count()).select_from(Plan).where(*conditions)) or 0
    query = _rows(*conditions).order_by(Plan.period_from.desc(), Plan.id.desc()).limit(size).offset((page - 1) * size)
    return [PlanRow(*row) for row in db.session.execute(query)], total


def current_of(who: Actor, on: date) -> list[PlanRow]:
    """Plans that hold for a day or are being written, the nearest first. One statement."""
    alive = Plan.state.in_([PlanState.DRAFT, PlanState.SUBMITTED, PlanState.APPROVED, PlanState.RETURNED])
    query = _rows(_mine(who), alive, Plan.period_to >= on).order_by(Plan.period_from, Plan.id).limit(6)
    return [PlanRow(*row) for row in db.session.execute(query)]


def waiting(who: Actor, *states: PlanState) -> list[PlanRow]:
    """Plans of the actor's canteens in these states, oldest first. One statement."""
    query = _rows(_mine(who), Plan.state.in_(states)).order_by(Plan.period_from, Plan.id).limit(50)
    return [PlanRow(*row) for row in db.session.execute(query)]


def latest(who: Actor, canteen_id: int) -> PlanRow | None:
    """The canteen's last plan that went out: what 复制上次 starts from."""
    out = Plan.state.in_([PlanState.APPROVED, PlanState.CLOSED])
    query = _rows(_mine(who), Plan.canteen_id == canteen_id, out).order_by(Plan.period_from.desc(), Plan.id.desc())
    row = db.session.execute(query.limit(1)).first()
    return PlanRow(*row) if row else None


@dataclass(frozen=True)
class PlanView:
    """One plan with its lines, the people who wrote and decided it, and the token of the decision's file."""

    plan: Plan
    lines: list[LineView]
    author_name: str
    decider_name: str | None
    decision_file: str | None

    @property
    def left(self) -> list[LineView]:
        """Platform lines of which something is still to be ordered."""
        return [one for one in self.lines if one.is_platform and one.left_packs > 0]

    def total_fen(self, scheme: str, *, eligible: bool) -> int:
        """The lines that count (or do not) under a scheme."""
        return sum(one.line.amount_fen for one in self.lines if one.counts(scheme) is eligible)


def view(token: str, who: Actor) -> PlanView:
    """One plan of the actor's canteens. Raises: Missing. Two statements."""
    author, decider = aliased(Person), aliased(Person)
    row = db.session.execute(
        sa.select(Plan, author.name, decider.name, StoredFile.token)
        .join(author, author.id == Plan.author_id)
        .join(decider, decider.id == Plan.decided_by_id, isouter=True)
        .join(StoredFile, StoredFile.id == Plan.decision_file_id, isouter=True)
        .where(Plan.token == token, _mine(who))
    ).one_or_none()
    if row is None:
        raise Missing("no-such-plan")
    return PlanView(row[0], _lines(row[0].id), row[1], row[2], row[3])


def favourites(canteen_id: int, limit: int = 12) -> list[int]:
    """Offers that the canteen ordered most often in the last half year (常购清单)."""
    since = clock.day_start(date.fromordinal(clock.today().toordinal() - 183))
    rows = db.session.execute(
        sa.select(OrderLine.offer_id)
        .join(Order, Order.id == OrderLine.order_id)
        .where(Order.canteen_id == canteen_id, Order.placed_at >= since, Order.state != OrderState.CANCELLED)
        .group_by(OrderLine.offer_id)
        .order_by(sa.func.count().desc(), OrderLine.offer_id)
        .limit(limit)
    )
    return [offer_id for (offer_id,) in rows]


def vendors(canteen_id: int, limit: int = 20) -> list[str]:
    """Ordinary vendors named before, the latest first, to choose from while typing."""
    rows = db.session.execute(
        sa.select(PlanLine.vendor)
        .join(Plan, Plan.id == PlanLine.plan_id)
        .where(Plan.canteen_id == canteen_id, PlanLine.channel == LineChannel.ORDINARY)
        .group_by(PlanLine.vendor)
        .order_by(sa.func.max(PlanLine.id).desc())
        .limit(limit)
    )
    return [vendor for (vendor,) in rows]


def _mine(who: Actor) -> sa.ColumnElement[bool]:
    return Plan.canteen_id.in_(sa.select(Organisation.id).where(canteens.within(who)))


def _rows(*conditions: sa.ColumnElement[bool]) -> sa.Select[*tuple[Any, ...]]:
    lines = sa.select(sa.func.count()).where(PlanLine.plan_id == Plan.id).scalar_subquery()
    ordered = _ordered_packs(PlanLine.id)
    to_order = (
        sa.select(sa.func.count())
        .where(PlanLine.plan_id == Plan.id, PlanLine.channel == LineChannel.PLATFORM, PlanLine.packs > ordered)
        .scalar_subquery()
    )
    return (
        sa.select(
            Plan.id, Plan.plan_no, Plan.token, Organisation.name, Plan.period_from, Plan.period_to, Plan.state,
            Plan.total_fen, Plan.upper_fen, Person.name, Plan.created_at, Plan.decision_reason, lines, to_order,
            sa.func.coalesce(Plan.gate == "stop", sa.false()),
        )
        .join(Organisation, Organisation.id == Plan.canteen_id)
        .join(Person, Person.id == Plan.author_id)
        .where(*conditions)
    )  # fmt: skip


def _ordered_packs(plan_line_id: sa.ColumnElement[int] | object) -> sa.ScalarSelect[int]:
    return (
        sa.select(sa.func.coalesce(sa.func.sum(OrderLine.packs), 0))
        .join(Order, Order.id == OrderLine.order_id)
        .where(OrderLine.plan_line_id == plan_line_id, Order.state != OrderState.CANCELLED)
        .scalar_subquery()
    )


def _lines(plan_id: int) -> list[LineView]:
    rows = db.session.execute(
        sa.select(PlanLine, Category.name, Category.art, _ordered_packs(PlanLine.id))
        .join(Category, Category.id == PlanLine.category_id)
        .where(PlanLine.plan_id == plan_id)
        .order_by(PlanLine.position)
    )
    return [_line_view(line, name, art, int(ordered)) for line, name, art, ordered in rows]


def _line_view(line: PlanLine, name: str, art: str, ordered: int) -> LineView:
    unit = _SHOWN_IN[line.base_unit]
    price = price_per(line.price_fen_x100, line.basis_qty, unit.ratio)
    left = (line.packs or 0) - ordered
    return LineView(line, name, art, unit, quantity_text(line.qty, unit), price, left)
