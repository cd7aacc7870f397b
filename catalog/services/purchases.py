"""The purchase note (收购单): one act writes the note, the lot's kilograms, what the household is owed and its benefit.

The note carries a key made by the phone that wrote it. Sent again after a lost answer, it finds itself and changes
nothing, so a phone may try as often as it likes.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import IO

import sqlalchemy as sa

from catalog.models.purchase import PurchaseNote, PurchasePayment
from catalog.models.supplier import Household
from catalog.queries import purchases as reading
from catalog.rules.benefit import BenefitKind, PayMethod
from catalog.rules.lots import LotMoveKind
from catalog.rules.purchase import (
    Signing,
    Sum,
    Written,
    check_harvest,
    price_unit,
    reckon,
    written_moment,
)
from catalog.rules.supplier import HouseholdCategory
from catalog.services import benefits, lots, purchase_codes
from core import clock, numbers, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Refused
from core.files import services as files
from core.files.models import Audience
from core.quantity import BaseUnit, Unit, parse_sum
from core.trail.models import Stream

ELIGIBLE = frozenset({HouseholdCategory.EXITED, HouseholdCategory.MONITORED})


@dataclass(frozen=True)
class Draft:
    """A note as it was written. `seen_price_fen_x100`: the posted price that the page showed, None when it had none;
    `price_kept`: the writer was told that it has changed and stays with what was agreed. `sent_at` and `written_at` are
    readings of the phone's clock, None for a page that was filled in on line.
    """

    client_key: str
    household_code: str
    product_id: int
    weighings: str
    weighed_in: Unit
    price_fen_x100: int
    pay_method: PayMethod
    signing: Signing
    harvested_on: date | None = None
    deduction_fen: int = 0
    deduction_reason: str = ""
    seen_price_fen_x100: int | None = None
    price_kept: bool = False
    written_at: datetime | None = None
    sent_at: datetime | None = None

    @property
    def typed(self) -> str:
        """What was read off the scale, with its unit, as it stays on the note."""
        return f"{self.weighings.strip()} {self.weighed_in.code}"


@dataclass(frozen=True)
class Papers:
    """Pictures that came with the note: the farmer's signature (or the signed paper), and the receipt for cash."""

    signature: IO[bytes] | None = None
    receipt: IO[bytes] | None = None


@dataclass(frozen=True)
class _Checked:
    goods: reading.Goods
    household: Household
    qty: int
    basis_qty: int
    sum: Sum
    written: Written
    harvested_on: date


def write(draft: Draft, papers: Papers, *, by: Actor) -> PurchaseNote:
    """Write a note, once for each `client_key`, in the caller's transaction.

    Raises: Refused "household-code-mistyped", "household-unknown", "household-elsewhere", "purchase-product-unknown",
    "purchase-product-withdrawn", "purchase-price-changed", "purchase-signature-missing", "purchase-receipt-missing",
    "purchase-key-reused", "purchase-no-phone" (to be confirmed by SMS), and as `rules.purchase` and
    `core.quantity.parse_sum` do. Nothing is written then.
    """
    known = _sent_before(draft, by)
    if known is not None:
        return known
    checked = _check(draft, by)
    if draft.signing is not Signing.SMS and papers.signature is None:
        raise Refused("purchase-signature-missing")
    if draft.pay_method is PayMethod.CASH and papers.receipt is None:
        raise Refused("purchase-receipt-missing")
    origin = checked.household.village_code
    lot_id = lots.open_for_purchase(
        lots.Batch(checked.goods.supplier_id, draft.product_id, origin, checked.harvested_on)
    )
    note = _note(draft, checked, papers, lot_id, by)
    _consequences(note, by)
    if note.signing is Signing.SMS:
        purchase_codes.send(note.id, by=by)
    return note


def reverse(note_id: int, *, reason: str, client_key: str, by: Actor) -> PurchaseNote:
    """Take a note back by a note of the negative: kilograms leave the lot, the debt and the benefit go.

    Raises: Missing; Refused "reason-needed", "purchase-reversed-already", "purchase-is-reversal", "lot-short" (sold).
    """
    note = reading.get_note(note_id, by)
    if not reason.strip():
        raise Refused("reason-needed")
    if note.reverses_id is not None:
        raise Refused("purchase-is-reversal")
    _lock_key(f"reverse-{note.id}")
    before = db.session.scalar(sa.select(PurchaseNote.note_no).where(PurchaseNote.reverses_id == note.id))
    if before is not None:
        raise Refused("purchase-reversed-already", note_no=before)
    back_id, number = numbers.take(PurchaseNote, "SG")
    now = clock.now()
    same = {
        column.key: getattr(note, column.key)
        for column in sa.inspect(PurchaseNote).column_attrs
        if column.key not in {"id", "note_no"}
    }
    negative = {name: -getattr(note, name) for name in ("qty", "gross_fen", "deduction_fen", "amount_fen")}
    back = PurchaseNote(
        id=back_id,
        note_no=number,
        **same
        | negative
        | {
            "client_key": client_key, "reverses_id": note.id, "reason": reason.strip(), "writer_id": by.person_id,
            "written_at": now, "received_at": now, "bought_on": note.bought_on,
        },
    )  # fmt: skip
    db.session.add(back)
    db.session.flush()
    _consequences(back, by)
    return back


def _lock_key(key: str) -> None:
    """The second of two equal acts waits here until the first has ended."""
    db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtextextended(f"purchase {key}", 0))))


def _sent_before(draft: Draft, by: Actor) -> PurchaseNote | None:
    _lock_key(draft.client_key)
    known = db.session.execute(
        sa.select(PurchaseNote).where(PurchaseNote.client_key == draft.client_key)
    ).scalar_one_or_none()
    if known is None:
        return None
    code = db.session.scalar(sa.select(Household.code).where(Household.id == known.household_id))
    same = (known.writer_id, known.product_id, code, known.weighings) == (
        by.person_id,
        draft.product_id,
        reading.bare_code(draft.household_code),
        draft.typed,
    )
    if not same:
        raise Refused("purchase-key-reused")
    return known


def _check(draft: Draft, by: Actor) -> _Checked:
    goods = reading.get_goods(draft.product_id, by)
    household = reading.get_household(draft.household_code, by)
    unit = price_unit(goods.base_unit)
    if draft.weighed_in.base is not goods.base_unit:
        raise Refused("quantity-unit-differs", text=draft.typed[:40])
    qty = parse_sum(draft.weighings, draft.weighed_in)
    total = reckon(qty, draft.price_fen_x100, unit.ratio, draft.deduction_fen, draft.deduction_reason)
    seen, posted = draft.seen_price_fen_x100, goods.price_fen_x100
    if seen is not None and posted is not None and seen != posted and not draft.price_kept:
        raise Refused("purchase-price-changed", seen=reading.price_text(seen), posted=reading.price_text(posted))
    written = written_moment(draft.written_at, draft.sent_at, clock.now())
    harvested_on = draft.harvested_on or clock.county_day(written.at)
    check_harvest(harvested_on, written.at)
    return _Checked(goods, household, qty, unit.ratio, total, written, harvested_on)


def _note(draft: Draft, checked: _Checked, papers: Papers, lot_id: int, by: Actor) -> PurchaseNote:
    note_id, number = numbers.take(PurchaseNote, "SG")
    note = PurchaseNote(
        id=note_id,
        note_no=number,
        client_key=draft.client_key,
        supplier_id=checked.goods.supplier_id,
        household_id=checked.household.id,
        product_id=draft.product_id,
        lot_id=lot_id,
        is_eligible=checked.household.category in ELIGIBLE,
        harvested_on=checked.harvested_on,
        bought_on=clock.county_day(checked.written.at),
        weighings=draft.typed,
        base_unit=checked.goods.base_unit,
        qty=checked.qty,
        price_fen_x100=draft.price_fen_x100,
        basis_qty=checked.basis_qty,
        gross_fen=checked.sum.gross_fen,
        deduction_fen=checked.sum.deduction_fen,
        deduction_reason=draft.deduction_reason.strip(),
        amount_fen=checked.sum.amount_fen,
        pay_method=draft.pay_method,
        signing=draft.signing,
        signature_id=_picture(papers.signature, number, "purchase-signature", checked.goods, by),
        receipt_id=_picture(papers.receipt, number, "purchase-receipt", checked.goods, by),
        writer_id=by.person_id,
        written_at=checked.written.at,
        received_at=max(clock.now(), checked.written.at),
        clock_trust=checked.written.trust,
    )
    db.session.add(note)
    db.session.flush()
    return note


def _picture(stream: IO[bytes] | None, number: str, purpose: str, goods: reading.Goods, by: Actor) -> int | None:
    if stream is None:
        return None
    taken = files.take_picture(
        stream, name=f"{number}.webp", purpose=purpose, by=by, audience=Audience.PARTIES,
        owner_id=goods.organisation_id,
    )  # fmt: skip
    if by.organisation_id is not None:
        files.let_read(taken.id, by.organisation_id)
    return taken.id


def _consequences(note: PurchaseNote, by: Actor) -> None:
    """Kilograms into the lot, cash paid on the spot, the household's benefit, the trail."""
    cause = lots.Cause("purchase_note", note.id, note.bought_on, by.person_id, note.reason)
    lots.come_in(note.lot_id, note.qty, LotMoveKind.BOUGHT, cause, eligible_qty=note.qty if note.is_eligible else 0)
    if note.reverses_id is None:
        _claim(note, by)
    else:
        _withdraw_claim(note, by)
    if note.pay_method is PayMethod.CASH:
        _paid_in_cash(note, by)
    act = "purchase-written" if note.reverses_id is None else "purchase-reversed"
    trail.record(
        *(Stream.CATALOGUE, act, "purchase_note", note.id),
        by=by,
        right=Right.PURCHASE,
        after={"qty": note.qty, "amount_fen": note.amount_fen, "lot_id": note.lot_id},
        note_no=note.note_no,
        amount_fen=note.amount_fen,
        reason=note.reason,
    )


def _source(note_id: int) -> benefits.Source:
    return "purchase-note", note_id


def _claim(note: PurchaseNote, by: Actor) -> None:
    benefits.draft(
        kind=BenefitKind.PURCHASE,
        supplier_id=note.supplier_id,
        household_id=note.household_id,
        lot_id=note.lot_id,
        quantity_g=note.qty if note.base_unit is BaseUnit.G else None,
        amount_fen=note.amount_fen,
        source=_source(note.id),
        earned_on=note.bought_on,
        by=by,
    )


def _withdraw_claim(back: PurchaseNote, by: Actor) -> None:
    """The benefit of the note that is taken back is void; one that the household confirmed is not the supplier's."""
    benefits.void_source(_source(back.reverses_id or 0), back.reason, by=by)


def _paid_in_cash(note: PurchaseNote, by: Actor) -> None:
    """Cash changes hands as the note is signed; a note that takes one back gets the cash back."""
    db.session.add(
        PurchasePayment(
            note_id=note.id,
            amount_fen=note.amount_fen,
            paid_on=note.bought_on,
            voucher=note.note_no,
            at=clock.now(),
        )
    )
    db.session.flush()
    if note.reverses_id is None:
        benefits.mark_paid(_source(note.id), note.bought_on, "", method=PayMethod.CASH, file_id=note.receipt_id, by=by)
