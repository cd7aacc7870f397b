"""How long a sheet of 10,000 new goods takes, and the same sheet with every price changed; by hand:
`pytest tests/catalog/services/measure_import.py -s`.
"""

import sys
from time import perf_counter, process_time

import sqlalchemy as sa
from flask import Flask

from catalog.models.product import Product
from catalog.services import goods_batches, goods_sheet
from core import jobs
from core.db import db, transaction
from tests import make
from tests.catalog.services.test_goods_import import row, taken
from tests.make import catalogue_staff as staff


def test_ten_thousand_rows(app: Flask) -> None:
    make.village_is_exited()
    of = staff.staff()
    for name, price in (("new", "42"), ("every price changed", "44")):
        rows = [
            row(own_code=f"A{n:05d}", name=f"示例木耳{n}", price=price, tiers="") for n in range(goods_sheet.MOST_ROWS)
        ]
        marks = [(perf_counter(), process_time())]
        token = taken(goods_sheet.workbook(rows), of)
        marks.append((perf_counter(), process_time()))
        jobs.run_due()
        marks.append((perf_counter(), process_time()))
        with transaction():
            goods_batches.load(token, skip_bad=False, by=of.clerk)
        jobs.run_due()
        marks.append((perf_counter(), process_time()))
        db.session.rollback()
        job = goods_batches.own(token, by=of.clerk)
        assert (job.state, job.done) == ("done", goods_sheet.MOST_ROWS), job.result
        steps = zip(("taken", "judged in parts", "loaded all or nothing"), marks, marks[1:], strict=False)
        for step, (wall, own), (then, own_then) in steps:
            sys.stdout.write(f"{name}: {step} {then - wall:.1f} s (own time {own_then - own:.1f} s)\n")
    assert db.session.scalar(sa.select(sa.func.count(Product.id))) == goods_sheet.MOST_ROWS
