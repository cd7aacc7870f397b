"""A bank's statement as a file: which row has the titles, what each column is, what a row says. Nothing is written.

Every bank names its columns in its own way, some with an income and an outgo column, some with a mark 借/贷, some with
a sign. The words stand in the texts (`[bank_words]`, `[bank_layout_…]`); here is only how they are used.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from hashlib import sha256

from core import codes, money
from core.errors import Refused

MOST_ROWS = 100_000
TITLE_WITHIN = 30
"""The titles stand in one of the first rows: above them banks print the account and the period."""
_DATE = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[ T].*)?|(\d{4})(\d{2})(\d{2})(?:[ T]?\d.*)?")
_CODE = re.compile("LJ[" + codes.ALPHABET + "]{9}")


class BankSide(StrEnum):
    """Whose file: money that comes to a supplier, or goes from a unit (its treasury)."""

    INCOMING = "incoming"
    OUTGOING = "outgoing"


class BankField(StrEnum):
    """What a column may hold."""

    DAY = "day"
    SERIAL = "serial"
    INCOME = "income"
    OUTGO = "outgo"
    AMOUNT = "amount"
    MARK = "mark"
    PARTY = "party"
    MEMO = "memo"


Places = Mapping[BankField, Sequence[int]]
"""{field: its columns}; only the memo may have several, which are read as one text."""


@dataclass(frozen=True)
class Marks:
    """The words that say which way the money went."""

    income: frozenset[str]
    outgo: frozenset[str]


@dataclass(frozen=True)
class BankRow:
    """One row: `amount_fen` > 0 came in, < 0 went out. `problem`: the code of what is wrong with it, "" for nothing."""

    row_no: int
    day: date | None = None
    serial: str = ""
    amount_fen: int = 0
    party: str = ""
    memo: str = ""
    problem: str = ""

    @property
    def code(self) -> str:
        """The remittance code in the memo, "" without a true one. Blanks and small letters are people's."""
        for found in _CODE.finditer(re.sub(r"[^0-9A-Z]", "", self.memo.upper())):
            if codes.check(found.group()):
                return found.group()
        return ""

    def facts(self) -> str:
        """The payment's own words, for a number where the bank gave none."""
        return f"{self.day}|{self.amount_fen}|{self.party}|{self.memo}"


def plain(text: str) -> str:
    """A title as it is compared: no blanks, no brackets, no stars, half width, small letters."""
    return re.sub(r"[\s*()\[\]:：/_\-]", "", unicodedata.normalize("NFKC", text)).lower()


def places_in(titles: Sequence[str], words: Mapping[str, Sequence[str]]) -> dict[BankField, list[int]] | None:
    """The columns by the words that a title may be, or None where something needed is not there."""
    known = [plain(title) for title in titles]
    found: dict[BankField, list[int]] = {}
    for field in BankField:
        for word in words.get(field.value, ()):
            hits = [place for place, title in enumerate(known) if title == plain(word)]
            if hits:
                found[field] = found.get(field, []) + hits
            if hits and field is not BankField.MEMO:
                break
    return found if is_enough(found) else None


def is_enough(places: Places) -> bool:
    """A day, and an amount whose direction is known: two columns, one of ours, or a sum with a mark or a sign."""
    amounts = BankField.INCOME in places or BankField.OUTGO in places or BankField.AMOUNT in places
    return BankField.DAY in places and amounts


@dataclass(frozen=True)
class Found:
    """A file's shape: which layout, in which row the titles stand, where each column is."""

    layout: str
    title_row: int
    places: dict[BankField, list[int]]


def find(rows: Sequence[Sequence[str]], layouts: Mapping[str, Mapping[str, Sequence[str]]]) -> Found | None:
    """The first layout that fits one of the first rows. A layout of a bank asks for all the columns it names."""
    for number, row in enumerate(rows[:TITLE_WITHIN]):
        for name, words in layouts.items():
            places = places_in(row, words)
            if places is not None and (name == "other" or set(places) == {BankField(field) for field in words}):
                return Found(name, number, places)
    return None


def read(row_no: int, cells: Sequence[str], places: Places, marks: Marks, today: date) -> BankRow:
    """One row; the first thing that is wrong with it as its `problem`."""

    def cell(field: BankField) -> str:
        taken = [cells[place] for place in places.get(field, ()) if place < len(cells)]
        return " ".join(filter(None, (_clean(text) for text in taken)))

    day, fen, problem = _day(cell(BankField.DAY)), 0, ""
    try:
        fen = _signed(cell, marks)
    except Refused as refusal:
        problem = refusal.code
    if day is None:
        problem = "bank-line-day"
    elif day > today:
        problem = "bank-line-future"
    elif not problem and not 0 < abs(fen) <= money.MAX_FEN:
        problem = "bank-line-amount"
    serial = "".join(cell(BankField.SERIAL).split()).upper()[:60]
    return BankRow(row_no, day, serial, fen, cell(BankField.PARTY)[:200], cell(BankField.MEMO)[:400], problem)


def _signed(cell: Callable[[BankField], str], marks: Marks) -> int:
    """Fen, positive for what came in. Raises: Refused "bank-line-amount", "bank-line-mark"."""
    income, outgo = parse(cell(BankField.INCOME)), parse(cell(BankField.OUTGO))
    if income or outgo:
        if income and outgo:
            raise Refused("bank-line-amount")
        return income - outgo  # a negative income is a payment taken back
    fen, mark = parse(cell(BankField.AMOUNT)), plain(cell(BankField.MARK))
    if not mark or fen < 0:
        return fen
    if mark in marks.income:
        return fen
    if mark in marks.outgo:
        return -fen
    raise Refused("bank-line-mark")


def parse(text: str) -> int:
    """ "1,234.50", "+3", "¥-3.00" → fen; empty and "-" are nothing. Raises: Refused "bank-line-amount"."""
    bare = text.replace(" ", "").removeprefix("+").removeprefix("CNY")
    if bare in {"", "-", "--"}:
        return 0
    try:
        return money.parse_yuan(bare)
    except Refused as refusal:
        raise Refused("bank-line-amount") from refusal


def with_serials(rows: Sequence[BankRow]) -> list[BankRow]:
    """Rows without a bank's number get one of their own facts and how often these stood before: the same in any file
    that holds the same days whole.
    """
    seen: dict[str, int] = {}
    out = []
    for row in rows:
        if row.serial or row.problem:
            out.append(row)
            continue
        facts = row.facts()
        seen[facts] = seen.get(facts, 0) + 1
        serial = "X" + sha256(f"{facts}|{seen[facts]}".encode()).hexdigest()[:24].upper()
        out.append(BankRow(row.row_no, row.day, serial, row.amount_fen, row.party, row.memo))
    return out


def _clean(text: str) -> str:
    """One line, half-width digits and letters; apostrophes of spreadsheets off."""
    shown = "".join(c for c in unicodedata.normalize("NFKC", text) if c.isprintable())
    return " ".join(shown.lstrip("'").split())


def _day(text: str) -> date | None:
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    year, month, day = (int(part) for part in found.groups() if part)
    try:
        return date(year, month, day)
    except ValueError:
        return None
