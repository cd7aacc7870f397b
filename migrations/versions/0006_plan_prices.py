"""Let a plan line say at which price and up to which quantity it was approved."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("price_fen_x100", "basis_qty", "upper_qty"):
        op.add_column("plan_line", sa.Column(name, sa.BigInteger(), nullable=False))
    op.create_check_constraint(
        op.f("ck_plan_line_price"), "plan_line", "upper_qty >= qty AND price_fen_x100 > 0 AND basis_qty > 0"
    )


def downgrade() -> None:
    raise NotImplementedError("facts are not unmade: restore a backup")
