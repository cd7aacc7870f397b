"""留样 and temperatures: written down by whoever took them, thrown away on time by somebody with a name (rule 60)."""

from typing import Any

import sqlalchemy as sa

from core import clock, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Missing, Refused
from core.numbers import take
from core.trail.models import Stream
from procurement.models.inventory import FoodSample, TemperatureReading
from procurement.queries import canteens
from procurement.queries import food_safety as stored
from procurement.rules import food_safety as rules
from procurement.rules.food_safety import Meal, ProbePlace


def keep(canteen_id: int, *, dish: str, meal: Meal, grams: int, by: Actor) -> FoodSample:
    """A sample of today's dish. Raises: Missing, Refused "sample-dish", "sample-too-small", "sample-there"."""
    canteens.get(canteen_id, by)
    if not dish.strip():
        raise Refused("sample-dish")
    rule = stored.sample_rule(clock.today())
    rule.check(grams)
    there = sa.exists().where(
        FoodSample.canteen_id == canteen_id, FoodSample.served_on == clock.today(), FoodSample.meal == meal,
        FoodSample.dish == dish.strip(),
    )  # fmt: skip
    if db.session.scalar(sa.select(there)):
        raise Refused("sample-there", dish=dish.strip())
    sample_id, number = take(FoodSample, "LY")
    now = clock.now()
    made = FoodSample(
        id=sample_id, sample_no=number, canteen_id=canteen_id, dish=dish.strip(), meal=meal, grams=grams,
        served_on=clock.today(), taken_at=now, keep_until=rule.until(now), taken_by_id=by.person_id,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    _note("sample-kept", "food_sample", made.id, by, no=number)
    return made


def discard(sample_id: int, *, by: Actor) -> FoodSample:
    """Thrown away after its hours. Raises: Missing, Refused "sample-too-early", "sample-gone"."""
    made = db.session.get(FoodSample, sample_id, with_for_update=True)
    if made is None:
        raise Missing("no-such-sample")
    canteens.get(made.canteen_id, by)
    if made.discarded_at is not None:
        raise Refused("sample-gone")
    rules.check_discard(made.keep_until, clock.now())
    made.discarded_at, made.discarded_by_id = clock.now(), by.person_id
    _note("sample-discarded", "food_sample", made.id, by, no=made.sample_no)
    return made


def read_temperature(
    canteen_id: int, *, place: ProbePlace, device: str, decidegrees: int, action: str, by: Actor
) -> TemperatureReading:
    """A thermometer's figure, tenths of a degree. Raises: Missing, Refused "temperature-…"."""
    canteens.get(canteen_id, by)
    rules.check_reading(place, decidegrees, action)
    made = TemperatureReading(
        canteen_id=canteen_id, place=place, device=device.strip(), decidegrees=decidegrees,
        is_in_order=rules.is_in_order(place, decidegrees), action=action.strip(), person_id=by.person_id,
        at=clock.now(),
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    _note("temperature-read", "temperature_reading", made.id, by, decidegrees=decidegrees)
    return made


def _note(act: str, noun: str, object_id: int, by: Actor, **facts: Any) -> None:
    trail.record(Stream.PROCUREMENT, act, noun, object_id, by=by, right=Right.STOCK, **facts)
