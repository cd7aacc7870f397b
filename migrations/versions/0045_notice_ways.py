"""Where notices go besides the inbox: mailboxes and chat groups, and whether a job has put them on their ways."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

import core.db

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

CHANNELS = ("sms", "mail", "wecom", "dingtalk")


def upgrade() -> None:
    op.add_column("notice", sa.Column("organisation_id", sa.BigInteger(), nullable=True))
    op.add_column("notice", sa.Column("by_sms", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.alter_column("notice", "by_sms", server_default=None)
    op.add_column("notice", sa.Column("spread_at", core.db.Instant(timezone=True), nullable=True))
    op.create_foreign_key(op.f("fk_notice_organisation_id"), "notice", "organisation", ["organisation_id"], ["id"])
    op.execute("UPDATE notice SET spread_at = told_at")
    op.create_index("ix_notice_unspread", "notice", ["id"], postgresql_where=sa.text("spread_at IS NULL"))
    channel = sa.Enum(*CHANNELS, name="textchannel", native_enum=False, create_constraint=True, length=32)
    op.create_table(
        "notice_route",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("organisation_id", sa.BigInteger(), nullable=True),
        sa.Column("channel", channel, nullable=False),
        sa.Column("address_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("kinds", ARRAY(sa.String(length=32)), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("changed_at", core.db.Instant(timezone=True), nullable=False),
        sa.CheckConstraint("(person_id IS NULL) <> (organisation_id IS NULL)", name=op.f("ck_notice_route_one_owner")),
        sa.CheckConstraint("channel <> 'sms'", name=op.f("ck_notice_route_sms_is_chosen")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_notice_route_person_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_notice_route_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_route")),
    )
    for owner in ("person", "organisation"):
        op.create_index(
            f"uq_notice_route_{owner}",
            "notice_route",
            [f"{owner}_id", "channel"],
            unique=True,
            postgresql_where=sa.text(f"{owner}_id IS NOT NULL"),
        )
    op.add_column("outgoing_text", sa.Column("route_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_outgoing_text_route_id"), "outgoing_text", "notice_route", ["route_id"], ["id"])
    op.create_index(op.f("ix_outgoing_text_route_id"), "outgoing_text", ["route_id"])


def downgrade() -> None:
    raise NotImplementedError("facts are not unmade: restore a backup")
