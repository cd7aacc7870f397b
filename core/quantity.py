"""Quantities are integers of a base unit (gram, millilitre, piece); every other unit is a ratio of one (rules 2, 3).

A price is in hundredths of a fen per basis (say 500 g); a line is rounded once, half up, to whole fen.
This module holds the Chinese unit words that people type after a number: 斤, 公斤 and their like.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from core.errors import Refused
from core.money import WHOLE_BP, half_up

MAX_BASE = 10**12
_WIDE = str.maketrans("０１２３４５６７８９．，＋", "0123456789.,+")
_NUMBER = re.compile(r"([0-9]{1,3}(?:,[0-9]{3}){1,6}|[0-9]{1,20})(?:\.([0-9]{1,20}))?(.*)", re.DOTALL)


class BaseUnit(StrEnum):
    """What stock, weights and volumes are counted in."""

    G = "g"
    ML = "ml"
    PIECE = "piece"


@dataclass(frozen=True)
class Unit:
    """A unit people use: `ratio` base units make one of it."""

    code: str
    base: BaseUnit
    ratio: int

    def __post_init__(self) -> None:
        if self.ratio <= 0:
            raise ValueError("a unit is at least one base unit")


GRAM = Unit("g", BaseUnit.G, 1)
JIN = Unit("jin", BaseUnit.G, 500)
KG = Unit("kg", BaseUnit.G, 1000)
LIANG = Unit("liang", BaseUnit.G, 50)
ML = Unit("ml", BaseUnit.ML, 1)
LITRE = Unit("l", BaseUnit.ML, 1000)
PIECE = Unit("piece", BaseUnit.PIECE, 1)

UNITS: Mapping[str, Unit] = MappingProxyType({u.code: u for u in (GRAM, JIN, KG, LIANG, ML, LITRE, PIECE)})

_WORDS: Mapping[str, str] = MappingProxyType(
    {"克": "g", "斤": "jin", "市斤": "jin", "公斤": "kg", "千克": "kg", "两": "liang", "毫升": "ml", "升": "l"}
    | dict.fromkeys(("个", "件", "只", "枚", "盒", "袋", "瓶", "箱"), "piece")
)


def pack(base: BaseUnit, n: int) -> Unit:
    """A nominal pack (箱, 袋, 盒) of n base units."""
    return Unit(f"pack-{n}{base.value}", base, n)


def unit_named(text: str) -> Unit:
    """The unit of a code or a Chinese word. Raises: Refused "unit-unknown"."""
    word = text.strip().lower()
    code = _WORDS.get(word, word)
    if code not in UNITS:
        raise Refused("unit-unknown", text=text[:20])
    return UNITS[code]


def parse_quantity(text: str, unit: Unit) -> int:
    """A typed quantity in `unit` (≤ 3 decimals, its own unit word may follow) to base units, never negative.

    Raises: Refused "quantity-malformed", "quantity-too-precise" (more than 3 decimals, or not a whole number of
    base units: nothing is rounded), "quantity-unit-differs", "quantity-too-large".
    """
    found = _NUMBER.fullmatch(text.strip().translate(_WIDE))
    if found is None:
        raise Refused("quantity-malformed", text=text[:40])
    _expect_word(found[3].strip(), unit)
    decimals = found[2] or ""
    thousandths = int(found[1].replace(",", "") + decimals[:3].ljust(3, "0")) * unit.ratio
    if len(decimals) > 3 or thousandths % 1000:
        raise Refused("quantity-too-precise", text=text[:40])
    if thousandths // 1000 > MAX_BASE:
        raise Refused("quantity-too-large", text=text[:40])
    return thousandths // 1000


def parse_sum(text: str, unit: Unit) -> int:
    """Weighings added as they were read off the scale, "19.2+16.7", to base units. Raises: as `parse_quantity`."""
    return sum(parse_quantity(part, unit) for part in text.translate(_WIDE).split("+"))


def _expect_word(word: str, unit: Unit) -> None:
    if not word:
        return
    if not word.isalpha() or len(word) > 8:
        raise Refused("quantity-malformed", text=word[:40])
    code = _WORDS.get(word.lower(), word.lower())
    counts_packs = code == PIECE.code and unit.code.startswith("pack-")
    if code != unit.code and not counts_packs:
        raise Refused("quantity-unit-differs", text=word, unit=unit.code)


def quantity_text(qty_base: int, unit: Unit) -> str:
    """Base units in `unit`, exact to thousandths and without trailing zeros: 6250 g in jin → 12.5."""
    thousandths = half_up(qty_base * 1000, unit.ratio)
    whole, rest = divmod(abs(thousandths), 1000)
    decimals = f"{rest:03d}".rstrip("0")
    return f"{'-' if thousandths < 0 else ''}{whole}{'.' + decimals if decimals else ''}"


def line_amount(qty_base: int, price_fen_x100: int, basis_qty: int) -> int:
    """Fen of a line: quantity × price per basis, rounded half up once (rule 2). Basis > 0."""
    return half_up(qty_base * price_fen_x100, basis_qty * 100)


def upper_qty(qty: int, tol_bp: int) -> int:
    """The most that may be accepted without another tap: whole base units, never above the tolerance (rule 54)."""
    return qty * (WHOLE_BP + tol_bp) // WHOLE_BP


def price_per(price_fen_x100: int, basis_qty: int, per: int) -> int:
    """The price of one basis restated per `per` base units, for display beside it; hundredths of a fen, half up."""
    return half_up(price_fen_x100 * per, basis_qty)
