"""A row of a sheet of goods out of its cells, or what is wrong with each."""

import re
from dataclasses import dataclass
from datetime import date

from catalog.rules.facts import parse_seasons
from catalog.rules.offer import InvoiceKind, OfferAudience, SaleMode
from catalog.rules.pricing import DEFAULT_TOL_BP, Price
from catalog.services import offers, products
from catalog.services import terms as terming
from catalog.services.goods_sheet import COLUMNS, Words
from core import money
from core.errors import Refused
from core.quantity import UNITS, parse_quantity
from core.text import sentence


@dataclass(frozen=True)
class SheetRow:
    """One row that can be read. `stock` None: leave it; prices in 1/100 fen per basis."""

    own_code: str
    draft: products.Draft
    pack: offers.PackDraft
    stock: int | None
    reason: str


def address(name: str, number: int) -> str:
    """C12: where a column's cell stands."""
    return f"{chr(65 + COLUMNS.index(name))}{number}"


def read_row(number: int, cells: tuple[str, ...], words: Words) -> tuple[SheetRow | None, tuple[tuple[str, str], ...]]:
    """The row, or (cell, sentence) of what cannot be read."""
    faults: list[tuple[str, str]] = []
    got: dict[str, object] = {}
    for name, typed in zip(COLUMNS, cells, strict=True):
        try:
            got[name] = _cell(name, typed.strip(), words)
        except Refused as refusal:
            faults.append((address(name, number), sentence("refused", refusal.code, **refusal.facts)))
    return (None, tuple(faults)) if faults else (_row(got), ())


_NEEDED = {"own_code", "name", "category", "origin", "pack_name", "content", "price"}
_LONGEST = {"own_code": 40, "name": 40, "pack_name": 30, "description": 2_000, "reason": 200}


def _cell(name: str, typed: str, words: Words) -> object:
    if not typed and name in _NEEDED:
        raise Refused("cell-empty")
    choices = getattr(words, name, None)
    if choices is not None:
        if typed and typed not in choices:
            raise Refused("cell-not-in-list", text=typed[:20])
        return choices[typed] if typed else next(iter(choices.values()))
    if name in _LONGEST:
        if len(typed) > _LONGEST[name]:
            raise Refused("cell-too-long", most=_LONGEST[name])
        return typed
    if name in {"min_packs", "stock"}:
        if typed and not re.fullmatch(r"\d{1,7}", typed):
            raise Refused("cell-not-a-count", text=typed[:20])
        return int(typed) if typed else None
    if name == "price":
        return _price(typed)
    if name == "seasons":
        return parse_seasons(typed) if typed else ()
    if name in {"ships_from", "presale_until"}:
        return _day(typed) if typed else None
    if name == "tolerance":
        return money.parse_yuan(typed.rstrip("%")) if typed else None
    return _tiers(typed) if name == "tiers" else typed


def _day(typed: str) -> date:
    found = re.fullmatch(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[ T]0?0:00.*)?", typed)
    try:
        return date(*(int(part) for part in found.groups())) if found else date.fromisoformat(typed)
    except ValueError as error:
        raise Refused("cell-not-a-day", text=typed[:20]) from error


def _price(typed: str) -> int:
    price = money.parse_price(typed)
    if price <= 0:
        raise Refused("price-too-small")
    return price


def _tiers(typed: str) -> tuple[tuple[int, int], ...]:
    found = []
    for part in filter(None, (one.strip() for one in re.split(r"[,;\uff0c\uff1b\u3001]", typed))):
        packs, sign, price = part.partition("=")
        if not sign or not re.fullmatch(r"\d{1,4}", packs.strip()):
            raise Refused("tier-unreadable", text=part[:20])
        found.append((int(packs), _price(price.strip())))
    return tuple(found)


def _row(got: dict[str, object]) -> SheetRow:
    unit = UNITS[str(got["unit"])]
    pack_qty = parse_quantity(str(got["content"]), unit)
    mode, per = SaleMode(str(got["sale_mode"])), str(got["per"])
    basis = pack_qty if per == "pack" or not pack_qty else UNITS[per].ratio
    tolerance = got["tolerance"]
    terms = terming.Terms(
        price=Price(int(str(got["price"])), max(basis, 1)),
        tol_bp=int(str(tolerance)) if tolerance is not None else (DEFAULT_TOL_BP if mode is SaleMode.BY_WEIGHT else 0),
        min_packs=int(str(got["min_packs"] or 1)),
        tax_mode=str(got["tax_mode"]),
        invoice_kind=InvoiceKind(str(got["invoice"])),
        tiers=got["tiers"],  # type: ignore[arg-type]
        ships_from=got["ships_from"],  # type: ignore[arg-type]
        presale_until=got["presale_until"],  # type: ignore[arg-type]
    )
    draft = products.Draft(
        str(got["name"]), int(str(got["category"])), str(got["origin"]), str(got["description"]),
        is_wild=bool(got["is_wild"]), own_code=str(got["own_code"]), seasons=got["seasons"],  # type: ignore[arg-type]
    )  # fmt: skip
    pack = offers.PackDraft(
        str(got["pack_name"]), pack_qty, unit.base, mode, OfferAudience(str(got["audience"])), terms
    )
    stock = got["stock"]
    return SheetRow(str(got["own_code"]), draft, pack, None if stock is None else int(str(stock)), str(got["reason"]))
