"""Before an order: carts of guests and residents, address books."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Fen, Line, Pk, Ref


class Cart(Base):
    """A person's cart, or a guest's by a random token."""

    __tablename__ = "cart"

    id: Mapped[Pk]
    token: Mapped[str] = mapped_column(sa.String(32), unique=True)
    person_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"), unique=True)
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
    """A resident's delivery address."""

    __tablename__ = "address"

    id: Mapped[Pk]
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"), index=True)
    receiver: Mapped[str] = mapped_column(sa.String(30))
    phone: Mapped[str] = mapped_column(sa.String(11))
    region: Mapped[Line]
    detail: Mapped[Line]
    is_default: Mapped[bool] = mapped_column(default=False)
    is_active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
