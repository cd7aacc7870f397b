"""Before an order: carts of guests and residents, address books."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Fen, Line, Pk, Ref


class Cart(Base):
    """A person's cart, or a guest's by a random token. `round` counts its checkouts: one page buys once."""

    __tablename__ = "cart"

    id: Mapped[Pk]
    token: Mapped[str] = mapped_column(sa.String(32), unique=True)
    person_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"), unique=True)
    round: Mapped[int] = mapped_column(default=0, server_default="0")
    updated_at: Mapped[datetime]


class CartLine(Base):
    """Packs of an offer, with the price the buyer last saw."""

    __tablename__ = "cart_line"

    cart_id: Mapped[Ref] = mapped_column(sa.ForeignKey("cart.id", ondelete="CASCADE"), primary_key=True)
    offer_id: Mapped[Ref] = mapped_column(sa.ForeignKey("offer.id"), primary_key=True)
    packs: Mapped[int]
    seen_price_fen: Mapped[Fen]
    is_chosen: Mapped[bool] = mapped_column(default=True)
    added_at: Mapped[datetime]

    __table_args__ = (sa.CheckConstraint("packs BETWEEN 1 AND 9999", name="packs"),)


class Address(Base):
    """A resident's delivery address. `region` is the printed name of `region_code`; an old address without a code is
    completed before goods are sent there. One default at most.
    """

    __tablename__ = "address"

    id: Mapped[Pk]
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"), index=True)
    receiver: Mapped[str] = mapped_column(sa.String(30))
    phone: Mapped[str] = mapped_column(sa.String(11))
    region: Mapped[Line]
    region_code: Mapped[str | None] = mapped_column(sa.String(9))
    detail: Mapped[Line]
    is_default: Mapped[bool] = mapped_column(default=False)
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]

    __table_args__ = (
        sa.CheckConstraint("region_code ~ '^([0-9]{6}|[0-9]{9})$'", name="region"),
        sa.Index("uq_address_default", "person_id", unique=True, postgresql_where=sa.text("is_default AND is_active")),
    )
