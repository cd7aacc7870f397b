"""Reading 832 orders for pages: the list, one order with its versions and why it counts or not, the work lists."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from core.access.actor import Actor
from core.access.rights import Right
from core.access.roles import OrganisationKind
from core.db import db
from core.errors import Missing
from core.organisations.models import Organisation
from core.people.models import Person
from procurement.models.external import ExternalOrder, ExternalOrderVersion, ImportBatch, ImportRow
from procurement.models.ledger import FactEntry, QuotaJudgement, QuotaPosting
from procurement.models.scheme import SchemeVersion
from procurement.rules.p832 import ImportState, NotCounted

PAGE = 50
SOURCES = ("p832_canteen", "p832_union")
_V = ExternalOrderVersion
_Row = tuple[Any, ...]


def units_of(by: Actor) -> frozenset[int] | None:
    """The units whose orders the actor may see; None for finance, which may see all."""
    if by.may(Right.FINANCE_VIEW):
        return None
    if by.organisation_kind is OrganisationKind.UNIT or by.organisation_id is None:
        return by.scope_ids
    parent = sa.select(Organisation.parent_id).where(Organisation.id == by.organisation_id)
    return by.scope_ids | frozenset(filter(None, db.session.scalars(parent)))


def _mine(by: Actor) -> sa.ColumnElement[bool]:
    if by.organisation_kind is OrganisationKind.FEDERATION:
        return _V.union_fen > 0  # what unions buy, whoever's they are; canteens are none of its business
    units = units_of(by)
    return sa.true() if units is None else ExternalOrder.unit_id.in_(units)


def _current(*columns: Any) -> sa.Select[Any]:
    return sa.select(*columns).select_from(_V).join(ExternalOrder, ExternalOrder.current_version_id == _V.id)


STATES = ("counted", "waiting", "no_unit", "void")


def orders(by: Actor, *, state: str = "", text: str = "", page: int = 1) -> tuple[Sequence[Any], int, int]:
    """A page of orders, latest first, how many there are, and their fen. Two statements."""
    where = [_mine(by), _in_state(state)]
    if text:
        like = f"%{text.replace('%', '').replace('_', '')}%"
        where.append(sa.or_(ExternalOrder.external_no.like(like), _V.supplier_name.like(like), _V.unit_name.like(like)))
    rows = db.session.execute(
        _current(
            ExternalOrder.id, ExternalOrder.external_no, ExternalOrder.is_void, _V.unit_name, _V.unit_id,
            _V.supplier_name, _V.purchase_type, _V.status, _V.ordered_at, _V.paid_fen, _V.recognised_on,
            _V.not_counted, _V.side, _V.version_no, Organisation.name.label("unit"),
        )
        .outerjoin(Organisation, Organisation.id == _V.unit_id)
        .where(*where)
        .order_by(_V.ordered_at.desc(), ExternalOrder.id.desc())
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    ).all()  # fmt: skip
    total = db.session.execute(
        _current(sa.func.count(ExternalOrder.id), sa.func.coalesce(sa.func.sum(_V.paid_fen), 0)).where(*where)
    ).one()
    return rows, total[0], int(total[1])


def _in_state(state: str) -> sa.ColumnElement[bool]:
    stands = ~ExternalOrder.is_void
    match state:
        case "counted":
            return sa.and_(stands, _V.recognised_on.is_not(None), _V.unit_id.is_not(None))
        case "waiting":
            return sa.and_(stands, _V.recognised_on.is_(None))
        case "no_unit":
            return sa.and_(stands, _V.unit_id.is_(None))
        case "split":
            return sa.and_(stands, _V.not_counted == NotCounted.SPLIT_MISSING)
        case "void":
            return ExternalOrder.is_void.is_(True)
    return sa.true()


@dataclass(frozen=True)
class OrderView:
    """One order: its current version, all versions newest first, its schemes, and the files that spoke of it."""

    order: ExternalOrder
    current: ExternalOrderVersion
    unit: str
    versions: Sequence[Any]
    schemes: Sequence[Any]
    mentions: Sequence[Any]


def order(order_id: int, by: Actor) -> OrderView:
    """Raises: Missing for a foreign order. Four statements."""
    row = db.session.execute(
        sa.select(ExternalOrder, _V, Organisation.name)
        .join(_V, ExternalOrder.current_version_id == _V.id)
        .outerjoin(Organisation, Organisation.id == _V.unit_id)
        .where(ExternalOrder.id == order_id, _mine(by))
    ).one_or_none()
    if row is None:
        raise Missing("no-such-order")
    versions = db.session.execute(
        sa.select(_V, ImportBatch.token, ImportBatch.filename, Person.name.label("person"))
        .join(ImportBatch, ImportBatch.id == _V.batch_id)
        .outerjoin(Person, Person.id == _V.person_id)
        .where(_V.order_id == order_id)
        .order_by(_V.version_no.desc())
    ).all()
    return OrderView(row[0], row[1], row[2] or "", versions, schemes_of(row[1].id), _mentions(row[0], by))


def schemes_of(version_id: int) -> Sequence[Any]:
    """Per scheme what a version's facts count, and why not: code, name, fits, reason, countable and posted fen."""
    posted = (
        sa.select(sa.cast(sa.func.coalesce(sa.func.sum(QuotaPosting.amount_fen), 0), sa.BigInteger))
        .where(QuotaPosting.fact_id == FactEntry.id, QuotaPosting.scheme_code == SchemeVersion.code)
        .correlate(FactEntry, SchemeVersion)
        .scalar_subquery()
    )
    return db.session.execute(
        sa.select(
            SchemeVersion.code, SchemeVersion.name, FactEntry.fund, QuotaJudgement.fits, QuotaJudgement.reason,
            QuotaJudgement.countable_fen, posted.label("posted_fen"),
        )
        .join(QuotaJudgement, QuotaJudgement.fact_id == FactEntry.id)
        .join(SchemeVersion, SchemeVersion.id == QuotaJudgement.scheme_version_id)
        .where(FactEntry.source.in_(SOURCES), FactEntry.source_id == version_id)
        .order_by(SchemeVersion.code, FactEntry.fund)
    ).all()  # fmt: skip


def _mentions(order: ExternalOrder, by: Actor) -> Sequence[Any]:
    """Files that were taken over and speak of the order: the check by finance shows even where nothing changed."""
    return db.session.execute(
        sa.select(
            ImportBatch.token, ImportBatch.filename, ImportBatch.side, ImportBatch.committed_at, ImportBatch.state,
            sa.func.min(ImportRow.verdict).label("verdict"), Organisation.name.label("organisation"),
        )
        .join(ImportBatch, ImportBatch.id == ImportRow.batch_id)
        .join(Organisation, Organisation.id == ImportBatch.organisation_id)
        .where(ImportRow.external_no == order.external_no)
        .where(ImportBatch.state.in_([ImportState.COMMITTED, ImportState.UNDONE]))
        .group_by(ImportBatch.id, Organisation.name)
        .order_by(ImportBatch.id.desc())
    ).all()  # fmt: skip


@dataclass(frozen=True)
class WaitingName:
    """A unit name nobody bears: its orders, and the unit it most resembles."""

    name: str
    orders: int
    paid_fen: int
    first_order_id: int
    guess_id: int | None


def waiting_names(units: Sequence[tuple[int, str]]) -> list[WaitingName]:
    """Names that wait for finance, most orders first. One statement."""
    rows = db.session.execute(
        _current(
            _V.unit_name, sa.func.count().label("orders"), sa.func.sum(_V.paid_fen).label("paid_fen"),
            sa.func.min(ExternalOrder.id).label("first_id"),
        )
        .where(_V.unit_id.is_(None), ~ExternalOrder.is_void)
        .group_by(_V.unit_name)
        .order_by(sa.desc("orders"), _V.unit_name)
        .limit(200)
    ).all()  # fmt: skip
    by_name = {name: id_ for id_, name in units}
    return [
        WaitingName(row.unit_name, row.orders, int(row.paid_fen), row.first_id, _guess(row.unit_name, by_name))
        for row in rows
    ]


def _guess(name: str, units: dict[str, int]) -> int | None:
    inside = [unit for unit in units if unit in name or name in unit]
    close = inside or difflib.get_close_matches(name, units, n=1, cutoff=0.6)
    return units[close[0]] if close else None


def all_units() -> list[tuple[int, str]]:
    """Open units, by name."""
    rows = db.session.execute(
        sa.select(Organisation.id, Organisation.name)
        .where(Organisation.kind == OrganisationKind.UNIT, Organisation.closed_on.is_(None))
        .order_by(Organisation.name)
    )
    return [(row.id, row.name) for row in rows]


def count_names() -> int:
    """How many unit names wait."""
    query = _current(sa.func.count(sa.distinct(_V.unit_name))).where(_V.unit_id.is_(None), ~ExternalOrder.is_void)
    return db.session.scalar(query) or 0


def count_splits(by: Actor) -> int:
    """How many orders wait for their canteen's and union's parts."""
    query = _current(sa.func.count()).where(_in_state("split"), _mine(by))
    return db.session.scalar(query) or 0
