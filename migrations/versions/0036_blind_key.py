"""Under which key the blind indexes of a person are, so that the key can be changed."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("household_person", sa.Column("blind_key", sa.SmallInteger(), nullable=False, server_default="1"))
    op.alter_column("household_person", "blind_key", server_default=None)


def downgrade() -> None:
    raise NotImplementedError("facts are not unmade: restore a backup")
