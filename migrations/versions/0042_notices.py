"""Everybody's inbox, what they chose not to be sent, and texts on their way out."""

import sqlalchemy as sa
from alembic import op

import core.db

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

KINDS = ("orders", "payments", "certificates", "linkage", "recall", "access", "system")
CHANNELS = ("sms", "mail", "wecom", "dingtalk")


def kind() -> sa.Enum:
    return sa.Enum(*KINDS, name="noticekind", native_enum=False, create_constraint=True, length=32)


def channel() -> sa.Enum:
    return sa.Enum(*CHANNELS, name="textchannel", native_enum=False, create_constraint=True, length=32)


def upgrade() -> None:
    op.create_table(
        "notice",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", kind(), nullable=False),
        sa.Column("text", sa.String(length=400), nullable=False),
        sa.Column("href", sa.String(length=200), nullable=False),
        sa.Column("ref", sa.String(length=80), nullable=False),
        sa.Column("told_at", core.db.Instant(timezone=True), nullable=False),
        sa.Column("seen_at", core.db.Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_notice_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("person_id", "kind", "ref", name=op.f("uq_notice_person_id_kind_ref")),
    )
    op.create_index("ix_notice_person", "notice", ["person_id", "id"])
    op.create_index("ix_notice_unseen", "notice", ["person_id"], postgresql_where=sa.text("seen_at IS NULL"))
    op.create_table(
        "notice_choice",
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", kind(), nullable=False),
        sa.Column("channel", channel(), nullable=False),
        sa.Column("is_wanted", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_notice_choice_person_id")),
        sa.PrimaryKeyConstraint("person_id", "kind", "channel", name=op.f("pk_notice_choice")),
    )
    op.create_table(
        "outgoing_text",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("channel", channel(), nullable=False),
        sa.Column("kind", kind(), nullable=False),
        sa.Column("target", sa.String(length=120), nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("queued_at", core.db.Instant(timezone=True), nullable=False),
        sa.Column("due_at", core.db.Instant(timezone=True), nullable=False),
        sa.Column("sent_at", core.db.Instant(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("fault", sa.String(length=80), nullable=False),
        sa.CheckConstraint("attempts >= 0", name=op.f("ck_outgoing_text_attempts")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outgoing_text")),
        sa.UniqueConstraint("key", name=op.f("uq_outgoing_text_key")),
    )
    op.create_index(
        "ix_outgoing_text_waiting", "outgoing_text", ["due_at"], postgresql_where=sa.text("sent_at IS NULL")
    )


def downgrade() -> None:
    raise NotImplementedError("facts are not unmade: restore a backup")
