"""Pages of goods in full, at both widths: nothing that keeps somebody out, nothing that sticks out."""

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from catalog.queries import offers as reading
from catalog.services import offers, products, revisions
from core.db import db, transaction
from tests import make
from tests.journeys import steps
from tests.make import catalogue_staff
from tests.support.browser import DESK, PHONE


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
    here = f"/supplier/products/{product.id}"
    clerks = (
        "/supplier/products", here, f"{here}/edit", f"{here}/packs/{offer_id}", f"{here}/proofs", "/supplier/sheet",
        "/supplier/quick", f"/supplier/quick/{offer_id}/price", f"/supplier/quick/{offer_id}/stock",
        "/supplier/quick/moves",
    )  # fmt: skip
    operators = (
        "/operator/products", f"/operator/products/{product.id}", f"/operator/prices/{waits}", "/operator/categories",
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
