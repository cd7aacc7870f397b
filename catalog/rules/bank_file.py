"""A supplier's file of payments to households: which column is what, and what is wrong with a row. Nothing is written.

Names in the file are not read; account numbers only become blind indexes where the row is looked at.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from hashlib import sha256

from catalog.rules.benefit import BenefitKind
from core import money
from core.errors import Refused

MOST_ROWS = 2_000
PAYS_WITHIN_DAYS = 90
_DATE = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?: .*)?|(\d{4})(\d{2})(\d{2})")


class Field(StrEnum):
    """What a column may hold."""

    HOUSEHOLD = "household"
    AMOUNT = "amount"
    PAID_ON = "paid_on"
    VOUCHER = "voucher"
    KIND = "kind"
    CATEGORY = "category"
    ACCOUNT = "account"


NEEDED = (Field.HOUSEHOLD, Field.AMOUNT, Field.PAID_ON, Field.VOUCHER, Field.KIND)


class BankVerdict(StrEnum):
    """What becomes of a row."""

    NEW = "new"
    PAYS = "pays"
    KNOWN = "known"
    WRONG = "wrong"


@dataclass(frozen=True)
class BankRow:
    """One row as read. `problem` is the code of what is wrong, "" when nothing is."""

    row_no: int
    household_code: str = ""
    amount_fen: int = 0
    paid_on: date | None = None
    voucher: str = ""
    kind: BenefitKind | None = None
    category: str = ""
    account: str = ""
    problem: str = ""

    def source_id(self, supplier_id: int) -> int:
        """63 bits of the payment's own facts: the same payment in any file has the same number."""
        kind = self.kind.value if self.kind else ""
        facts = f"{supplier_id}|{self.household_code}|{self.amount_fen}|{self.paid_on}|{self.voucher}|{kind}"
        return int.from_bytes(sha256(facts.encode()).digest()[:8]) >> 1


def columns(titles: Sequence[str], words: Mapping[str, Sequence[str]]) -> dict[Field, int]:
    """{field: place} by the words that a title may be. Raises: Refused "pay-file-columns" with those missing."""
    plain = [_plain(title) for title in titles]
    found: dict[Field, int] = {}
    for field in Field:
        for word in words[field.value]:
            if _plain(word) in plain:
                found[field] = plain.index(_plain(word))
                break
    if missing := [words[field.value][0] for field in NEEDED if field not in found]:
        raise Refused("pay-file-columns", missing=" / ".join(missing))
    return found


def read(
    row_no: int, cells: Sequence[str], places: Mapping[Field, int], kinds: Mapping[str, BenefitKind], today: date
) -> BankRow:
    """One row; the first thing that is wrong with it as its `problem`."""

    def cell(field: Field) -> str:
        place = places.get(field, -1)
        return unicodedata.normalize("NFKC", cells[place]).strip() if 0 <= place < len(cells) else ""

    kind, paid_on, fen = kinds.get(_plain(cell(Field.KIND))), _day(cell(Field.PAID_ON)), _fen(cell(Field.AMOUNT))
    problem = ""
    for code, is_wrong in (
        ("household", not cell(Field.HOUSEHOLD)),
        ("amount", fen <= 0),
        ("day", paid_on is None),
        ("future", paid_on is not None and paid_on > today),
        ("voucher", not cell(Field.VOUCHER) or len(cell(Field.VOUCHER)) > 60),
        ("kind", kind is None),
        ("category", kind is BenefitKind.PURCHASE and not cell(Field.CATEGORY)),
    ):
        if is_wrong:
            problem = f"bank-row-{code}"
            break
    return BankRow(
        row_no,
        cell(Field.HOUSEHOLD).upper()[:20],
        fen,
        paid_on,
        cell(Field.VOUCHER)[:60],
        kind,
        cell(Field.CATEGORY)[:40],
        re.sub(r"\D", "", cell(Field.ACCOUNT)),
        problem,
    )


def _plain(text: str) -> str:
    return re.sub(r"[\s*()（）:：]", "", unicodedata.normalize("NFKC", text)).lower()


def _fen(text: str) -> int:
    try:
        return money.parse_yuan(text.replace(",", "").removeprefix("¥"))
    except Refused:
        return 0


def _day(text: str) -> date | None:
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    year, month, day = (int(part) for part in found.groups() if part)
    try:
        return date(year, month, day)
    except ValueError:
        return None
