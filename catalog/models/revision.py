"""What waits before the shop shows it: revisions of listed products, and prices that jump (rule 68)."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from catalog.rules.revision import PriceChangeState, RevisionState
from core.db import Base, Fen, FenX100, JsonDict, Line, Pk, Ref

_OPEN = "state IN ('draft', 'origin_check', 'content_check', 'returned')"


class ProductRevision(Base):
    """What shall be said of a product, and what was said when it was begun. Approved ones are the product's history.

    `facts` and `before` are written and read by `catalog.services.facts` only.
    """

    __tablename__ = "product_revision"

    id: Mapped[Pk]
    product_id: Mapped[Ref] = mapped_column(sa.ForeignKey("product.id"))
    state: Mapped[RevisionState]
    facts: Mapped[JsonDict]
    before: Mapped[JsonDict]
    origin_changed: Mapped[bool] = mapped_column(default=False)
    town_code: Mapped[str] = mapped_column(sa.String(9), default="")
    state_reason: Mapped[Line] = mapped_column(default="")
    author_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    created_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    origin_confirmed_by_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    decided_by_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]

    __table_args__ = (
        sa.Index("uq_product_revision_open", "product_id", unique=True, postgresql_where=sa.text(_OPEN)),
        sa.Index("ix_product_revision_product", "product_id", "id"),
        sa.Index("ix_product_revision_waiting", "state", "submitted_at", postgresql_where=sa.text(_OPEN)),
        sa.CheckConstraint("origin_confirmed_by_id <> decided_by_id OR state <> 'approved'", name="two_checkers"),
        sa.CheckConstraint(
            "state <> 'approved' OR NOT origin_changed OR origin_confirmed_by_id IS NOT NULL", name="origin_checked"
        ),
    )


class PriceChange(Base):
    """A price that moves more than a fifth within a week: asked for with a reason, approved by the platform.

    `low_fen` and `high_fen`: the on-shelf pack prices of the week that it was measured against. `terms` is written and
    read by `catalog.services.price_changes` only.
    """

    __tablename__ = "price_change"

    id: Mapped[Pk]
    offer_id: Mapped[Ref] = mapped_column(sa.ForeignKey("offer.id"), index=True)
    base_version_id: Mapped[Ref] = mapped_column(sa.ForeignKey("offer_version.id"))
    state: Mapped[PriceChangeState]
    price_fen_x100: Mapped[FenX100]
    pack_price_fen: Mapped[Fen]
    low_fen: Mapped[Fen]
    high_fen: Mapped[Fen]
    terms: Mapped[JsonDict]
    reason: Mapped[Line]
    asked_by_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    decided_by_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    decision: Mapped[Line] = mapped_column(default="")

    __table_args__ = (
        sa.Index("uq_price_change_waiting", "offer_id", unique=True, postgresql_where=sa.text("state = 'waiting'")),
        sa.Index("ix_price_change_queue", "asked_at", postgresql_where=sa.text("state = 'waiting'")),
        sa.CheckConstraint("reason <> ''", name="has_reason"),
        sa.CheckConstraint("pack_price_fen > 0 AND low_fen > 0 AND high_fen >= low_fen", name="prices"),
    )
