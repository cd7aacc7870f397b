"""Orders: one legal order per supplier, lines frozen as they were agreed, every step written down."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from catalog.rules.freight import DeliveryWay
from catalog.rules.offer import SaleMode
from catalog.rules.returns import ReturnPolicy
from core.db import Base, BaseQty, Code, Fen, FenX100, Line, Pk, Ref
from core.quantity import BaseUnit
from market.rules.asking_back import AskBackState
from market.rules.order_states import OrderKind, OrderState


class OrderGroup(Base):
    """What one checkout made; a receipt over the suppliers' orders. The same round of a cart makes one."""

    __tablename__ = "order_group"

    id: Mapped[Pk]
    token: Mapped[str] = mapped_column(sa.String(32), unique=True)
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"), index=True)
    total_fen: Mapped[Fen]
    cart_id: Mapped[Ref | None]
    cart_round: Mapped[int | None]
    created_at: Mapped[datetime]

    __table_args__ = (
        sa.Index("uq_order_group_submit", "cart_id", "cart_round", unique=True),
        sa.CheckConstraint("(cart_id IS NULL) = (cart_round IS NULL)", name="submit"),
    )


class Order(Base):
    """An agreement with one supplier. `plan_id` is the approved plan it was placed under, for canteens.

    What is paid: `goods_fen` (the lines' shelf amounts) less `discount_fen` (the lines' discounts) plus `freight_fen`,
    which no line carries. A deferred trigger refuses a resident's order whose lines do not add up to it.
    """

    __tablename__ = "purchase_order"

    id: Mapped[Pk]
    order_no: Mapped[str] = mapped_column(sa.String(24), unique=True)
    token: Mapped[str] = mapped_column(sa.String(32), unique=True)
    kind: Mapped[OrderKind]
    group_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("order_group.id"), index=True)
    supplier_id: Mapped[Ref] = mapped_column(sa.ForeignKey("supplier.id"))
    buyer_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("organisation.id"))
    canteen_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("organisation.id"))
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    plan_id: Mapped[Ref | None] = mapped_column(index=True)
    state: Mapped[OrderState]
    version: Mapped[int] = mapped_column(default=1)
    goods_fen: Mapped[Fen]
    discount_fen: Mapped[Fen] = mapped_column(default=0, server_default="0")
    freight_fen: Mapped[Fen]
    total_fen: Mapped[Fen]
    upper_fen: Mapped[Fen]
    deliver_on: Mapped[date | None]
    receiver: Mapped[str] = mapped_column(sa.String(60), default="")
    phone: Mapped[str] = mapped_column(sa.String(20), default="")
    address: Mapped[str] = mapped_column(sa.String(400), default="")
    delivery_way: Mapped[DeliveryWay | None]
    pickup_point_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("pickup_point.id"))
    remark: Mapped[Line] = mapped_column(default="")
    pay_term_days: Mapped[int] = mapped_column(default=30)
    placed_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    confirmed_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]

    __table_args__ = (
        sa.UniqueConstraint("id", "supplier_id"),
        sa.CheckConstraint("goods_fen > 0 AND freight_fen >= 0", name="amounts"),
        sa.CheckConstraint("discount_fen >= 0 AND discount_fen < goods_fen", name="discount"),
        sa.CheckConstraint(
            "total_fen = goods_fen - discount_fen + freight_fen AND upper_fen >= total_fen", name="total"
        ),
        sa.CheckConstraint("kind = 'resident' OR discount_fen = 0", name="units_have_tiers_only"),
        sa.CheckConstraint("(delivery_way = 'pickup') = (pickup_point_id IS NOT NULL)", name="fetched_at_a_point"),
        sa.CheckConstraint("(kind = 'resident') = (buyer_id IS NULL)", name="buyer_fits_kind"),
        sa.CheckConstraint("kind <> 'canteen' OR canteen_id IS NOT NULL", name="canteen_named"),
        sa.CheckConstraint("pay_term_days BETWEEN 0 AND 60", name="pay_term"),
        sa.Index("ix_purchase_order_supplier", "supplier_id", "state", "placed_at"),
        sa.Index("ix_purchase_order_buyer", "buyer_id", "placed_at"),
        sa.Index("ix_purchase_order_person", "person_id", "placed_at"),
        sa.Index("ix_purchase_order_person_kind", "person_id", "kind", "id", "state"),
        sa.Index("ix_purchase_order_unpaid", "expires_at", postgresql_where=sa.text("state = 'pending_pay'")),
    )


class OrderLine(Base):
    """What was agreed, frozen: names, price, origin and certificate as they stood (append-only).

    `amount_fen` is packs × the price of the shelf, tiers applied; `discount_fen` its share of all discounts; `paid_fen`
    what the buyer pays for the goods of this line, computed by the database. Freight is the order's.
    `no_return_text`: the wording that the buyer ticked.
    """

    __tablename__ = "order_line"
    __append_only__ = True

    id: Mapped[Pk]
    order_id: Mapped[Ref] = mapped_column(sa.ForeignKey("purchase_order.id"), index=True)
    position: Mapped[int]
    offer_version_id: Mapped[Ref] = mapped_column(sa.ForeignKey("offer_version.id"))
    offer_id: Mapped[Ref] = mapped_column(sa.ForeignKey("offer.id"))
    product_id: Mapped[Ref] = mapped_column(sa.ForeignKey("product.id"), index=True)
    category_id: Mapped[Ref] = mapped_column(sa.ForeignKey("category.id"))
    product_name: Mapped[str] = mapped_column(sa.String(40))
    pack_name: Mapped[str] = mapped_column(sa.String(30))
    sale_mode: Mapped[SaleMode]
    base_unit: Mapped[BaseUnit]
    pack_qty: Mapped[BaseQty]
    packs: Mapped[int]
    qty: Mapped[BaseQty]
    upper_qty: Mapped[BaseQty]
    price_fen_x100: Mapped[FenX100]
    basis_qty: Mapped[BaseQty]
    pack_price_fen: Mapped[Fen]
    amount_fen: Mapped[Fen]
    discount_fen: Mapped[Fen] = mapped_column(default=0, server_default="0")
    paid_fen: Mapped[Fen] = mapped_column(sa.Computed("amount_fen - discount_fen", persisted=True))
    upper_fen: Mapped[Fen]
    origin_code: Mapped[str] = mapped_column(sa.String(12))
    certificate: Mapped[str] = mapped_column(sa.String(120), default="")
    ships_from: Mapped[date | None]
    plan_line_id: Mapped[Ref | None] = mapped_column(index=True)
    return_policy: Mapped[ReturnPolicy] = mapped_column(server_default=ReturnPolicy.SEVEN_DAYS.value)
    no_return_ticked: Mapped[bool] = mapped_column(server_default=sa.text("false"))
    no_return_text: Mapped[int | None]

    __table_args__ = (
        sa.UniqueConstraint("order_id", "position"),
        sa.CheckConstraint("packs > 0 AND qty = packs * pack_qty AND upper_qty >= qty", name="quantities"),
        sa.CheckConstraint("amount_fen > 0 AND upper_fen >= amount_fen", name="amounts"),
        sa.CheckConstraint("discount_fen >= 0 AND discount_fen < amount_fen", name="discount"),
        sa.CheckConstraint("no_return_text IS NULL OR no_return_ticked", name="ticked_text"),
    )


class AskBack(Base):
    """Money asked back before anything was sent. `answer_until`: the shop's silence is consent from then on."""

    __tablename__ = "ask_back"

    id: Mapped[Pk]
    order_id: Mapped[Ref] = mapped_column(sa.ForeignKey("purchase_order.id"), unique=True)
    state: Mapped[AskBackState]
    reason: Mapped[Line] = mapped_column(default="")
    asked_at: Mapped[datetime]
    answer_until: Mapped[datetime]
    answer: Mapped[Line] = mapped_column(default="")
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))

    __table_args__ = (
        sa.CheckConstraint("(state = 'asked') = (answered_at IS NULL)", name="answered"),
        sa.Index("ix_ask_back_due", "answer_until", postgresql_where=sa.text("state = 'asked'")),
    )


class OrderEvent(Base):
    """One step of an order: who, when, from, to, why."""

    __tablename__ = "order_event"
    __append_only__ = True

    id: Mapped[Pk]
    order_id: Mapped[Ref] = mapped_column(sa.ForeignKey("purchase_order.id"), index=True)
    act: Mapped[Code]
    from_state: Mapped[str] = mapped_column(sa.String(20))
    to_state: Mapped[str] = mapped_column(sa.String(20))
    person_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    reason: Mapped[Line] = mapped_column(default="")
    at: Mapped[datetime]
