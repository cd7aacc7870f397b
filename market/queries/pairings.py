"""Companies and villages: who may see which pairing, and what a company really bought of a village."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from core import clock
from core.access.actor import Actor
from core.access.rights import Right
from core.access.roles import Role
from core.db import db
from core.errors import Missing
from core.organisations.models import Organisation
from core.places.models import Place
from market.models.after_sale import AfterSale
from market.models.delivery import Delivery, DeliveryLine
from market.models.order import Order, OrderLine
from market.models.pairing import EnterpriseOrder, OutsideSale, PurchasePledge, VillagePairing
from market.rules.after_sale import AfterSaleState
from market.rules.order_states import OrderState
from market.rules.pairing import OutsideState, PairingState, PledgeState, Progress, by_village, net_fen

RECEIVED = (OrderState.RECEIVED, OrderState.CLOSED)
ON_WAY = (OrderState.PAID, OrderState.SHIPPED)
_NOTHING_BACK = (AfterSaleState.CLOSED, AfterSaleState.WITHDRAWN)


@dataclass(frozen=True)
class Bought:
    """A part of an order line by village: fen of goods, paid; `is_received` once the company has them."""

    enterprise_id: int
    village_code: str
    on: date
    order_no: str
    order_token: str
    goods: str
    fen: int
    is_received: bool


@dataclass(frozen=True)
class Pledged:
    """A pledge with what came of it."""

    row: PurchasePledge
    progress: Progress


@dataclass(frozen=True)
class Pair:
    """A pairing with its names, pledges and purchases."""

    row: VillagePairing
    enterprise: str
    village: str
    pledges: list[Pledged] = field(default_factory=list)
    bought: list[Bought] = field(default_factory=list)

    @property
    def live(self) -> list[Pledged]:
        """Pledges that both sides agreed to."""
        return [one for one in self.pledges if one.row.state in (PledgeState.AGREED, PledgeState.FULFILLED)]

    @property
    def pledged_fen(self) -> int:
        """Agreed pledges together."""
        return sum(one.progress.pledged_fen for one in self.live)

    @property
    def received_fen(self) -> int:
        """Received for them; two pledges of a pairing share no day, so nothing counts twice."""
        return sum(one.progress.received_fen for one in self.live)

    @property
    def outside_fen(self) -> int:
        """Checked sales elsewhere in their days: another sum."""
        return sum(one.progress.outside_fen for one in self.live)

    @property
    def total(self) -> Progress | None:
        """All agreed pledges as one; None without any."""
        if not self.live:
            return None
        way = sum(one.progress.on_way_fen for one in self.live)
        return Progress(self.pledged_fen, self.received_fen, way, self.outside_fen)


def scope(by: Actor) -> sa.ColumnElement[bool]:
    """Pairings an actor may see: the company its own, a village its own, a town its villages', the office all."""
    if by.may(Right.PAIRING_REVIEW):
        return sa.true()
    seen: list[sa.ColumnElement[bool]] = [sa.false()]
    if by.may(Right.PAIRING_PROPOSE):
        seen.append(VillagePairing.enterprise_id.in_(by.scope_ids))
    place = by.place_code or ""
    if (Role.VILLAGE_WORKER in by.roles and len(place) == 12) or (Role.TOWNSHIP_CLERK in by.roles and len(place) == 9):
        seen.append(VillagePairing.village_code.between(place.ljust(12, "0"), place.ljust(12, "9")))
    return sa.or_(*seen)


def listed(
    by: Actor, *states: PairingState, page: int = 1, size: int = 30, enterprise_id: int | None = None
) -> tuple[list[Pair], int]:
    """One page of the actor's pairings, the newest first, with their progress, and how many there are."""
    where = [scope(by)]
    if states:
        where.append(VillagePairing.state.in_(states))
    if enterprise_id is not None:
        where.append(VillagePairing.enterprise_id == enterprise_id)
    total = db.session.scalar(sa.select(sa.func.count(VillagePairing.id)).where(*where)) or 0
    rows = _rows(sa.and_(*where), limit=size, offset=(page - 1) * size)
    return _filled(rows), total


def get(pairing_id: int, by: Actor) -> Pair:
    """Raises: Missing "no-such-pairing"."""
    found = _filled(_rows(sa.and_(scope(by), VillagePairing.id == pairing_id), limit=1, offset=0))
    if not found:
        raise Missing("no-such-pairing")
    return found[0]


def in_public() -> list[Pair]:
    """Pairings in force, for everybody: bodies and villages, no person, no household."""
    return _filled(_rows(VillagePairing.state == PairingState.ACTIVE, limit=500, offset=0))


def waiting(by: Actor) -> int:
    """Pairings that wait for the office."""
    if not by.may(Right.PAIRING_REVIEW):
        return 0
    query = sa.select(sa.func.count(VillagePairing.id)).where(VillagePairing.state == PairingState.PROPOSED)
    return db.session.scalar(query) or 0


def drafts(by: Actor) -> int:
    """Pledges that wait for the village's word."""
    if not by.may(Right.PAIRING_AGREE):
        return 0
    query = (
        sa.select(sa.func.count(PurchasePledge.id))
        .join(VillagePairing, VillagePairing.id == PurchasePledge.pairing_id)
        .where(PurchasePledge.state == PledgeState.DRAFT, scope(by))
    )
    return db.session.scalar(query) or 0


def bought(enterprise_ids: Collection[int], *, since: date, until: date) -> list[Bought]:
    """What companies bought here, by village of the lots that were sent (of the goods, before). Three statements.

    Goods as they were paid, discounts and freight out, what goes back after-sales off. The day is the order's.
    """
    rows = db.session.execute(
        sa.select(
            EnterpriseOrder.enterprise_id, OrderLine.id, OrderLine.origin_code, OrderLine.qty, OrderLine.paid_fen,
            OrderLine.product_name, Order.order_no, Order.token, Order.state, Order.placed_at,
        )
        .join(Order, Order.group_id == EnterpriseOrder.group_id)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .where(
            EnterpriseOrder.enterprise_id.in_(enterprise_ids),
            EnterpriseOrder.at >= clock.day_start(since),
            EnterpriseOrder.at < clock.day_start(date.fromordinal(until.toordinal() + 1)),
            Order.state.in_([*RECEIVED, *ON_WAY]),
        )
        .order_by(Order.placed_at.desc(), OrderLine.id)
    ).all()  # fmt: skip
    ids = [row[1] for row in rows]
    sent, back = _sent(ids), _back(ids)
    found = []
    for enterprise_id, line_id, origin, qty, paid_fen, name, order_no, token, state, placed_at in rows:
        net = net_fen(paid_fen, back.get(line_id, 0))
        is_received = state in RECEIVED
        parts = by_village(net, sent.get(line_id, {}), qty) if is_received else {origin: net}
        found += [
            Bought(enterprise_id, village, clock.county_day(placed_at), order_no, token, name, fen, is_received)
            for village, fen in parts.items()
            if fen
        ]
    return found


def _sent(line_ids: Collection[int]) -> dict[int, dict[str, int]]:
    rows = db.session.execute(
        sa.select(DeliveryLine.order_line_id, DeliveryLine.origin_code, sa.func.sum(DeliveryLine.qty))
        .join(Delivery, Delivery.id == DeliveryLine.delivery_id)
        .where(DeliveryLine.order_line_id.in_(line_ids))
        .group_by(DeliveryLine.order_line_id, DeliveryLine.origin_code)
    )
    found: dict[int, dict[str, int]] = {}
    for line_id, village, qty in rows:
        found.setdefault(line_id, {})[village] = int(qty)
    return found


def _back(line_ids: Collection[int]) -> dict[int, int]:
    rows = db.session.execute(
        sa.select(AfterSale.order_line_id, sa.func.sum(AfterSale.agreed_fen))
        .where(
            AfterSale.order_line_id.in_(line_ids),
            AfterSale.agreed_fen.is_not(None),
            AfterSale.state.not_in(_NOTHING_BACK),
        )
        .group_by(AfterSale.order_line_id)
    )
    return {line_id: int(fen or 0) for line_id, fen in rows}


def _rows(where: sa.ColumnElement[bool], *, limit: int, offset: int) -> list[Pair]:
    town = aliased(Place)
    rows = db.session.execute(
        sa.select(VillagePairing, Organisation.name, town.name + " " + Place.name)
        .join(Organisation, Organisation.id == VillagePairing.enterprise_id)
        .join(Place, Place.code == VillagePairing.village_code)
        .join(town, town.code == Place.parent_code)
        .where(where)
        .order_by(VillagePairing.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return [Pair(*row) for row in rows]


def _filled(pairs: list[Pair]) -> list[Pair]:
    """Pledges and purchases of these pairings, in statements that do not grow with them."""
    if not pairs:
        return []
    by_id = {pair.row.id: pair for pair in pairs}
    pledges = db.session.scalars(
        sa.select(PurchasePledge).where(PurchasePledge.pairing_id.in_(by_id)).order_by(PurchasePledge.first_on.desc())
    ).all()
    since = min([one.first_on for one in pledges] + [pair.row.starts_on for pair in pairs])
    until = max([one.last_on for one in pledges] + [clock.today()])
    lines = bought({pair.row.enterprise_id for pair in pairs}, since=since, until=until)
    outside = _outside(list(by_id))
    for pair in pairs:
        mine = (pair.row.enterprise_id, pair.row.village_code)
        pair.bought.extend(one for one in lines if (one.enterprise_id, one.village_code) == mine)
    for pledge in pledges:
        pair = by_id[pledge.pairing_id]
        pair.pledges.append(Pledged(pledge, _progress(pledge, pair.bought, outside.get(pledge.pairing_id, []))))
    return pairs


def _outside(pairing_ids: Collection[int]) -> dict[int, list[tuple[date, int]]]:
    rows = db.session.execute(
        sa.select(OutsideSale.pairing_id, OutsideSale.sold_on, OutsideSale.amount_fen).where(
            OutsideSale.pairing_id.in_(pairing_ids), OutsideSale.state == OutsideState.CHECKED
        )
    )
    found: dict[int, list[tuple[date, int]]] = {}
    for pairing_id, on, fen in rows:
        if pairing_id is not None:
            found.setdefault(pairing_id, []).append((on, fen))
    return found


def _progress(pledge: PurchasePledge, lines: Collection[Bought], outside: Collection[tuple[date, int]]) -> Progress:
    mine = [one for one in lines if pledge.first_on <= one.on <= pledge.last_on]
    return Progress(
        pledge.amount_fen,
        sum(one.fen for one in mine if one.is_received),
        sum(one.fen for one in mine if not one.is_received),
        sum(fen for on, fen in outside if pledge.first_on <= on <= pledge.last_on),
    )
