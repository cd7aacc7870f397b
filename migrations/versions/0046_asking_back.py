"""Paid orders asked back before they are sent; the wording that a buyer ticked for a line that cannot be returned."""

import sqlalchemy as sa
from alembic import op

import core.db

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

STATES = ("asked", "agreed", "declined", "withdrawn")


def upgrade() -> None:
    op.create_table(
        "ask_back",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(*STATES, name="askbackstate", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("asked_at", core.db.Instant(timezone=True), nullable=False),
        sa.Column("answer_until", core.db.Instant(timezone=True), nullable=False),
        sa.Column("answer", sa.String(length=200), nullable=False),
        sa.Column("answered_at", core.db.Instant(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("(state = 'asked') = (answered_at IS NULL)", name=op.f("ck_ask_back_answered")),
        sa.ForeignKeyConstraint(["order_id"], ["purchase_order.id"], name=op.f("fk_ask_back_order_id")),
        sa.ForeignKeyConstraint(["answered_by_id"], ["person.id"], name=op.f("fk_ask_back_answered_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ask_back")),
        sa.UniqueConstraint("order_id", name=op.f("uq_ask_back_order_id")),
    )
    op.create_index("ix_ask_back_due", "ask_back", ["answer_until"], postgresql_where=sa.text("state = 'asked'"))
    op.add_column("order_line", sa.Column("no_return_text", sa.Integer(), nullable=True))
    op.create_check_constraint(
        op.f("ck_order_line_ticked_text"), "order_line", "no_return_text IS NULL OR no_return_ticked"
    )


def downgrade() -> None:
    raise NotImplementedError("facts are not unmade: restore a backup")
