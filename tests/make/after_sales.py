"""A resident's order that was paid and received, and cases about it."""

import io
import itertools
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from PIL import Image

from catalog.models.offer import Offer, OfferVersion
from catalog.models.supplier import Supplier
from core import clock
from core.access.actor import Actor
from core.access.roles import OrganisationKind, Role
from core.db import db
from core.files.services import Upload
from core.organisations.models import Organisation
from core.people.models import Person
from market.gateways.ports import Event, EventKind, Payee
from market.models.after_sale import AfterSale
from market.models.order import Order, OrderLine
from market.models.payment import MerchantAccount, PaymentIntent
from market.rules.after_sale import AfterSaleKind
from market.rules.couriers import Courier
from market.services import after_sales, fulfilment, intents, payments, receipts
from market.services.after_sales import Wish
from market.services.fulfilment import ShipLine, Van
from market.services.lots import NewLot
from market.services.parcels import NewParcel
from tests.make.catalog import product, supplier, village_is_exited
from tests.make.core import actor, organisation, person, seat, writing
from tests.make.shop import address, checked_out, merchant
from tests.support.alipay import Alipay

_numbers = itertools.count(1)


@dataclass
class Bought:
    """A buyer, a shop and one order of theirs, received; nothing is cached, rows are read when asked for."""

    buyer: Person
    by: Actor
    seller: Actor
    seller_person: Person
    operator: Actor
    operator_person: Person
    supplier: Supplier
    order_id: int
    offers: list[Offer] = field(default_factory=list)

    @property
    def lines(self) -> list[OrderLine]:
        rows = sa.select(OrderLine).where(OrderLine.order_id == self.order_id).order_by(OrderLine.position)
        return list(db.session.scalars(rows))

    @property
    def order(self) -> Order:
        return db.session.get_one(Order, self.order_id, populate_existing=True)

    @property
    def intent(self) -> PaymentIntent:
        return db.session.scalars(
            sa.select(PaymentIntent)
            .where(PaymentIntent.order_id == self.order_id)
            .execution_options(populate_existing=True)
        ).one()


def photo(name: str = "bad.png") -> Upload:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "brown").save(out, "PNG")
    out.seek(0)
    return Upload(out, name)


def bought(
    alipay: Alipay | None = None, *, packs: tuple[int, ...] = (2,), category: str = "fungi-muer", received: bool = True
) -> Bought:
    """An order of one line for each number in `packs`, paid (at the emulator where there is one) and received."""
    village_is_exited()
    shop = supplier()
    merchant(shop, alipay.merchant() if alipay else Payee(f"20880000001{next(_numbers):05d}"))
    offers = [product(shop, name=f"示例木耳{n}", category=category, pack_qty=500) for n in range(len(packs))]
    buyer = person("居民")
    by = actor(buyer)
    price = db.session.get_one(OfferVersion, offers[0].current_version_id).pack_price_fen
    group = checked_out(by, address(buyer), *zip(offers, packs, strict=True), price_fen=price)
    order_id = db.session.scalars(sa.select(Order.id).where(Order.group_id == group.id)).one()
    db.session.rollback()
    body = db.session.get_one(Organisation, shop.organisation_id)
    clerk = seat(body, Role.SUPPLIER_CLERK, name="店员")
    platform = organisation(OrganisationKind.PLATFORM)
    operator = seat(platform, Role.PLATFORM_OPERATOR, name="平台")
    made = Bought(
        buyer, by, actor(clerk, body, Role.SUPPLIER_CLERK), clerk,
        actor(operator, platform, Role.PLATFORM_OPERATOR), operator, shop, order_id, offers,
    )  # fmt: skip
    for row in (buyer, clerk, operator, shop, *offers):
        free(row)
    _pay(made, alipay)
    _send(made)
    if received:
        with writing():
            receipts.receive(order_id, by=by)
    return made


def _pay(made: Bought, alipay: Alipay | None) -> None:
    with writing():
        intent = intents.open_intent(made.order_id, by=made.by)
        wish = intents.wish(intent, subject="示例", event_url="http://127.0.0.1/notify")
        number, amount = intent.out_trade_no, intent.amount_fen
        seller_id = db.session.get_one(MerchantAccount, intent.merchant_account_id).seller_id
    if alipay is not None:
        alipay.provider.create(wish)
        alipay.pay(number)
    with writing():
        payments.hear(
            Event(
                key=f"{number}:paid", kind=EventKind.PAID, payment_no=number, provider_no=f"20260000{number}"[:28],
                payee_no=seller_id, amount_fen=amount, happened_at=clock.now(),
            ),
            provider="alipay",
        )  # fmt: skip


def _send(made: Bought) -> None:
    lot = NewLot(harvested_on=clock.today() - timedelta(days=1))
    with writing():
        lines = [ShipLine(line.id, line.qty, lot, commitment_no=f"HGZ-{line.id}") for line in made.lines]
        fulfilment.ship(
            made.order_id, lines, van=Van(parcels=(NewParcel(Courier.OTHER, "SF100001", "示例快递"),)), by=made.seller
        )


def case(
    of: Bought,
    *,
    line: int = 0,
    packs: int = 1,
    kind: AfterSaleKind = AfterSaleKind.QUALITY,
    wanted_fen: int | None = None,
) -> AfterSale:
    with writing():
        asked = after_sales.ask(of.lines[line].id, Wish(kind, packs, wanted_fen, "发霉了"), photos=[photo()], by=of.by)
        db.session.flush()
        return free(asked)


def free(row: Any) -> Any:
    """The row as it is now, out of the session: jobs end sessions."""
    db.session.refresh(row)
    db.session.expunge(row)
    return row
