"""What buyers said of goods, the shop's answer, and every hiding with its reason of law. None of it is changed."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Line, Pk, Ref
from market.rules.review import LegalBasis


class Review(Base):
    """One buyer's word about one order line."""

    __tablename__ = "review"
    __append_only__ = True

    id: Mapped[Pk]
    order_line_id: Mapped[Ref] = mapped_column(sa.ForeignKey("order_line.id"), unique=True)
    product_id: Mapped[Ref] = mapped_column(sa.ForeignKey("product.id"))
    supplier_id: Mapped[Ref] = mapped_column(sa.ForeignKey("supplier.id"))
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"), index=True)
    stars: Mapped[int]
    text: Mapped[str] = mapped_column(sa.String(500))
    at: Mapped[datetime]

    __table_args__ = (
        sa.CheckConstraint("stars BETWEEN 1 AND 5", name="stars"),
        sa.Index("ix_review_product", "product_id", "id"),
        sa.Index("ix_review_supplier", "supplier_id", "id"),
    )


class ReviewPhoto(Base):
    """A picture of a review, for everybody while the review is shown."""

    __tablename__ = "review_photo"
    __append_only__ = True

    review_id: Mapped[Ref] = mapped_column(sa.ForeignKey("review.id"), primary_key=True)
    file_id: Mapped[Ref] = mapped_column(sa.ForeignKey("stored_file.id"), primary_key=True)


class ReviewAnswer(Base):
    """The shop's one answer."""

    __tablename__ = "review_answer"
    __append_only__ = True

    review_id: Mapped[Ref] = mapped_column(sa.ForeignKey("review.id"), primary_key=True)
    text: Mapped[str] = mapped_column(sa.String(500))
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime]


class ReviewHiding(Base):
    """A hiding with its basis in law, or (`basis` None) that it is shown again. The newest row holds."""

    __tablename__ = "review_hiding"
    __append_only__ = True

    id: Mapped[Pk]
    review_id: Mapped[Ref] = mapped_column(sa.ForeignKey("review.id"), index=True)
    basis: Mapped[LegalBasis | None]
    note: Mapped[Line]
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime]
