"""Pages between an order and its goods at the door, at both widths: nothing keeps somebody out, nothing sticks out."""

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from core.db import db, transaction
from market.models.order import Order, OrderLine
from market.rules.order_states import OrderState
from market.rules.rounds import EVERY_DAY
from market.services import asking, rounds
from market.services.rounds import Wish
from tests import make
from tests.journeys import steps
from tests.support.browser import DESK, PHONE


def asked(of: make.Line) -> tuple[Order, Order]:
    """A new order of which less can come, and a sent one beside which goods are offered."""
    new, sent = make.order(of, state=OrderState.PLACED), make.order(of)
    radish = make.product(of.supplier, category="veg-radish", name="示例萝卜")
    make.delivery(of, sent, 40_000)
    by = of.seller.actor
    with transaction():
        line_id = db.session.scalars(sa.select(OrderLine.id).where(OrderLine.order_id == new.id)).one()
        asking.confirm(new.id, quantities={line_id: 60_000}, freight_fen=2_000, reason="霜冻减产", by=by)
        asking.goods(sent.id, offer_id=radish.id, packs=2, reason="多采了一些", by=by)
        rounds.write(Wish("花山线", EVERY_DAY, cutoff_days=1, cutoff_minute=1_000, min_stop_fen=200_00), by=by)
    return new, sent


@pytest.mark.parametrize("device", [PHONE, DESK], ids=["390", "1440"])
def test_the_desk_and_the_canteens_answer(app: Flask, new_page: Any, device: dict[str, Any]) -> None:
    line = make.line()
    new, sent = asked(line)
    suppliers = (
        "/supplier/orders", f"/supplier/orders/{new.id}", f"/supplier/orders/{sent.id}",
        f"/supplier/orders/{sent.id}/goods", f"/supplier/orders/{sent.id}/delivery",
        f"/supplier/orders/{sent.id}/labels", "/supplier/picking", "/supplier/rounds", "/supplier/rounds/new",
    )  # fmt: skip
    units = ("/canteen/asks", f"/canteen/orders/{new.token}", f"/canteen/orders/{sent.token}")
    people = ((line.seller.person.phone, suppliers), (line.approver.person.phone, units))
    db.session.rollback()
    for phone, addresses in people:
        page = new_page(device)
        steps.enter(page, phone)
        for address in addresses:
            page.goto(address)
            steps.clean(page)
