"""A file of households: its columns, how a row is checked, which rows are one household."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypedDict

from catalog.rules import households, identifiers
from catalog.rules.supplier import HouseholdCategory
from core.errors import Refused
from core.text import label, sentence

COLUMNS = ("code", "village", "category", "members", "valid_from", "document", "relation", "name", "id_no", "phone",
           "account")  # fmt: skip
REQUIRED = ("category", "members", "valid_from", "document", "relation", "name", "id_no")
HEAD_CODE = "head"
Check = Callable[[str], str]


class Fields(TypedDict):
    """What the head's row says of the household."""

    village_code: str
    category: HouseholdCategory
    members: int
    valid_from: date
    document: str
    code: str


@dataclass(frozen=True)
class Row:
    """A row with its number as spreadsheets count, and its cells by field."""

    number: int
    cells: dict[str, str]


def headers() -> dict[str, str]:
    """Field → the header people see."""
    return {name: sentence("household_column", name) for name in COLUMNS}


def cell_name(column: int, row: int) -> str:
    """B5."""
    return f"{'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[column]}{row}"


def rows_of(table: Sequence[Sequence[str]], titles: Mapping[str, str]) -> list[Row]:
    """The rows under the header; empty ones are left out. Raises: Refused "intake-columns"."""
    header = ["".join(cell.split()) for cell in table[0]] if table else []
    places = {name: header.index(title) for name, title in titles.items() if title in header}
    missing = [titles[name] for name in REQUIRED if name not in places]
    if missing:
        raise Refused("intake-columns", names=sentence("household_word", "list-mark").join(missing))
    found = []
    for number, cells in enumerate(table[1:], 2):
        if any(cells):
            taken = {
                name: (cells[p].strip() if (p := places.get(name, -1)) >= 0 and p < len(cells) else "")
                for name in COLUMNS
            }
            found.append(Row(number, taken))
    return found


def grouped(rows: Iterable[Row]) -> list[list[Row]]:
    """Households: a head begins one; a row with another code than the one before begins one, too."""
    groups: list[list[Row]] = []
    for row in rows:
        code = row.cells["code"]
        is_new = relation(row.cells["relation"]) == HEAD_CODE or (
            bool(groups) and bool(code) and code != groups[-1][0].cells["code"]
        )
        if is_new or not groups:
            groups.append([row])
        else:
            groups[-1].append(row)
    return groups


def relation(text: str) -> str:
    """ "head" for 户主, "member" for anything else."""
    return HEAD_CODE if text in (HEAD_CODE, sentence("household_word", "head-of-household")) else "member"


def category(text: str) -> str:
    """The category's code from its word. Raises: Refused "intake-category-unknown"."""
    words = {label(member): member.value for member in HouseholdCategory}
    words |= {member.value: member.value for member in HouseholdCategory}
    if text not in words:
        names = sentence("household_word", "list-mark").join(label(member) for member in HouseholdCategory)
        raise Refused("intake-category-unknown", names=names)
    return words[text]


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text.replace("/", "-")).isoformat()
    except ValueError:
        raise Refused("day-unreadable") from None


def _members(text: str) -> str:
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= 30):
        raise Refused("number-out-of-bounds", least=1, most=30)
    return str(int(text))


def _document(text: str) -> str:
    if not text:
        raise Refused("intake-document-missing")
    return households.free_text(text[:120])


def _name(text: str) -> str:
    if not text:
        raise Refused("person-needs-name")
    return " ".join(text.split())[:40]


def _needed_number(text: str) -> str:
    return identifiers.resident_number(text)


def _optional(check: Check) -> Check:
    return lambda text: check(text) if text else ""


PERSON: Mapping[str, Check] = {
    "relation": relation,
    "name": _name,
    "id_no": _optional(identifiers.resident_number),
    "phone": _optional(identifiers.mobile),
    "account": _optional(identifiers.bank_account),
}
HEAD: Mapping[str, Check] = {
    **PERSON,
    "id_no": _needed_number,
    "code": _optional(households.code),
    "category": category,
    "members": _members,
    "valid_from": _day,
    "document": _document,
}


def fields(cells: Mapping[str, str]) -> Fields:
    """The household of a checked head's row."""
    return Fields(
        village_code=cells["village"],
        category=HouseholdCategory(cells["category"]),
        members=int(cells["members"]),
        valid_from=date.fromisoformat(cells["valid_from"]),
        document=cells["document"],
        code=cells["code"],
    )
