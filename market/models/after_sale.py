"""After-sales of an order line and its steps; the tries to give the money back stand with the refund."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Code, Fen, Line, Pk, Ref
from market.rules.after_sale import AfterSaleKind, AfterSaleState


class AfterSale(Base):
    """One case. `packs` and `asked_fen` as asked; `is_part`: a smaller sum than the packs' share, the goods stay.

    `agreed_fen` goes back for the goods, `freight_fen` besides it once everything of the order went back, both by
    `refund_id`. `asks`: how often a refund was asked for; a second time only after the first was given up for good.
    From `decided_at` on (the platform's decision for the buyer) until it succeeded the shop takes no residents' orders.
    """

    __tablename__ = "after_sale"

    id: Mapped[Pk]
    case_no: Mapped[str] = mapped_column(sa.String(24), unique=True)
    token: Mapped[str] = mapped_column(sa.String(32), unique=True)
    order_id: Mapped[Ref] = mapped_column(sa.ForeignKey("purchase_order.id"), index=True)
    order_line_id: Mapped[Ref] = mapped_column(sa.ForeignKey("order_line.id"), index=True)
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    supplier_id: Mapped[Ref] = mapped_column(sa.ForeignKey("supplier.id"))
    thread_id: Mapped[Ref] = mapped_column(sa.ForeignKey("thread.id"), unique=True)
    kind: Mapped[AfterSaleKind]
    state: Mapped[AfterSaleState]
    version: Mapped[int] = mapped_column(default=1)
    packs: Mapped[int]
    is_part: Mapped[bool] = mapped_column(default=False)
    asked_fen: Mapped[Fen]
    agreed_fen: Mapped[Fen | None]
    freight_fen: Mapped[Fen] = mapped_column(default=0)
    carrier: Mapped[str] = mapped_column(sa.String(30), default="")
    tracking_no: Mapped[str] = mapped_column(sa.String(40), default="")
    refund_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("refund.id"), unique=True)
    asks: Mapped[int] = mapped_column(default=0)
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    decision: Mapped[str] = mapped_column(sa.String(1000), default="")
    handed_out_at: Mapped[datetime | None]
    since: Mapped[datetime]
    due_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    __table_args__ = (
        sa.CheckConstraint("packs > 0 AND asked_fen > 0 AND agreed_fen > 0 AND freight_fen >= 0", name="amounts"),
        sa.CheckConstraint("refund_id IS NULL OR agreed_fen IS NOT NULL", name="refund_has_amount"),
        sa.CheckConstraint("(decided_at IS NULL) = (decided_by_id IS NULL)", name="decided_by_somebody"),
        sa.Index(
            "uq_after_sale_open_line",
            "order_line_id",
            unique=True,
            postgresql_where=sa.text("state NOT IN ('refunded', 'closed', 'withdrawn')"),
        ),
        sa.Index("ix_after_sale_person", "person_id", "id"),
        sa.Index("ix_after_sale_supplier", "supplier_id", "state", "id"),
        sa.Index("ix_after_sale_state", "state", "id"),
        sa.Index("ix_after_sale_due", "due_at", postgresql_where=sa.text("due_at IS NOT NULL")),
        sa.Index(
            "ix_after_sale_unpaid_decision",
            "supplier_id",
            postgresql_where=sa.text("decided_at IS NOT NULL AND state IN ('refunding', 'failed')"),
        ),
    )


class AfterSaleEvent(Base):
    """One step of a case."""

    __tablename__ = "after_sale_event"
    __append_only__ = True

    id: Mapped[Pk]
    after_sale_id: Mapped[Ref] = mapped_column(sa.ForeignKey("after_sale.id"), index=True)
    act: Mapped[Code]
    party: Mapped[str] = mapped_column(sa.String(12))
    from_state: Mapped[str] = mapped_column(sa.String(20))
    to_state: Mapped[str] = mapped_column(sa.String(20))
    person_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    note: Mapped[Line] = mapped_column(default="")
    at: Mapped[datetime]
