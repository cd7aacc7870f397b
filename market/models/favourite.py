"""What a resident keeps in sight: goods and shops."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Pk, Ref


class Favourite(Base):
    """One product or one shop, of one person, once. It stays when the goods leave the shelf: the list says so."""

    __tablename__ = "favourite"

    id: Mapped[Pk]
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    product_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("product.id"), index=True)
    supplier_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("supplier.id"), index=True)
    kept_at: Mapped[datetime]

    __table_args__ = (
        sa.CheckConstraint("(product_id IS NULL) <> (supplier_id IS NULL)", name="one_thing"),
        sa.UniqueConstraint("person_id", "product_id"),
        sa.UniqueConstraint("person_id", "supplier_id"),
        sa.Index("ix_favourite_person", "person_id", "id"),
    )
