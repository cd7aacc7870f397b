"""Samples that are kept, samples to throw away, the last temperatures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa

from core import clock, settings
from core.db import any_of, db
from core.organisations.models import Organisation
from core.people.models import Person
from procurement.models.inventory import FoodSample, TemperatureReading
from procurement.rules.food_safety import SampleRule

settings.register(canteen__sample={"least_g": 125, "hours": 48})
MOST = 200


def sample_rule(on: date) -> SampleRule:
    """The least grams and the hours in force on a day (rule 60, a dated setting)."""
    kept = settings.value("canteen.sample", on=on)
    return SampleRule(int(kept["least_g"]), int(kept["hours"]))


@dataclass(frozen=True)
class SampleRow:
    """A sample with who took it, and who threw it away."""

    sample: FoodSample
    canteen: str
    taken_by: str
    discarded_by: str | None

    @property
    def is_due(self) -> bool:
        """Its hours are over and it is still there."""
        return self.sample.discarded_at is None and self.sample.keep_until <= clock.now()


def samples(canteen_ids: Sequence[int], *, days: int = 7) -> list[SampleRow]:
    """Samples that are kept or were served in the last days, the newest first. One statement."""
    taker, thrower = sa.orm.aliased(Person), sa.orm.aliased(Person)
    query = (
        sa.select(FoodSample, Organisation.name, taker.name, thrower.name)
        .join(Organisation, Organisation.id == FoodSample.canteen_id)
        .join(taker, taker.id == FoodSample.taken_by_id)
        .outerjoin(thrower, thrower.id == FoodSample.discarded_by_id)
        .where(
            any_of(FoodSample.canteen_id, canteen_ids),
            sa.or_(FoodSample.discarded_at.is_(None), FoodSample.served_on > clock.today() - timedelta(days=days)),
        )
        .order_by(FoodSample.taken_at.desc(), FoodSample.id.desc())
        .limit(MOST)
    )
    return [SampleRow(*row) for row in db.session.execute(query)]


def due(canteen_ids: Sequence[int]) -> int:
    """How many samples are to be thrown away."""
    query = sa.select(sa.func.count()).where(
        any_of(FoodSample.canteen_id, canteen_ids),
        FoodSample.discarded_at.is_(None),
        FoodSample.keep_until <= clock.now(),
    )
    return int(db.session.scalar(query) or 0)


def readings(canteen_ids: Sequence[int], *, days: int = 7) -> list[tuple[TemperatureReading, str, str]]:
    """(reading, canteen, who) of the last days, the newest first. One statement."""
    query = (
        sa.select(TemperatureReading, Organisation.name, Person.name)
        .join(Organisation, Organisation.id == TemperatureReading.canteen_id)
        .join(Person, Person.id == TemperatureReading.person_id)
        .where(
            any_of(TemperatureReading.canteen_id, canteen_ids),
            TemperatureReading.at > clock.now() - timedelta(days=days),
        )
        .order_by(TemperatureReading.at.desc(), TemperatureReading.id.desc())
        .limit(MOST)
    )
    return [(row[0], row[1], row[2]) for row in db.session.execute(query)]
