"""A correction of an acceptance says why."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    reason = sa.Column("correction_reason", sa.String(200), server_default="", nullable=False)
    op.add_column("acceptance_draft", reason.copy())
    op.add_column("acceptance", reason.copy())
    op.create_check_constraint(
        op.f("ck_acceptance_correction_has_reason"), "acceptance", "(reverses_id IS NULL) = (correction_reason = '')"
    )


def downgrade() -> None:
    raise NotImplementedError("facts are not unmade: restore a backup")
