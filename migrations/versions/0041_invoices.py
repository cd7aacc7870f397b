"""Invoices with their taxes by line, an approver's decision, and red ones that take back."""

import sqlalchemy as sa
from alembic import op

import core.db
from migrations.protect import protect

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "invoice_line",
        sa.Column("invoice_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column(
            "tax_mode",
            sa.Enum(
                "exempt",
                "rate_9",
                "rate_13",
                "small_1",
                "small_3",
                name="invoicetax",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("tax_fen", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["invoice_id"], ["invoice.id"], name=op.f("fk_invoice_line_invoice_id")),
        sa.PrimaryKeyConstraint("invoice_id", "position", name=op.f("pk_invoice_line")),
    )
    op.add_column("invoice", sa.Column("reverses_id", sa.BigInteger(), nullable=True))
    op.add_column(
        "invoice",
        sa.Column(
            "state",
            sa.Enum(
                "received",
                "matched",
                "mismatch",
                "approved",
                "returned",
                "reversed",
                name="invoicestate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            server_default="matched",
            nullable=False,
        ),
    )
    op.add_column("invoice", sa.Column("title", sa.String(length=200), server_default="", nullable=False))
    op.add_column("invoice", sa.Column("buyer_code", sa.String(length=18), server_default="", nullable=False))
    op.add_column("invoice", sa.Column("mismatch", sa.String(length=80), server_default="", nullable=False))
    op.add_column("invoice", sa.Column("explanation", sa.String(length=200), server_default="", nullable=False))
    op.add_column("invoice", sa.Column("decided_by_id", sa.BigInteger(), nullable=True))
    op.add_column("invoice", sa.Column("decided_at", core.db.Instant(timezone=True), nullable=True))
    op.add_column("invoice", sa.Column("decision", sa.String(length=200), server_default="", nullable=False))
    op.create_index(op.f("ix_invoice_reverses_id"), "invoice", ["reverses_id"], unique=False)
    op.create_foreign_key(op.f("fk_invoice_decided_by_id"), "invoice", "person", ["decided_by_id"], ["id"])
    op.create_foreign_key(op.f("fk_invoice_reverses_id"), "invoice", "invoice", ["reverses_id"], ["id"])
    op.drop_index(op.f("ix_invoice_acceptance_invoice_id"), table_name="invoice_acceptance")
    op.create_index(op.f("ix_invoice_acceptance_acceptance_id"), "invoice_acceptance", ["acceptance_id"], unique=False)
    op.drop_constraint(op.f("pk_invoice_acceptance"), "invoice_acceptance")
    op.create_primary_key(op.f("pk_invoice_acceptance"), "invoice_acceptance", ["invoice_id", "acceptance_id"])
    op.drop_constraint(op.f("ck_invoice_amounts"), "invoice")
    op.create_check_constraint(
        op.f("ck_invoice_amounts"),
        "invoice",
        "(reverses_id IS NULL) = (total_fen > 0) AND total_fen <> 0 AND tax_fen * sign(total_fen) >= 0 "
        "AND abs(tax_fen) < abs(total_fen)",
    )
    op.create_check_constraint(op.f("ck_invoice_red_is_matched"), "invoice", "state = 'matched' OR reverses_id IS NULL")
    op.create_check_constraint(op.f("ck_invoice_decided_by_another"), "invoice", "decided_by_id <> recorded_by_id")
    protect("invoice_line")


def downgrade() -> None:
    raise NotImplementedError("facts are not unmade: restore a backup")
