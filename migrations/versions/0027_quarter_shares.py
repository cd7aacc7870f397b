"""A fact that says what part of an accepted line counts once its quarter is over; the newest is found by an index."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

KINDS = (
    "ordered", "released", "accepted", "rejected", "invoiced", "paid", "refunded", "imported", "stated",
    "reattributed", "declared", "shared",
)  # fmt: skip


def upgrade() -> None:
    op.drop_constraint(op.f("ck_fact_entry_factkind"), "fact_entry", type_="check")
    op.create_check_constraint(op.f("ck_fact_entry_factkind"), "fact_entry", sa.column("kind").in_(KINDS))
    op.create_index("ix_fact_entry_shared", "fact_entry", ["source_id"], postgresql_where=sa.text("kind = 'shared'"))


def downgrade() -> None:
    raise NotImplementedError("facts are not unmade: restore a backup")
