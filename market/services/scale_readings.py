"""What a canteen's scales say goes beside the delivery note, for the first signer to look at. It signs nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from catalog.rules.offer import SaleMode
from core import clock, trail
from core.db import db
from core.errors import Missing, Refused
from core.quantity import BaseUnit
from core.trail.models import Stream
from market.models.api import ScaleReading
from market.models.delivery import Delivery, DeliveryLine
from market.models.order import OrderLine
from market.rules import partners
from market.rules.delivery_states import DONE
from market.services import holding
from market.services.api_tokens import Caller


@dataclass(frozen=True)
class Reading:
    """One weighing: the line's place on the delivery note from 1, grams, Unix seconds."""

    line: int
    weight_g: int
    read_at_unix: int
    scale: str = ""


def take(delivery_no: str, readings: Sequence[Reading], *, replace: bool, of: Caller) -> dict[int, int]:
    """Keep the readings; → {line: grams that hold now}. `replace`: earlier readings of these lines hold no more.

    Raises: Missing; Refused "delivery-already-accepted", "reading-other-line", "reading-not-weighed",
    "reading-in-future", "reading-too-old".
    """
    found = db.session.scalar(sa.select(Delivery.id).where(Delivery.delivery_no == delivery_no))
    if found is None:
        raise Missing("no-such-delivery")
    delivery = holding.coming_delivery(found, of.actor)
    if delivery.state in DONE:
        raise Refused("delivery-already-accepted", delivery_no=delivery_no)
    lines = lines_of(delivery.id)
    rounds = _rounds([line.id for line, _ in lines])
    for reading in readings:
        _check(reading, lines)
    for reading in readings:
        line_id = lines[reading.line - 1][0].id
        db.session.add(
            ScaleReading(
                delivery_line_id=line_id,
                token_id=of.token_id,
                scale=reading.scale,
                weight=reading.weight_g,
                round=max(1, rounds.get(line_id, 0) + (1 if replace else 0)),
                read_at=datetime.fromtimestamp(reading.read_at_unix, UTC),
                at=clock.now(),
            )
        )
    db.session.flush()
    trail.record(
        *(Stream.PROCUREMENT, "scale-read", "delivery", delivery.id),
        by=of.actor,
        after={"token_id": of.token_id, "readings": len(readings), "replace": replace},
        delivery_no=delivery_no,
    )
    held = weights([line.id for line, _ in lines])
    return {place: held[line.id][0] for place, (line, _) in enumerate(lines, start=1) if line.id in held}


def lines_of(delivery_id: int) -> list[tuple[DeliveryLine, OrderLine]]:
    """The lines of a delivery note in their order: place 1, 2, …"""
    rows = db.session.execute(
        sa.select(DeliveryLine, OrderLine)
        .join(OrderLine, OrderLine.id == DeliveryLine.order_line_id)
        .where(DeliveryLine.delivery_id == delivery_id)
        .order_by(OrderLine.position, DeliveryLine.id)
    )
    return [(row[0], row[1]) for row in rows]


def weights(line_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Of each delivery line that was weighed: (grams, number of readings) of the readings that hold."""
    last = (
        sa.select(ScaleReading.delivery_line_id, sa.func.max(ScaleReading.round).label("round"))
        .where(ScaleReading.delivery_line_id.in_(line_ids))
        .group_by(ScaleReading.delivery_line_id)
        .subquery()
    )
    rows = db.session.execute(
        sa.select(ScaleReading.delivery_line_id, sa.func.sum(ScaleReading.weight), sa.func.count())
        .join(
            last,
            sa.and_(last.c.delivery_line_id == ScaleReading.delivery_line_id, last.c.round == ScaleReading.round),
        )
        .group_by(ScaleReading.delivery_line_id)
    )
    return {row[0]: (int(row[1]), int(row[2])) for row in rows}


def _rounds(line_ids: Sequence[int]) -> dict[int, int]:
    rows = db.session.execute(
        sa.select(ScaleReading.delivery_line_id, sa.func.max(ScaleReading.round))
        .where(ScaleReading.delivery_line_id.in_(line_ids))
        .group_by(ScaleReading.delivery_line_id)
    )
    return {row[0]: row[1] for row in rows}


def _check(reading: Reading, lines: Sequence[tuple[DeliveryLine, OrderLine]]) -> None:
    if reading.line > len(lines):
        raise Refused("reading-other-line", line=reading.line)
    agreed = lines[reading.line - 1][1]
    if agreed.sale_mode is not SaleMode.BY_WEIGHT or agreed.base_unit is not BaseUnit.G:
        raise Refused("reading-not-weighed", name=agreed.product_name)
    age: timedelta = clock.now() - datetime.fromtimestamp(reading.read_at_unix, UTC)
    if age < -partners.READING_MOST_AHEAD:
        raise Refused("reading-in-future")
    if age > partners.READING_MOST_OLD:
        raise Refused("reading-too-old")
