"""What a bank's line may pay: open slips in an office's sight, with the names that may stand beside them."""

from collections.abc import Collection, Iterable
from typing import Any

import sqlalchemy as sa

from catalog.models.supplier import Supplier
from core.access.roles import OrganisationKind
from core.db import any_of, db
from core.organisations.models import Organisation, OrganisationName
from market.models.bank import BankLanding, BankLine, PayerAlias
from market.models.order import Order
from market.models.settlement import Transfer
from market.rules.bank_file import BankSide
from market.rules.bank_match import Money, Slip
from market.rules.transfer import TransferState

OPEN = (TransferState.PREPARED, TransferState.DECLARED)


def in_sight(owner_id: int, side: BankSide) -> sa.ColumnElement[bool]:
    """The transfers that may stand in an office's file: to the supplier, from the unit, or (treasury) of any unit."""
    return _sight(owner_id, side, Transfer.supplier_id, Transfer.buyer_id)


def orders_in_sight(owner_id: int, side: BankSide) -> sa.ColumnElement[bool]:
    """The orders whose accepted goods a line of an office's file may pay."""
    return _sight(owner_id, side, Order.supplier_id, Order.buyer_id)


def _sight(owner_id: int, side: BankSide, supplier_id: Any, buyer_id: Any) -> sa.ColumnElement[bool]:
    if side is BankSide.INCOMING:
        own = sa.orm.aliased(Supplier)
        return sa.exists().where(own.id == supplier_id, own.organisation_id == owner_id)
    office = sa.orm.aliased(Organisation)
    is_treasury = sa.exists().where(office.id == owner_id, office.kind == OrganisationKind.FINANCE)
    return sa.or_(buyer_id == owner_id, is_treasury)


def open_slips(owner_id: int, side: BankSide, *, most: int = 200) -> list[Slip]:
    """Slips that wait for money, the oldest first. Three statements."""
    query = sa.select(Transfer).where(Transfer.state.in_(OPEN), in_sight(owner_id, side))
    return slips_of(db.session.scalars(query.order_by(Transfer.prepared_at, Transfer.id).limit(most)).all(), side)


def by_code(codes: Collection[str], owner_id: int, side: BankSide) -> dict[str, tuple[Transfer, Slip]]:
    """Slips by their codes: open ones, and confirmed ones that no file of this side has shown yet."""
    shown = sa.exists().where(BankLanding.transfer_id == Transfer.id, BankLanding.side == side)
    usable = sa.or_(Transfer.state.in_(OPEN), sa.and_(Transfer.state == TransferState.CONFIRMED, ~shown))
    query = sa.select(Transfer).where(
        any_of(Transfer.remittance_code, codes, sa.Text), usable, in_sight(owner_id, side)
    )
    rows = db.session.scalars(query).all()
    return {row.remittance_code: (row, slip) for row, slip in zip(rows, slips_of(rows, side), strict=True)}


def slips_of(rows: Iterable[Transfer], side: BankSide) -> list[Slip]:
    """Transfers as slips with the names that may stand in a file of this side."""
    found = list(rows)
    if side is BankSide.OUTGOING:
        names = {row.id: frozenset({row.payee_account_name}) for row in found}
    else:
        units = names_of({row.buyer_id for row in found})
        names = {row.id: units.get(row.buyer_id, frozenset()) for row in found}
    return [
        Slip(row.id, row.remittance_code, row.amount_fen, names[row.id], row.bank_serial or "", row.bank_day_on)
        for row in found
    ]


def names_of(unit_ids: Collection[int]) -> dict[int, frozenset[str]]:
    """Every name under which a unit's money may come: its own ones and its checked aliases. Two statements."""
    found: dict[int, set[str]] = {unit_id: set() for unit_id in unit_ids}
    own = sa.union(
        sa.select(Organisation.id, Organisation.name).where(any_of(Organisation.id, unit_ids)),
        sa.select(OrganisationName.organisation_id, OrganisationName.name).where(
            any_of(OrganisationName.organisation_id, unit_ids)
        ),
        sa.select(PayerAlias.unit_id, PayerAlias.name).where(
            any_of(PayerAlias.unit_id, unit_ids), PayerAlias.checked_at.is_not(None), PayerAlias.ended_at.is_(None)
        ),
    )
    for unit_id, name in db.session.execute(own):
        found[unit_id].add(name)
    return {unit_id: frozenset(names) for unit_id, names in found.items()}


def money(line: BankLine) -> Money:
    """A line as matching sees it."""
    return Money(line.bank_day_on, line.amount_fen - line.landed_fen, line.party, line.code, line.serial)
