"""Prices and sizes in a query or a name: below ten yuan, five 公斤, 250g. The words themselves are data."""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from catalog.queries.search.words import WORDS

ABOUT_BP = 2_500
"""How far about a price reaches, both ways."""
MOST_FEN = 10**12


def _any(*kinds: str) -> str:
    words = sorted((re.escape(w) for kind in kinds for w in WORDS.by[kind]), key=len, reverse=True)
    return "|".join(words)


_NUMBER = rf"\d{{1,7}}(?:\.\d{{1,2}})?|[{_any('digit').replace('|', '')}]{{1,5}}"
_RANGE = re.compile(
    rf"({_NUMBER})\s*(?:{_any('yuan')})?\s*(?:-|~|—|{_any('range')})\s*({_NUMBER})\s*(?:{_any('yuan')})"
)
_PRICE = re.compile(
    rf"(?:({_any('least')})|({_any('most')}))?\s*({_NUMBER})\s*(?:{_any('yuan')})"
    rf"(?:({_any('below')})|({_any('above')})|({_any('about')}))?"
)
_SIZE = re.compile(
    rf"(\d{{1,6}}(?:\.\d{{1,3}})?|[{_any('digit').replace('|', '')}]{{1,3}})\s*({_any('unit')})(?![a-z])"
)


@dataclass(frozen=True)
class Prices:
    """A span of prices in fen, both ends included; None is open."""

    least_fen: int | None = None
    most_fen: int | None = None


def number(text: str) -> Decimal | None:
    """A number in digits or in Chinese numerals up to thousands; None when it is neither."""
    try:
        return Decimal(text)
    except InvalidOperation:
        pass
    total, digit = 0, 0
    for sign in text:
        value = WORDS.digits.get(sign)
        if value is None:
            return None
        if value >= 10:
            total, digit = total + (digit or 1) * value, 0
        else:
            digit = value
    return Decimal(total + digit)


def _fen(text: str) -> int:
    return min(MOST_FEN, int((number(text) or Decimal(0)) * 100))


def prices(text: str) -> tuple[Prices | None, str]:
    """The wished price, and the text without it."""
    found = _RANGE.search(text)
    if found is not None:
        low, high = sorted((_fen(found[1]), _fen(found[2])))
        return Prices(low, high), _without(text, found)
    found = _PRICE.search(text)
    if found is None:
        return None, text
    least, most, _, below, above, about = found.groups()
    fen = _fen(found[3])
    if least or above:
        wish = Prices(fen, None)
    elif most or below:
        wish = Prices(None, fen)
    else:
        _ = about
        wish = Prices(fen * (10_000 - ABOUT_BP) // 10_000, fen * (10_000 + ABOUT_BP) // 10_000)
    return wish, _without(text, found)


def sizes(text: str) -> tuple[list[str], str]:
    """Sizes as words of the index (5斤 → 2500g), and the text without them."""
    out: list[str] = []
    for found in _SIZE.finditer(text):
        amount = number(found[1])
        ratio, base = WORDS.units[found[2]]
        if amount:
            out.append(size_word(int(amount * ratio), base))
    return list(dict.fromkeys(out)), _SIZE.sub(" ", text)


def size_word(qty: int, base: str) -> str:
    """A size in base units as a word: 2500g."""
    return f"{qty}{base}"


def _without(text: str, found: re.Match[str]) -> str:
    return f"{text[: found.start()]} {text[found.end() :]}"
