"""Sample files hold every kind of row, in three encodings, the same each time."""

from datetime import date
from pathlib import Path

import sqlalchemy as sa
from flask import Flask

from core import clock, sheets
from core.db import db
from procurement.models.external import ImportBatch, ImportRow
from procurement.queries import p832_sample
from procurement.rules.p832 import RowVerdict
from procurement.services.imports.committing import Mode
from tests import make
from tests.make import p832

KINDS = {
    "p832-cell-missing", "p832-number-spoilt", "p832-number-malformed", "p832-day-unreadable", "p832-day-ahead",
    "p832-day-too-early", "p832-quantity-malformed", "p832-quantity-too-precise", "amount-malformed",
    "amount-too-precise", "amount-too-large", "p832-amount-negative", "p832-status-unknown", "p832-type-unknown",
    "p832-rows-differ", "p832-unit-unknown", "p832-split-missing", "p832-status", "p832-paid-day-missing",
    "p832-finished-day-missing", "p832-purchase-type", "p832-goods-amount-missing", "p832-line-differs",
}  # fmt: skip


def test_samples_are_the_same_each_time_and_large_enough() -> None:
    day = date(2026, 11, 23)
    files, rows = p832_sample.files([], day)

    assert rows >= 200
    again, _ = p832_sample.files([], day)
    assert {name: data for name, data in files.items() if name.endswith("csv")} == {
        name: data for name, data in again.items() if name.endswith("csv")
    }


def test_every_kind_of_row_is_in_the_sample_whatever_the_file(app: Flask) -> None:
    for name in ("示例一中", "示例医院", "示例二中"):
        make.unit(name)
    officer = p832.officer()
    files, rows = p832_sample.files(["示例一中", "示例医院", "示例二中"], clock.today())

    for name, data in files.items():
        batch = p832.upload(officer, data, name=name)
        found = db.session.execute(
            sa.select(ImportRow.verdict, ImportRow.problems).where(ImportRow.batch_id == batch.id)
        ).all()
        assert KINDS - {p["code"] for row in found for p in row.problems} == set(), name
        assert {row.verdict for row in found} == {RowVerdict.NEW, RowVerdict.REFUSED}
        assert batch.counts["rows"] == rows


def test_the_three_files_say_the_same(app: Flask) -> None:
    make.unit("示例一中")
    officer = p832.officer()
    files, _ = p832_sample.files(["示例一中"], clock.today(), orders=20)
    first, *others = (p832.upload(officer, data, name=name) for name, data in files.items())
    p832.take_over(officer, first, Mode.SKIP)

    for other in others:
        p832.take_over(officer, other, Mode.SKIP)
        counts = db.session.get_one(ImportBatch, other.id).counts
        assert (counts["taken_new"], counts["taken_changed"]) == (0, 0)


def test_the_command_writes_files_for_the_registered_units(app: Flask, tmp_path: Path) -> None:
    make.unit("示例登记单位")

    result = app.test_cli_runner().invoke(args=["p832", "sample", "--out", str(tmp_path / "out"), "--orders", "12"])

    assert result.exit_code == 0, result.output
    assert "3 个样例文件" in result.output
    (sheet,) = sheets.read((tmp_path / "out" / "p832-sample-gb18030.csv").read_bytes())
    assert {row[3] for row in sheet.rows[1:]} >= {"示例登记单位", "示例第一中学"}
