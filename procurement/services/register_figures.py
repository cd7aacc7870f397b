"""Rows of the first-day workbook that state figures: exited villages, last year's spending, this year's filing."""

import sqlalchemy as sa

from catalog.models.supplier import VillageCategory
from core import clock, money, trail
from core.access.actor import Actor
from core.access.roles import OrganisationKind
from core.db import db
from core.errors import Refused
from core.money import ceil_share
from core.places.models import Place
from core.text import sentence
from core.trail.models import Stream
from procurement.models.unit import OpeningFigure
from procurement.queries import terms
from procurement.queries.register_sheets import Record
from procurement.rules.declaration import CanteenStatus, PartKind
from procurement.services import declaration
from procurement.services.declaration import Sheet
from procurement.services.register_parties import body_named, day, town_code, word


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
    """Last year's actual spending of a unit, as its paper says, and a draft of this year's declaration.

    Either may be left out, not both. The declaration stays a draft: only the unit can file it.
    """
    unit, year = body_named(record.need("unit"), OrganisationKind.UNIT), fiscal_year(record)
    if not record.cells.get("canteen_status"):
        return _load_actual(record, unit.id, year, by)
    is_new = bool(record.cells.get("last_actual")) and _load_actual(record, unit.id, year, by)
    return declaration.prefill(unit.id, year, _sheet(record, year), by=by) or is_new


def _load_actual(record: Record, unit_id: int, year: int, by: Actor) -> bool:
    actual_fen, document = money.parse_yuan(record.need("last_actual")), record.need("document")
    known = sa.exists().where(OpeningFigure.unit_id == unit_id, OpeningFigure.fiscal_year == year - 1)
    if db.session.scalar(sa.select(known)):
        return False
    db.session.add(
        OpeningFigure(
            unit_id=unit_id,
            fiscal_year=year - 1,
            actual_fen=actual_fen,
            document=document,
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
        unit_id,
        by=by,
        year=year - 1,
        actual_fen=actual_fen,
    )
    return True


def _sheet(record: Record, year: int) -> Sheet:
    """The row as a filing: the reserve typed stands for the headline scheme, the others get their least.

    Raises: Refused as `money.parse_yuan`, "register-word-unknown", "register-cell-missing" without any part.
    """
    canteen = word(CanteenStatus, "canteen_status", record.need("canteen_status"))
    if not canteen.has_total:
        return Sheet(canteen)
    paper = record.need("document")
    typed = {kind: record.cells.get(kind.value, "") for kind in PartKind}
    parts = {kind: (money.parse_yuan(text), paper) for kind, text in typed.items() if text}
    if not parts:
        record.need(PartKind.STAFF_MEALS.value)
    total_fen = sum(fen for fen, _ in parts.values())
    reserves = {code: ceil_share(total_fen, own.min_bp) for code, own in terms.in_force(year).items()}
    if text := record.cells.get("reserve", ""):
        reserves[terms.headline()] = money.parse_yuan(text)
    return Sheet(canteen, parts=parts, reserves=reserves)
