"""Deliveries by the commitment certificate they left with."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_delivery_line_commitment", "delivery_line", ["commitment_no"],
        postgresql_where=sa.text("commitment_no <> ''"),
    )


def downgrade() -> None:
    raise NotImplementedError("facts are not unmade: restore a backup")
