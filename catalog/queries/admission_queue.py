"""A desk's queue: by rank, then by time, a page at a time by key. Two statements, however many wait."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from catalog.models.admission import AdmissionApplication
from catalog.queries.applications import within
from catalog.rules.admission import DESKS, AdmissionState
from catalog.rules.admission_order import Effect, Rank, reasons
from catalog.rules.supplier import EntityType
from core import clock
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.places.models import Place

PAGE = 20
DESK_RIGHT = {
    AdmissionState.TOWNSHIP: Right.ADMISSION_TOWNSHIP,
    AdmissionState.AGRICULTURE: Right.ADMISSION_AGRICULTURE,
    AdmissionState.LINKAGE: Right.ADMISSION_LINKAGE,
    AdmissionState.PUBLICATION: Right.ADMIT,
}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Key:
    """The place of a row: where the next page goes on."""

    rank: int
    step_at: datetime
    id: int

    @property
    def text(self) -> str:
        """As it stands in an address: rank.microseconds.id."""
        return f"{self.rank}.{(self.step_at - _EPOCH) // timedelta(microseconds=1)}.{self.id}"


def key_of(text: str) -> Key | None:
    """A key out of an address; None for anything else: the first page is shown then."""
    parts = text.split(".")
    if len(parts) != 3 or not all(part.isdigit() and len(part) <= 18 for part in parts):
        return None
    rank, micros, row_id = map(int, parts)
    if micros > 32_503_680_000_000_000:  # the year 3000
        return None
    return Key(min(rank, 9), _EPOCH + timedelta(microseconds=micros), row_id)


@dataclass(frozen=True)
class Why:
    """Why a row stands where it stands: the rank, what it was computed from and when, each question answered."""

    rank: Rank
    effect: Effect
    answers: tuple[tuple[str, bool], ...]
    on: date | None


def why(rank: int, facts: dict[str, Any]) -> Why:
    """The explanation out of what was kept when the rank was computed."""
    known = {name: facts[name] for name in Effect.__dataclass_fields__ if name in facts}
    effect = Effect(**known)
    on = date.fromisoformat(facts["on"]) if facts.get("on") else None
    return Why(Rank(rank), effect, tuple(reasons(effect)), on)


@dataclass(frozen=True)
class Row:
    """An application in a queue."""

    application_no: str
    name: str
    entity_type: EntityType
    state: AdmissionState
    place: str
    goods: str
    version_no: int
    step_on: date
    due_on: date | None
    why: Why

    @property
    def days_left(self) -> int | None:
        """Whole days until the last day; negative when it has passed."""
        return None if self.due_on is None else (self.due_on - clock.today()).days


@dataclass(frozen=True)
class Page:
    """One page of a queue; `following` is the address part of the next one."""

    rows: tuple[Row, ...]
    total: int
    following: str | None


def desks_of(by: Actor) -> tuple[AdmissionState, ...]:
    """The desks at which the actor sits."""
    return tuple(desk for desk in DESKS if by.may(DESK_RIGHT[desk]))


def waiting_count(by: Actor) -> int:
    """What waits at the actor's desks; a publication waits only once its time is over."""
    checks = [desk for desk in desks_of(by) if desk is not AdmissionState.PUBLICATION]
    ended = sa.and_(
        AdmissionApplication.state == AdmissionState.PUBLICATION,
        AdmissionApplication.objections_until < clock.today(),
    )
    mine = AdmissionApplication.state.in_(checks)
    query = sa.select(sa.func.count()).select_from(AdmissionApplication)
    return db.session.scalar(query.where(sa.or_(mine, ended) if by.may(Right.ADMIT) else mine, within(by))) or 0


def overdue_count(by: Actor) -> int:
    """What should have been done at the actor's desks."""
    query = sa.select(sa.func.count()).select_from(AdmissionApplication)
    late = query.where(
        AdmissionApplication.state.in_(desks_of(by)), AdmissionApplication.due_on < clock.today(), within(by)
    )
    return db.session.scalar(late) or 0


def next_due(by: Actor) -> date | None:
    """The earliest last day at the actor's desks."""
    query = sa.select(sa.func.min(AdmissionApplication.due_on))
    return db.session.scalar(query.where(AdmissionApplication.state.in_(desks_of(by)), within(by)))


def page(desk: AdmissionState, by: Actor, *, after: Key | None = None, words: str = "", overdue: bool = False) -> Page:
    """A page of a desk's queue as this actor may read it."""
    here = sa.and_(AdmissionApplication.state == desk, within(by), *_filters(words, overdue=overdue))
    total = db.session.scalar(sa.select(sa.func.count()).select_from(AdmissionApplication).where(here)) or 0
    order = (AdmissionApplication.rank, AdmissionApplication.step_at, AdmissionApplication.id)
    chosen = sa.select(AdmissionApplication.id).where(here).order_by(*order).limit(PAGE + 1)
    if after is not None:
        chosen = chosen.where(sa.tuple_(*order) > sa.tuple_(after.rank, after.step_at, after.id))
    # The names of places are joined to one page, not to the whole queue.
    ids = chosen.subquery()
    town = sa.orm.aliased(Place)
    rows = db.session.execute(
        sa.select(AdmissionApplication, Place.name, town.name)
        .join(ids, ids.c.id == AdmissionApplication.id)
        .join(Place, Place.code == AdmissionApplication.village_code)
        .join(town, town.code == AdmissionApplication.town_code)
        .order_by(*order)
    ).all()
    shown = rows[:PAGE]
    last = shown[-1][0] if len(rows) > PAGE else None
    return Page(
        tuple(_row(one, f"{town_name} {village}") for one, village, town_name in shown),
        total,
        Key(last.rank, last.step_at, last.id).text if last is not None else None,
    )


def _filters(words: str, *, overdue: bool) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if words:
        found.append(
            sa.or_(
                AdmissionApplication.name.contains(words, autoescape=True),
                AdmissionApplication.uscc == words.upper(),
                AdmissionApplication.application_no == words.upper(),
            )
        )
    if overdue:
        found.append(AdmissionApplication.due_on < clock.today())
    return found


def _row(one: AdmissionApplication, place: str) -> Row:
    return Row(
        one.application_no, one.name, one.entity_type, one.state, place, one.goods, one.version_no, one.step_on,
        one.due_on, why(one.rank, one.rank_facts),
    )  # fmt: skip
