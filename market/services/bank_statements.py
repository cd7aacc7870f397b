"""Taking a bank's file in: kept as it came, its columns understood or asked about, its rows written in slices.

The file and its slices can be sent again and again: the file is known by its hash, a payment by the bank's number, and
how far a file is taken in stands in the same transaction as its lines.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from catalog.models.supplier import Supplier
from core import bulk, clock, sheets, text, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.access.roles import OrganisationKind
from core.db import db
from core.errors import Missing, Refused
from core.files import services as files
from core.files.models import StoredFile
from core.trail.models import Stream
from market.models.bank import BankColumns, BankFault, BankLine, BankStatement, FileState
from market.rules import bank_file
from market.rules.bank_file import BankField, BankRow, BankSide, Marks
from market.rules.bank_match import LineState

SLICE = 5_000
LAYOUTS = ("abc", "icbc", "ccb", "rural", "other")
MOST_BYTES = 24 * 1024 * 1024
_FAULT_CELLS = 20


def upload(data: bytes, name: str, *, by: Actor) -> BankStatement:
    """Keep a file; the same file of the same office again is the same statement. Its rows are taken in by `take`.

    Raises: Refused of `core.sheets`, "bank-statement-empty", "bank-statement-office".
    """
    by.role_for(Right.BANK_FILE)
    digest = hashlib.sha256(data).hexdigest()
    found = _of_hash(by.office_id, digest)
    if found is not None:
        return found
    table = rows_of(data, name)
    shape = bank_file.find(table, layouts()) or _remembered(by.office_id, table)
    first = shape.title_row if shape else _title_row(table)
    kept = files.take_raw(
        *(data,), content_type="application/octet-stream", name=name, purpose="bank-statement", by=by,
        owner_id=by.office_id,
    )  # fmt: skip
    row = insert(BankStatement).values(
        owner_id=by.office_id, side=side_of(by), name=kept.name, sha256=digest, file_id=kept.id,
        state=FileState.RUNNING if shape else FileState.UNREAD, layout=shape.layout if shape else "",
        title_row=first, places=_stored(shape.places if shape else {}), rows=len(table) - first - 1,
        person_id=by.person_id, created_at=clock.now(),
    )  # fmt: skip
    db.session.execute(row.on_conflict_do_nothing())
    made = _of_hash(by.office_id, digest)
    assert made is not None  # noqa: S101 - written above, by us or by another at the same moment
    trail.record(
        *(Stream.MONEY, "bank-statement-read", "bank_statement", made.id), by=by, right=Right.BANK_FILE,
        after={"sha256": digest, "rows": made.rows}, name=made.name, rows=made.rows,
    )  # fmt: skip
    return made


def explain(statement_id: int, meanings: Mapping[int, str], *, by: Actor) -> BankStatement:
    """Say what each column is ("" for none of it); remembered for the office's next files with these titles.

    Raises: Missing; Refused "bank-columns-known", "bank-columns-twice", "bank-columns-missing".
    """
    by.role_for(Right.BANK_FILE)
    found = own(statement_id, by, lock=True)
    if found.state is not FileState.UNREAD:
        raise Refused("bank-columns-known")
    places: dict[BankField, list[int]] = {}
    for place, meaning in sorted(meanings.items()):
        if meaning in set(BankField):
            places.setdefault(BankField(meaning), []).append(place)
    if any(len(own_places) > 1 for field, own_places in places.items() if field is not BankField.MEMO):
        raise Refused("bank-columns-twice")
    if not bank_file.is_enough(places):
        raise Refused("bank-columns-missing")
    found.places, found.layout, found.state = _stored(places), "own", FileState.RUNNING
    titles = _table(found)[found.title_row]
    db.session.execute(
        insert(BankColumns)
        .values(owner_id=found.owner_id, titles_key=_key(titles), places=found.places)
        .on_conflict_do_update(index_elements=["owner_id", "titles_key"], set_={"places": found.places})
    )
    db.session.flush()
    return found


@dataclass(frozen=True)
class Opened:
    """A file as read: its cells, and what each row says."""

    table: list[list[str]]
    rows: list[BankRow]


def opened(statement_id: int) -> Opened:
    """Read a statement's file anew. Numbers of our own are made over the whole of it."""
    found = db.session.get_one(BankStatement, statement_id)
    table = _table(found)
    places = {BankField(field): tuple(own_places) for field, own_places in found.places.items()}
    today, said = clock.today(), marks()
    body = enumerate(table[found.title_row + 1 :], found.title_row + 2)
    read = [bank_file.read(no, cells, places, said, today) for no, cells in body if not _is_foot(cells)]
    return Opened(table, bank_file.with_serials(read))


def take(statement_id: int, file: Opened, *, most: int = SLICE) -> list[int] | None:
    """Take in the next rows, under the statement's lock. → ids of the new lines, None when nothing was left."""
    found = db.session.get(BankStatement, statement_id, with_for_update=True)
    if found is None or found.state is not FileState.RUNNING:
        return None
    first, last = found.title_row + 2 + found.next_row, found.title_row + 2 + found.next_row + most
    new = _write(found, [row for row in file.rows if first <= row.row_no < last], file.table)
    found.next_row = min(found.rows, found.next_row + most)
    if found.next_row >= found.rows:
        found.state, found.done_at = FileState.DONE, clock.now()
    db.session.flush()
    return new


def _write(found: BankStatement, rows: Sequence[BankRow], table: Sequence[Sequence[str]]) -> list[int]:
    wrong = [row for row in rows if row.problem]
    sign = 1 if found.side is BankSide.INCOMING else -1
    mine = [row for row in rows if not row.problem and row.amount_fen * sign > 0]
    bulk.insert_many(
        BankFault,
        [
            {
                "statement_id": found.id,
                "row_no": row.row_no,
                "problem": row.problem,
                "cells": [str(cell)[:200] for cell in table[row.row_no - 1][:_FAULT_CELLS]],
            }
            for row in wrong
        ],
        skip_known=True,
    )
    new = bulk.insert_many(BankLine, [_line(found, row, sign) for row in mine], skip_known=True, returning=["id"])
    found.taken += len(new)
    found.known += len(mine) - len(new)
    found.other_way += len(rows) - len(wrong) - len(mine)
    found.failed += len(wrong)
    return sorted(row.id for row in new)


def _line(found: BankStatement, row: BankRow, sign: int) -> dict[str, object]:
    return {
        "statement_id": found.id,
        "owner_id": found.owner_id,
        "side": found.side,
        "row_no": row.row_no,
        "bank_day_on": row.day,
        "serial": row.serial,
        "amount_fen": row.amount_fen * sign,
        "party": row.party,
        "memo": row.memo,
        "code": row.code,
        "state": LineState.OPEN,
    }


def _is_foot(cells: Sequence[str]) -> bool:
    """An empty row, or a sum below the table: one that has fewer than three cells filled."""
    return sum(bool(cell.strip()) for cell in cells) < 3


def rows_of(data: bytes, name: str) -> list[list[str]]:
    """The rows of the first sheet that has any. Raises: Refused of `core.sheets`, "bank-statement-empty"."""
    most = bank_file.MOST_ROWS + bank_file.TITLE_WITHIN
    found = sheets.read(data, name=name, most_rows=most, most_bytes=MOST_BYTES)
    table = next((sheet.rows for sheet in found if len(sheet.rows) > 1), [])
    if not table:
        raise Refused("bank-statement-empty")
    return table


def titles_of(found: BankStatement) -> list[tuple[str, str]]:
    """Each column's title with what stands in it first: for a person who says what it is."""
    table = _table(found)
    first = table[found.title_row + 1] if len(table) > found.title_row + 1 else []
    padded = [*first, *[""] * len(table[found.title_row])]
    return list(zip(table[found.title_row], padded, strict=False))


def _table(found: BankStatement) -> list[list[str]]:
    file = db.session.get_one(StoredFile, found.file_id)
    return rows_of(files.path_of(file.sha256).read_bytes(), found.name)


def own(statement_id: int, by: Actor, *, lock: bool = False) -> BankStatement:
    """A statement of the actor's office. Raises: Missing."""
    query = sa.select(BankStatement).where(BankStatement.id == statement_id, BankStatement.owner_id == by.office_id)
    found = db.session.scalars(query.with_for_update() if lock else query).one_or_none()
    if found is None:
        raise Missing("no-such-bank-statement")
    return found


def side_of(by: Actor) -> BankSide:
    """A supplier brings what came, a unit or the treasury what went. Raises: Refused "bank-statement-office"."""
    if by.organisation_kind is OrganisationKind.SUPPLIER:
        if db.session.scalar(sa.select(Supplier.id).where(Supplier.organisation_id == by.office_id)) is None:
            raise Refused("bank-statement-office")
        return BankSide.INCOMING
    return BankSide.OUTGOING


@cache
def layouts() -> dict[str, dict[str, tuple[str, ...]]]:
    """{layout: {field: titles}} from the texts; the last takes any bank's words."""
    return {name: _words(f"bank_layout.{name}") for name in LAYOUTS}


@cache
def marks() -> Marks:
    """The words for in and out."""
    found = _words("bank_marks")
    return Marks(*(frozenset(bank_file.plain(word) for word in found[way]) for way in ("income", "outgo")))


def _words(section: str) -> dict[str, tuple[str, ...]]:
    return {code: tuple(text.sentence(section, code).split("|")) for code in text.known(section)}


def _title_row(table: Sequence[Sequence[str]]) -> int:
    """Where titles are most likely: of the first rows the one with most cells filled."""
    counts = [sum(bool(cell) for cell in row) for row in table[: bank_file.TITLE_WITHIN]]
    return counts.index(max(counts))


def _remembered(owner_id: int, table: Sequence[Sequence[str]]) -> bank_file.Found | None:
    first = _title_row(table)
    kept = db.session.get(BankColumns, (owner_id, _key(table[first])))
    places = {BankField(field): list(own_places) for field, own_places in kept.places.items()} if kept else None
    return bank_file.Found("own", first, places) if places else None


def _key(titles: Sequence[str]) -> str:
    return hashlib.sha256("\t".join(bank_file.plain(title) for title in titles).encode()).hexdigest()


def _stored(places: Mapping[BankField, Sequence[int]]) -> dict[str, list[int]]:
    return {field.value: list(own_places) for field, own_places in places.items()}


def _of_hash(owner_id: int, digest: str) -> BankStatement | None:
    query = sa.select(BankStatement).where(BankStatement.owner_id == owner_id, BankStatement.sha256 == digest)
    return db.session.scalars(query).one_or_none()
