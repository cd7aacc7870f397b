"""What it costs and how much is there: offers in versions, stock as a conditional count with its moves."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from catalog.rules.certificates import CertificateKind
from catalog.rules.offer import InvoiceKind, OfferAudience, SaleMode, StockMoveKind
from core.db import Base, BaseQty, Bp, Fen, FenX100, Line, Pk, Ref
from core.quantity import BaseUnit


class Offer(Base):
    """One pack of a product. What it costs stands in its versions. With `badge` its price is one for certified goods:
    it is on sale only while that badge stands. `ship_g` is what a pack of pieces weighs to the carrier.
    """

    __tablename__ = "offer"

    id: Mapped[Pk]
    product_id: Mapped[Ref] = mapped_column(sa.ForeignKey("product.id"), index=True)
    pack_name: Mapped[str] = mapped_column(sa.String(30))
    sale_mode: Mapped[SaleMode]
    base_unit: Mapped[BaseUnit]
    pack_qty: Mapped[BaseQty]
    audience: Mapped[OfferAudience]
    ship_g: Mapped[BaseQty | None]
    badge: Mapped[CertificateKind | None]
    is_active: Mapped[bool] = mapped_column(default=True)
    stopped_at: Mapped[datetime | None]
    current_version_id: Mapped[Ref | None] = mapped_column(
        sa.ForeignKey("offer_version.id", use_alter=True, name="fk_offer_current_version")
    )
    created_at: Mapped[datetime]

    __table_args__ = (
        sa.CheckConstraint("pack_qty > 0", name="pack"),
        sa.CheckConstraint("ship_g BETWEEN 1 AND 1000000", name="shipping_weight"),
        sa.CheckConstraint("badge IN ('green', 'organic', 'gi')", name="badge_price"),
    )


class OfferVersion(Base):
    """Price and terms from a moment on; orders point at the version they were placed under.

    The price is in 1/100 fen per `basis_qty` base units: 2.60 yuan per 斤 is 26000 per 500. With `ships_from` ahead it
    is a pre-sale: ordered now (to `presale_until`, if that is given), sent from that day on; its stock is its own.
    """

    __tablename__ = "offer_version"
    __append_only__ = True

    id: Mapped[Pk]
    offer_id: Mapped[Ref] = mapped_column(sa.ForeignKey("offer.id"), index=True)
    version_no: Mapped[int]
    price_fen_x100: Mapped[FenX100]
    basis_qty: Mapped[BaseQty]
    pack_price_fen: Mapped[Fen]
    tol_bp: Mapped[Bp]
    min_packs: Mapped[int] = mapped_column(default=1)
    tax_mode: Mapped[str] = mapped_column(sa.String(12))
    invoice_kind: Mapped[InvoiceKind] = mapped_column(default=InvoiceKind.ORDINARY)
    ships_from: Mapped[date | None]
    presale_until: Mapped[date | None]
    author_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(sa.String(200), default="")
    created_at: Mapped[datetime]

    __table_args__ = (
        sa.UniqueConstraint("offer_id", "version_no"),
        sa.CheckConstraint("price_fen_x100 > 0 AND basis_qty > 0 AND pack_price_fen > 0", name="price"),
        sa.CheckConstraint("tol_bp BETWEEN 0 AND 1000", name="tolerance"),
        sa.CheckConstraint("min_packs > 0", name="minimum"),
        sa.CheckConstraint("tax_mode IN ('exempt','vat9','vat13','vat1','vat3')", name="tax_mode"),
        sa.CheckConstraint("tax_mode <> 'exempt' OR invoice_kind <> 'special'", name="special_has_rate"),
        sa.CheckConstraint("presale_until IS NULL OR presale_until < ships_from", name="presale_ends_before"),
    )


class OfferTier(Base):
    """A lower price from so many packs on (阶梯价), of one offer version."""

    __tablename__ = "offer_tier"
    __append_only__ = True

    offer_version_id: Mapped[Ref] = mapped_column(sa.ForeignKey("offer_version.id"), primary_key=True)
    from_packs: Mapped[int] = mapped_column(primary_key=True)
    price_fen_x100: Mapped[FenX100]
    pack_price_fen: Mapped[Fen]

    __table_args__ = (sa.CheckConstraint("from_packs > 1 AND price_fen_x100 > 0 AND pack_price_fen > 0", name="tier"),)


class OfferStock(Base):
    """How much is there and promised, in base units. Changed only by a conditional update with a move."""

    __tablename__ = "offer_stock"

    offer_id: Mapped[Ref] = mapped_column(sa.ForeignKey("offer.id"), primary_key=True)
    on_hand: Mapped[BaseQty]
    reserved: Mapped[BaseQty] = mapped_column(default=0)

    __table_args__ = (
        sa.CheckConstraint("on_hand >= 0 AND reserved >= 0 AND reserved <= on_hand", name="never_oversold"),
    )


class StockMove(Base):
    """One change of stock, with what caused it; the same cause cannot move it twice. A clerk's own has a reason."""

    __tablename__ = "stock_move"
    __append_only__ = True

    id: Mapped[Pk]
    offer_id: Mapped[Ref] = mapped_column(sa.ForeignKey("offer.id"), index=True)
    kind: Mapped[StockMoveKind]
    on_hand_change: Mapped[BaseQty]
    reserved_change: Mapped[BaseQty]
    source: Mapped[str] = mapped_column(sa.String(24))
    source_id: Mapped[Ref]
    reason: Mapped[Line] = mapped_column(default="")
    person_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime]

    __table_args__ = (
        sa.UniqueConstraint("source", "source_id", "kind", "offer_id"),
        sa.Index("ix_stock_move_newest", "offer_id", "id"),
    )
