"""Goods of a supplier as one sheet, a row a pack: its columns, a template with lists to choose from, an export.

The goods' own number (自编货号) finds a product again, the pack's name the pack within it.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
import xlsxwriter

from catalog.models.offer import Offer, OfferStock, OfferVersion
from catalog.models.product import Category, Product, ProductSeason
from catalog.queries import categories, suppliers
from catalog.queries.prices import tiers_of
from catalog.rules.facts import Season, seasons_text
from catalog.rules.listing import ProductState
from catalog.rules.offer import InvoiceKind, OfferAudience, SaleMode
from catalog.rules.pricing import TAX_MODES, Tier, price_text
from catalog.services import goods_pending
from core import sheets
from core.access.actor import Actor
from core.db import any_of, db
from core.places import queries as places
from core.places.models import PlaceLevel
from core.quantity import UNITS, BaseUnit, quantity_text
from core.text import label, sentence

COLUMNS = (
    "own_code", "name", "category", "origin", "description", "is_wild", "pack_name", "sale_mode", "content", "unit",
    "price", "per", "min_packs", "tolerance", "tax_mode", "invoice", "audience", "tiers", "stock", "reason",
    "seasons", "ships_from", "presale_until",
)  # fmt: skip
CONTENT = ("jin", "kg", "g", "l", "ml", "piece")
PER = ("jin", "kg", "l", "piece", "pack")
MOST_ROWS = 10_000
"""The largest sheet that is read; a larger stock of goods comes in several."""


def titles() -> list[str]:
    """The heads of the columns."""
    return [sentence("goods_column", name) for name in COLUMNS]


@dataclass(frozen=True)
class Words:
    """What may stand in a cell that offers a choice: the word → what it means."""

    category: dict[str, int]
    origin: dict[str, str]
    sale_mode: dict[str, SaleMode]
    unit: dict[str, str]
    per: dict[str, str]
    tax_mode: dict[str, str]
    invoice: dict[str, InvoiceKind]
    audience: dict[str, OfferAudience]
    is_wild: dict[str, bool]


def words() -> Words:
    """Leaves that are open, villages with their town, and the words of the other choices. Three statements."""
    found = places.listed(PlaceLevel.VILLAGE) + places.listed(PlaceLevel.COMMUNITY)
    return Words(
        category={row.name: row.id for row in categories.listed() if row.is_leaf and not row.is_closed},
        origin={place.full: place.code for place in sorted(found, key=lambda place: place.code)},
        sale_mode={label(mode): mode for mode in SaleMode},
        unit={label(code, "UnitName"): code for code in CONTENT},
        per={label(code, "Per"): code for code in PER},
        tax_mode={label(mode, "TaxMode"): mode for mode in TAX_MODES},
        invoice={label(kind): kind for kind in InvoiceKind},
        audience={label(audience): audience for audience in OfferAudience},
        is_wild={sentence("goods_word", "wild"): True, sentence("goods_word", "grown"): False},
    )


def workbook(
    rows: list[list[str]], *, states: list[str] | None = None, pending: list[list[str]] | None = None
) -> bytes:
    """The sheet with its rows; cells with a choice drop down their list, which stands on a sheet of its own.

    `states`: by row, where its revision stands, in a last column that no import reads; `pending`: rows as
    `goods_pending.rows`, on a second sheet.
    """
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    head = book.add_format({"bold": True, "bg_color": "#e7f2ec", "border": 1, "border_color": "#dde3df"})
    text = book.add_format({"num_format": "@"})
    sheet = book.add_worksheet(sentence("goods_column", "sheet"))
    lists = book.add_worksheet(sentence("goods_column", "lists"))
    sheet.freeze_panes(1, 2)
    choices = words()
    for place, name in enumerate(COLUMNS):
        sheet.set_column(place, place, 16, text)
        sheet.write_string(0, place, sentence("goods_column", name), head)
        options = list(getattr(choices, name, {}))
        if options:
            _choice(sheet, lists, place, options)
    for number, row in enumerate(rows, start=1):
        for place, cell in enumerate(row):
            sheet.write_string(number, place, sheets.harmless(cell), text)
    if states is not None:
        _column(sheet, len(COLUMNS), [sentence("goods_column", "revision"), *states], head, text)
    if pending:
        beside = book.add_worksheet(sentence("goods_column", "pending"))
        beside.freeze_panes(1, 2)
        heads = [sentence("goods_column", name) for name in goods_pending.COLUMNS]
        for place, cells in enumerate(zip(heads, *pending, strict=True)):
            _column(beside, place, list(cells), head, text)
    book.close()
    return out.getvalue()


def _column(sheet: Any, place: int, cells: list[str], head: Any, text: Any) -> None:
    sheet.set_column(place, place, 16, text)
    sheet.write_string(0, place, cells[0], head)
    for number, cell in enumerate(cells[1:], start=1):
        sheet.write_string(number, place, sheets.harmless(cell), text)


def _choice(sheet: Any, lists: Any, place: int, options: list[str]) -> None:
    for number, option in enumerate(options):
        lists.write_string(number, place, option)
    column = chr(65 + place)
    source = f"='{sentence('goods_column', 'lists')}'!${column}$1:${column}${len(options)}"
    sheet.data_validation(1, place, MOST_ROWS, place, {"validate": "list", "source": source})


def template() -> bytes:
    """An empty sheet with its lists and one row that shows how."""
    return workbook([[sentence("goods_example", name) for name in COLUMNS]])


def export(for_: Actor) -> bytes:
    """All packs of the actor's supplier that are on offer, as the shop sells them today. What waits for a check stands
    beside: a word in the last column, and the changes themselves on a second sheet. Goods without an own number show
    their SKU there.
    """
    seller = suppliers.own(for_).id
    waits, found = goods_pending.states(seller), _found(seller)
    states = [label(waits[row.Product.id]) if row.Product.id in waits else "" for row in found]
    return workbook(_rows(found), states=states, pending=goods_pending.rows(seller))


def rows_of(for_: Actor) -> list[list[str]]:
    """The rows of the export. Five statements."""
    return _rows(_found(suppliers.own(for_).id))


def _found(supplier_id: int) -> Sequence[Any]:
    query = (
        sa.select(Product, Category.name, Offer, OfferVersion, OfferStock.on_hand)
        .join(Category, Category.id == Product.category_id)
        .join(Offer, Offer.product_id == Product.id)
        .join(OfferVersion, OfferVersion.id == Offer.current_version_id)
        .join(OfferStock, OfferStock.offer_id == Offer.id)
        .where(Product.supplier_id == supplier_id, Offer.is_active, Product.state != ProductState.WITHDRAWN)
        .order_by(Product.name, Product.id, Offer.pack_qty, Offer.id)
    )
    return db.session.execute(query).all()


def _rows(found: Sequence[Any]) -> list[list[str]]:
    tiers = tiers_of([row.OfferVersion.id for row in found])
    villages = places.names({row.Product.origin_code for row in found})
    harvests = _seasons({row.Product.id for row in found})
    return [
        [
            *_row(
                product,
                category,
                villages[product.origin_code].full,
                offer,
                version,
                on_hand,
                tiers.get(version.id, ()),
            ),
            seasons_text(harvests.get(product.id, ())),
            version.ships_from.isoformat() if version.ships_from else "",
            version.presale_until.isoformat() if version.presale_until else "",
        ]
        for product, category, offer, version, on_hand in found
    ]


def _seasons(product_ids: set[int]) -> dict[int, list[Season]]:
    found: dict[int, list[Season]] = {}
    rows = db.session.scalars(
        sa.select(ProductSeason)
        .where(any_of(ProductSeason.product_id, product_ids))
        .order_by(ProductSeason.product_id, ProductSeason.position)
    )
    for row in rows:
        found.setdefault(row.product_id, []).append(Season(row.first_month, row.last_month, row.note))
    return found


def _row(
    product: Product, category: str, origin: str, offer: Offer, version: OfferVersion, on_hand: int, tiers: Any
) -> list[str]:
    unit, per = unit_of(offer.base_unit, offer.pack_qty), per_of(offer, version)

    def stated(one: OfferVersion | Tier) -> str:
        return price_text(one.pack_price_fen * 100 if per == "pack" else one.price_fen_x100)

    return [
        product.own_code or product.sku,
        product.name,
        category,
        origin,
        product.description,
        sentence("goods_word", "wild" if product.is_wild else "grown"),
        offer.pack_name,
        label(offer.sale_mode),
        quantity_text(offer.pack_qty, UNITS[unit]),
        label(unit, "UnitName"),
        stated(version),
        label(per, "Per"),
        str(version.min_packs),
        f"{version.tol_bp // 100}.{version.tol_bp % 100:02d}".removesuffix(".00") if version.tol_bp else "",
        label(version.tax_mode, "TaxMode"),
        label(version.invoice_kind),
        label(offer.audience),
        ", ".join(f"{one.from_packs}={stated(one)}" for one in tiers),
        str(on_hand // offer.pack_qty),
        "",
    ]


def unit_of(base: BaseUnit, qty: int) -> str:
    """The unit in which a content reads best."""
    if base is BaseUnit.PIECE:
        return "piece"
    if base is BaseUnit.ML:
        return "l" if qty % 1000 == 0 else "ml"
    return "kg" if qty % 1000 == 0 else "jin" if qty % 500 == 0 else "g"


def per_of(offer: Offer, version: OfferVersion) -> str:
    """The unit by which a price is stated; any other basis is the pack."""
    fits = (one for one in PER[:-1] if UNITS[one].ratio == version.basis_qty and UNITS[one].base is offer.base_unit)
    return next(fits, "pack")
