"""Delivery rounds as their supplier keeps them, as a canteen orders by them, and as the van drives them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from catalog.models.supplier import Supplier
from core import clock
from core.access.actor import Actor
from core.db import any_of, db
from core.errors import Missing
from core.organisations.models import Organisation
from core.places import queries as places
from core.settings.calendar import current
from market.models.delivery import Delivery
from market.models.order import Order, OrderLine
from market.models.shipping import DeliveryRound, DeliveryRoundTown, PickMark, RoundStop
from market.rules.order_states import OrderState
from market.rules.rounds import Round, next_run

MOST_STOPS = 200


@dataclass(frozen=True)
class RoundRow:
    """One round with the names of its towns and its next run that an order placed now still catches."""

    round: DeliveryRound
    towns: tuple[str, ...]
    codes: frozenset[str]
    next_on: date | None


@dataclass(frozen=True)
class Stop:
    """One order on a run; several orders of one canteen are one stop, in order of its name."""

    order_id: int
    order_no: str
    state: OrderState
    buyer_name: str
    address: str
    town: str
    goods: str
    lines: int
    packed: int
    total_fen: int
    is_sent: bool


@dataclass(frozen=True)
class RunView:
    """One run of a round with its stops in the order of towns and names."""

    round: DeliveryRound
    on: date
    stops: tuple[Stop, ...]

    @property
    def packed(self) -> int:
        """Stops of which every line lies packed."""
        return sum(stop.packed == stop.lines for stop in self.stops)


def own(by: Actor) -> list[RoundRow]:
    """The actor's rounds, the closed ones left out. Four statements."""
    mine = sa.exists().where(Supplier.id == DeliveryRound.supplier_id, Supplier.organisation_id.in_(by.scope_ids))
    rows = list(
        db.session.scalars(
            sa.select(DeliveryRound).where(mine, DeliveryRound.closed_at.is_(None)).order_by(DeliveryRound.id)
        )
    )
    towns = _towns([row.id for row in rows])
    named = places.names({code for codes in towns.values() for code in codes})
    calendar, now, today = current(), clock.now(), clock.today()
    found = []
    for row in rows:
        codes = frozenset(towns.get(row.id, ()))
        run = next_run([_rule(row, frozenset())], town=None, not_before=today, now=now, calendar=calendar)
        names = tuple(named[code].name for code in sorted(codes))
        found.append(RoundRow(row, names, codes, run.on if run else None))
    return found


def get_own(round_id: int, by: Actor) -> RoundRow:
    """Raises: Missing."""
    for row in own(by):
        if row.round.id == round_id:
            return row
    raise Missing("no-such-round")


def of_suppliers(supplier_ids: Collection[int]) -> dict[int, list[Round]]:
    """{supplier id: its open rounds}; a supplier without any is not in the answer. Two statements."""
    rows = list(
        db.session.scalars(
            sa.select(DeliveryRound)
            .where(any_of(DeliveryRound.supplier_id, supplier_ids), DeliveryRound.closed_at.is_(None))
            .order_by(DeliveryRound.id)
        )
    )
    towns = _towns([row.id for row in rows]) if rows else {}
    found: dict[int, list[Round]] = {}
    for row in rows:
        found.setdefault(row.supplier_id, []).append(_rule(row, frozenset(towns.get(row.id, ()))))
    return found


def run_of(order_id: int) -> tuple[DeliveryRound, RoundStop] | None:
    """The round and run that an order goes with."""
    row = db.session.execute(
        sa.select(DeliveryRound, RoundStop)
        .join(RoundStop, RoundStop.round_id == DeliveryRound.id)
        .where(RoundStop.order_id == order_id)
    ).one_or_none()
    return (row[0], row[1]) if row else None


def runs_ahead(by: Actor, *, since: date, days: int = 14) -> list[RunView]:
    """The actor's runs with at least one stop, by day. Three statements."""
    mine = sa.exists().where(Supplier.id == DeliveryRound.supplier_id, Supplier.organisation_id.in_(by.scope_ids))
    until = date.fromordinal(since.toordinal() + days)
    return _views(mine, RoundStop.run_on >= since, RoundStop.run_on <= until)


def _views(*where: sa.ColumnElement[bool]) -> list[RunView]:
    buyer, canteen = sa.orm.aliased(Organisation), sa.orm.aliased(Organisation)
    goods = sa.func.string_agg(OrderLine.product_name, sa.text("'、' ORDER BY order_line.position"))
    sent = sa.exists().where(Delivery.order_id == Order.id)
    town = sa.func.left(sa.func.coalesce(canteen.place_code, buyer.place_code, ""), 9)
    rows = db.session.execute(
        sa.select(
            *(DeliveryRound, RoundStop.run_on, Order.id, Order.order_no, Order.state),
            sa.func.concat_ws(" ", buyer.name, canteen.name),
            *(Order.address, town, goods, sa.func.count(OrderLine.id), sa.func.count(PickMark.order_line_id)),
            *(Order.total_fen, sent),
        )
        .join(RoundStop, RoundStop.round_id == DeliveryRound.id)
        .join(Order, Order.id == RoundStop.order_id)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .outerjoin(PickMark, PickMark.order_line_id == OrderLine.id)
        .outerjoin(buyer, buyer.id == Order.buyer_id)
        .outerjoin(canteen, canteen.id == Order.canteen_id)
        .where(Order.state != OrderState.CANCELLED, *where)
        .group_by(DeliveryRound.id, RoundStop.run_on, Order.id, buyer.id, canteen.id)
        .order_by(RoundStop.run_on, DeliveryRound.id, town, buyer.name, Order.id)
        .limit(MOST_STOPS)
    ).all()
    named = places.names({row[7] for row in rows})
    found: dict[tuple[int, date], tuple[DeliveryRound, list[Stop]]] = {}
    for row in rows:
        of = found.setdefault((row[0].id, row[1]), (row[0], []))
        order_id, order_no, state, buyer, address, town_code, *rest = row[2:]
        town_name = named[town_code].name if town_code in named else ""
        of[1].append(Stop(order_id, order_no, state, buyer, address, town_name, *rest))
    return [RunView(of, on, tuple(stops)) for (_, on), (of, stops) in found.items()]


def _rule(row: DeliveryRound, towns: frozenset[str]) -> Round:
    return Round(
        id=row.id,
        weekdays=row.weekdays,
        cutoff_days=row.cutoff_days,
        cutoff_minute=row.cutoff_minute,
        min_stop_fen=row.min_stop_fen,
        towns=towns,
        rests_on_holidays=row.rests_on_holidays,
    )


def _towns(round_ids: list[int]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    rows = db.session.execute(
        sa.select(DeliveryRoundTown.round_id, DeliveryRoundTown.place_code).where(
            any_of(DeliveryRoundTown.round_id, round_ids)
        )
    )
    for round_id, code in rows:
        found.setdefault(round_id, set()).add(code)
    return found
