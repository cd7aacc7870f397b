"""Files whose content was erased: the record stays with its hash."""

import sqlalchemy as sa
from alembic import op

import core.db

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("stored_file", sa.Column("erased_at", core.db.Instant(timezone=True), nullable=True))


def downgrade() -> None:
    raise NotImplementedError("facts are not unmade: restore a backup")
