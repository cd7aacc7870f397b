"""A certificate that nobody has verified yet is pending: it shows no badge and unlocks no sale."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

NAME = "ck_certificate_certificatestatus"


def upgrade() -> None:
    op.drop_constraint(op.f(NAME), "certificate", type_="check")
    op.create_check_constraint(op.f(NAME), "certificate", "status IN ('pending', 'active', 'suspended', 'revoked')")


def downgrade() -> None:
    raise NotImplementedError("facts are not unmade: restore a backup")
