"""Residents who shop: orders in every state. Paid ones are paid at the emulated Alipay where there is one."""

from datetime import timedelta

import sqlalchemy as sa
from flask import current_app, url_for

from catalog.models.offer import Offer
from catalog.models.product import Product
from catalog.queries import offers as selling
from core import clock
from core.access.actor import Actor
from core.access.roles import Role
from core.db import db, transaction
from demo import goods, invented
from demo.cast import word, words
from demo.line import clerk_of
from demo.world import World
from market.gateways import providers
from market.gateways.emulator.remote import Remote
from market.gateways.ports import Event, EventKind
from market.models.order import Order, OrderLine
from market.models.payment import MerchantAccount, PaymentIntent
from market.rules.couriers import Courier
from market.rules.order_states import OrderState
from market.services import addresses, carts, checkout, fulfilment, intents, payments, receipts, resident_orders
from market.services.checkout import Choice
from market.services.fulfilment import ShipLine, Van
from market.services.lots import NewLot
from market.services.parcels import NewParcel

_AGES = (300, 240, 200, 160, 120, 90, 60, 45, 30, 21)
"""Days ago of the orders that are long over."""

_OF_COMPANY = (70, 28)
"""Days ago of what the paired company bought and has."""


def tell(world: World) -> None:
    """Addresses, orders of the past, and those of this morning: unpaid, paid, sent."""
    homes = {who.person_id: _address(who, place) for place, who in enumerate(world.residents)}
    for place, days in enumerate(_AGES):
        who = world.residents[place % len(world.residents)]
        at = clock.now() - timedelta(days=days, hours=place)
        if clock.county_day(at) < world.days.first_on:
            continue
        for order in _order(who, homes[who.person_id], world, place, at_ago=clock.now() - at):
            _over(world, who, order, clock.now() - at)
    buyer = world.actor("enterprise1", Role.ENTERPRISE_BUYER)
    office = _address(buyer, len(homes))
    _company(world, buyer, office)
    first = world.residents[0]
    for place, state in enumerate((OrderState.SHIPPED, OrderState.PAID, OrderState.PENDING_PAY, OrderState.CANCELLED)):
        for order in _order(first, homes[first.person_id], world, place + 1, at_ago=timedelta(minutes=25 - place)):
            _today(world, first, order, state)
    for place, who in enumerate(world.residents[1:4]):
        for order in _order(who, homes[who.person_id], world, place, at_ago=timedelta(minutes=20 - place)):
            _today(world, who, order, OrderState.PAID)


def _company(world: World, buyer: Actor, office: int) -> None:
    """What a company bought and has, sent and not paid yet."""
    for days in _OF_COMPANY:
        if clock.today() - timedelta(days=days) > world.days.first_on:
            for order in _order(buyer, office, world, 0, at_ago=timedelta(days=days)):
                _over(world, buyer, order, timedelta(days=days))
    for place, state in enumerate((OrderState.SHIPPED, OrderState.PENDING_PAY)):
        for order in _order(buyer, office, world, place + 2, at_ago=timedelta(minutes=24 - place)):
            _today(world, buyer, order, state)


def _address(who: Actor, place: int) -> int:
    with transaction():
        made = addresses.add(
            by=who, receiver=who.name, phone=invented.phone(8000 + place), region_code="220681103",
            detail=word("paper", "resident_address", number=place + 1),
        )  # fmt: skip
        return made.id


def _order(who: Actor, address_id: int, world: World, basket: int, *, at_ago: timedelta) -> list[Order]:
    """Into the cart and out of it: one order for each supplier."""
    baskets = words()["basket"]["all"]
    wanted = {offer_of(name): packs for name, packs in baskets[basket % len(baskets)].items()}
    with clock.shifted(-at_ago), transaction():
        cart = carts.open_cart(person_id=who.person_id, token=None)
        found = selling.sellable(wanted, for_units=False)
        choices = [Choice(offer_id, packs, found[offer_id].pack_price_fen) for offer_id, packs in wanted.items()]
        group = checkout.check_out(cart.id, choices, address_id, by=who)
        group_id = group.id
    query = sa.select(Order).where(Order.group_id == group_id).order_by(Order.id)
    made = list(db.session.scalars(query))
    db.session.rollback()
    return made


def offer_of(name: str) -> int:
    """The offer of a product by its name, whoever may buy it."""
    found = db.session.scalar(
        sa.select(Offer.id).join(Product, Product.id == Offer.product_id).where(Product.name == name)
    )
    db.session.rollback()
    if found is None:
        raise LookupError(name)
    return found


def _over(world: World, who: Actor, order: Order, ago: timedelta) -> None:
    """Paid, sent and received long ago; the emulator knows nothing of it."""
    with clock.shifted(-ago), transaction():
        intent = intents.open_intent(order.id, by=who)
        _hear_here(intent)
    with clock.shifted(timedelta(hours=20) - ago), transaction():
        _send(world, order)
    with clock.shifted(timedelta(days=3) - ago), transaction():
        receipts.receive(order.id, by=who)


def _today(world: World, who: Actor, order: Order, state: OrderState) -> None:
    if state is OrderState.PENDING_PAY:
        return
    if state is OrderState.CANCELLED:
        with transaction():
            resident_orders.cancel(order.id, by=who)
        return
    _pay(who, order)
    if state is OrderState.SHIPPED:
        with transaction():
            _send(world, order)


def _pay(who: Actor, order: Order) -> None:
    """At the emulator as a buyer would, if one runs; else its word is given here."""
    with transaction():
        intent = intents.open_intent(order.id, by=who)
        intent_id, number = intent.id, intent.out_trade_no
        wish = intents.wish(intent, subject=word("paper", "subject"), event_url=_event_url())
    gateway, provider_no = str(current_app.config["ALIPAY_GATEWAY_URL"]), ""
    if gateway:
        action = providers.get(providers.ALIPAY).create(wish)
        with transaction():
            intents.keep_offer(intent_id, action.text)
        provider_no = str(Remote(gateway).post(f"trades/{number}/pay")["trade_no"])
    with transaction():
        _hear_here(db.session.get_one(PaymentIntent, intent_id), provider_no)


def _event_url() -> str:
    """Our door for the provider's news, as the shop names it; it is heard again once the web is up."""
    with current_app.test_request_context():
        path = url_for("payments.notify", name="alipay")
    return str(current_app.config["SERVER_URL"]).rstrip("/") + path


def _hear_here(intent: PaymentIntent, provider_no: str = "") -> None:
    account = db.session.get_one(MerchantAccount, intent.merchant_account_id)
    provider_no = provider_no or f"2026000000000000{intent.id:012d}"
    payments.hear(
        Event(
            key=f"{intent.out_trade_no}:paid", kind=EventKind.PAID, payment_no=intent.out_trade_no,
            provider_no=provider_no, payee_no=account.seller_id, amount_fen=intent.amount_fen, happened_at=clock.now(),
        ),
        provider=providers.ALIPAY,
    )  # fmt: skip


def _send(world: World, order: Order) -> None:
    rows = db.session.scalars(sa.select(OrderLine).where(OrderLine.order_id == order.id).order_by(OrderLine.position))
    lot = NewLot(harvested_on=clock.today() - timedelta(days=1))
    lines = [ShipLine(row.id, row.qty, lot, commitment_no=f"DEMO-HGZ-R{row.id:06d}") for row in rows]
    van = Van(parcels=(NewParcel(Courier.OTHER, f"DEMO{order.id:010d}", word("paper", "carrier")),))
    fulfilment.ship(order.id, lines, van=van, by=clerk_of(world, order.supplier_id))


def open_tills() -> int:
    """Make our suppliers known to the emulator, with the authorisations they gave. May be repeated; how many."""
    gateway = str(current_app.config["ALIPAY_GATEWAY_URL"])
    if not gateway or current_app.config["XINGCUN_MODE"] != "demo":
        return 0
    remote = Remote(gateway)
    names = db.session.execute(
        sa.select(MerchantAccount.seller_id, MerchantAccount.supplier_id).where(MerchantAccount.is_active)
    ).all()
    for seller_id, _supplier_id in names:
        remote.merchant(seller_id, word("paper", "till", number=seller_id[-4:]), goods.token_of(seller_id))
    db.session.rollback()
    return len(names)
