"""One code for each batch, and recalls."""

import sqlalchemy as sa
from alembic import op

from migrations.protect import protect

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    token = sa.text("replace(gen_random_uuid()::text, '-', '')")
    op.add_column("lot", sa.Column("token", sa.String(32), server_default=token, nullable=False))
    op.create_unique_constraint(op.f("uq_lot_token"), "lot", ["token"])
    op.create_table(
        "lot_recall",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("lot_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("advice", sa.String(200), nullable=False),
        sa.Column("lifts_id", sa.BigInteger(), nullable=True),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_lot_recall_has_reason")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_lot_recall_lot_id")),
        sa.ForeignKeyConstraint(["lifts_id"], ["lot_recall.id"], name=op.f("fk_lot_recall_lifts_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_lot_recall_person_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_lot_recall_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot_recall")),
        sa.UniqueConstraint("lifts_id", name=op.f("uq_lot_recall_lifts_id")),
    )
    op.create_index(op.f("ix_lot_recall_lot_id"), "lot_recall", ["lot_id"])
    protect("lot_recall")


def downgrade() -> None:
    raise NotImplementedError("facts are not unmade: restore a backup")
