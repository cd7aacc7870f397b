"""The supplier's, the payer's and the treasury's pages in a real browser, narrow and wide."""

from typing import Any

import pytest
from flask import Flask

from core import clock
from core.access.roles import OrganisationKind, Role
from core.db import transaction
from market.rules.order_states import OrderState
from market.services import settlement
from tests import make
from tests.procurement.web.test_receiving_phone import enter, looked_at
from tests.support.browser import DESK, PHONE


@pytest.fixture
def line(app: Flask) -> make.Line:
    """New, confirmed and accepted orders; one slip prepared, one declared."""
    made = make.line()
    make.order(made, state=OrderState.PLACED)
    make.delivery(made, make.order(made), 50_000)
    first, second, _ = (make.accepted(made, make.order(made)) for _ in range(3))
    with transaction():
        settlement.prepare({first.id: None}, by=made.payer.actor)
        slip = settlement.prepare({second.id: 300_00}, by=made.payer.actor)
        settlement.declare(slip.id, bank_day_on=clock.today(), bank_serial="JL 20261124 0007", by=made.payer.actor)
    return made


@pytest.mark.parametrize(("device", "width"), [(PHONE, 390), (DESK, 1440)])
def test_every_desk_is_clean(new_page: Any, line: make.Line, device: dict[str, Any], width: int) -> None:
    page = new_page(device)
    enter(page, line.seller.person)
    for name, path in (("orders", "/supplier/orders"), ("receivables", "/supplier/receivables")):
        page.goto(path)
        looked_at(page, f"supplier-{name}-{width}")
    page.goto("/supplier/orders?tab=to-send")
    page.get_by_role("link", name="去发货").first.click()
    looked_at(page, f"supplier-order-{width}")
    page.get_by_role("link", name="填送货单").click()
    page.get_by_label("这次送").first.fill("20.5+29.5")
    looked_at(page, f"supplier-ship-{width}")

    page.context.clear_cookies()
    enter(page, line.payer.person)
    page.goto("/unit/payments")
    looked_at(page, f"payments-desk-{width}")
    page.get_by_role("link", name="登记付款").first.click()
    looked_at(page, f"payments-slip-{width}")
    page.goto("/unit/payments/invoices/new?acceptance=1&acceptance=2&acceptance=3")
    looked_at(page, f"payments-invoice-{width}")

    page.context.clear_cookies()
    office = make.organisation(OrganisationKind.FINANCE)
    enter(page, make.seat(office, Role.FINANCE_OFFICER))
    page.goto("/finance/transfers")
    looked_at(page, f"treasury-{width}")
