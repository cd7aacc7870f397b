"""Purchase notes, the kilograms of lots, and how households are paid; lots of before get an opening record."""

import sqlalchemy as sa
from alembic import op

import core.db
from migrations.protect import protect

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

OPENING = (
    """
    INSERT INTO lot_balance (lot_id, product_id, origin_code, harvested_on, source, base_unit, in_qty, eligible_qty,
                             lost_qty, sold_qty)
    SELECT l.id, l.product_id, l.origin_code, l.harvested_on, 'opening',
           coalesce((SELECT o.base_unit FROM offer o WHERE o.product_id = l.product_id ORDER BY o.id LIMIT 1), 'g'),
           coalesce(sum(d.qty), 0), coalesce(sum(d.qty), 0) * l.household_share_bp / 10000, 0, coalesce(sum(d.qty), 0)
    FROM lot l LEFT JOIN delivery_line d ON d.lot_id = l.id GROUP BY l.id
    """,
    """
    INSERT INTO lot_move (lot_id, product_id, kind, qty, eligible_qty, happened_on, reason, source, source_id, at)
    SELECT lot_id, product_id, 'declared', in_qty, eligible_qty, harvested_on, '', 'opening', lot_id, now()
    FROM lot_balance WHERE in_qty > 0
    """,
    """
    INSERT INTO lot_move (lot_id, product_id, kind, qty, eligible_qty, happened_on, reason, source, source_id, at)
    SELECT d.lot_id, l.product_id, 'sold', d.qty, 0, v.delivered_on, '', 'delivery_line', d.id, now()
    FROM delivery_line d JOIN lot l ON l.id = d.lot_id JOIN delivery v ON v.id = d.delivery_id
    """,
)
"""What is known of lots that left before: as much came in as went out, declared and not bought."""


def upgrade() -> None:
    op.create_table(
        "crop_plan",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("village_code", sa.String(length=12), nullable=False),
        sa.Column("category_id", sa.BigInteger(), nullable=False),
        sa.Column("plan_year", sa.Integer(), nullable=False),
        sa.Column("area_mu_x10", sa.Integer(), nullable=False),
        sa.Column("yield_g_per_mu", sa.BigInteger(), nullable=False),
        sa.Column("harvest_from", sa.Date(), nullable=False),
        sa.Column("harvest_to", sa.Date(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("updated_at", core.db.Instant(timezone=True), nullable=False),
        sa.CheckConstraint("area_mu_x10 > 0 AND yield_g_per_mu > 0", name=op.f("ck_crop_plan_not_empty")),
        sa.CheckConstraint("harvest_to >= harvest_from", name=op.f("ck_crop_plan_window")),
        sa.ForeignKeyConstraint(["category_id"], ["category.id"], name=op.f("fk_crop_plan_category_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_crop_plan_person_id")),
        sa.ForeignKeyConstraint(["village_code"], ["place.code"], name=op.f("fk_crop_plan_village_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_crop_plan")),
        sa.UniqueConstraint(
            "village_code", "category_id", "plan_year", name=op.f("uq_crop_plan_village_code_category_id_plan_year")
        ),
    )
    op.create_table(
        "bank_file",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("at", core.db.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_bank_file_person_id")),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.id"], name=op.f("fk_bank_file_supplier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_file")),
        sa.UniqueConstraint("supplier_id", "sha256", name=op.f("uq_bank_file_supplier_id_sha256")),
    )
    op.create_table(
        "purchase_price",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("price_fen_x100", sa.BigInteger(), nullable=False),
        sa.Column("basis_qty", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("at", core.db.Instant(timezone=True), nullable=False),
        sa.CheckConstraint("price_fen_x100 > 0 AND basis_qty > 0", name=op.f("ck_purchase_price_price")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_purchase_price_person_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_purchase_price_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchase_price")),
    )
    op.create_index(op.f("ix_purchase_price_product_id"), "purchase_price", ["product_id"], unique=False)
    op.create_table(
        "harvest_record",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("record_no", sa.String(length=24), nullable=False),
        sa.Column("client_key", sa.String(length=36), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("lot_id", sa.BigInteger(), nullable=False),
        sa.Column("origin_code", sa.String(length=12), nullable=False),
        sa.Column("harvested_on", sa.Date(), nullable=False),
        sa.Column("weighings", sa.String(length=200), nullable=False),
        sa.Column("qty", sa.BigInteger(), nullable=False),
        sa.Column("plot", sa.String(length=200), nullable=False),
        sa.Column("reverses_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("at", core.db.Instant(timezone=True), nullable=False),
        sa.CheckConstraint("(reverses_id IS NULL) = (reason = '')", name=op.f("ck_harvest_record_reversal_has_reason")),
        sa.CheckConstraint("qty <> 0 AND (qty > 0) = (reverses_id IS NULL)", name=op.f("ck_harvest_record_sign")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_harvest_record_lot_id")),
        sa.ForeignKeyConstraint(["origin_code"], ["place.code"], name=op.f("fk_harvest_record_origin_code")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_harvest_record_person_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_harvest_record_product_id")),
        sa.ForeignKeyConstraint(["reverses_id"], ["harvest_record.id"], name=op.f("fk_harvest_record_reverses_id")),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.id"], name=op.f("fk_harvest_record_supplier_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_harvest_record")),
        sa.UniqueConstraint("client_key", name=op.f("uq_harvest_record_client_key")),
        sa.UniqueConstraint("record_no", name=op.f("uq_harvest_record_record_no")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_harvest_record_reverses_id")),
    )
    op.create_index(op.f("ix_harvest_record_lot_id"), "harvest_record", ["lot_id"], unique=False)
    op.create_index(op.f("ix_harvest_record_supplier_id"), "harvest_record", ["supplier_id"], unique=False)
    op.create_table(
        "lot_balance",
        sa.Column("lot_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("origin_code", sa.String(length=12), nullable=False),
        sa.Column("harvested_on", sa.Date(), nullable=False),
        sa.Column(
            "source",
            sa.Enum(
                "purchase",
                "harvest",
                "dispatch",
                "opening",
                name="lotsource",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column(
            "base_unit",
            sa.Enum("g", "ml", "piece", name="baseunit", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("in_qty", sa.BigInteger(), nullable=False),
        sa.Column("eligible_qty", sa.BigInteger(), nullable=False),
        sa.Column("lost_qty", sa.BigInteger(), nullable=False),
        sa.Column("sold_qty", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("eligible_qty BETWEEN 0 AND in_qty", name=op.f("ck_lot_balance_eligible_part")),
        sa.CheckConstraint(
            "lost_qty >= 0 AND sold_qty >= 0 AND lost_qty + sold_qty <= in_qty",
            name=op.f("ck_lot_balance_never_oversold"),
        ),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_lot_balance_lot_id")),
        sa.ForeignKeyConstraint(["origin_code"], ["place.code"], name=op.f("fk_lot_balance_origin_code")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_lot_balance_product_id")),
        sa.PrimaryKeyConstraint("lot_id", name=op.f("pk_lot_balance")),
    )
    op.create_index(
        "ix_lot_balance_left",
        "lot_balance",
        ["product_id"],
        unique=False,
        postgresql_where=sa.text("lost_qty + sold_qty < in_qty"),
    )
    op.create_index(
        "uq_lot_balance_open",
        "lot_balance",
        ["product_id", "origin_code", "harvested_on"],
        unique=True,
        postgresql_where=sa.text("source = 'purchase'"),
    )
    op.create_table(
        "lot_loss",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("lot_id", sa.BigInteger(), nullable=False),
        sa.Column("qty", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("lost_on", sa.Date(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("at", core.db.Instant(timezone=True), nullable=False),
        sa.CheckConstraint("qty > 0", name=op.f("ck_lot_loss_qty")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_lot_loss_lot_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_lot_loss_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot_loss")),
    )
    op.create_index(op.f("ix_lot_loss_lot_id"), "lot_loss", ["lot_id"], unique=False)
    op.create_table(
        "lot_move",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("lot_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "bought",
                "harvested",
                "declared",
                "lost",
                "sold",
                name="lotmovekind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("qty", sa.BigInteger(), nullable=False),
        sa.Column("eligible_qty", sa.BigInteger(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("source", sa.String(length=24), nullable=False),
        sa.Column("source_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("at", core.db.Instant(timezone=True), nullable=False),
        sa.CheckConstraint("kind <> 'lost' OR reason <> ''", name=op.f("ck_lot_move_loss_has_reason")),
        sa.CheckConstraint("abs(eligible_qty) <= abs(qty)", name=op.f("ck_lot_move_eligible_part")),
        sa.CheckConstraint("qty <> 0", name=op.f("ck_lot_move_qty")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_lot_move_lot_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_lot_move_person_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_lot_move_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lot_move")),
        sa.UniqueConstraint(
            "source", "source_id", "kind", "lot_id", name=op.f("uq_lot_move_source_source_id_kind_lot_id")
        ),
    )
    op.create_index(op.f("ix_lot_move_lot_id"), "lot_move", ["lot_id"], unique=False)
    op.create_index("ix_lot_move_quarter", "lot_move", ["product_id", "happened_on"], unique=False)
    op.create_table(
        "purchase_note",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("note_no", sa.String(length=24), nullable=False),
        sa.Column("client_key", sa.String(length=36), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("household_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("lot_id", sa.BigInteger(), nullable=False),
        sa.Column("is_eligible", sa.Boolean(), nullable=False),
        sa.Column("harvested_on", sa.Date(), nullable=False),
        sa.Column("bought_on", sa.Date(), nullable=False),
        sa.Column("weighings", sa.String(length=200), nullable=False),
        sa.Column(
            "base_unit",
            sa.Enum("g", "ml", "piece", name="baseunit", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("qty", sa.BigInteger(), nullable=False),
        sa.Column("price_fen_x100", sa.BigInteger(), nullable=False),
        sa.Column("basis_qty", sa.BigInteger(), nullable=False),
        sa.Column("gross_fen", sa.BigInteger(), nullable=False),
        sa.Column("deduction_fen", sa.BigInteger(), nullable=False),
        sa.Column("deduction_reason", sa.String(length=200), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column(
            "pay_method",
            sa.Enum("bank", "cash", name="paymethod", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column(
            "signing",
            sa.Enum("screen", "paper", "sms", name="signing", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("signature_id", sa.BigInteger(), nullable=True),
        sa.Column("receipt_id", sa.BigInteger(), nullable=True),
        sa.Column("reverses_id", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("writer_id", sa.BigInteger(), nullable=False),
        sa.Column("written_at", core.db.Instant(timezone=True), nullable=False),
        sa.Column("received_at", core.db.Instant(timezone=True), nullable=False),
        sa.Column(
            "clock_trust",
            sa.Enum(
                "online",
                "trusted",
                "corrected",
                "doubtful",
                name="clocktrust",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.CheckConstraint("(reverses_id IS NULL) = (reason = '')", name=op.f("ck_purchase_note_reversal_has_reason")),
        sa.CheckConstraint(
            "deduction_fen = 0 OR deduction_reason <> ''", name=op.f("ck_purchase_note_deduction_has_reason")
        ),
        sa.CheckConstraint(
            "pay_method <> 'cash' OR receipt_id IS NOT NULL", name=op.f("ck_purchase_note_cash_has_receipt")
        ),
        sa.CheckConstraint("signing = 'sms' OR signature_id IS NOT NULL", name=op.f("ck_purchase_note_signed")),
        sa.CheckConstraint("(qty > 0) = (amount_fen > 0)", name=op.f("ck_purchase_note_amount_sign")),
        sa.CheckConstraint(
            "gross_fen - deduction_fen = amount_fen AND amount_fen <> 0", name=op.f("ck_purchase_note_sum")
        ),
        sa.CheckConstraint("price_fen_x100 > 0 AND basis_qty > 0", name=op.f("ck_purchase_note_price")),
        sa.CheckConstraint("qty <> 0 AND (qty > 0) = (reverses_id IS NULL)", name=op.f("ck_purchase_note_sign")),
        sa.CheckConstraint("written_at <= received_at", name=op.f("ck_purchase_note_not_from_the_future")),
        sa.ForeignKeyConstraint(["household_id"], ["household.id"], name=op.f("fk_purchase_note_household_id")),
        sa.ForeignKeyConstraint(["lot_id"], ["lot.id"], name=op.f("fk_purchase_note_lot_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_purchase_note_product_id")),
        sa.ForeignKeyConstraint(["receipt_id"], ["stored_file.id"], name=op.f("fk_purchase_note_receipt_id")),
        sa.ForeignKeyConstraint(["reverses_id"], ["purchase_note.id"], name=op.f("fk_purchase_note_reverses_id")),
        sa.ForeignKeyConstraint(["signature_id"], ["stored_file.id"], name=op.f("fk_purchase_note_signature_id")),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.id"], name=op.f("fk_purchase_note_supplier_id")),
        sa.ForeignKeyConstraint(["writer_id"], ["person.id"], name=op.f("fk_purchase_note_writer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_purchase_note")),
        sa.UniqueConstraint("client_key", name=op.f("uq_purchase_note_client_key")),
        sa.UniqueConstraint("note_no", name=op.f("uq_purchase_note_note_no")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_purchase_note_reverses_id")),
    )
    op.create_index(op.f("ix_purchase_note_household_id"), "purchase_note", ["household_id"], unique=False)
    op.create_index(op.f("ix_purchase_note_lot_id"), "purchase_note", ["lot_id"], unique=False)
    op.create_index("ix_purchase_note_product", "purchase_note", ["product_id", "bought_on"], unique=False)
    op.create_index("ix_purchase_note_supplier", "purchase_note", ["supplier_id", "id"], unique=False)
    op.create_table(
        "bank_row",
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("row_no", sa.Integer(), nullable=False),
        sa.Column("note_no", sa.String(length=60), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("serial", sa.String(length=60), nullable=False),
        sa.Column(
            "outcome",
            sa.Enum(
                "paid",
                "failed",
                "unknown",
                "differs",
                "already",
                name="paymentoutcome",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("note_id", sa.BigInteger(), nullable=True),
        sa.Column("said", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["bank_file.id"], name=op.f("fk_bank_row_file_id")),
        sa.ForeignKeyConstraint(["note_id"], ["purchase_note.id"], name=op.f("fk_bank_row_note_id")),
        sa.PrimaryKeyConstraint("file_id", "row_no", name=op.f("pk_bank_row")),
    )
    op.create_index(op.f("ix_bank_row_note_id"), "bank_row", ["note_id"], unique=False)
    op.create_table(
        "purchase_code",
        sa.Column("note_id", sa.BigInteger(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("sent_at", core.db.Instant(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["note_id"], ["purchase_note.id"], name=op.f("fk_purchase_code_note_id")),
        sa.PrimaryKeyConstraint("note_id", name=op.f("pk_purchase_code")),
    )
    op.create_table(
        "purchase_confirmation",
        sa.Column("note_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("at", core.db.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["note_id"], ["purchase_note.id"], name=op.f("fk_purchase_confirmation_note_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_purchase_confirmation_person_id")),
        sa.PrimaryKeyConstraint("note_id", name=op.f("pk_purchase_confirmation")),
    )
    op.create_table(
        "purchase_payment",
        sa.Column("note_id", sa.BigInteger(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("voucher", sa.String(length=200), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=True),
        sa.Column("at", core.db.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["bank_file.id"], name=op.f("fk_purchase_payment_file_id")),
        sa.ForeignKeyConstraint(["note_id"], ["purchase_note.id"], name=op.f("fk_purchase_payment_note_id")),
        sa.PrimaryKeyConstraint("note_id", name=op.f("pk_purchase_payment")),
    )

    protect(
        "lot_move", "harvest_record", "lot_loss", "purchase_price", "purchase_note", "purchase_confirmation",
        "bank_file", "bank_row", "purchase_payment",
    )  # fmt: skip
    for statement in OPENING:
        op.execute(statement)
    op.drop_constraint(op.f("ck_lot_household_share"), "lot")
    op.drop_column("lot", "household_share_bp")


def downgrade() -> None:
    raise NotImplementedError("facts are not unmade: restore a backup")
