"""One acceptance with all that proves it: order, delivery note, weights, signers, photos, invoice, transfers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from catalog.models.product import Lot
from catalog.models.supplier import Supplier
from core.access.roles import OrganisationKind
from core.db import db
from core.errors import Missing
from core.files.models import StoredFile
from core.organisations.models import Organisation
from core.people.models import Person
from core.places import queries as places
from core.quantity import BaseUnit
from market.models.delivery import Acceptance, AcceptanceLine, AcceptancePhoto, Delivery, DeliveryLine
from market.models.order import Order, OrderLine
from market.models.settlement import Allocation, Invoice, InvoiceAcceptance, Transfer
from market.rules.invoice import IN_FORCE
from market.rules.transfer import TransferState
from procurement.queries import finance_unit
from procurement.queries.finance_unit import Line


@dataclass(frozen=True)
class Weighed:
    """One line at the scales, in base units, and what the ledger says of it (None: a corrected round)."""

    goods: str
    base_unit: BaseUnit
    lot_no: str
    village: str
    commitment_no: str
    quarantine_no: str
    ordered_qty: int
    delivered_qty: int
    accepted_qty: int
    rejected_qty: int
    reason: str
    price_fen_x100: int
    basis_qty: int
    amount_fen: int
    photo: str | None
    ledger: Line | None


@dataclass(frozen=True)
class Money:
    """One transfer's part on this acceptance."""

    transfer_no: str
    state: TransferState
    amount_fen: int
    bank_day_on: date | None
    bank_serial: str
    voucher: str | None


@dataclass(frozen=True)
class Evidence:
    """The whole package of one acceptance."""

    unit_id: int
    unit: str
    canteen: str
    supplier: str
    order_no: str
    placed_at: datetime
    delivery_no: str
    delivered_on: date
    acceptance_no: str
    accepted_at: datetime
    round: int
    amount_fen: int
    note: str
    correction_reason: str
    orderer: str
    signers: tuple[str, str]
    orderer_took_part: bool
    photos: tuple[str, ...]
    lines: tuple[Weighed, ...]
    invoice: Any
    transfers: tuple[Money, ...]


def unit_of(organisation_id: int) -> int:
    """The unit behind a seat: a canteen stands for its unit."""
    body = db.session.get_one(Organisation, organisation_id)
    return body.parent_id if body.kind is OrganisationKind.CANTEEN and body.parent_id else body.id


def acceptance(token: str, *, within: frozenset[int] | None = None) -> Evidence:
    """Read the package. Raises: Missing when there is none, or it is none of `within`'s."""
    unit, canteen, seller = (sa.orm.aliased(Organisation) for _ in range(3))
    head = db.session.execute(
        sa.select(Acceptance, Order, Delivery, unit.name, canteen.name, seller.name)
        .join(Order, Order.id == Acceptance.order_id)
        .join(Delivery, Delivery.id == Acceptance.delivery_id)
        .join(unit, unit.id == Order.buyer_id)
        .outerjoin(canteen, canteen.id == Order.canteen_id)
        .join(Supplier, Supplier.id == Order.supplier_id)
        .join(seller, seller.id == Supplier.organisation_id)
        .where(Acceptance.token == token)
    ).first()
    if head is None or (within is not None and head.Order.buyer_id not in within):
        raise Missing("no-such-acceptance")
    signed, order, delivery = head.Acceptance, head.Order, head.Delivery
    people = _people([signed.orderer_id, signed.first_signer_id, signed.second_signer_id])
    return Evidence(
        unit_id=order.buyer_id,
        unit=head[3],
        canteen=head[4] or "",
        supplier=head[5],
        order_no=order.order_no,
        placed_at=order.placed_at,
        delivery_no=delivery.delivery_no,
        delivered_on=delivery.delivered_on,
        acceptance_no=signed.acceptance_no,
        accepted_at=signed.accepted_at,
        round=signed.round,
        amount_fen=signed.amount_fen,
        note=signed.note,
        correction_reason=signed.correction_reason,
        orderer=people[signed.orderer_id],
        signers=(people[signed.first_signer_id], people[signed.second_signer_id]),
        orderer_took_part=signed.orderer_took_part,
        photos=_photos(signed.id),
        lines=_weighed(signed.id),
        invoice=_invoice(signed.id),
        transfers=_transfers(signed.id),
    )


def _people(ids: Sequence[int]) -> dict[int, str]:
    rows = db.session.execute(sa.select(Person.id, Person.name).where(Person.id.in_(ids)))
    return {row.id: row.name for row in rows}


def _photos(acceptance_id: int) -> tuple[str, ...]:
    query = (
        sa.select(StoredFile.token)
        .join(AcceptancePhoto, AcceptancePhoto.file_id == StoredFile.id)
        .where(AcceptancePhoto.acceptance_id == acceptance_id)
        .order_by(StoredFile.id)
    )
    return tuple(db.session.scalars(query))


def _weighed(acceptance_id: int) -> tuple[Weighed, ...]:
    rows = db.session.execute(
        sa.select(AcceptanceLine, OrderLine, DeliveryLine, Lot.lot_no, StoredFile.token)
        .join(OrderLine, OrderLine.id == AcceptanceLine.order_line_id)
        .join(DeliveryLine, DeliveryLine.id == AcceptanceLine.delivery_line_id)
        .join(Lot, Lot.id == DeliveryLine.lot_id)
        .outerjoin(StoredFile, StoredFile.id == AcceptanceLine.photo_id)
        .where(AcceptanceLine.acceptance_id == acceptance_id)
        .order_by(AcceptanceLine.id)
    ).all()
    villages = places.names({row.DeliveryLine.origin_code for row in rows})
    ledger = finance_unit.of_acceptance_lines([row.AcceptanceLine.id for row in rows])
    return tuple(_line(row, villages, ledger) for row in rows)


def _line(row: Any, villages: dict[str, places.PlaceName], ledger: dict[int, Line]) -> Weighed:
    line, ordered, delivered = row.AcceptanceLine, row.OrderLine, row.DeliveryLine
    place = villages.get(delivered.origin_code)
    return Weighed(
        goods=ordered.product_name,
        base_unit=ordered.base_unit,
        lot_no=row.lot_no,
        village=place.full if place else delivered.origin_code,
        commitment_no=delivered.commitment_no,
        quarantine_no=delivered.quarantine_no,
        ordered_qty=ordered.qty,
        delivered_qty=line.delivered_qty,
        accepted_qty=line.accepted_qty,
        rejected_qty=line.rejected_qty,
        reason=line.reason,
        price_fen_x100=ordered.price_fen_x100,
        basis_qty=ordered.basis_qty,
        amount_fen=line.amount_fen,
        photo=row.token,
        ledger=ledger.get(line.id),
    )


def _invoice(acceptance_id: int) -> Any:
    return db.session.execute(
        sa.select(Invoice.number, Invoice.issued_on, InvoiceAcceptance.amount_fen, StoredFile.token.label("file"))
        .join(InvoiceAcceptance, InvoiceAcceptance.invoice_id == Invoice.id)
        .outerjoin(StoredFile, StoredFile.id == Invoice.file_id)
        .where(InvoiceAcceptance.acceptance_id == acceptance_id, Invoice.reverses_id.is_(None))
        .order_by(Invoice.state.not_in(IN_FORCE), Invoice.id.desc())
    ).first()


def _transfers(acceptance_id: int) -> tuple[Money, ...]:
    part = sa.func.sum(Allocation.amount_fen).cast(sa.BigInteger)
    rows = db.session.execute(
        sa.select(
            Transfer.transfer_no,
            Transfer.state,
            part,
            Transfer.bank_day_on,
            sa.func.coalesce(Transfer.bank_serial, ""),
            StoredFile.token,
        )
        .join(Allocation, Allocation.transfer_id == Transfer.id)
        .join(AcceptanceLine, AcceptanceLine.id == Allocation.acceptance_line_id)
        .outerjoin(StoredFile, StoredFile.id == Transfer.voucher_id)
        .where(AcceptanceLine.acceptance_id == acceptance_id)
        .group_by(Transfer.id, StoredFile.token)
        .order_by(Transfer.id)
    )
    return tuple(Money(*row) for row in rows)
