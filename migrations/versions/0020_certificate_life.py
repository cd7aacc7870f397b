"""A certificate's holder, public code, renewals and life; reminders, sales under it, who was told; badge prices."""

import sqlalchemy as sa
from alembic import op

import core.db
from core.codes import new_code
from migrations.protect import protect

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

ACTS = (
    "add", "cover", "authorise", "verify", "suspend", "revoke", "approve_output", "freeze", "thaw", "apply_renewal",
    "renew",
)  # fmt: skip
BADGES = ("green", "organic", "gi")


def upgrade() -> None:
    _certificate()
    _life()
    _notices()
    op.add_column("offer", sa.Column("badge", sa.String(32), nullable=True))
    kinds = (*BADGES, "sc", "jy", "quarantine")
    op.create_check_constraint(op.f("ck_offer_certificatekind"), "offer", sa.column("badge").in_(kinds))
    op.create_check_constraint(op.f("ck_offer_badge_price"), "offer", sa.column("badge").in_(BADGES))


def _certificate() -> None:
    table = "certificate"
    op.add_column(table, sa.Column("code", sa.String(12), nullable=True))
    rows = sa.table(table, sa.column("id", sa.BigInteger), sa.column("code", sa.String))
    for (row_id,) in op.get_bind().execute(sa.select(rows.c.id)).all():
        op.execute(rows.update().where(rows.c.id == row_id).values(code=new_code("C", 10)))
    op.alter_column(table, "code", nullable=False)
    op.create_unique_constraint(op.f("uq_certificate_code"), table, ["code"])
    op.add_column(table, sa.Column("holder_name", sa.String(200), nullable=False, server_default=""))
    op.alter_column(table, "holder_name", server_default=None)
    op.add_column(table, sa.Column("is_own", sa.Boolean(), nullable=False, server_default=sa.true()))
    op.alter_column(table, "is_own", server_default=None)
    op.add_column(table, sa.Column("authorisation_file_id", sa.BigInteger(), nullable=True))
    op.add_column(table, sa.Column("authorised_to", sa.Date(), nullable=True))
    op.add_column(table, sa.Column("frozen_on", sa.Date(), nullable=True))
    op.add_column(table, sa.Column("renews_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_certificate_authorisation_file_id"), table, "stored_file", ["authorisation_file_id"], ["id"]
    )
    op.create_foreign_key(op.f("fk_certificate_renews_id"), table, table, ["renews_id"], ["id"])
    op.create_index(op.f("ix_certificate_renews_id"), table, ["renews_id"])
    op.drop_constraint(op.f("uq_certificate_kind_number"), table)
    op.create_unique_constraint(
        op.f("uq_certificate_supplier_id_kind_number_valid_from"), table, ["supplier_id", "kind", "number", "valid_from"]
    )
    op.create_index(
        "uq_certificate_own", table, ["kind", "number", "valid_from"], unique=True, postgresql_where=sa.text("is_own")
    )
    op.create_index("ix_certificate_ending", table, ["valid_to", "id"])
    waiting = sa.text("status = 'pending'")
    op.create_index("ix_certificate_waiting", table, ["created_at", "id"], postgresql_where=waiting)
    op.create_check_constraint(op.f("ck_certificate_approved_output"), table, "approved_output_g > 0")
    op.create_check_constraint(
        op.f("ck_certificate_only_badges_freeze"), table, "frozen_on IS NULL OR kind IN ('green', 'organic', 'gi')"
    )
    op.create_check_constraint(
        op.f("ck_certificate_authorised"),
        table,
        "is_own = (authorised_to IS NULL) AND (is_own OR authorisation_file_id IS NOT NULL)",
    )


def _life() -> None:
    op.create_table(
        "certificate_event",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("certificate_id", sa.BigInteger(), nullable=False),
        sa.Column("act", sa.String(32), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("facts", sa.dialects.postgresql.JSONB(), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=True),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("at", core.db.Instant(timezone=True), nullable=False),
        sa.CheckConstraint(sa.column("act").in_(ACTS), name=op.f("ck_certificate_event_certificateact")),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificate.id"], name=op.f("fk_certificate_event_certificate_id")
        ),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_certificate_event_file_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_certificate_event_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_event")),
    )
    op.create_index(op.f("ix_certificate_event_certificate_id"), "certificate_event", ["certificate_id"])
    doubted = sa.text("act IN ('suspend', 'revoke')")
    op.create_index("ix_certificate_event_doubted", "certificate_event", ["id"], postgresql_where=doubted)
    op.create_table(
        "certificate_reminder",
        sa.Column("certificate_id", sa.BigInteger(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("is_sent", sa.Boolean(), nullable=False),
        sa.Column("at", core.db.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificate.id"], name=op.f("fk_certificate_reminder_certificate_id")
        ),
        sa.PrimaryKeyConstraint("certificate_id", "days", name=op.f("pk_certificate_reminder")),
    )
    op.create_table(
        "certificate_sale",
        sa.Column("certificate_id", sa.BigInteger(), nullable=False),
        sa.Column("year_from", sa.Date(), nullable=False),
        sa.Column("sold_g", sa.BigInteger(), nullable=False),
        sa.Column("counted_at", core.db.Instant(timezone=True), nullable=False),
        sa.CheckConstraint("sold_g >= 0", name=op.f("ck_certificate_sale_sold")),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificate.id"], name=op.f("fk_certificate_sale_certificate_id")
        ),
        sa.PrimaryKeyConstraint("certificate_id", "year_from", name=op.f("pk_certificate_sale")),
    )
    protect("certificate_event", "certificate_reminder")


def _notices() -> None:
    op.create_table(
        "certificate_notice",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("buyer_id", sa.BigInteger(), nullable=True),
        sa.Column("orders", sa.Integer(), nullable=False),
        sa.Column("told_at", core.db.Instant(timezone=True), nullable=False),
        sa.Column("seen_at", core.db.Instant(timezone=True), nullable=True),
        sa.CheckConstraint("orders > 0", name=op.f("ck_certificate_notice_orders")),
        sa.ForeignKeyConstraint(["buyer_id"], ["organisation.id"], name=op.f("fk_certificate_notice_buyer_id")),
        sa.ForeignKeyConstraint(["event_id"], ["certificate_event.id"], name=op.f("fk_certificate_notice_event_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_certificate_notice_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate_notice")),
        sa.UniqueConstraint("event_id", "person_id", name=op.f("uq_certificate_notice_event_id_person_id")),
    )
    unseen = sa.text("seen_at IS NULL")
    op.create_index("ix_certificate_notice_unseen", "certificate_notice", ["person_id"], postgresql_where=unseen)
    op.create_table(
        "certificate_told",
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("buyers", sa.Integer(), nullable=False),
        sa.Column("at", core.db.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["certificate_event.id"], name=op.f("fk_certificate_told_event_id")),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_certificate_told")),
    )
    protect("certificate_told")


def downgrade() -> None:
    raise NotImplementedError("facts are not unmade: restore a backup")
