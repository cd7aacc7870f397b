"""832 files as the platform would export them, and the people who bring them in."""

import csv
import io
import itertools
from collections.abc import Iterable
from typing import Any

from core import sheets
from core.access.actor import Actor
from core.access.roles import OrganisationKind, Role
from core.db import transaction
from core.organisations.models import Organisation
from core.sheets import Column
from procurement.models.external import ImportBatch
from procurement.queries import vocabulary
from procurement.rules.p832_cells import FIELDS
from procurement.services.imports import committing, reading
from procurement.services.imports.committing import Mode
from tests.make.core import actor, organisation, seat

_numbers = itertools.count(1)
Cells = dict[str, str]


def row(unit: Organisation | str, **cells: str) -> Cells:
    """A finished and paid canteen order of 100.00 with one line, unless told otherwise."""
    name = unit if isinstance(unit, str) else unit.name
    return {
        "order_no": f"8322026{next(_numbers):010d}", "ordered_at": "2026-03-02 09:00:00",
        "finished_at": "2026-03-20 10:00:00", "unit_name": name, "purchase_type": "食堂",
        "supplier_name": "示例县农产品合作社", "supplier_province": "吉林省", "supplier_county": "示例县",
        "name": "示例大米", "spec": "10kg", "unit": "袋", "qty": "2", "price": "45.00", "amount_fen": "90.00",
        "freight_fen": "10.00", "paid_fen": "100.00", "pay_method": "银行转账", "paid_at": "2026-03-21 15:30:00",
        "status": "已完结", "invoice_no": "", "remark": "",
    } | cells  # fmt: skip


def titles() -> list[str]:
    return [vocabulary.titles()[field] for field in FIELDS]


def csv_file(rows: Iterable[Cells], encoding: str = "utf-8-sig", head: list[str] | None = None) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(head or titles())
    writer.writerows([cells.get(field, "") for field in FIELDS] for cells in rows)
    return out.getvalue().encode(encoding)


def xlsx_file(rows: Iterable[Cells], *, note: str = "") -> bytes:
    columns = [Column(title) for title in titles()]
    return sheets.write([("订单", columns, [[cells.get(f, "") for f in FIELDS] for cells in rows])], note=note)


def officer(body: Organisation | None = None) -> Actor:
    """Somebody of the finance bureau who may import."""
    office = body or organisation(OrganisationKind.FINANCE)
    return actor(seat(office, Role.FINANCE_OFFICER), office, Role.FINANCE_OFFICER)


def clerk(unit: Organisation) -> Actor:
    """The payer of a unit."""
    return actor(seat(unit, Role.UNIT_PAYER), unit, Role.UNIT_PAYER)


def upload(by: Actor, rows: Iterable[Cells] | bytes, *, name: str = "832.csv", **more: Any) -> ImportBatch:
    data = rows if isinstance(rows, bytes) else csv_file(rows)
    with transaction():
        return reading.take(data, filename=name, platform_fen=more.pop("platform_fen", None), by=by)


def take_over(by: Actor, batch: ImportBatch, mode: Mode = Mode.ALL) -> ImportBatch:
    with transaction():
        return committing.take_over(batch.token, mode, by=by)


def bring(by: Actor, rows: Iterable[Cells] | bytes, mode: Mode = Mode.ALL) -> ImportBatch:
    """Upload and take over."""
    return take_over(by, upload(by, rows), mode)
