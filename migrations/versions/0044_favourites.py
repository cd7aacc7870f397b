"""Favourites of residents, and an index for the tabs of their orders."""

import sqlalchemy as sa
from alembic import op

import core.db

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "favourite",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=True),
        sa.Column("supplier_id", sa.BigInteger(), nullable=True),
        sa.Column("kept_at", core.db.Instant(timezone=True), nullable=False),
        sa.CheckConstraint("(product_id IS NULL) <> (supplier_id IS NULL)", name=op.f("ck_favourite_one_thing")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_favourite_person_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_favourite_product_id")),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.id"], name=op.f("fk_favourite_supplier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_favourite")),
        sa.UniqueConstraint("person_id", "product_id", name=op.f("uq_favourite_person_id_product_id")),
        sa.UniqueConstraint("person_id", "supplier_id", name=op.f("uq_favourite_person_id_supplier_id")),
    )
    op.create_index(op.f("ix_favourite_product_id"), "favourite", ["product_id"])
    op.create_index(op.f("ix_favourite_supplier_id"), "favourite", ["supplier_id"])
    op.create_index("ix_favourite_person", "favourite", ["person_id", "id"])
    op.create_index("ix_purchase_order_person_kind", "purchase_order", ["person_id", "kind", "id", "state"])


def downgrade() -> None:
    raise NotImplementedError("facts are not unmade: restore a backup")
