"""Lead enterprises 帮扶龙头企业: whose newest entry in the book says so."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on

from catalog.models.supplier import Supplier
from catalog.models.supplier_life import LeadEntry
from catalog.queries import admission_terms, income_effect
from catalog.rules.supplier import EntityType, SupplierStatus
from catalog.rules.supplier_life import HOLDING, LeadDecision, Shown, measured
from core.db import any_of, db
from core.organisations.models import Organisation
from core.places.models import Place


def newest() -> sa.Subquery:
    """Each supplier's newest entry."""
    return (
        sa.select(LeadEntry)
        .ext(distinct_on(LeadEntry.supplier_id))
        .order_by(LeadEntry.supplier_id, LeadEntry.id.desc())
        .subquery("newest_lead_entry")
    )


def is_lead() -> sa.ColumnElement[bool]:
    """Whether `Supplier` of the surrounding statement is recognised now."""
    decision = (
        sa.select(LeadEntry.decision)
        .where(LeadEntry.supplier_id == Supplier.id)
        .order_by(LeadEntry.id.desc())
        .limit(1)
        .correlate(Supplier)
        .scalar_subquery()
    )
    return sa.func.coalesce(decision.in_([each.value for each in HOLDING]), sa.false())


def among(supplier_ids: Collection[int]) -> set[int]:
    """Those of the suppliers that are recognised and sell. One statement."""
    if not supplier_ids:
        return set()
    query = sa.select(Supplier.id).where(any_of(Supplier.id, supplier_ids), is_lead())
    return set(db.session.scalars(query.where(Supplier.status == SupplierStatus.ACTIVE)))


@dataclass(frozen=True)
class LeadRow:
    """A recognised enterprise as everybody may read it: no figure of its households."""

    supplier_id: int
    name: str
    entity_type: EntityType
    town_name: str
    document: str
    recognised_on: date
    recheck_on: date


def listed() -> list[LeadRow]:
    """The published list, by the day of recognition. A supplier that may not sell now is left out."""
    book = newest()
    first = (
        sa.select(sa.func.max(LeadEntry.decided_on))
        .where(LeadEntry.supplier_id == Supplier.id, LeadEntry.decision == LeadDecision.RECOGNISED)
        .correlate(Supplier)
        .scalar_subquery()
    )
    rows = db.session.execute(
        sa.select(
            Supplier.id.label("supplier_id"), Organisation.name, Supplier.entity_type, Place.name.label("town_name"),
            book.c.document, first.label("recognised_on"), book.c.recheck_on,
        )
        .join(Organisation, Organisation.id == Supplier.organisation_id)
        .join(Place, Place.code == Supplier.town_code)
        .join(book, book.c.supplier_id == Supplier.id)
        .where(book.c.decision.in_([each.value for each in HOLDING]), Supplier.status == SupplierStatus.ACTIVE)
        .order_by(first, Organisation.name)
    ).mappings()  # fmt: skip
    return [LeadRow(**row) for row in rows]


@dataclass(frozen=True)
class Candidate:
    """A supplier beside the criteria: what it shows, criterion by criterion, and its newest entry."""

    supplier_id: int
    name: str
    entity_type: EntityType
    town_name: str
    shown: Shown
    marks: tuple[tuple[str, int, int, bool], ...]
    decision: LeadDecision | None
    decided_on: date | None
    recheck_on: date | None
    document: str

    @property
    def meets(self) -> bool:
        """Whether every criterion is met."""
        return all(is_met for *_, is_met in self.marks)

    @property
    def is_lead(self) -> bool:
        """Whether it is recognised now."""
        return self.decision in HOLDING


def shown_by(supplier_ids: Collection[int]) -> dict[int, Shown]:
    """What each supplier shows by verified benefits; nothing for whom nothing is verified."""
    effects = income_effect.latest(supplier_ids)
    return {
        i: Shown(effects[i].households, effects[i].verified_fen, effects[i].score) if i in effects else Shown(0, 0, 0)
        for i in supplier_ids
    }


def candidates() -> list[Candidate]:
    """Active producers that meet the criteria or are recognised, the largest verified benefit first."""
    book, effect = newest(), income_effect.newest()
    rows = db.session.execute(
        _candidates(book, effect).with_only_columns(
            Supplier.id, Organisation.name, Supplier.entity_type, Place.name.label("town_name"), book.c.decision,
            book.c.decided_on, book.c.recheck_on, sa.func.coalesce(book.c.document, "").label("document"),
            sa.func.coalesce(effect.c.households, 0).label("households"),
            sa.func.coalesce(effect.c.verified_fen, 0).label("verified_fen"),
            sa.func.coalesce(effect.c.score, 0).label("score"),
        )
    ).all()  # fmt: skip
    criteria = admission_terms.lead_criteria()
    found = [
        Candidate(
            row.id, row.name, row.entity_type, row.town_name,
            shown := Shown(row.households, row.verified_fen, row.score), tuple(measured(criteria, shown)),
            LeadDecision(row.decision) if row.decision else None,
            row.decided_on, row.recheck_on, row.document,
        )
        for row in rows
    ]  # fmt: skip
    return sorted(found, key=lambda c: (c.is_lead, -c.shown.verified_fen, c.name))


def _candidates(book: sa.Subquery, effect: sa.Subquery) -> sa.Select[*tuple[object, ...]]:
    """Active producers whose newest effect meets the criteria, and the recognised."""
    # The few who may be meant come first: joined the other way round, ten thousand are compared with ten thousand.
    meant = (
        sa.select(effect.c.supplier_id)
        .where(_meets(effect))
        .union(sa.select(book.c.supplier_id).where(_holds(book)))
        .subquery("meant")
    )
    return (
        sa.select(Supplier.id)
        .join(meant, meant.c.supplier_id == Supplier.id)
        .join(Organisation, Organisation.id == Supplier.organisation_id)
        .join(Place, Place.code == Supplier.town_code)
        .outerjoin(book, book.c.supplier_id == Supplier.id)
        .outerjoin(effect, effect.c.supplier_id == Supplier.id)
        .where(Supplier.status == SupplierStatus.ACTIVE, Supplier.entity_type != EntityType.TRADER)
    )


def _meets(effect: sa.Subquery) -> sa.ColumnElement[bool]:
    """`supplier_life.meets` as a condition: who has no verified effect meets nothing."""
    asked = admission_terms.lead_criteria()
    return sa.and_(
        effect.c.households >= asked.households,
        effect.c.verified_fen >= asked.verified_fen,
        effect.c.score >= asked.score,
    )


def _holds(book: sa.Subquery) -> sa.ColumnElement[bool]:
    return sa.func.coalesce(book.c.decision.in_([each.value for each in HOLDING]), sa.false())


def name_of(supplier_id: int) -> str:
    """The supplier's name."""
    query = sa.select(Organisation.name).join(Supplier, Supplier.organisation_id == Organisation.id)
    return db.session.scalar(query.where(Supplier.id == supplier_id)) or ""


def to_decide_count() -> int:
    """Suppliers that meet the criteria and are not recognised. It counts, for it stands on every page of the office."""
    book, effect = newest(), income_effect.newest()
    query = _candidates(book, effect).where(~_holds(book)).with_only_columns(sa.func.count())
    return db.session.scalar(query) or 0
