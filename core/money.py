"""Money is integer fen; shares are integer basis points. No float comes near either (rules 1–7).

This module holds the Chinese of written amounts: 大写金额 is a notation, like digits, not a sentence.
"""

import re
from collections.abc import Sequence

from core.errors import Refused

MAX_FEN = 10**13
WHOLE_BP = 10_000

_WIDE = str.maketrans("０１２３４５６７８９．，－−￥", "0123456789.,--¥")
_AMOUNT = re.compile(r"(-?)¥?(-?)([0-9]{1,40}|[0-9]{1,3}(?:,[0-9]{3}){1,13})(?:\.([0-9]{1,40}))?元?")

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_SECTIONS = ("", "万", "亿", "万亿")


def parse_yuan(text: str) -> int:
    """Yuan as people type them to fen: full-width digits, thousands commas, ¥ and 元 are tolerated; exponents are not.

    Raises: Refused "amount-malformed", "amount-too-precise" (more than 2 decimals, rule 1: never rounded),
    "amount-too-large" (beyond ±10^13 fen).
    """
    return _parse_decimal(text, places=2)


def parse_price(text: str) -> int:
    """A unit price in yuan to hundredths of a fen (≤ 4 decimals): only prices may be finer than fen.

    Raises: Refused as `parse_yuan`, and "price-negative".
    """
    price = _parse_decimal(text, places=4)
    if price < 0:
        raise Refused("price-negative", text=text[:40])
    return price


def _parse_decimal(text: str, *, places: int) -> int:
    found = _AMOUNT.fullmatch(text.strip().translate(_WIDE).replace(" ", ""))
    if found is None or (found[1] and found[2]):
        raise Refused("amount-malformed", text=text[:40])
    sign, decimals = found[1] or found[2], found[4] or ""
    if len(decimals) > places:
        raise Refused("amount-too-precise", text=text[:40], places=places)
    units = int(found[3].replace(",", "") + decimals.ljust(places, "0"))
    if units > MAX_FEN * 10 ** (places - 2):
        raise Refused("amount-too-large", text=text[:40])
    return -units if sign else units


def yuan(fen: int) -> str:
    """1,234.50: for people."""
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100:,}.{abs(fen) % 100:02d}"


def plain_yuan(fen: int) -> str:
    """1234.50: for files, forms and gateways."""
    return yuan(fen).replace(",", "")


def half_up(numerator: int, denominator: int) -> int:
    """The quotient rounded half away from zero, so that a reversal is the exact mirror. Denominator > 0."""
    if denominator <= 0:
        raise ValueError("half_up needs a positive denominator")
    rounded = (2 * abs(numerator) + denominator) // (2 * denominator)
    return -rounded if numerator < 0 else rounded


def split(total: int, weights: Sequence[int]) -> list[int]:
    """Parts in proportion to the weights that add up to `total` exactly (largest remainder, earlier part first).

    Raises: ValueError when there is something to share but nothing to share it by, or a weight is negative.
    """
    whole = sum(weights)
    if any(weight < 0 for weight in weights) or (whole == 0 and total != 0):
        raise ValueError("weights must be non-negative and not all zero")
    if total == 0:
        return [0] * len(weights)
    size, sign = abs(total), -1 if total < 0 else 1
    parts = [size * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(size * weights[i] % whole), i))
    for i in by_remainder[: size - sum(parts)]:
        parts[i] += 1
    return [sign * part for part in parts]


def reaches(part: int, whole: int, bp: int) -> bool:
    """Whether part is at least bp of whole: integers only, no rounding (rule 4)."""
    return part * WHOLE_BP >= whole * bp


def ceil_share(total: int, bp: int) -> int:
    """The least whole amount that reaches bp of total. A duty is never shortened by rounding (rule 4)."""
    return -(-total * bp // WHOLE_BP)


def share_bp(part: int, whole: int) -> int | None:
    """Part of whole in basis points, truncated (rule 5); None when there is no whole (rule 6)."""
    if whole <= 0:
        return None
    size = abs(part) * WHOLE_BP // whole
    return -size if part < 0 else size


def percent_text(bp: int) -> str:
    """999 → 9.99%. Basis points are already truncated, so 9.9999 % shows 9.99 % (rule 5)."""
    return f"{'-' if bp < 0 else ''}{abs(bp) // 100}.{abs(bp) % 100:02d}%"


def capital(fen: int) -> str:
    """The amount as written on vouchers (rule 7): 659208.00 → 陆拾伍万玖仟贰佰零捌元整.

    Notation of the payment rules' annex: 整 after yuan or jiao, none after fen, 零 for a missing jiao between.
    """
    sign = "负" if fen < 0 else ""
    whole, jiao, cents = abs(fen) // 100, abs(fen) // 10 % 10, abs(fen) % 10
    text = f"{_whole_in_capitals(whole)}元" if whole else ""
    if jiao:
        text += f"{_DIGITS[jiao]}角"
    elif cents and whole:
        text += _DIGITS[0]
    text += f"{_DIGITS[cents]}分" if cents else "整"
    return sign + (text if fen else f"{_DIGITS[0]}元整")


def _whole_in_capitals(number: int) -> str:
    text, gap = "", False
    for section in reversed(range(len(_SECTIONS))):
        four = number // 10_000**section % 10_000
        if not four:
            gap = bool(text)
            continue
        if text and (gap or four < 1000):
            text += _DIGITS[0]
        text += _four_in_capitals(four) + _SECTIONS[section]
        gap = False
    return text


def _four_in_capitals(number: int) -> str:
    text, gap = "", False
    for place in reversed(range(4)):
        digit = number // 10**place % 10
        if digit:
            text += (_DIGITS[0] if gap else "") + _DIGITS[digit] + _PLACES[place]
        gap = digit == 0 and bool(text)
    return text
