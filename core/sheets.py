"""Spreadsheets in and out: XLSX, XLS and CSV read within limits, XLSX written without live formulas.

Reading looks at the zip's directory before anything is unpacked (R12) and never evaluates anything.
"""

import codecs
import csv
import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import xlsxwriter
from python_calamine import CalamineError, CalamineWorkbook

from core.errors import Refused
from core.text import show

MAX_BYTES, MAX_UNPACKED, MAX_PARTS, MAX_RATIO = 8 * 1024 * 1024, 64 * 1024 * 1024, 200, 200
MAX_ROWS, MAX_COLUMNS = 10_000, 60
BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
RISKY = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


@dataclass(frozen=True)
class Sheet:
    """One table of a file: its name and its rows of texts, empty rows at the end cut off."""

    name: str
    rows: list[list[str]]


def read(data: bytes, *, name: str = "", most_rows: int = MAX_ROWS, most_bytes: int = MAX_BYTES) -> list[Sheet]:
    """Every sheet of a workbook, or the one table of a CSV (UTF-8 with or without BOM, GB18030).

    Raises: Refused "file-empty", "file-too-large", "sheet-unreadable", "sheet-too-large", "sheet-encoding".
    """
    if not data:
        raise Refused("file-empty")
    if len(data) > most_bytes:
        raise Refused("file-too-large", megabytes=most_bytes // 1024 // 1024)
    if data.startswith(b"PK\x03\x04"):
        _look_into_zip(data)
        return _workbook(data, most_rows)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        return _workbook(data, most_rows)
    return [Sheet(name, _csv(data, most_rows))]


def _look_into_zip(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise Refused("sheet-unreadable") from error
    unpacked = sum(part.file_size for part in parts)
    if len(parts) > MAX_PARTS or unpacked > MAX_UNPACKED or unpacked > MAX_RATIO * len(data):
        raise Refused("sheet-too-large", rows=MAX_ROWS, columns=MAX_COLUMNS)
    if not any(part.filename == "[Content_Types].xml" for part in parts):
        raise Refused("sheet-unreadable")


def _workbook(data: bytes, most_rows: int) -> list[Sheet]:
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        return [_sheet(book, name, most_rows) for name in book.sheet_names]
    except Refused:
        raise
    except (CalamineError, ValueError, OSError) as error:
        raise Refused("sheet-unreadable") from error


def _sheet(book: CalamineWorkbook, name: str, most_rows: int) -> Sheet:
    sheet = book.get_sheet_by_name(name)
    last_row, last_column = sheet.end or (0, 0)
    if last_row >= most_rows or last_column >= MAX_COLUMNS:
        raise Refused("sheet-too-large", rows=most_rows, columns=MAX_COLUMNS)
    return Sheet(name, _trimmed([[_cell(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]))


def _cell(value: Any) -> str:
    """A cell as a person reads it: whole numbers without a point, dates as ISO, 15 digits as spreadsheets keep them.

    A sum that a spreadsheet computed as 0.30000000000000004 was 0.3 to its writer.
    """
    if isinstance(value, bool):
        return show("", value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else f"{value:.15g}"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "seconds")
    if isinstance(value, date | time | timedelta):
        return str(value)
    return str(value).strip()


def _csv(data: bytes, most_rows: int) -> list[list[str]]:
    try:
        reader = csv.reader(io.StringIO(decoded(data)), strict=False)
        rows: list[list[str]] = []
        for row in reader:
            if len(rows) >= most_rows or len(row) > MAX_COLUMNS:
                raise Refused("sheet-too-large", rows=most_rows, columns=MAX_COLUMNS)
            rows.append([cell.strip() for cell in row])
    except csv.Error as error:
        raise Refused("sheet-unreadable") from error
    return _trimmed(rows)


def decoded(data: bytes) -> str:
    """Strict UTF-8, then strict GB18030; binary rubbish is neither. Raises: Refused "sheet-encoding"."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text.removeprefix(BOM)
    raise Refused("sheet-encoding")


def _trimmed(rows: list[list[str]]) -> list[list[str]]:
    while rows and not any(rows[-1]):
        rows.pop()
    return rows


@dataclass(frozen=True)
class Column:
    """A column to write. `kind`: text, yuan (fen in, a number with two decimals out), count, percent (bp in)."""

    title: str
    kind: str = "text"
    width: int = 14


def write(tables: Sequence[tuple[str, Sequence[Column], Iterable[Sequence[Any]]]], *, note: str = "") -> bytes:
    """A workbook: per table its name, columns and rows. `note` stands above each table (as-of, 演示 mark).

    Texts are written as texts: a cell that begins like a formula gets an apostrophe (R14).
    """
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    head = book.add_format({"bold": True, "bg_color": "#e7f2ec", "border": 1, "border_color": "#dde3df"})
    formats = {
        "text": book.add_format({"num_format": "@"}),
        "yuan": book.add_format({"num_format": "#,##0.00"}),
        "count": book.add_format({"num_format": "0"}),
        "percent": book.add_format({"num_format": "0.00%"}),
    }
    for name, columns, rows in tables:
        sheet = book.add_worksheet(name[:31])
        first = 1 if note else 0
        if note:
            sheet.write_string(0, 0, note)
        for place, column in enumerate(columns):
            sheet.set_column(place, place, column.width)
            sheet.write_string(first, place, column.title, head)
        sheet.freeze_panes(first + 1, 1)
        for number, row in enumerate(rows, start=first + 1):
            for place, (column, value) in enumerate(zip(columns, row, strict=True)):
                _write(sheet, number, place, column.kind, value, formats)
    book.close()
    return out.getvalue()


def _write(sheet: Any, row: int, place: int, kind: str, value: Any, formats: dict[str, Any]) -> None:
    if value is None:
        return
    if isinstance(value, str) or kind == "text":
        sheet.write_string(row, place, harmless(str(value)), formats["text"])
    elif kind == "yuan":
        sheet.write_number(row, place, Decimal(value).scaleb(-2), formats["yuan"])
    elif kind == "percent":
        sheet.write_number(row, place, Decimal(value).scaleb(-4), formats["percent"])
    else:
        sheet.write_number(row, place, int(value), formats["count"])


def harmless(value: str) -> str:
    """A text that no spreadsheet takes for a formula. Plain negative numbers stay as they are."""
    if value.startswith(RISKY) and not value.lstrip("-").replace(".", "", 1).isdigit():
        return "'" + value
    return value


def csv_text(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """CSV with a BOM, for spreadsheets; every cell harmless."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(titles)
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return codecs.BOM_UTF8 + out.getvalue().encode()
