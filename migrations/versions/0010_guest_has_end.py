"""A guest auditor's seat has an end."""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_check_constraint(
        op.f("ck_membership_guest_has_end"), "membership", "role <> 'guest_auditor' OR valid_to IS NOT NULL"
    )


def downgrade() -> None:
    raise NotImplementedError("facts are not unmade: restore a backup")
