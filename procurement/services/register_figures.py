"""Rows of the first-day workbook that state figures: exited villages, last year's spending, this year's filing."""

import sqlalchemy as sa

from catalog.models.supplier import VillageCategory
from core import clock, money, trail
from core.access.actor import Actor
from core.access.roles import OrganisationKind
from core.db import db
from core.errors import Refused
from core.places.models import Place
from core.text import sentence
from core.trail.models import Stream
from procurement.models.unit import OpeningFigure
from procurement.queries.register_sheets import Record
from procurement.services.register_parties import body_named, day, town_code


def load_village(record: Record, by: Actor) -> bool:
    """A village that is an exited one from a day on; named with its town, since names repeat."""
    town, name = record.need("town"), record.need("village")
    code = db.session.scalar(sa.select(Place.code).where(Place.parent_code == town_code(town), Place.name == name))
    if code is None:
        raise Refused("register-village-unknown", town=town, value=name)
    since = day(record.need("exited_from"))
    known = sa.exists().where(
        VillageCategory.village_code == code, VillageCategory.valid_from == since, VillageCategory.is_exited
    )
    if db.session.scalar(sa.select(known)):
        return False
    db.session.add(
        VillageCategory(
            village_code=code,
            is_exited=True,
            valid_from=since,
            document=record.need("document"),
            created_at=clock.now(),
        )
    )
    db.session.flush()
    trail.record(Stream.CATALOGUE, "village-category-set", "place", code, by=by, village_code=code)
    return True


def fiscal_year(record: Record) -> int:
    """The year of a row: this one, the next or the last."""
    text, now = record.need("year"), clock.today().year
    if not text.isdecimal() or not now - 1 <= int(text) <= now + 1:
        raise Refused("register-word-unknown", column=sentence("register_column", "year"), value=text)
    return int(text)


def load_opening(record: Record, by: Actor) -> bool:
    """Last year's actual spending of a unit, as its paper says."""
    unit, year = body_named(record.need("unit"), OrganisationKind.UNIT), fiscal_year(record)
    actual_fen = money.parse_yuan(record.need("last_actual"))
    known = sa.exists().where(OpeningFigure.unit_id == unit.id, OpeningFigure.fiscal_year == year - 1)
    if db.session.scalar(sa.select(known)):
        return False
    db.session.add(
        OpeningFigure(
            unit_id=unit.id,
            fiscal_year=year - 1,
            actual_fen=actual_fen,
            document=record.need("document"),
            entered_by_id=by.person_id,
            entered_on=clock.today(),
            created_at=clock.now(),
        )
    )
    db.session.flush()
    trail.record(
        Stream.PROCUREMENT,
        "opening-figure-entered",
        "organisation",
        unit.id,
        by=by,
        year=year - 1,
        actual_fen=actual_fen,
    )
    return True
