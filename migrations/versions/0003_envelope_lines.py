"""Let an envelope's move name the plan line it holds open or frees."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("envelope_move", sa.Column("plan_line_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_envelope_move_plan_line_id"), "envelope_move", "plan_line", ["plan_line_id"], ["id"]
    )
    op.create_index(op.f("ix_envelope_move_plan_line_id"), "envelope_move", ["plan_line_id"])


def downgrade() -> None:
    raise NotImplementedError("facts are not unmade: restore a backup")
