"""A resident's order with its payment, as far along as a test needs it, at an emulated Alipay."""

from dataclasses import dataclass
from typing import TypeVar

import sqlalchemy as sa
from flask import Flask

from catalog.models.offer import Offer
from catalog.models.supplier import Supplier
from core import clock
from core.access.actor import Actor
from core.access.roles import Role
from core.db import db, transaction
from core.organisations.models import Organisation
from market import tasks
from market.gateways import providers
from market.models.order import Order
from market.models.payment import PaymentIntent
from market.services import intents
from tests.make import shop
from tests.make.catalog import product, supplier, village_is_exited
from tests.make.core import actor, seat
from tests.support.alipay import Alipay

T = TypeVar("T")
PRICE = 26_00
"""What one box of the product costs, in fen."""


@dataclass
class Sale:
    """A shop, its buyer, and the order between them. `intent_id` and `number` once a code was asked for."""

    alipay: Alipay
    supplier_id: int
    organisation: Organisation
    offer: Offer
    by: Actor
    address_id: int
    order_id: int = 0
    intent_id: int = 0
    number: str = ""

    def ordered(self, packs: int = 1) -> "Sale":
        """Another order of the same buyer."""
        home = fresh(shop.Address, self.address_id)
        group = shop.checked_out(self.by, home, (self.offer, packs), price_fen=PRICE)
        self.order_id = db.session.scalars(sa.select(Order.id).where(Order.group_id == group.id)).one()
        db.session.rollback()
        return self

    def offered(self) -> "Sale":
        """The buyer has a code."""
        with transaction():
            intent = intents.open_intent(self.order_id, by=self.by)
            wish = intents.wish(intent, subject="示例", event_url="http://127.0.0.1/payments/alipay/notify")
            self.intent_id, self.number = intent.id, intent.out_trade_no
        action = self.alipay.provider.create(wish)
        with transaction():
            intents.keep_offer(self.intent_id, action.text)
        return self

    def paid(self) -> "Sale":
        """The buyer has paid, and we know it."""
        self.alipay.pay(self.number)
        self.look()
        return self

    def look(self) -> None:
        tasks.look_at_payment(self.intent_id)

    def clerk(self) -> Actor:
        """One more of the shop's people."""
        return actor(seat(self.organisation, Role.SUPPLIER_CLERK), self.organisation, Role.SUPPLIER_CLERK)

    @property
    def intent(self) -> PaymentIntent:
        return fresh(PaymentIntent, self.intent_id)

    @property
    def order(self) -> Order:
        return fresh(Order, self.order_id)


def fresh(kind: type[T], row_id: int) -> T:
    """The row as it stands in the database now, read outside of any open transaction."""
    db.session.rollback()
    found = db.session.get_one(kind, row_id, populate_existing=True)
    db.session.expunge(found)
    db.session.rollback()
    return found


def alipay_of(app: Flask) -> Alipay:
    """An emulator that the application pays at, its clock standing at the present."""
    made = Alipay(clock=clock.now().astimezone(clock.COUNTY).replace(tzinfo=None).isoformat(timespec="seconds"))
    app.extensions["payment_providers"] = {providers.ALIPAY: made.provider}
    return made


def sale(app: Flask, *, on_hand: int = 50_000_000, alipay: Alipay | None = None) -> Sale:
    """A shop that takes payments and a buyer with an order of one box."""
    village_is_exited()
    seller, alipay = supplier(), alipay or alipay_of(app)
    app.extensions["payment_providers"] = {providers.ALIPAY: alipay.provider}
    shop.merchant(seller, alipay.merchant())
    offer = product(seller, on_hand=on_hand)
    db.session.refresh(offer)
    db.session.expunge(offer)
    person, by = shop.resident()
    home = shop.address(person)
    seller_id, home_id = seller.id, home.id
    of = sa.select(Organisation).join(Supplier, Supplier.organisation_id == Organisation.id)
    organisation = db.session.scalars(of.where(Supplier.id == seller_id)).one()
    db.session.expunge(organisation)
    return Sale(alipay, seller_id, organisation, offer, by, home_id).ordered()
