"""Renewed business licences, terms of food licences on an application, marks of organic goods on delivery lines."""

import sqlalchemy as sa
from alembic import op

import core.db
from migrations.protect import protect

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "licence_renewal",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("at", core.db.Instant(timezone=True), nullable=False),
        sa.Column("is_accepted", sa.Boolean(), nullable=True),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", core.db.Instant(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(is_accepted IS NULL) = (decided_at IS NULL) AND (decided_at IS NULL) = (decided_by_id IS NULL)",
            name=op.f("ck_licence_renewal_decided_whole"),
        ),
        sa.CheckConstraint(
            "is_accepted IS DISTINCT FROM false OR reason <> ''", name=op.f("ck_licence_renewal_return_has_reason")
        ),
        sa.CheckConstraint(
            "decided_by_id IS NULL OR decided_by_id <> person_id", name=op.f("ck_licence_renewal_two_people")
        ),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.id"], name=op.f("fk_licence_renewal_supplier_id")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_licence_renewal_file_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_licence_renewal_person_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_licence_renewal_decided_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_licence_renewal")),
    )
    op.create_index(op.f("ix_licence_renewal_supplier_id"), "licence_renewal", ["supplier_id"])
    op.create_index(
        "uq_licence_renewal_waiting", "licence_renewal", ["supplier_id"], unique=True,
        postgresql_where=sa.text("is_accepted IS NULL"),
    )  # fmt: skip
    op.add_column("supplier", sa.Column("halted_for", sa.Date(), nullable=True))
    op.create_check_constraint(
        op.f("ck_supplier_halted_is_suspended"), "supplier", "halted_for IS NULL OR status = 'suspended'"
    )
    for name in ("sc_from", "sc_to", "jy_from", "jy_to"):
        op.add_column("admission_application", sa.Column(name, sa.Date(), nullable=True))
    op.add_column(
        "admission_application", sa.Column("food_issuer", sa.String(200), nullable=False, server_default="")
    )
    op.create_check_constraint(
        op.f("ck_admission_application_food_licences_end_after_start"), "admission_application",
        "sc_to >= sc_from AND jy_to >= jy_from",
    )  # fmt: skip
    op.create_table(
        "organic_mark",
        sa.Column("code", sa.String(18), nullable=False),
        sa.Column("delivery_line_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("code ~ '^[0-9]{17,18}$'", name=op.f("ck_organic_mark_code")),
        sa.ForeignKeyConstraint(
            ["delivery_line_id"], ["delivery_line.id"], name=op.f("fk_organic_mark_delivery_line_id")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_organic_mark")),
    )
    op.create_index(op.f("ix_organic_mark_delivery_line_id"), "organic_mark", ["delivery_line_id"])
    protect("organic_mark")


def downgrade() -> None:
    raise NotImplementedError("facts are not unmade: restore a backup")
