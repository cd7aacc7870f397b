"""The cells of an 832 file, read as what they are. What cannot be read is named by cell, and never guessed.

An instant without a zone is the county's. Amounts are fen; more than two decimals are refused, not rounded (rule 1).
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as has
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from core.clock import COUNTY, county_day
from core.errors import Refused
from core.money import half_up, parse_price, parse_yuan
from procurement.rules.p832 import Goods, Head, Row

FIELDS = (
    "order_no", "ordered_at", "finished_at", "unit_name", "purchase_type", "supplier_name", "supplier_province",
    "supplier_county", "name", "spec", "unit", "qty", "price", "amount_fen", "freight_fen", "paid_fen", "pay_method",
    "paid_at", "status", "invoice_no", "remark",
)  # fmt: skip
"""The columns of the county's template, in its order."""

REQUIRED = (
    "order_no", "ordered_at", "unit_name", "purchase_type", "supplier_name", "name", "paid_fen", "status",
)  # fmt: skip

_LONGEST: Mapping[str, int] = MappingProxyType(
    {"unit_name": 200, "purchase_type": 20, "supplier_name": 200, "supplier_province": 30, "supplier_county": 30}
    | {"name": 200, "spec": 100, "unit": 20, "pay_method": 30, "status": 20, "invoice_no": 40, "remark": 200}
)
_FIRST_YEAR = 2019  # the platform opened in 2019: an earlier day is a slip of the keyboard
_ORDER_NO = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{3,59}")
_SPOILT_NO = re.compile(r"[0-9]+(\.[0-9]+)?[eE]\+?[0-9]+|[0-9]+\.0+")
_DECIMAL = re.compile(r"[0-9]{1,12}(?:\.([0-9]{1,9}))?")
_MOMENT = re.compile(
    r"(\d{4})[^\w\s+](\d{1,2})[^\w\s+](\d{1,2})[T\s]*"
    r"(?:(\d{1,2})[^\w\s+](\d{1,2})(?:[^\w\s+](\d{1,2})(?:\.\d{1,6})?)?)?"
)
_IN_WORDS = re.compile(r"(?<=\d)[^\W\d_A-Za-z](?=\d)")
_AFTER = re.compile(r"(?<=\d)[^\W\d_A-Za-z](?=\s|$)")
_INVISIBLE = frozenset({"Cc", "Cf", "Co", "Cn", "Cs"})


class Level(StrEnum):
    """What a remark about a cell does: it refuses the order, or it only tells."""

    REFUSED = "refused"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True)
class Problem:
    """Something about one cell: its sentence's code, the column's field, and the values the sentence prints."""

    code: str
    field: str
    level: Level = Level.REFUSED
    facts: Mapping[str, Any] = has(default_factory=dict)


def plain(text: str) -> str:
    """One line of visible characters: NFC, no control, bidi or private characters, blanks folded."""
    folded = unicodedata.normalize("NFC", text)
    if folded.isprintable():
        return " ".join(folded.split())
    seen = (" " if c in "\r\n\t" else c for c in folded)
    return " ".join("".join(c for c in seen if unicodedata.category(c) not in _INVISIBLE).split())


def header_key(text: str) -> str:
    """A header without what people decorate it with: blanks, stars, colons, a unit in brackets; one case."""
    folded = unicodedata.normalize("NFKC", plain(text)).casefold()
    return re.sub(r"\(.*?\)|\[.*?\]|[\s*:_]", "", folded)


def header_row(rows: Sequence[Sequence[str]], known: Iterable[str]) -> int:
    """Where the header stands: the row among the first ten with most known words; the first filled row if none has."""
    words = set(known)
    hits = [len({header_key(cell) for cell in row} & words) for row in rows[:10]]
    best = max(hits, default=0)
    if best:
        return hits.index(best)
    return next((i for i, row in enumerate(rows[:10]) if any(row)), 0)


def match(headers: Sequence[str], words: Mapping[str, str], remembered: Mapping[str, str]) -> dict[int, str]:
    """Column → field, "" for a column that is known to be of no interest. Unknown columns are left out.

    `words`: header key → field, as the template and the platform call it; `remembered`: what the organisation said
    before. A field is taken once, by its first column.
    """
    found: dict[int, str] = {}
    taken: set[str] = set()
    for place, header in enumerate(headers):
        key = header_key(header)
        meaning = remembered.get(key, words.get(key))
        if meaning is None or (meaning and meaning in taken):
            continue
        found[place] = meaning
        taken.add(meaning)
    return found


def read_row(row_no: int, cells: Mapping[str, str], now: datetime) -> tuple[Row | None, list[Problem]]:
    """A row and what is remarkable about its cells; no row when a cell cannot be what it should be."""
    problems: list[Problem] = []
    value = _values(cells, now, problems)
    if any(problem.level is Level.REFUSED for problem in problems):
        return None, problems
    goods = Goods(
        name=cells["name"], spec=cells.get("spec", ""), unit=cells.get("unit", ""), qty=cells.get("qty", ""),
        price=cells.get("price", ""), amount_fen=value["amount_fen"], invoice_no=cells.get("invoice_no", ""),
        remark=cells.get("remark", ""),
    )  # fmt: skip
    head = Head(
        unit_name=cells["unit_name"], purchase_type=cells["purchase_type"], supplier_name=cells["supplier_name"],
        status=cells["status"], ordered_at=value["ordered_at"], paid_fen=value["paid_fen"],
        freight_fen=value["freight_fen"] or 0, finished_at=value["finished_at"], paid_at=value["paid_at"],
        supplier_province=cells.get("supplier_province", ""), supplier_county=cells.get("supplier_county", ""),
        pay_method=cells.get("pay_method", ""),
    )  # fmt: skip
    problems += _doubts(head, goods)
    return Row(row_no, cells["order_no"], head, goods), problems


def _values(cells: Mapping[str, str], now: datetime, problems: list[Problem]) -> dict[str, Any]:
    problems += [Problem("p832-cell-missing", name) for name in REQUIRED if not cells.get(name)]
    order_no = cells.get("order_no", "")
    if _SPOILT_NO.fullmatch(order_no):
        problems.append(Problem("p832-number-spoilt", "order_no", facts={"text": order_no[:40]}))
    elif order_no and not _ORDER_NO.fullmatch(order_no):
        problems.append(Problem("p832-number-malformed", "order_no", facts={"text": order_no[:40]}))
    for name, most in _LONGEST.items():
        if len(cells.get(name, "")) > most:
            problems.append(Problem("p832-too-long", name, facts={"most": most}))
    readers: tuple[tuple[Callable[[str], Any], tuple[str, ...]], ...] = (
        (lambda text: _moment(text, now), ("ordered_at", "finished_at", "paid_at")),
        (_amount, ("amount_fen", "freight_fen", "paid_fen")),
        (_quantity, ("qty",)),
        (parse_price, ("price",)),
    )
    value: dict[str, Any] = {}
    for read, names in readers:
        for name in names:
            text = cells.get(name, "")
            try:
                value[name] = read(text) if text else None
            except Refused as refusal:
                value[name] = None
                problems.append(Problem(refusal.code, name, facts=refusal.facts))
    return value


def _doubts(head: Head, goods: Goods) -> list[Problem]:
    """What may be right and is worth a look."""
    found = [
        Problem("p832-day-before-order", name, Level.WARNING)
        for name, at in (("paid_at", head.paid_at), ("finished_at", head.finished_at))
        if at is not None and county_day(at) < county_day(head.ordered_at)
    ]
    expected_fen = _line_fen(goods.qty, goods.price)
    if goods.amount_fen is not None and expected_fen is not None and expected_fen != goods.amount_fen:
        found.append(Problem("p832-line-differs", "amount_fen", Level.WARNING, {"expected_fen": expected_fen}))
    return found


def _line_fen(qty: str, price: str) -> int | None:
    """Quantity × price, half up to fen (rule 2); None when either is not given."""
    if not qty or not price:
        return None
    return half_up(_quantity(qty) * parse_price(price), 1000 * 100)


def _amount(text: str) -> int:
    fen = parse_yuan(text)
    if fen < 0:
        raise Refused("p832-amount-negative")
    return fen


@lru_cache(maxsize=4096)
def _quantity(text: str) -> int:
    """Thousandths of whatever is counted."""
    found = _DECIMAL.fullmatch(unicodedata.normalize("NFKC", text).replace(",", ""))
    if found is None:
        raise Refused("p832-quantity-malformed", text=text[:40])
    if len(found[1] or "") > 3:
        raise Refused("p832-quantity-too-precise", text=text[:40])
    whole, _, decimals = found[0].partition(".")
    return int(whole + decimals.ljust(3, "0"))


def _moment(text: str, now: datetime) -> datetime:
    at = moment(text)
    if at > now + timedelta(minutes=10):
        raise Refused("p832-day-ahead", text=text[:40])
    if county_day(at) < date(_FIRST_YEAR, 1, 1):
        raise Refused("p832-day-too-early", text=text[:40], year=_FIRST_YEAR)
    return at


@lru_cache(maxsize=4096)
def moment(text: str) -> datetime:
    """A day, with or without a time, as exports write it, in county time. Raises: Refused "p832-day-unreadable"."""
    folded = _AFTER.sub("", _IN_WORDS.sub("-", unicodedata.normalize("NFKC", text).strip()))
    found = _MOMENT.fullmatch(folded.strip())
    if found is None:
        raise Refused("p832-day-unreadable", text=text[:40])
    try:
        return datetime(*(int(part or 0) for part in found.groups()), tzinfo=COUNTY).astimezone(UTC)  # type: ignore[arg-type,misc]
    except (ValueError, OverflowError):
        raise Refused("p832-day-unreadable", text=text[:40]) from None
