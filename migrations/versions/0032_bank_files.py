"""Bank files, their lines, what two people said they are; who pays in a unit's place."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import core.db
from migrations.protect import protect

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bank_columns",
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("titles_key", sa.String(length=64), nullable=False),
        sa.Column("places", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["organisation.id"], name=op.f("fk_bank_columns_owner_id")),
        sa.PrimaryKeyConstraint("owner_id", "titles_key", name=op.f("pk_bank_columns")),
    )
    op.create_table(
        "payer_alias",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "accounting_centre",
                "treasury",
                "contractor",
                "former_name",
                name="aliaskind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("proposed_by_id", sa.BigInteger(), nullable=False),
        sa.Column("proposed_at", core.db.Instant(timezone=True), nullable=False),
        sa.Column("checked_by_id", sa.BigInteger(), nullable=True),
        sa.Column("checked_at", core.db.Instant(timezone=True), nullable=True),
        sa.Column("ended_at", core.db.Instant(timezone=True), nullable=True),
        sa.CheckConstraint("(checked_by_id IS NULL) = (checked_at IS NULL)", name=op.f("ck_payer_alias_checked_whole")),
        sa.CheckConstraint("checked_by_id <> proposed_by_id", name=op.f("ck_payer_alias_checked_by_another")),
        sa.ForeignKeyConstraint(["checked_by_id"], ["person.id"], name=op.f("fk_payer_alias_checked_by_id")),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["person.id"], name=op.f("fk_payer_alias_proposed_by_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["organisation.id"], name=op.f("fk_payer_alias_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payer_alias")),
    )
    op.create_index("ix_payer_alias_name", "payer_alias", ["name"], unique=False)
    op.create_index(op.f("ix_payer_alias_unit_id"), "payer_alias", ["unit_id"], unique=False)
    op.create_index(
        "uq_payer_alias_open",
        "payer_alias",
        ["unit_id", "name"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "bank_statement",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "side",
            sa.Enum("incoming", "outgoing", name="bankside", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "unread", "running", "done", name="filestate", native_enum=False, create_constraint=True, length=32
            ),
            nullable=False,
        ),
        sa.Column("layout", sa.String(length=20), nullable=False),
        sa.Column("title_row", sa.Integer(), nullable=False),
        sa.Column("places", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("next_row", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.Column("known", sa.Integer(), nullable=False),
        sa.Column("other_way", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.Column("booked", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", core.db.Instant(timezone=True), nullable=False),
        sa.Column("done_at", core.db.Instant(timezone=True), nullable=True),
        sa.CheckConstraint("next_row <= rows", name=op.f("ck_bank_statement_rows")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_bank_statement_file_id")),
        sa.ForeignKeyConstraint(["owner_id"], ["organisation.id"], name=op.f("fk_bank_statement_owner_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_bank_statement_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_statement")),
        sa.UniqueConstraint("owner_id", "sha256", name=op.f("uq_bank_statement_owner_id_sha256")),
    )
    op.create_table(
        "bank_fault",
        sa.Column("statement_id", sa.BigInteger(), nullable=False),
        sa.Column("row_no", sa.Integer(), nullable=False),
        sa.Column("problem", sa.String(length=40), nullable=False),
        sa.Column("cells", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["statement_id"], ["bank_statement.id"], name=op.f("fk_bank_fault_statement_id")),
        sa.PrimaryKeyConstraint("statement_id", "row_no", name=op.f("pk_bank_fault")),
    )
    op.create_table(
        "bank_line",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("statement_id", sa.BigInteger(), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "side",
            sa.Enum("incoming", "outgoing", name="bankside", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("row_no", sa.Integer(), nullable=False),
        sa.Column("bank_day_on", sa.Date(), nullable=False),
        sa.Column("serial", sa.String(length=60), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("landed_fen", sa.BigInteger(), nullable=False),
        sa.Column("party", sa.String(length=200), nullable=False),
        sa.Column("memo", sa.String(length=400), nullable=False),
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "open",
                "proposed",
                "settled",
                "rest",
                "other",
                "returned",
                name="linestate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.CheckConstraint(
            "(state = 'settled') = (landed_fen = amount_fen)", name=op.f("ck_bank_line_settled_is_whole")
        ),
        sa.CheckConstraint(
            "amount_fen > 0 AND landed_fen >= 0 AND landed_fen <= amount_fen", name=op.f("ck_bank_line_amounts")
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["organisation.id"], name=op.f("fk_bank_line_owner_id")),
        sa.ForeignKeyConstraint(["statement_id"], ["bank_statement.id"], name=op.f("fk_bank_line_statement_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_line")),
        sa.UniqueConstraint("owner_id", "serial", name=op.f("uq_bank_line_owner_id_serial")),
    )
    op.create_index("ix_bank_line_owner", "bank_line", ["owner_id", "state", "bank_day_on"], unique=False)
    op.create_index(op.f("ix_bank_line_statement_id"), "bank_line", ["statement_id"], unique=False)
    op.create_table(
        "bank_match",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("book", "other", "return", name="matchkind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column(
            "state",
            sa.Enum(
                "proposed",
                "confirmed",
                "refused",
                name="matchstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("proposed_by_id", sa.BigInteger(), nullable=False),
        sa.Column("proposed_at", core.db.Instant(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", core.db.Instant(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state <> 'confirmed' OR decided_by_id <> proposed_by_id", name=op.f("ck_bank_match_two_people")
        ),
        sa.CheckConstraint(
            "state = 'proposed' OR decided_by_id IS NOT NULL", name=op.f("ck_bank_match_decided_by_somebody")
        ),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_bank_match_decided_by_id")),
        sa.ForeignKeyConstraint(["line_id"], ["bank_line.id"], name=op.f("fk_bank_match_line_id")),
        sa.ForeignKeyConstraint(["proposed_by_id"], ["person.id"], name=op.f("fk_bank_match_proposed_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_match")),
    )
    op.create_index(op.f("ix_bank_match_line_id"), "bank_match", ["line_id"], unique=False)
    op.create_index(
        "uq_bank_match_open", "bank_match", ["line_id"], unique=True, postgresql_where=sa.text("state = 'proposed'")
    )
    op.create_table(
        "bank_landing",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.Column("transfer_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "side",
            sa.Enum("incoming", "outgoing", name="bankside", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("match_id", sa.BigInteger(), nullable=True),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("at", core.db.Instant(timezone=True), nullable=False),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_bank_landing_amount")),
        sa.ForeignKeyConstraint(["line_id"], ["bank_line.id"], name=op.f("fk_bank_landing_line_id")),
        sa.ForeignKeyConstraint(["match_id"], ["bank_match.id"], name=op.f("fk_bank_landing_match_id")),
        sa.ForeignKeyConstraint(["transfer_id"], ["transfer.id"], name=op.f("fk_bank_landing_transfer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_landing")),
        sa.UniqueConstraint("transfer_id", "side", name=op.f("uq_bank_landing_transfer_id_side")),
    )
    op.create_index(op.f("ix_bank_landing_line_id"), "bank_landing", ["line_id"], unique=False)
    op.create_table(
        "bank_match_part",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("match_id", sa.BigInteger(), nullable=False),
        sa.Column("transfer_id", sa.BigInteger(), nullable=True),
        sa.Column("acceptance_id", sa.BigInteger(), nullable=True),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "(transfer_id IS NULL) <> (acceptance_id IS NULL)", name=op.f("ck_bank_match_part_one_target")
        ),
        sa.CheckConstraint("amount_fen > 0", name=op.f("ck_bank_match_part_amount")),
        sa.ForeignKeyConstraint(["acceptance_id"], ["acceptance.id"], name=op.f("fk_bank_match_part_acceptance_id")),
        sa.ForeignKeyConstraint(["match_id"], ["bank_match.id"], name=op.f("fk_bank_match_part_match_id")),
        sa.ForeignKeyConstraint(["transfer_id"], ["transfer.id"], name=op.f("fk_bank_match_part_transfer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_match_part")),
        sa.UniqueConstraint("match_id", "acceptance_id", name=op.f("uq_bank_match_part_match_id_acceptance_id")),
        sa.UniqueConstraint("match_id", "transfer_id", name=op.f("uq_bank_match_part_match_id_transfer_id")),
    )
    op.create_index(op.f("ix_bank_match_part_match_id"), "bank_match_part", ["match_id"], unique=False)
    protect("bank_fault", "bank_match_part", "bank_landing")
    op.drop_constraint(op.f("ck_transfer_confirmedby"), "transfer")
    op.create_check_constraint(
        op.f("ck_transfer_confirmedby"), "transfer", "confirmed_by IN ('supplier', 'finance', 'bank')"
    )


def downgrade() -> None:
    raise NotImplementedError("facts are not unmade: restore a backup")
