"""Spreadsheets: what real files hold, and what hostile ones try."""

import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import sheets
from core.errors import Refused
from core.sheets import Column

COLUMNS = [Column("单位"), Column("金额", "yuan"), Column("实占", "percent"), Column("单数", "count")]


def test_what_is_written_is_read_again() -> None:
    data = sheets.write([("表", COLUMNS, [["示例一中", 123_456_78, 1016, 3], ["示例医院", None, None, 0]])])

    (sheet,) = sheets.read(data)

    assert sheet.rows == [
        ["单位", "金额", "实占", "单数"],
        ["示例一中", "123456.78", "0.1016", "3"],
        ["示例医院", "", "", "0"],
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_in_the_encodings_people_send(encoding: str) -> None:
    (sheet,) = sheets.read("订单号,金额\nA1,12.50\n\n".encode(encoding))

    assert sheet.rows == [["订单号", "金额"], ["A1", "12.50"]]


@given(st.text(max_size=30))
def test_no_written_text_is_a_formula(value: str) -> None:
    shown = sheets.harmless(value)

    assert not shown.startswith(("=", "+", "@", "\t", "\r"))
    assert value in shown


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<x/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (70 * 1024 * 1024))
    return out.getvalue()


def wide() -> bytes:
    return sheets.write([("表", [Column(str(n)) for n in range(61)], [["x"] * 61])])


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file-empty"),
        (b"x" * (sheets.MAX_BYTES + 1), "file-too-large"),
        (b"PK\x03\x04 not a zip", "sheet-unreadable"),
        (b"\xd0\xcf\x11\xe0 not an xls", "sheet-unreadable"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "sheet-encoding"),
        (bomb(), "sheet-too-large"),
        (wide(), "sheet-too-large"),
        (("a\n" * 10_001).encode(), "sheet-too-large"),
    ],
    ids=["empty", "large", "not zip", "not xls", "png", "bomb", "wide", "long"],
)
def test_a_hostile_file_is_refused_with_a_sentence(data: bytes, code: str) -> None:
    with pytest.raises(Refused, match=code):
        sheets.read(data)
