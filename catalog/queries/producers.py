"""Traders and the producers behind them: score and origin are the producer's (rule 65)."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from catalog.models.admission import AdmissionApplication
from catalog.models.product import Product
from catalog.models.supplier import Supplier
from catalog.models.supplier_life import ProducerAuthorisation
from catalog.rules.listing import ProductState
from catalog.rules.supplier import EntityType, SupplierStatus
from core import clock
from core.db import any_of, db
from core.errors import Refused
from core.files.models import StoredFile
from core.organisations.models import Organisation
from core.places import queries as places


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


def villages(trader_id: int, *, on: date | None = None) -> frozenset[str]:
    """Where the goods of a trader's active producers grow: their listed products' places and those they applied with.

    Two statements.
    """
    producer = aliased(Supplier)
    ids = db.session.scalars(
        sa.select(producer.id)
        .join(ProducerAuthorisation, ProducerAuthorisation.producer_id == producer.id)
        .where(
            ProducerAuthorisation.trader_id == trader_id,
            producer.status == SupplierStatus.ACTIVE,
            holds(on or clock.today()),
        )
    ).all()
    grown = sa.select(Product.origin_code).where(any_of(Product.supplier_id, ids), Product.state == ProductState.LISTED)
    applied = sa.select(AdmissionApplication.village_code).where(any_of(AdmissionApplication.supplier_id, ids))
    return frozenset(db.session.scalars(grown.union(applied)))


def check_origin(seller: Supplier, origin_code: str) -> None:
    """A trader's goods grow where its producers' do (rule 65). Raises: Refused "origin-not-producers" (places)."""
    if seller.entity_type is not EntityType.TRADER:
        return
    known = villages(seller.id)
    if origin_code in known:
        return
    named = sorted(place.name for place in places.names(set(known)).values())
    raise Refused("origin-not-producers", places="、".join(named[:6]) or "—")


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
