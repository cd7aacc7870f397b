"""Companies and villages: pairings, pledges, orders for companies, sales outside the platform."""

import sqlalchemy as sa
from alembic import op

import core.db
from migrations.protect import protect

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "village_pairing",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger(), nullable=False),
        sa.Column("village_code", sa.String(length=12), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "proposed",
                "active",
                "refused",
                "ended",
                name="pairingstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("contact", sa.String(length=30), nullable=False),
        sa.Column("contact_phone", sa.String(length=20), nullable=False),
        sa.Column("plan", sa.String(length=200), nullable=False),
        sa.Column("proposed_by_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", core.db.Instant(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", core.db.Instant(timezone=True), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.CheckConstraint("(state = 'ended') = (ended_on IS NOT NULL)", name=op.f("ck_village_pairing_ended_has_day")),
        sa.CheckConstraint(
            "state NOT IN ('ended', 'refused') OR reason <> ''", name=op.f("ck_village_pairing_end_has_reason")
        ),
        sa.CheckConstraint("decided_by_id <> proposed_by_id", name=op.f("ck_village_pairing_two_people")),
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name=op.f("ck_village_pairing_ends_after_start")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_village_pairing_decided_by_id")),
        sa.ForeignKeyConstraint(["enterprise_id"], ["organisation.id"], name=op.f("fk_village_pairing_enterprise_id")),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["person.id"], name=op.f("fk_village_pairing_proposed_by_id")),
        sa.ForeignKeyConstraint(["village_code"], ["place.code"], name=op.f("fk_village_pairing_village_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_village_pairing")),
    )
    op.create_index(op.f("ix_village_pairing_enterprise_id"), "village_pairing", ["enterprise_id"], unique=False)
    op.create_index("ix_village_pairing_state", "village_pairing", ["state", "id"], unique=False)
    op.create_index(op.f("ix_village_pairing_village_code"), "village_pairing", ["village_code"], unique=False)
    op.create_index(
        "uq_village_pairing_open",
        "village_pairing",
        ["enterprise_id", "village_code"],
        unique=True,
        postgresql_where=sa.text("state IN ('proposed', 'active')"),
    )
    op.create_table(
        "purchase_pledge",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("pairing_id", sa.BigInteger(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("goods", sa.String(length=200), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "agreed",
                "fulfilled",
                "ended",
                name="pledgestate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("written_by_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", core.db.Instant(timezone=True), nullable=False),
        sa.Column("agreed_by_id", sa.BigInteger(), nullable=True),
        sa.Column("agreed_at", core.db.Instant(timezone=True), nullable=True),
        sa.Column("over_at", core.db.Instant(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.CheckConstraint(
            "(state IN ('fulfilled', 'ended')) = (over_at IS NOT NULL)", name=op.f("ck_purchase_pledge_over_has_time")
        ),
        sa.CheckConstraint("agreed_by_id <> written_by_id", name=op.f("ck_purchase_pledge_two_people")),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_purchase_pledge_amount")),
        sa.CheckConstraint("last_on >= first_on", name=op.f("ck_purchase_pledge_ends_after_start")),
        sa.ForeignKeyConstraint(["agreed_by_id"], ["person.id"], name=op.f("fk_purchase_pledge_agreed_by_id")),
        sa.ForeignKeyConstraint(["pairing_id"], ["village_pairing.id"], name=op.f("fk_purchase_pledge_pairing_id")),
        sa.ForeignKeyConstraint(["written_by_id"], ["person.id"], name=op.f("fk_purchase_pledge_written_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchase_pledge")),
    )
    op.create_index(op.f("ix_purchase_pledge_pairing_id"), "purchase_pledge", ["pairing_id"], unique=False)
    op.create_table(
        "enterprise_order",
        sa.Column("group_id", sa.BigInteger(), nullable=False),
        sa.Column("enterprise_id", sa.BigInteger(), nullable=False),
        sa.Column("at", core.db.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["enterprise_id"], ["organisation.id"], name=op.f("fk_enterprise_order_enterprise_id")),
        sa.ForeignKeyConstraint(["group_id"], ["order_group.id"], name=op.f("fk_enterprise_order_group_id")),
        sa.PrimaryKeyConstraint("group_id", name=op.f("pk_enterprise_order")),
    )
    op.create_index("ix_enterprise_order_enterprise", "enterprise_order", ["enterprise_id", "at"], unique=False)
    op.create_table(
        "outside_sale",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("organisation_id", sa.BigInteger(), nullable=False),
        sa.Column("village_code", sa.String(length=12), nullable=False),
        sa.Column("pairing_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "channel",
            sa.Enum(
                "offline", "other_platform", name="outsidechannel", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("place", sa.String(length=60), nullable=False),
        sa.Column("goods", sa.String(length=200), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("sold_on", sa.Date(), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("file_sha256", sa.String(length=64), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "entered",
                "checked",
                "refused",
                name="outsidestate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("entered_by_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", core.db.Instant(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", core.db.Instant(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.CheckConstraint("(state = 'entered') = (decided_by_id IS NULL)", name=op.f("ck_outside_sale_decided")),
        sa.CheckConstraint("state <> 'refused' OR reason <> ''", name=op.f("ck_outside_sale_refusal_has_reason")),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_outside_sale_amount")),
        sa.CheckConstraint("decided_by_id <> entered_by_id", name=op.f("ck_outside_sale_two_people")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_outside_sale_decided_by_id")),
        sa.ForeignKeyConstraint(["entered_by_id"], ["person.id"], name=op.f("fk_outside_sale_entered_by_id")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_outside_sale_file_id")),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_outside_sale_organisation_id")),
        sa.ForeignKeyConstraint(["pairing_id"], ["village_pairing.id"], name=op.f("fk_outside_sale_pairing_id")),
        sa.ForeignKeyConstraint(["village_code"], ["place.code"], name=op.f("fk_outside_sale_village_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outside_sale")),
    )
    op.create_index(op.f("ix_outside_sale_organisation_id"), "outside_sale", ["organisation_id"], unique=False)
    op.create_index(op.f("ix_outside_sale_pairing_id"), "outside_sale", ["pairing_id"], unique=False)
    op.create_index("ix_outside_sale_state", "outside_sale", ["state", "id"], unique=False)
    op.create_index(op.f("ix_outside_sale_village_code"), "outside_sale", ["village_code"], unique=False)
    op.create_index(
        "uq_outside_sale_evidence",
        "outside_sale",
        ["file_sha256"],
        unique=True,
        postgresql_where=sa.text("state <> 'refused'"),
    )
    protect("enterprise_order")


def downgrade() -> None:
    raise NotImplementedError("facts are not unmade: restore a backup")
