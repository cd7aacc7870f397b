"""Refunds: a number, a cause, a second person, attempts; payments that can no longer be refunded."""

import sqlalchemy as sa
from alembic import op

import core.db
from migrations.protect import protect

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

STATES = "'waiting','asked','sent','held','done','failed','refused'"


def upgrade() -> None:
    op.add_column("payment_intent", sa.Column("finished_at", core.db.Instant(timezone=True), nullable=True))
    op.execute("ALTER TABLE refund DROP CONSTRAINT ck_refund_state")
    op.alter_column("refund", "state", type_=sa.String(32))
    op.add_column("refund", sa.Column("ref", sa.String(80), nullable=True))
    op.execute("UPDATE refund SET ref = 'all:' || intent_id")
    op.alter_column("refund", "ref", nullable=False)
    op.create_unique_constraint(op.f("uq_refund_ref"), "refund", ["ref"])
    op.add_column("refund", sa.Column("attempts", sa.Integer(), nullable=False, server_default="0"))
    op.alter_column("refund", "attempts", server_default=None)
    op.add_column("refund", sa.Column("next_try_at", core.db.Instant(timezone=True), nullable=True))
    op.execute("UPDATE refund SET next_try_at = created_at WHERE state IN ('asked','sent')")
    op.add_column("refund", sa.Column("last_code", sa.String(64), nullable=False, server_default=""))
    op.alter_column("refund", "last_code", server_default=None)
    op.add_column("refund", sa.Column("second_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_refund_second_id"), "refund", "person", ["second_id"], ["id"])
    op.create_check_constraint(op.f("ck_refund_refundstate"), "refund", f"state IN ({STATES})")
    op.create_check_constraint(op.f("ck_refund_two_persons"), "refund", "second_id IS NULL OR second_id <> asked_by_id")
    op.create_check_constraint(op.f("ck_refund_done_has_day"), "refund", "(state = 'done') = (done_at IS NOT NULL)")
    op.create_index(
        "ix_refund_next_try_at", "refund", ["next_try_at"], postgresql_where=sa.text("next_try_at IS NOT NULL")
    )
    op.create_table(
        "refund_attempt",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("refund_id", sa.BigInteger(), nullable=False),
        sa.Column("outcome", sa.String(64), nullable=False),
        sa.Column("at", core.db.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["refund_id"], ["refund.id"], name=op.f("fk_refund_attempt_refund_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund_attempt")),
    )
    op.create_index(op.f("ix_refund_attempt_refund_id"), "refund_attempt", ["refund_id"])
    protect("refund_attempt")


def downgrade() -> None:
    raise NotImplementedError("facts are not unmade: restore a backup")
