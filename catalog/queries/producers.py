"""Traders and the producers behind them: score and origin are the producer's (rule 65)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from catalog.models.supplier import Supplier
from catalog.models.supplier_life import ProducerAuthorisation
from catalog.rules.supplier import EntityType, SupplierStatus
from core import clock
from core.db import any_of, db
from core.files.models import StoredFile
from core.organisations.models import Organisation


def holds(on: date) -> sa.ColumnElement[bool]:
    """An authorisation in force on the day."""
    return sa.and_(
        ProducerAuthorisation.valid_from <= on,
        sa.or_(ProducerAuthorisation.valid_to.is_(None), ProducerAuthorisation.valid_to >= on),
        sa.or_(ProducerAuthorisation.ended_on.is_(None), ProducerAuthorisation.ended_on > on),
    )


def authorised(on: date) -> sa.ColumnElement[bool]:
    """`Supplier` of the surrounding statement is no trader, or an active producer lets it sell on the day."""
    producer = aliased(Supplier)
    allowed = (
        sa.exists()
        .where(
            ProducerAuthorisation.trader_id == Supplier.id,
            ProducerAuthorisation.producer_id == producer.id,
            producer.status == SupplierStatus.ACTIVE,
            holds(on),
        )
        .correlate(Supplier)
    )
    return sa.or_(Supplier.entity_type != EntityType.TRADER, allowed)


def behind(supplier_ids: Collection[int], *, on: date | None = None) -> dict[int, int]:
    """{trader: its producer} among the suppliers; the earliest authorisation in force counts. One statement."""
    if not supplier_ids:
        return {}
    producer = aliased(Supplier)
    rows = db.session.execute(
        sa.select(ProducerAuthorisation.trader_id, ProducerAuthorisation.producer_id)
        .join(producer, producer.id == ProducerAuthorisation.producer_id)
        .where(
            any_of(ProducerAuthorisation.trader_id, supplier_ids),
            producer.status == SupplierStatus.ACTIVE,
            holds(on or clock.today()),
        )
        .order_by(ProducerAuthorisation.trader_id, ProducerAuthorisation.id.desc())
    )
    return {row.trader_id: row.producer_id for row in rows}


@dataclass(frozen=True)
class Authorisation:
    """One producer behind a trader."""

    authorisation_id: int
    producer_id: int
    producer_name: str
    producer_status: SupplierStatus
    valid_from: date
    valid_to: date | None
    ended_on: date | None
    file_token: str | None


def of_trader(trader_id: int) -> list[Authorisation]:
    """All of a trader's authorisations, the newest first."""
    producer = aliased(Supplier)
    rows = db.session.execute(
        sa.select(
            ProducerAuthorisation.id, producer.id, Organisation.name, producer.status,
            ProducerAuthorisation.valid_from, ProducerAuthorisation.valid_to, ProducerAuthorisation.ended_on,
            StoredFile.token,
        )
        .join(producer, producer.id == ProducerAuthorisation.producer_id)
        .join(Organisation, Organisation.id == producer.organisation_id)
        .outerjoin(StoredFile, StoredFile.id == ProducerAuthorisation.file_id)
        .where(ProducerAuthorisation.trader_id == trader_id)
        .order_by(ProducerAuthorisation.id.desc())
    )  # fmt: skip
    return [Authorisation(*row) for row in rows]


def choices() -> list[tuple[int, str]]:
    """Active producers that may stand behind a trader: (supplier, name), by name."""
    rows = db.session.execute(
        sa.select(Supplier.id, Organisation.name)
        .join(Organisation, Organisation.id == Supplier.organisation_id)
        .where(Supplier.status == SupplierStatus.ACTIVE, Supplier.entity_type != EntityType.TRADER)
        .order_by(Organisation.name)
    )
    return [(supplier_id, name) for supplier_id, name in rows]
