"""The market's part: what was sold under a certificate, and who is told that it was doubted (rules 73, 75)."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from catalog.models.offer import Offer
from catalog.models.product import Certificate
from catalog.rules.certificates import CertificateKind
from catalog.services import certificates, offers
from core import clock
from core.db import db, transaction
from core.people.models import SentMessage
from market.models.notice import CertificateNotice, CertificateTold
from market.queries import carts as cart_queries
from market.queries import certified_sales as reading
from market.rules.order_states import OrderState
from market.services import carts, certified_sales
from tests import make
from tests.make import catalogue_staff as staff
from tests.make import shop
from tests.make.market import Line


@pytest.fixture
def line(app: Flask) -> Line:
    return make.line()


def certified(line: Line, *, approved_g: int | None = None) -> tuple[int, Certificate]:
    """(product, its green certificate)."""
    offer = make.product(line.supplier)
    made = make.certificate(line.supplier, CertificateKind.GREEN, offer.product_id)
    with transaction():
        db.session.get_one(Certificate, made.id).approved_output_g = approved_g
    return offer.id, made


def offered(offer_id: int) -> Offer:
    return db.session.get_one(Offer, offer_id)


def test_sold_weight_freezes_the_badge_above_the_approved_output(line: Line) -> None:
    offer_id, made = certified(line, approved_g=100_000)
    make.order(line, (offered(offer_id), 20))
    with transaction():
        assert certified_sales.count_sold() == 1
    assert db.session.get_one(Certificate, made.id).frozen_on is None
    make.order(line, (offered(offer_id), 1), state=OrderState.CANCELLED)
    make.order(line, (offered(offer_id), 1))
    with transaction():
        certified_sales.count_sold()
    assert db.session.get_one(Certificate, made.id).frozen_on == clock.today()


def test_goods_before_the_certificate_year_are_not_counted(line: Line) -> None:
    offer_id, made = certified(line, approved_g=100_000)
    with clock.shifted(-timedelta(days=400)):
        make.order(line, (offered(offer_id), 50))
    with transaction():
        certified_sales.count_sold()
    assert db.session.get_one(Certificate, made.id).frozen_on is None


def test_buyers_of_the_last_90_days_are_told_once(line: Line) -> None:
    of = staff.staff(line.supplier)
    offer_id, made = certified(line)
    other = make.product(line.supplier, name="示例萝卜")
    stranger, early = make.line(), make.line()
    for buyer, goods, days in ((line, offered(offer_id), 10), (stranger, other, 10), (early, offered(offer_id), 91)):
        with clock.shifted(-timedelta(days=days)):
            make.order(Line(**{**vars(buyer), "supplier": line.supplier}), (goods, 1))
    with transaction():
        certificates.suspend(made.id, "正在复查", by=of.operator)
    for _ in range(2):
        with transaction():
            certified_sales.tell_buyers()

    told = db.session.scalars(sa.select(CertificateNotice)).all()
    assert [(row.person_id, row.buyer_id, row.orders) for row in told] == [(line.orderer.person.id, line.unit.id, 1)]
    assert db.session.scalar(sa.select(CertificateTold.buyers)) == 1
    (message,) = db.session.scalars(sa.select(SentMessage.text).where(SentMessage.text.contains(made.number)))
    assert "已暂停" in message
    assert reading.unseen_count(line.orderer.actor) == 1
    with transaction():
        assert certified_sales.acknowledge(by=line.orderer.actor) == 1
    assert reading.unseen_count(line.orderer.actor) == 0
    assert reading.notices(line.orderer.actor)[0].reason == "正在复查"


def test_a_revocation_after_a_suspension_is_told_too(line: Line) -> None:
    of = staff.staff(line.supplier)
    offer_id, made = certified(line)
    make.order(line, (offered(offer_id), 1))
    with transaction():
        certificates.suspend(made.id, "复查", by=of.operator)
        certificates.revoke(made.id, "作废", by=of.operator)
    with transaction():
        assert certified_sales.tell_buyers() == 2


def test_an_order_that_is_confirmed_goes_on(line: Line) -> None:
    of = staff.staff(line.supplier)
    offer_id, made = certified(line)
    order = make.order(line, (offered(offer_id), 1))
    with transaction():
        certificates.revoke(made.id, "作废", by=of.operator)
        certified_sales.tell_buyers()
    assert order.state is OrderState.CONFIRMED


def test_a_cart_loses_the_badge_price_at_midnight_and_nothing_else(app: Flask) -> None:
    of, (_, resident) = staff.staff(), shop.resident()
    make.village_is_exited()
    product = staff.brought_to_shelf(of)
    last = clock.today()
    make.certificate(of.supplier, CertificateKind.GREEN, product.id, valid_to=last)
    with transaction():
        badge = offers.add_pack(product.id, staff.pack(badge=CertificateKind.GREEN), by=of.clerk, packs_on_hand=9)
        plain = offers.add_pack(product.id, staff.pack(pack_name="散装"), by=of.clerk, packs_on_hand=9)
    cart = shop.cart_of(resident)
    with transaction():
        carts.add(cart, badge.id, 1)
        carts.add(cart, plain.id, 1)
    for day, gone in ((last, set()), (last + timedelta(days=1), {badge.id})):
        with clock.frozen(clock.day_start(day)):
            view = cart_queries.view(cart.id)
        assert {row.offer_id for row in view.gone} == gone
        assert {row.offer_id for group in view.groups for row in group.rows} == {badge.id, plain.id} - gone
