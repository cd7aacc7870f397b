"""Schemes: what they combine, from which step they count, who may allow exceptions, their end.

A posting that corrects a closed year names the year.
"""

import json

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BASES = ("completed", "accepted")
SHIPPED = {"N": ([], ["ministry"]), "L": ([], ["city", "bureau"]), "C": (["N", "L"], ["city", "bureau"])}


def upgrade() -> None:
    empty = sa.text("'[]'::jsonb")
    op.add_column("scheme_version", sa.Column("valid_to", sa.Date(), nullable=True))
    op.add_column(
        "scheme_version",
        sa.Column(
            "basis",
            sa.Enum(*BASES, name="countbasis", native_enum=False, length=32),
            nullable=False,
            server_default="completed",
        ),
    )
    op.create_check_constraint(op.f("ck_scheme_version_countbasis"), "scheme_version", "basis IN ('completed', 'accepted')")
    for name in ("combines", "exception_by"):
        op.add_column("scheme_version", sa.Column(name, postgresql.JSONB(), nullable=False, server_default=empty))
    op.create_check_constraint(
        op.f("ck_scheme_version_ends_after_start"), "scheme_version", "valid_to IS NULL OR valid_to >= valid_from")
    op.add_column("quota_posting", sa.Column("prior_year", sa.Integer(), nullable=True))
    op.drop_column("quota_posting", "is_prior_year_adjustment")
    complete_shipped()
    for name in ("basis", "combines", "exception_by"):
        op.alter_column("scheme_version", name, server_default=None)


def complete_shipped() -> None:
    """The three shipped versions get their new terms: before anything was judged, so no fact changes."""
    op.execute("ALTER TABLE scheme_version DISABLE TRIGGER USER")
    for code, (combines, exception_by) in SHIPPED.items():
        op.get_bind().execute(
            sa.text(
                "UPDATE scheme_version SET combines = CAST(:combines AS jsonb),"
                " exception_by = CAST(:exception_by AS jsonb) WHERE code = :code"
            ),
            {"code": code, "combines": json.dumps(combines), "exception_by": json.dumps(exception_by)},
        )
    op.execute("ALTER TABLE scheme_version ENABLE TRIGGER USER")


def downgrade() -> None:
    raise NotImplementedError("facts are not unmade: restore a backup")
