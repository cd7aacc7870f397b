"""Pages of goods in full, at both widths: nothing that keeps somebody out, nothing that sticks out."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from catalog.queries import offers as reading
from catalog.services import goods_batches, goods_sheet, offers, products, revisions
from core import clock
from core.access.actor import Actor
from core.db import db, transaction
from market.models.live import LiveSession
from market.services import live
from tests import make
from tests.journeys import steps
from tests.make import catalogue_staff
from tests.support.browser import DESK, PHONE


def _session(sku: str, by: Actor) -> LiveSession:
    start = clock.now() + timedelta(hours=1)
    with transaction():
        return live.plan(live.Plan("示例夜场", start, start + timedelta(hours=2), [(sku, "今年头茬")]), by=by)


def _sheet(by: Actor) -> str:
    """A sheet that was judged, with a row that is wrong."""
    rows = goods_sheet.rows_of(by)
    wrong = ["A9", *rows[0][1:]]
    wrong[goods_sheet.COLUMNS.index("price")] = "十元"
    with transaction():
        return f"/supplier/sheet/{goods_batches.take(goods_sheet.workbook([*rows, wrong]), name='a.xlsx', by=by).token}"


@pytest.mark.parametrize("device", [PHONE, DESK], ids=["390", "1440"])
def test_the_desks_of_goods(app: Flask, new_page: Any, device: dict[str, Any]) -> None:
    make.village_is_exited()
    of = catalogue_staff.staff()
    product = catalogue_staff.brought_to_shelf(of)
    offer_id = reading.sellable_list(for_units=True)[0].offer_id
    with transaction():
        products.edit(product.id, replace(catalogue_staff.draft(), description="朵小肉厚"), by=of.clerk)
        revisions.submit(product.id, by=of.clerk)
        made = offers.change_terms(offer_id, catalogue_staff.terms(900_000), by=of.clerk, reason="收购价上涨")
        waits = made.id
    session, sheet = _session(product.sku, of.clerk), _sheet(of.clerk)
    here = f"/supplier/products/{product.id}"
    clerks = (
        "/supplier/products", here, f"{here}/edit", f"{here}/packs/{offer_id}", f"{here}/proofs", "/supplier/sheet",
        "/supplier/quick", f"/supplier/quick/{offer_id}/price", f"/supplier/quick/{offer_id}/stock",
        "/supplier/quick/moves", sheet, "/supplier/live", "/supplier/live/new", f"/supplier/live/{session.id}",
        f"/live/{session.code}",
    )  # fmt: skip
    operators = (
        "/operator/products", "/operator/products?list=changed", "/operator/products?list=goods",
        f"/operator/products/{product.id}", f"/operator/prices/{waits}", "/operator/categories",
        "/operator/words",
    )  # fmt: skip
    people = ((of.clerk_person.phone, clerks), (of.operator_person.phone, operators))
    db.session.rollback()
    for phone, addresses in people:
        page = new_page(device)
        steps.enter(page, phone)
        for address in addresses:
            page.goto(address)
            steps.clean(page)
