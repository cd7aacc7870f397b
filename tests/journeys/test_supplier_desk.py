"""The supplier's desk on a phone, from a new order to the month's statement: less confirmed, packed, sent, accepted."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Page

from core import clock
from core.db import db, transaction
from market.models.delivery import Delivery
from market.models.order import Order
from market.models.shipping import OrderAsk
from market.rules.order_states import OrderState
from market.rules.rounds import EVERY_DAY, Run
from market.services import acceptance, invoices, rounds, supplier_bills
from market.services.rounds import Wish
from procurement.services import order_asks, receiving
from tests import make
from tests.journeys import steps
from tests.journeys.steps import Crew, NewPage
from tests.support.browser import PHONE


@pytest.fixture
def line(app: Flask) -> make.Line:
    made = make.line()
    make.declared(made.unit, 400_000_00, year=clock.today().year)
    return made


def visit(page: Page, address: str) -> None:
    """Go there; the page is whole and keeps nobody out."""
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == 200, address
    steps.clean(page)


def pdf(page: Page, address: str) -> None:
    answer = page.request.get(address)
    assert answer.status == 200, address
    assert answer.body().startswith(b"%PDF-")


def new_order(of: make.Line) -> Order:
    """A hundred kilograms for tomorrow, on the van's daily round."""
    order = make.order(of, state=OrderState.PLACED)
    wish = Wish("花山线", EVERY_DAY, cutoff_days=0, cutoff_minute=300, driver="示例司机")
    with transaction():
        own = rounds.write(wish, by=of.seller.actor)
        tomorrow = clock.today() + timedelta(days=1)
        rounds.stop(db.session.get_one(Order, order.id), Run(own.id, tomorrow, 0), wanted_on=tomorrow)
    return order


def confirm_with_less(phone: Page, line: make.Line, order: Order) -> None:
    """Ninety of a hundred kilograms: the orderer agrees."""
    visit(phone, "/supplier/orders")
    steps.follow(phone, "去确认")
    steps.clean(phone)
    phone.get_by_text("数量不够，或者要加运费").click()
    phone.locator("[name^=amount-]").fill("90")
    steps.write(phone, why="霜冻减产")
    steps.press(phone, "问对方是否同意")
    steps.has(phone, "订单改动", "等答复", "能供90kg")
    steps.clean(phone)
    db.session.rollback()
    with transaction():
        ask_id = db.session.scalars(sa.select(OrderAsk.id).where(OrderAsk.order_id == order.id)).one()
        order_asks.agree(ask_id, by=line.orderer.actor)


def pack(phone: Page, order: Order) -> None:
    """Tick what lies packed; a label for each box; the run shows it."""
    visit(phone, "/supplier/picking")
    steps.has(phone, "合计90kg", "还差1单")
    phone.locator("[name=packed]").check()
    steps.press(phone, "保存打勾")
    steps.has(phone, "已备齐")
    visit(phone, "/supplier/rounds")
    steps.has(phone, "花山线", "已备齐")
    visit(phone, f"/supplier/orders/{order.id}/labels")
    for size in ("40", "60", "a4"):
        pdf(phone, f"/supplier/orders/{order.id}/labels.pdf?boxes=3&size={size}")


def send(phone: Page, order: Order) -> Delivery:
    visit(phone, f"/supplier/orders/{order.id}")
    steps.follow(phone, "填送货单")
    steps.clean(phone)
    phone.locator("[name^=qty-]").first.fill("50+40")
    phone.locator("[name^=commitment-]").first.fill("HGZ-2026-001")
    steps.write(phone, window_from="06:00", window_to="07:30", driver="示例司机", vehicle_no="吉F00000")
    steps.press(phone, "生成送货单")
    steps.clean(phone)
    db.session.rollback()
    sent = db.session.scalars(sa.select(Delivery).where(Delivery.order_id == order.id)).one()
    for paper in ("a4", "a5"):
        pdf(phone, f"/supplier/deliveries/{sent.id}.pdf?paper={paper}")
    return sent


def accept(line: make.Line, sent: Delivery) -> int:
    """Two people of the canteen, through the services; the payer writes the invoice down. → fen"""
    with transaction():
        draft = acceptance.count(sent.id, make.counts(sent), by=line.receiver.actor)
    with transaction():
        signed = receiving.accept_delivery(sent.id, version=draft.version, by=line.second.actor)
    with transaction():
        invoices.record(
            "26220000000000000001",
            [signed.id],
            issued_on=clock.today(),
            total_fen=signed.amount_fen,
            by=line.payer.actor,
        )
    return signed.amount_fen


def test_from_a_new_order_to_the_months_statement(new_page: NewPage, line: make.Line) -> None:
    order = new_order(line)
    phone = Crew(new_page).at(line.seller.person.phone or "", device=PHONE)

    confirm_with_less(phone, line, order)
    pack(phone, order)
    fen = accept(line, send(phone, order))
    assert fen == 46_800
    visit(phone, f"/supplier/orders/{order.id}")
    steps.has(phone, "已收齐")

    with clock.shifted(timedelta(days=40)), transaction():
        assert supplier_bills.issue_all((clock.today().replace(day=1) - timedelta(days=1)).replace(day=1)) == 1
    visit(phone, "/supplier/bills")
    steps.has(phone, "468.00")
    phone.locator("a[href^='/bills/']").first.click()
    phone.wait_for_load_state()
    steps.clean(phone)
    steps.press(phone, "核对无误")
    steps.has(phone, "已核对")
