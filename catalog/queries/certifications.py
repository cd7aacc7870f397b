"""Applications for certificates: whose they are to see, in queues, lists and one by one."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from catalog.models.certification import Certification, Inspection
from catalog.models.supplier import Supplier
from catalog.queries import certification_clock, suppliers
from catalog.rules.certificates import CertificateKind
from catalog.rules.certification import OPEN, CertificationState
from catalog.rules.step_clock import Reckoning
from core import clock
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.organisations.models import Organisation
from core.settings import calendar

CARDS = 30
PAGE = 50


@dataclass(frozen=True)
class Card:
    """One application on the board or in a list. `age_days`: working days in its step, waiting included."""

    certification_id: int
    application_no: str
    kind: CertificateKind
    state: CertificationState
    goods: str
    supplier_name: str
    is_exited: bool
    is_waiting: bool
    is_late: bool
    is_renewal: bool
    applied_on: date | None
    entered_at: datetime
    age_days: int
    clock: Reckoning | None


@dataclass(frozen=True)
class Column:
    """A step of the board: the first of its queue, and how many stand there, are late, or wait for the applicant."""

    state: CertificationState
    total: int
    late: int
    waiting: int
    cards: tuple[Card, ...]


@dataclass(frozen=True)
class Filter:
    """What a list shows; empty: what is under way. `ended`: also what was granted, failed or taken back."""

    state: CertificationState | None = None
    ended: bool = False
    kind: CertificateKind | None = None
    late: bool = False
    waiting: bool = False
    words: str = ""


def may_see(for_: Actor) -> sa.ColumnElement[bool]:
    """The office sees what was handed in, an inspector what it was chosen for, a supplier its own."""
    if for_.may(Right.CERTIFICATION_HANDLE):
        return Certification.applied_on.is_not(None)
    if for_.may(Right.INSPECT):
        visit = aliased(Inspection)
        chosen = sa.or_(visit.lead_id == for_.person_id, visit.second_id == for_.person_id)
        return sa.exists().where(visit.certification_id == Certification.id, chosen)
    seller = suppliers.find_own(for_) if for_.may(Right.SELL) else None
    return sa.false() if seller is None else Certification.supplier_id == seller.id


def in_turn() -> tuple[Any, ...]:
    """The order of every queue: exited villages first, then who came to the step first (rule 74)."""
    return Certification.is_exited.desc(), Certification.entered_at, Certification.id


def counts(late_before: date) -> dict[CertificationState, tuple[int, int, int]]:
    """(all, late, waiting for the applicant) by open state. One statement."""
    rows = db.session.execute(
        sa.select(
            Certification.state,
            sa.func.count(),
            sa.func.count().filter(Certification.due_on < late_before),
            sa.func.count().filter(Certification.is_waiting),
        )
        .where(Certification.state.in_(OPEN))
        .group_by(Certification.state)
    )
    return {row[0]: (row[1], row[2], row[3]) for row in rows}


def board() -> list[Column]:
    """The open states with the first of each queue. The number of statements does not grow with the queues."""
    known = counts(certification_clock.late_before())
    parts = [
        _rows().where(Certification.state == at).order_by(*in_turn()).limit(CARDS).subquery().select() for at in OPEN
    ]
    cards = _cards(db.session.execute(sa.union_all(*parts)).mappings().all())
    return [Column(at, *known.get(at, (0, 0, 0)), tuple(card for card in cards if card.state is at)) for at in OPEN]


def listed(wanted: Filter, after: str = "") -> tuple[list[Card], str]:
    """A page in the queues' order, and where the next one begins ("" on the last). Keyset, so page 200 is quick.

    A mark that nobody gave out begins at the top.
    """
    query = _rows().where(Certification.applied_on.is_not(None), *_matching(wanted))
    if (mark := _read_mark(after)) is not None:
        exited, entered_at, id_ = mark
        # (NOT is_exited, entered_at, id) > mark, said so that the index in the queues' order is walked
        later = sa.tuple_(Certification.entered_at, Certification.id) > sa.tuple_(
            sa.literal(entered_at, sa.DateTime(timezone=True)), sa.literal(id_, sa.BigInteger)
        )
        same = sa.and_(Certification.is_exited == exited, later)
        query = query.where(sa.or_(same, Certification.is_exited.is_(False)) if exited else same)
    rows = db.session.execute(query.order_by(*in_turn()).limit(PAGE + 1)).mappings().all()
    shown = _cards(rows[:PAGE])
    return shown, _mark(shown[-1]) if len(rows) > PAGE else ""


def own(for_: Actor) -> list[Card]:
    """The applications of the actor's supplier, those that wait for it first, then the newest. Raises: Missing."""
    query = _rows().where(Certification.supplier_id == suppliers.own(for_).id)
    query = query.order_by(Certification.is_waiting.desc(), Certification.id.desc()).limit(200)
    return _cards(db.session.execute(query).mappings().all())


def own_counts(for_: Actor) -> tuple[int, int]:
    """(waiting for the actor's supplier, drafts not handed in)."""
    seller = suppliers.find_own(for_)
    if seller is None:
        return 0, 0
    row = db.session.execute(
        sa.select(
            sa.func.count().filter(Certification.is_waiting),
            sa.func.count().filter(Certification.state == CertificationState.DRAFT),
        ).where(Certification.supplier_id == seller.id)
    ).one()
    return row[0], row[1]


def _rows() -> sa.Select[*tuple[Any, ...]]:
    return (
        sa.select(
            Certification.id.label("certification_id"),
            Certification.application_no,
            Certification.kind,
            Certification.state,
            Certification.goods,
            Organisation.name.label("supplier_name"),
            Certification.is_exited,
            Certification.is_waiting,
            Certification.is_late,
            Certification.renews_id.is_not(None).label("is_renewal"),
            Certification.applied_on,
            Certification.entered_at,
        )
        .join(Supplier, Supplier.id == Certification.supplier_id)
        .join(Organisation, Organisation.id == Supplier.organisation_id)
    )


def _cards(rows: Any) -> list[Card]:
    clocks = certification_clock.reckonings([row["certification_id"] for row in rows])
    days, today = calendar.current(), clock.today()
    return [
        Card(
            **row,
            age_days=days.between(clock.county_day(row["entered_at"]), today),
            clock=clocks.get(row["certification_id"]),
        )
        for row in rows
    ]


def _matching(wanted: Filter) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if wanted.state is not None:
        found.append(Certification.state == wanted.state)
    elif not wanted.ended:
        found.append(Certification.state.in_(OPEN))
    if wanted.kind is not None:
        found.append(Certification.kind == wanted.kind)
    if wanted.late:
        found.append(Certification.due_on < certification_clock.late_before())
    if wanted.waiting:
        found.append(Certification.is_waiting.is_(True))
    for word in wanted.words.split()[:3]:
        fields = (Organisation.name, Certification.goods, Certification.application_no)
        found.append(sa.or_(*(column.contains(word[:30], autoescape=True) for column in fields)))
    return found


def _mark(card: Card) -> str:
    return f"{int(card.is_exited)}_{int(card.entered_at.timestamp() * 1_000_000)}_{card.certification_id}"


def _read_mark(text: str) -> tuple[bool, datetime, int] | None:
    exited, _, rest = text.partition("_")
    micros, _, id_ = rest.partition("_")
    if exited not in {"0", "1"} or not (micros.isdecimal() and id_.isdecimal()) or len(micros) > 17 or len(id_) > 18:
        return None
    seconds, parts = divmod(int(micros), 1_000_000)
    at = datetime.fromtimestamp(seconds, clock.COUNTY).replace(microsecond=parts)
    return exited == "1", at, int(id_)
