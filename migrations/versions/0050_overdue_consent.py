"""An approver's word that a late unit's orders go on."""

import sqlalchemy as sa
from alembic import op

import core.db
from migrations.protect import protect

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "overdue_consent",
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        sa.Column("late_fen", sa.BigInteger(), nullable=False),
        sa.Column("oldest_days", sa.Integer(), nullable=False),
        sa.Column("agreed_by_id", sa.BigInteger(), nullable=False),
        sa.Column("agreed_at", core.db.Instant(timezone=True), nullable=False),
        sa.CheckConstraint("late_fen > 0 AND oldest_days > 0", name=op.f("ck_overdue_consent_late")),
        sa.ForeignKeyConstraint(["agreed_by_id"], ["person.id"], name=op.f("fk_overdue_consent_agreed_by_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_overdue_consent_plan_id")),
        sa.PrimaryKeyConstraint("plan_id", name=op.f("pk_overdue_consent")),
    )
    protect("overdue_consent")


def downgrade() -> None:
    raise NotImplementedError("facts are not unmade: restore a backup")
