"""What a supplier owes to which household, and what the bank said about it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from catalog.models.purchase import BankFile, BankRow, PurchaseConfirmation, PurchaseNote, PurchasePayment
from catalog.models.supplier import Household, Supplier
from catalog.rules.benefit import PayMethod
from catalog.rules.purchase import PaymentOutcome, Signing
from core.access.actor import Actor
from core.db import any_of, db
from core.errors import Missing
from core.places.models import Place

COLUMNS = ("note_no", "household", "payee", "account", "village", "amount", "bought_on", "remark")
"""Columns of the file for the bank, in order: see docs/bank-file.md."""


def _own(by: Actor) -> sa.ColumnElement[bool]:
    return PurchaseNote.supplier_id.in_(sa.select(Supplier.id).where(Supplier.organisation_id.in_(by.scope_ids)))


def _open() -> sa.ColumnElement[bool]:
    """To be paid by bank and not yet paid; a note and the one that takes it back add up to nothing."""
    paid = sa.exists().where(PurchasePayment.note_id == PurchaseNote.id)
    return sa.and_(PurchaseNote.pay_method == PayMethod.BANK, ~paid)


def _agreed() -> sa.ColumnElement[bool]:
    """Signed, or confirmed by the code: what the household has not said yes to is not paid."""
    said_yes = sa.exists().where(PurchaseConfirmation.note_id == PurchaseNote.id)
    return sa.or_(PurchaseNote.signing != Signing.SMS, said_yes)


def unconfirmed(by: Actor) -> int:
    """Notes that wait for the household's code."""
    open_notes = sa.select(sa.func.count(PurchaseNote.id)).where(
        _own(by), _open(), PurchaseNote.reverses_id.is_(None), ~_agreed()
    )
    return db.session.scalar(open_notes) or 0


@dataclass(frozen=True)
class Owed:
    """One household's unpaid notes with the supplier, and what they add up to (negative: to be held back)."""

    household_code: str
    village: str
    notes: int
    amount_fen: int
    since_on: date


def owed(by: Actor, *, limit: int = 200, offset: int = 0) -> list[Owed]:
    """Households that are owed something, the longest waiting first."""
    total, since = sa.func.sum(PurchaseNote.amount_fen), sa.func.min(PurchaseNote.bought_on)
    rows = db.session.execute(
        sa.select(Household.code, Place.name, sa.func.count(PurchaseNote.id), total, since)
        .join(Household, Household.id == PurchaseNote.household_id)
        .join(Place, Place.code == Household.village_code)
        .where(_own(by), _open())
        .group_by(Household.code, Place.name)
        .having(total != 0)
        .order_by(since, Household.code)
        .limit(limit)
        .offset(offset)
    )
    return [Owed(code, village, number, int(fen), on) for code, village, number, fen, on in rows]


@dataclass(frozen=True)
class Totals:
    """Households and fen that a supplier owes, and the oldest day."""

    households: int
    amount_fen: int
    since_on: date | None


def totals(by: Actor) -> Totals:
    """All of `owed` in one line."""
    one = (
        sa.select(sa.func.sum(PurchaseNote.amount_fen).label("fen"), sa.func.min(PurchaseNote.bought_on).label("on"))
        .where(_own(by), _open())
        .group_by(PurchaseNote.household_id)
        .having(sa.func.sum(PurchaseNote.amount_fen) != 0)
        .subquery()
    )
    row = db.session.execute(sa.select(sa.func.count(), sa.func.sum(one.c.fen), sa.func.min(one.c.on))).one()
    return Totals(row[0], int(row[1] or 0), row[2])


@dataclass(frozen=True)
class PayLine:
    """A note to be paid by the bank: agreed to, not paid, not taken back."""

    note_no: str
    household_id: int
    household_code: str
    village: str
    amount_fen: int
    bought_on: date


def pay_lines(by: Actor) -> list[PayLine]:
    """The notes of the next file for the bank, the oldest first. One statement."""
    later = aliased(PurchaseNote)
    rows = db.session.execute(
        sa.select(
            PurchaseNote.note_no, Household.id, Household.code, Place.name, PurchaseNote.amount_fen,
            PurchaseNote.bought_on,
        )
        .join(Household, Household.id == PurchaseNote.household_id)
        .join(Place, Place.code == Household.village_code)
        .where(
            _own(by), _open(), PurchaseNote.reverses_id.is_(None),
            ~sa.exists().where(later.reverses_id == PurchaseNote.id), _agreed(),
        )
        .order_by(PurchaseNote.id)
    )  # fmt: skip
    return [PayLine(*row) for row in rows]


def households(household_codes: Collection[str]) -> sa.Select[int, str]:
    """Ids and codes of households by their codes."""
    return sa.select(Household.id, Household.code).where(any_of(Household.code, list(household_codes), sa.String))


@dataclass(frozen=True)
class Result:
    """A result file with its lines."""

    id: int
    name: str
    at: datetime
    rows: tuple[BankRow, ...]

    def count(self, outcome: PaymentOutcome) -> int:
        """How many lines ended so."""
        return sum(row.outcome is outcome for row in self.rows)

    @property
    def paid_fen(self) -> int:
        """What was marked paid."""
        return sum(row.amount_fen or 0 for row in self.rows if row.outcome is PaymentOutcome.PAID)


def result(file_id: int, by: Actor) -> Result:
    """One of the supplier's result files. Raises: Missing."""
    mine = sa.select(Supplier.id).where(Supplier.organisation_id.in_(by.scope_ids))
    file = db.session.execute(
        sa.select(BankFile).where(BankFile.id == file_id, BankFile.supplier_id.in_(mine))
    ).scalar_one_or_none()
    if file is None:
        raise Missing("no-such-bank-file")
    rows = db.session.scalars(sa.select(BankRow).where(BankRow.file_id == file_id).order_by(BankRow.row_no))
    return Result(file.id, file.name, file.at, tuple(rows))


def files(by: Actor) -> list[BankFile]:
    """The supplier's last result files."""
    mine = sa.select(Supplier.id).where(Supplier.organisation_id.in_(by.scope_ids))
    query = sa.select(BankFile).where(BankFile.supplier_id.in_(mine)).order_by(BankFile.id.desc()).limit(20)
    return list(db.session.scalars(query))
