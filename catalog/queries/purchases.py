"""Reading for the field's edge: what may be bought there and from whom, the notes that were written, what is owed.

A supplier's clerk sees the notes of their supplier; a village worker those of households of their village.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from catalog.models.offer import Offer
from catalog.models.product import Lot, Product
from catalog.models.purchase import PurchaseConfirmation, PurchaseNote, PurchasePayment, PurchasePrice
from catalog.models.supplier import Household, LinkageAgreement, Supplier
from catalog.queries.lots import quantity_text
from catalog.rules.listing import ProductState
from catalog.rules.supplier import SupplierStatus
from core import codes, money
from core.access.actor import Actor
from core.access.roles import OrganisationKind
from core.db import db
from core.errors import Missing, Refused
from core.files.models import StoredFile
from core.organisations.models import Organisation
from core.people.models import Person
from core.places.models import Place
from core.quantity import BaseUnit
from core.text import label

_DASHES = str.maketrans("－—–", "---")
_BUYABLE = (ProductState.LISTED, ProductState.CONTENT_CHECK, ProductState.ORIGIN_CHECK)


@dataclass(frozen=True)
class Goods:
    """A product that may be bought from households. `price_fen_x100`: what is posted, per 斤 or piece, if anything."""

    id: int
    name: str
    state: ProductState
    supplier_id: int
    organisation_id: int
    supplier_name: str
    supplier_status: SupplierStatus
    origin_code: str
    base_unit: BaseUnit
    price_fen_x100: int | None


def is_village(by: Actor) -> bool:
    """Whether the actor acts for a village and not for a supplier."""
    return by.organisation_kind is OrganisationKind.VILLAGE


def _goods(*where: sa.ColumnElement[bool]) -> sa.Select[*tuple[Any, ...]]:
    unit = sa.select(Offer.base_unit).where(Offer.product_id == Product.id).order_by(Offer.is_active.desc(), Offer.id)
    posted = (
        sa.select(PurchasePrice.price_fen_x100)
        .where(PurchasePrice.product_id == Product.id)
        .order_by(PurchasePrice.id.desc())
    )
    return (
        sa.select(
            Product.id, Product.name, Product.state, Supplier.id, Organisation.id, Organisation.name, Supplier.status,
            Product.origin_code, sa.func.coalesce(unit.limit(1).scalar_subquery(), BaseUnit.G),
            posted.limit(1).scalar_subquery(),
        )
        .join(Supplier, Supplier.id == Product.supplier_id)
        .join(Organisation, Organisation.id == Supplier.organisation_id)
        .where(*where)
        .order_by(Organisation.name, Product.name)
    )  # fmt: skip


def _sold_here(by: Actor) -> sa.ColumnElement[bool]:
    """Products of the actor's own supplier; for a village, those that grow there or are bought there by agreement."""
    if not is_village(by):
        return Supplier.organisation_id.in_(by.scope_ids)
    agreed = (
        sa.select(LinkageAgreement.supplier_id)
        .join(Household, Household.id == LinkageAgreement.household_id)
        .where(Household.village_code == by.place_code)
    )
    return sa.or_(Product.origin_code == by.place_code, Supplier.id.in_(agreed))


def goods(by: Actor, *, with_liquids: bool = False) -> list[Goods]:
    """What the actor may buy today; liquids are made, not bought from a field."""
    query = _goods(_sold_here(by), Product.state.in_(_BUYABLE), Supplier.status == SupplierStatus.ACTIVE)
    found = [_goods_row(row) for row in db.session.execute(query.limit(300))]
    return [one for one in found if with_liquids or one.base_unit is not BaseUnit.ML]


def _goods_row(row: Any) -> Goods:
    columns: list[Any] = [*row[:8], BaseUnit(row[8]), row[9]]
    return Goods(*columns)


def get_goods(product_id: int, by: Actor) -> Goods:
    """One of them. Raises: Refused "purchase-product-unknown", "purchase-product-withdrawn"."""
    row = db.session.execute(_goods(Product.id == product_id, _sold_here(by))).one_or_none()
    if row is None:
        raise Refused("purchase-product-unknown")
    found = _goods_row(row)
    if found.state not in _BUYABLE or found.supplier_status is not SupplierStatus.ACTIVE:
        raise Refused("purchase-product-withdrawn", name=found.name)
    return found


def get_household(code: str, by: Actor) -> Household:
    """A household by its code; with the check character of its card, or one that the actor has to do with anyway.

    A wrong household would get another's money: a code typed from memory alone names nobody new.
    Raises: Refused "household-code-mistyped", "household-unknown", "household-elsewhere" (of another village),
    "household-check-missing".
    """
    wanted = bare_code(code)
    found = db.session.execute(sa.select(Household).where(Household.code == wanted)).scalar_one_or_none()
    if found is None:
        raise Refused("household-unknown", code=wanted[:20])
    if is_village(by) and found.village_code != by.place_code:
        raise Refused("household-elsewhere", code=wanted)
    if wanted == code.strip().upper() and not is_village(by) and not _is_known(found.id, by):
        raise Refused("household-check-missing", code=wanted)
    return found


def bare_code(typed: str) -> str:
    """A code without the check character of its card. Raises: Refused "household-code-mistyped"."""
    wanted = typed.strip().upper().translate(_DASHES)
    if "-" not in wanted:
        return wanted
    body = codes.without_check(wanted)
    if body is None:
        raise Refused("household-code-mistyped", code=wanted[:20])
    return body


def _is_known(household_id: int, by: Actor) -> bool:
    suppliers = sa.select(Supplier.id).where(Supplier.organisation_id.in_(by.scope_ids))
    agreed = sa.exists().where(
        LinkageAgreement.household_id == household_id, LinkageAgreement.supplier_id.in_(suppliers)
    )
    bought = sa.exists().where(PurchaseNote.household_id == household_id, PurchaseNote.supplier_id.in_(suppliers))
    return bool(db.session.scalar(sa.select(sa.or_(agreed, bought))))


@dataclass(frozen=True)
class Known:
    """A household that the actor has to do with: its code and village, nothing else."""

    code: str
    village: str


def known_households(by: Actor, *, limit: int = 600) -> list[Known]:
    """Households with an agreement with the supplier, or of the village: for choosing without typing."""
    query = sa.select(Household.code, Place.name).join(Place, Place.code == Household.village_code)
    if is_village(by):
        query = query.where(Household.village_code == by.place_code)
    else:
        mine = (
            sa.select(LinkageAgreement.household_id)
            .join(Supplier, Supplier.id == LinkageAgreement.supplier_id)
            .where(Supplier.organisation_id.in_(by.scope_ids))
        )
        query = query.where(Household.id.in_(mine))
    return [Known(*row) for row in db.session.execute(query.order_by(Household.code).limit(limit))]


def _mine(by: Actor) -> sa.ColumnElement[bool]:
    if is_village(by):
        here = sa.select(Household.id).where(Household.village_code == by.place_code)
        return PurchaseNote.household_id.in_(here)
    return PurchaseNote.supplier_id.in_(sa.select(Supplier.id).where(Supplier.organisation_id.in_(by.scope_ids)))


def get_note(note_id: int, by: Actor) -> PurchaseNote:
    """A note of the actor's. Raises: Missing."""
    found = db.session.execute(
        sa.select(PurchaseNote).where(PurchaseNote.id == note_id, _mine(by))
    ).scalar_one_or_none()
    if found is None:
        raise Missing("no-such-purchase")
    return found


@dataclass(frozen=True)
class NoteRow:
    """A note with the words around it. `reversed_by`: the number of the note that took it back."""

    note: PurchaseNote
    household_code: str
    village_code: str
    village: str
    product: str
    supplier: str
    lot_no: str
    writer: str
    paid_on: date | None
    confirmed_at: datetime | None
    reversed_by: str | None
    reverses_no: str | None

    @property
    def qty_text(self) -> str:
        """What was weighed or counted."""
        return quantity_text(self.note.qty, self.note.base_unit)

    @property
    def price_text(self) -> str:
        """Yuan per 斤 or piece."""
        return price_text(self.note.price_fen_x100)

    @property
    def state(self) -> str:
        """reversal, reversed, paid or owed."""
        if self.note.reverses_id is not None:
            return "reversal"
        if self.reversed_by:
            return "reversed"
        return "paid" if self.paid_on else "owed"


def _rows(*where: sa.ColumnElement[bool]) -> sa.Select[*tuple[Any, ...]]:
    later, earlier = aliased(PurchaseNote), aliased(PurchaseNote)
    return (
        sa.select(
            PurchaseNote, Household.code, Household.village_code, Place.name, Product.name, Organisation.name,
            Lot.lot_no, Person.name, PurchasePayment.paid_on, PurchaseConfirmation.at, later.note_no, earlier.note_no,
        )
        .join(Household, Household.id == PurchaseNote.household_id)
        .join(Place, Place.code == Household.village_code)
        .join(Product, Product.id == PurchaseNote.product_id)
        .join(Supplier, Supplier.id == PurchaseNote.supplier_id)
        .join(Organisation, Organisation.id == Supplier.organisation_id)
        .join(Lot, Lot.id == PurchaseNote.lot_id)
        .join(Person, Person.id == PurchaseNote.writer_id)
        .outerjoin(PurchasePayment, PurchasePayment.note_id == PurchaseNote.id)
        .outerjoin(PurchaseConfirmation, PurchaseConfirmation.note_id == PurchaseNote.id)
        .outerjoin(later, later.reverses_id == PurchaseNote.id)
        .outerjoin(earlier, earlier.id == PurchaseNote.reverses_id)
        .where(*where)
    )  # fmt: skip


def note_row(note_id: int, by: Actor) -> NoteRow:
    """One note in words. Raises: Missing."""
    row = db.session.execute(_rows(PurchaseNote.id == note_id, _mine(by))).one_or_none()
    if row is None:
        raise Missing("no-such-purchase")
    return NoteRow(*row)


def notes(by: Actor, *, limit: int = 30, offset: int = 0, on: date | None = None) -> list[NoteRow]:
    """The actor's notes, newest first; of one day if given."""
    query = _rows(_mine(by)).order_by(PurchaseNote.id.desc()).limit(limit).offset(offset)
    if on is not None:
        query = query.where(PurchaseNote.bought_on == on)
    return [NoteRow(*row) for row in db.session.execute(query)]


def count(by: Actor, *, on: date | None = None) -> int:
    """How many notes the actor has; of one day if given."""
    query = sa.select(sa.func.count(PurchaseNote.id)).where(_mine(by))
    return db.session.scalar(query if on is None else query.where(PurchaseNote.bought_on == on)) or 0


def of_lot(lot_id: int) -> list[NoteRow]:
    """The notes behind a lot, oldest first."""
    query = _rows(PurchaseNote.lot_id == lot_id).order_by(PurchaseNote.id).limit(500)
    return [NoteRow(*row) for row in db.session.execute(query)]


def price_text(price_fen_x100: int) -> str:
    """26000 → 2.60: yuan with as many decimals as there are, two at least."""
    whole, rest = divmod(price_fen_x100, 10_000)
    decimals = f"{rest:04d}".rstrip("0").ljust(2, "0")
    return f"{whole}.{decimals}"


def pictures(note: PurchaseNote) -> dict[str, str]:
    """Tokens of the note's pictures: {"signature": …, "receipt": …}, those that it has."""
    named = {note.signature_id: "signature", note.receipt_id: "receipt"}
    rows = db.session.execute(
        sa.select(StoredFile.id, StoredFile.token).where(StoredFile.id.in_([key for key in named if key]))
    )
    return {named[row.id]: row.token for row in rows}


def paper(row: NoteRow) -> dict[str, Any]:
    """What `templates/print/purchase.typ` prints."""
    note = row.note
    unit = label("jin" if note.base_unit is BaseUnit.G else "piece", "Unit")
    return {
        "number": note.note_no, "supplier": row.supplier, "household": codes.with_check(row.household_code),
        "village": row.village, "bought_on": note.bought_on, "harvested_on": note.harvested_on, "name": row.product,
        "lot_no": row.lot_no, "weighings": weighings_text(note), "qty": row.qty_text,
        "price": f"{row.price_text} / {unit}", "gross": money.yuan(note.gross_fen),
        "deduction": money.yuan(note.deduction_fen), "reason": note.deduction_reason,
        "amount": money.yuan(note.amount_fen), "capital": money.capital(note.amount_fen),
        "pay_method": label(note.pay_method), "signing": label(note.signing), "writer": row.writer,
        "written_at": note.written_at, "received_at": note.received_at, "reverses_no": row.reverses_no or "",
    }  # fmt: skip


def weighings_text(note: PurchaseNote) -> str:
    """19.2+16.7 公斤: what was read off the scale."""
    typed, _, unit = note.weighings.rpartition(" ")
    return f"{typed} {label(unit, 'Unit')}"
