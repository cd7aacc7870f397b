"""What suppliers ask, as both sides read it."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from catalog.models.offer import Offer, OfferVersion
from catalog.models.product import Product
from catalog.models.supplier import Supplier
from catalog.queries import offers
from catalog.queries.offers import SellableOffer
from core import settings
from core.db import any_of, db
from core.organisations.models import Organisation
from core.people import queries as people
from market.models.order import Order, OrderLine
from market.models.shipping import OrderAsk, OrderAskLine
from market.queries.offer_terms import terms_of
from market.rules.asks import GOODS, AskKind, AskState
from market.rules.lines import Priced
from market.rules.order_states import OrderState

settings.register(orders__confirm_hours=48, orders__answer_hours=24)
_ALIVE = (OrderState.PLACED, OrderState.CONFIRMED)


@dataclass(frozen=True)
class AskedLine:
    """A line of which less can come, base units."""

    line: OrderLine
    qty: int


@dataclass(frozen=True)
class AskRow:
    """One ask with everything that its answer needs. `offer`: the goods as they are sold today, with reference price;
    None for asks without goods, and where they are no longer sold.
    """

    ask: OrderAsk
    order: Order
    supplier_name: str
    lines: tuple[AskedLine, ...]
    goods: str
    replaced: str
    offer: SellableOffer | None
    names: dict[int, str]

    @property
    def is_open(self) -> bool:
        """Whether an answer still changes anything."""
        wanted = OrderState.PLACED if self.ask.kind is AskKind.CONFIRM else OrderState.CONFIRMED
        return self.ask.state is AskState.ASKED and self.order.state is wanted

    @property
    def needs_approver(self) -> bool:
        """Whether the orderer's tap is not enough."""
        return self.ask.kind in GOODS or self.ask.freight_fen > self.order.freight_fen

    @property
    def priced(self) -> Priced | None:
        """What the goods come to, at the price frozen in the ask."""
        if self.offer is None or self.ask.packs is None:
            return None
        return terms_of(self.offer).of(self.ask.packs)


def of_orders(*where: sa.ColumnElement[bool], limit: int = 50) -> list[AskRow]:
    """Asks of the orders for which `where` holds, the open ones first, then the newest. At most nine statements."""
    seller, replaced = sa.orm.aliased(Organisation), sa.orm.aliased(OrderLine)
    rows = db.session.execute(
        sa.select(
            *(OrderAsk, Order, seller.name, sa.func.coalesce(Product.name, ""), sa.func.coalesce(Offer.pack_name, "")),
            sa.func.coalesce(replaced.product_name, ""),
        )
        .join(Order, Order.id == OrderAsk.order_id)
        .join(Supplier, Supplier.id == Order.supplier_id)
        .join(seller, seller.id == Supplier.organisation_id)
        .outerjoin(OfferVersion, OfferVersion.id == OrderAsk.offer_version_id)
        .outerjoin(Offer, Offer.id == OrderAsk.offer_id)
        .outerjoin(Product, Product.id == Offer.product_id)
        .outerjoin(replaced, replaced.id == OrderAsk.replaces_line_id)
        .where(*where)
        .order_by(sa.case((OrderAsk.state == AskState.ASKED, 0), else_=1), OrderAsk.id.desc())
        .limit(limit)
    ).all()
    if not rows:
        return []
    lines = _lines([row[0].id for row in rows])
    sold = offers.sellable([row[0].offer_id for row in rows if row[0].offer_id], for_units=True)
    names = people.names(_people(rows))
    return [
        AskRow(
            *(ask, order, supplier_name, tuple(lines.get(ask.id, ()))),
            goods=f"{product} {pack}".strip(),
            replaced=replaced_name,
            offer=_same(ask, sold.get(ask.offer_id or 0)),
            names=names,
        )
        for ask, order, supplier_name, product, pack, replaced_name in rows
    ]


def of_order(order_id: int) -> list[AskRow]:
    """Everything that was asked about one order."""
    return of_orders(OrderAsk.order_id == order_id)


def open_count(*where: sa.ColumnElement[bool]) -> int:
    """How many unanswered asks there are about orders for which `where` holds. One statement."""
    query = sa.select(sa.func.count(OrderAsk.id)).join(Order, Order.id == OrderAsk.order_id)
    return db.session.scalar(query.where(OrderAsk.state == AskState.ASKED, Order.state.in_(_ALIVE), *where)) or 0


def _same(ask: OrderAsk, offer: SellableOffer | None) -> SellableOffer | None:
    """The offer while its price is still the one in the ask."""
    return offer if offer is not None and offer.offer_version_id == ask.offer_version_id else None


def _lines(ask_ids: list[int]) -> dict[int, list[AskedLine]]:
    found: dict[int, list[AskedLine]] = {}
    rows = db.session.execute(
        sa.select(OrderAskLine, OrderLine)
        .join(OrderLine, OrderLine.id == OrderAskLine.order_line_id)
        .where(any_of(OrderAskLine.ask_id, ask_ids))
        .order_by(OrderAskLine.ask_id, OrderLine.position)
    )
    for asked, line in rows:
        found.setdefault(asked.ask_id, []).append(AskedLine(line, asked.qty))
    return found


def _people(rows: Any) -> set[int]:
    found = {one for row in rows for one in (row[0].asked_by_id, row[0].answered_by_id)}
    return {one for one in found if one is not None}
