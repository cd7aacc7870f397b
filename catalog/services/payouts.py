"""Paying households: the bank's result file marks notes and their benefits paid, each line once."""

import hashlib
import re
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from catalog.models.purchase import BankFile, BankRow, PurchaseNote, PurchasePayment, PurchasePrice
from catalog.queries import purchases as reading
from catalog.queries import suppliers
from catalog.rules.benefit import PayMethod
from catalog.rules.purchase import PaymentOutcome, price_unit
from catalog.services import benefits
from core import clock, money, sheets, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Refused
from core.text import sentence
from core.trail.models import Stream

_WANTED = ("note_no", "amount", "paid_on")
_MOST = 5_000


@dataclass(frozen=True)
class _Line:
    row_no: int
    note_no: str
    amount_fen: int | None
    paid_on: date | None
    serial: str
    said: str


def take_result(data: bytes, *, name: str, by: Actor) -> int:
    """Read the bank's result file and mark what it paid; the id of the file. The same file again changes nothing.

    Raises: Refused "bank-file-columns", "bank-file-empty", and as `core.sheets.read` does; Missing.
    """
    own = suppliers.own(by)
    db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(f"payouts {own.id}", 2))))
    digest = hashlib.sha256(data).hexdigest()
    known = db.session.scalar(sa.select(BankFile.id).where(BankFile.supplier_id == own.id, BankFile.sha256 == digest))
    if known is not None:
        return known
    lines = _read(data, name)
    file = BankFile(supplier_id=own.id, sha256=digest, name=name[-100:], person_id=by.person_id, at=clock.now())
    db.session.add(file)
    db.session.flush()
    paid = [_settle(file.id, own.id, line, by) for line in lines]
    trail.record(
        Stream.CATALOGUE, "bank-file-taken", "bank_file", file.id, by=by, right=Right.SELL,
        after={"lines": len(lines), "paid": sum(paid)}, name=file.name, count=sum(paid), lines=len(lines),
    )  # fmt: skip
    return file.id


def post_price(product_id: int, price_fen_x100: int, *, by: Actor) -> PurchasePrice:
    """Post what is paid at the field's edge from now on (收购牌价), per 斤 or piece.

    Raises: Refused "purchase-price-missing", "purchase-product-…".
    """
    goods = reading.get_goods(product_id, by)
    if price_fen_x100 <= 0:
        raise Refused("purchase-price-missing")
    posted = PurchasePrice(
        product_id=product_id, price_fen_x100=price_fen_x100, basis_qty=price_unit(goods.base_unit).ratio,
        person_id=by.person_id, at=clock.now(),
    )  # fmt: skip
    db.session.add(posted)
    db.session.flush()
    trail.record(
        Stream.CATALOGUE, "purchase-price-posted", "product", product_id, by=by, right=Right.SELL,
        before={"price_fen_x100": goods.price_fen_x100}, after={"price_fen_x100": price_fen_x100}, name=goods.name,
        price=reading.price_text(price_fen_x100),
    )  # fmt: skip
    return posted


def _read(data: bytes, name: str) -> list[_Line]:
    rows = next((sheet.rows for sheet in sheets.read(data, name=name, most_rows=_MOST) if sheet.rows), None)
    if not rows:
        raise Refused("bank-file-empty")
    columns = {}
    for field in (*_WANTED, "serial", "verdict"):
        names = {sentence("bank_file", field), *sentence("bank_file_names", field).split("|")}
        columns[field] = next((place for place, title in enumerate(rows[0]) if title.strip() in names), None)
    lacking = [sentence("bank_file", field) for field in _WANTED if columns[field] is None]
    if lacking:
        raise Refused("bank-file-columns", columns="、".join(lacking))
    found = [_line(number, row, columns) for number, row in enumerate(rows[1:], start=2) if any(row)]
    if not found:
        raise Refused("bank-file-empty")
    return found


def _line(number: int, row: list[str], columns: dict[str, int | None]) -> _Line:
    def cell(field: str) -> str:
        place = columns[field]
        return row[place].strip().lstrip("'") if place is not None and place < len(row) else ""

    try:
        amount: int | None = money.parse_yuan(cell("amount"))
    except Refused:
        amount = None
    return _Line(
        number, cell("note_no")[:60], amount, _day(cell("paid_on")), cell("serial")[:60], cell("verdict")[:100]
    )


def _day(text: str) -> date | None:
    """2026-11-23, 2026/11/23 or 20261123, a time after it left out."""
    digits = re.match(r"(\d{4})[-/.]?(\d{1,2})[-/.]?(\d{1,2})", text)
    try:
        return date(*(int(part) for part in digits.groups())) if digits else None
    except ValueError:
        return None


def _settle(file_id: int, supplier_id: int, line: _Line, by: Actor) -> bool:
    note = db.session.execute(
        sa.select(PurchaseNote).where(PurchaseNote.note_no == line.note_no, PurchaseNote.supplier_id == supplier_id)
    ).scalar_one_or_none()
    outcome = _outcome(line, note)
    db.session.add(
        BankRow(
            file_id=file_id, row_no=line.row_no, note_no=line.note_no, amount_fen=line.amount_fen,
            paid_on=line.paid_on, serial=line.serial, outcome=outcome, note_id=note.id if note else None,
            said=line.said,
        )
    )  # fmt: skip
    if outcome is not PaymentOutcome.PAID or note is None or line.paid_on is None:
        db.session.flush()
        return False
    voucher = line.serial or f"{file_id}-{line.row_no}"
    db.session.add(
        PurchasePayment(
            note_id=note.id, amount_fen=note.amount_fen, paid_on=line.paid_on, voucher=voucher, file_id=file_id,
            at=clock.now(),
        )
    )  # fmt: skip
    db.session.flush()
    benefits.mark_paid(("purchase-note", note.id), line.paid_on, voucher, by=by)
    return True


def _outcome(line: _Line, note: PurchaseNote | None) -> PaymentOutcome:
    good = sentence("bank_file_names", "good").split("|")
    if note is None or note.reverses_id is not None or note.pay_method is not PayMethod.BANK:
        return PaymentOutcome.UNKNOWN
    if db.session.scalar(sa.select(sa.exists().where(PurchaseNote.reverses_id == note.id))):
        return PaymentOutcome.UNKNOWN
    if line.said and line.said not in good:
        return PaymentOutcome.FAILED
    if line.paid_on is None or not note.bought_on <= line.paid_on <= clock.today():
        return PaymentOutcome.FAILED
    if line.amount_fen != note.amount_fen:
        return PaymentOutcome.DIFFERS
    if db.session.get(PurchasePayment, note.id) is not None:
        return PaymentOutcome.ALREADY
    return PaymentOutcome.PAID
