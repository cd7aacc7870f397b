"""Goods in full: revisions, price jumps, tiers, pre-sale, seasons, proofs, watched words, reference prices, reasons."""

import csv
from datetime import UTC, date, datetime
from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import core.db
from migrations.protect import protect

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

DATA = Path(__file__).resolve().parents[2] / "data"
FOOD_LAW = "中华人民共和国食品安全法"
SCHOOL_RULE = "学校食品安全与营养健康管理规定"
MOVES = ("receive", "adjust", "reserve", "release", "ship", "return", "loss", "issue")


def upgrade() -> None:
    reference_tables()
    revision_tables()
    offer_tables()
    columns()
    protect("reference_import", "reference_price", "offer_tier")
    words()
    goods_of_the_forest()


def reference_tables() -> None:
    op.create_table(
        "reference_import",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("known", sa.Integer(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=False),
        sa.Column("at", core.db.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_id"], ["person.id"], name=op.f("fk_reference_import_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reference_import")),
    )
    op.create_table(
        "watched_word",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("health_claim", "protected", name="wordkind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("word", sa.String(length=30), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("author_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", core.db.Instant(timezone=True), nullable=False),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to >= valid_from - 1", name=op.f("ck_watched_word_ends_after_start")
        ),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_watched_word_author_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watched_word")),
    )
    op.create_index(
        op.f("ix_watched_word_kind_word"),
        "watched_word",
        ["kind", "word"],
        unique=True,
        postgresql_where=sa.text("valid_to IS NULL"),
    )
    op.create_table(
        "reference_price",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("category_id", sa.BigInteger(), nullable=False),
        sa.Column("area", sa.String(length=6), nullable=False),
        sa.Column("price_fen_x100", sa.BigInteger(), nullable=False),
        sa.Column("basis_qty", sa.BigInteger(), nullable=False),
        sa.Column(
            "base_unit",
            sa.Enum("g", "ml", "piece", name="baseunit", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("priced_on", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=100), nullable=False),
        sa.Column("import_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", core.db.Instant(timezone=True), nullable=False),
        sa.CheckConstraint("price_fen_x100 > 0 AND basis_qty > 0", name=op.f("ck_reference_price_price")),
        sa.ForeignKeyConstraint(["category_id"], ["category.id"], name=op.f("fk_reference_price_category_id")),
        sa.ForeignKeyConstraint(["import_id"], ["reference_import.id"], name=op.f("fk_reference_price_import_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reference_price")),
        sa.UniqueConstraint(
            "category_id",
            "area",
            "priced_on",
            "source",
            "base_unit",
            name=op.f("uq_reference_price_category_id_area_priced_on_source_base_unit"),
        ),
    )
    op.create_index(
        "ix_reference_price_newest", "reference_price", ["category_id", "base_unit", "priced_on"], unique=False
    )


def revision_tables() -> None:
    op.create_table(
        "product_proof",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("issuer", sa.String(length=200), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=True),
        sa.Column("is_withdrawn", sa.Boolean(), nullable=False),
        sa.Column("created_at", core.db.Instant(timezone=True), nullable=False),
        sa.CheckConstraint("valid_to >= valid_from", name=op.f("ck_product_proof_ends_after_start")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_product_proof_file_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_product_proof_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_proof")),
        sa.UniqueConstraint("product_id", "number", name=op.f("uq_product_proof_product_id_number")),
    )
    op.create_index(op.f("ix_product_proof_product_id"), "product_proof", ["product_id"], unique=False)
    op.create_table(
        "product_revision",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "draft",
                "origin_check",
                "content_check",
                "approved",
                "returned",
                "dropped",
                name="revisionstate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        sa.Column("before", postgresql.JSONB(), nullable=False),
        sa.Column("origin_changed", sa.Boolean(), nullable=False),
        sa.Column("town_code", sa.String(length=9), nullable=False),
        sa.Column("state_reason", sa.String(length=200), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", core.db.Instant(timezone=True), nullable=False),
        sa.Column("submitted_at", core.db.Instant(timezone=True), nullable=True),
        sa.Column("origin_confirmed_by_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", core.db.Instant(timezone=True), nullable=True),
        sa.CheckConstraint(
            "origin_confirmed_by_id <> decided_by_id OR state <> 'approved'",
            name=op.f("ck_product_revision_two_checkers"),
        ),
        sa.CheckConstraint(
            "state <> 'approved' OR NOT origin_changed OR origin_confirmed_by_id IS NOT NULL",
            name=op.f("ck_product_revision_origin_checked"),
        ),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_product_revision_author_id")),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_product_revision_decided_by_id")),
        sa.ForeignKeyConstraint(
            ["origin_confirmed_by_id"], ["person.id"], name=op.f("fk_product_revision_origin_confirmed_by_id")
        ),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_product_revision_product_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_revision")),
    )
    op.create_index("ix_product_revision_product", "product_revision", ["product_id", "id"], unique=False)
    op.create_index(
        "ix_product_revision_waiting",
        "product_revision",
        ["state", "submitted_at"],
        unique=False,
        postgresql_where=sa.text("state IN ('draft', 'origin_check', 'content_check', 'returned')"),
    )
    op.create_index(
        "uq_product_revision_open",
        "product_revision",
        ["product_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('draft', 'origin_check', 'content_check', 'returned')"),
    )
    op.create_table(
        "product_season",
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("first_month", sa.Integer(), nullable=False),
        sa.Column("last_month", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=20), nullable=False),
        sa.CheckConstraint(
            "first_month BETWEEN 1 AND 12 AND last_month BETWEEN 1 AND 12", name=op.f("ck_product_season_months")
        ),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_product_season_product_id")),
        sa.PrimaryKeyConstraint("product_id", "position", name=op.f("pk_product_season")),
    )


def offer_tables() -> None:
    op.create_table(
        "offer_tier",
        sa.Column("offer_version_id", sa.BigInteger(), nullable=False),
        sa.Column("from_packs", sa.Integer(), nullable=False),
        sa.Column("price_fen_x100", sa.BigInteger(), nullable=False),
        sa.Column("pack_price_fen", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "from_packs > 1 AND price_fen_x100 > 0 AND pack_price_fen > 0", name=op.f("ck_offer_tier_tier")
        ),
        sa.ForeignKeyConstraint(
            ["offer_version_id"], ["offer_version.id"], name=op.f("fk_offer_tier_offer_version_id")
        ),
        sa.PrimaryKeyConstraint("offer_version_id", "from_packs", name=op.f("pk_offer_tier")),
    )
    op.create_table(
        "price_change",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("offer_id", sa.BigInteger(), nullable=False),
        sa.Column("base_version_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "waiting",
                "approved",
                "returned",
                "withdrawn",
                name="pricechangestate",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("price_fen_x100", sa.BigInteger(), nullable=False),
        sa.Column("pack_price_fen", sa.BigInteger(), nullable=False),
        sa.Column("low_fen", sa.BigInteger(), nullable=False),
        sa.Column("high_fen", sa.BigInteger(), nullable=False),
        sa.Column("terms", postgresql.JSONB(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("asked_by_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", core.db.Instant(timezone=True), nullable=False),
        sa.Column("decided_by_id", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", core.db.Instant(timezone=True), nullable=True),
        sa.Column("decision", sa.String(length=200), nullable=False),
        sa.CheckConstraint("reason <> ''", name=op.f("ck_price_change_has_reason")),
        sa.CheckConstraint(
            "pack_price_fen > 0 AND low_fen > 0 AND high_fen >= low_fen", name=op.f("ck_price_change_prices")
        ),
        sa.ForeignKeyConstraint(["asked_by_id"], ["person.id"], name=op.f("fk_price_change_asked_by_id")),
        sa.ForeignKeyConstraint(
            ["base_version_id"], ["offer_version.id"], name=op.f("fk_price_change_base_version_id")
        ),
        sa.ForeignKeyConstraint(["decided_by_id"], ["person.id"], name=op.f("fk_price_change_decided_by_id")),
        sa.ForeignKeyConstraint(["offer_id"], ["offer.id"], name=op.f("fk_price_change_offer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_price_change")),
    )
    op.create_index(op.f("ix_price_change_offer_id"), "price_change", ["offer_id"], unique=False)
    op.create_index(
        "ix_price_change_queue",
        "price_change",
        ["asked_at"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index(
        "uq_price_change_waiting",
        "price_change",
        ["offer_id"],
        unique=True,
        postgresql_where=sa.text("state = 'waiting'"),
    )


def filled(table: str, name: str, kind: sa.types.TypeEngine[object], start: object) -> None:
    """A column that old rows get `start` in, and new rows have to name."""
    op.add_column(table, sa.Column(name, kind, nullable=False, server_default=sa.literal(start)))
    op.alter_column(table, name, server_default=None)


def columns() -> None:
    for table, name in (("category", "needs_proof"), ("category", "is_closed"), ("category_restriction", "only_wild"),
                        ("product", "is_wild"), ("product", "needs_proof")):  # fmt: skip
        filled(table, name, sa.Boolean(), False)
    for table, name, length in (("product_picture", "alt", 60), ("stock_move", "reason", 200)):
        filled(table, name, sa.String(length), "")
    filled("offer_version", "invoice_kind", sa.String(32), "ordinary")
    for table, name in (
        ("offer_version", "ships_from"),
        ("offer_version", "presale_until"),
        ("order_line", "ships_from"),
    ):
        op.add_column(table, sa.Column(name, sa.Date(), nullable=True))
    op.add_column("offer", sa.Column("stopped_at", core.db.Instant(timezone=True), nullable=True))
    op.add_column("product", sa.Column("own_code", sa.String(40), nullable=True))
    for table, name in (("category_restriction", "author_id"), ("stock_move", "person_id")):
        op.add_column(table, sa.Column(name, sa.BigInteger(), nullable=True))
        op.create_foreign_key(op.f(f"fk_{table}_{name}"), table, "person", [name], ["id"])
    op.alter_column("category_restriction", "category_id", existing_type=sa.BigInteger(), nullable=True)
    op.create_unique_constraint(op.f("uq_product_supplier_id_own_code"), "product", ["supplier_id", "own_code"])
    op.create_index("ix_product_desk", "product", ["supplier_id", "updated_at"])
    op.create_index("ix_product_waiting", "product", ["state", "updated_at"])
    op.create_index("ix_stock_move_newest", "stock_move", ["offer_id", "id"])
    checks()


def checks() -> None:
    ends = "valid_to IS NULL OR valid_to >= valid_from - 1"
    special, before = (
        "tax_mode <> 'exempt' OR invoice_kind <> 'special'",
        "presale_until IS NULL OR presale_until < ships_from",
    )
    for table, name, condition in (
        ("category_restriction", "about_something", "category_id IS NOT NULL OR only_wild"),
        ("category_restriction", "ends_after_start", ends),
        ("offer_version", "invoicekind", "invoice_kind IN ('ordinary', 'special', 'proxy')"),
        ("offer_version", "special_has_rate", special),
        ("offer_version", "presale_ends_before", before),
    ):
        op.create_check_constraint(op.f(f"ck_{table}_{name}"), table, condition)
    op.drop_constraint(op.f("ck_stock_move_stockmovekind"), "stock_move", type_="check")
    kinds = ", ".join(f"'{kind}'" for kind in MOVES)
    op.create_check_constraint(op.f("ck_stock_move_stockmovekind"), "stock_move", f"kind IN ({kinds})")


def words() -> None:
    """The shipped lists; the operator ends words and adds others."""
    table = sa.table("watched_word", *map(sa.column, ("kind", "word", "source", "valid_from", "created_at")))
    found = [("health_claim", row["word"], FOOD_LAW) for row in rows("health_claims.csv")]
    found += [("protected", row["word"], row["source"]) for row in rows("protected_species.csv")]
    since, now = date(2021, 1, 1), datetime.now(UTC)
    op.bulk_insert(
        table,
        [
            {"kind": kind, "word": word, "source": source, "valid_from": since, "created_at": now}
            for kind, word, source in found
        ],
    )


def goods_of_the_forest() -> None:
    """Forest frog oil, sold with a proof only; wild fungi, whatever leaf they are of, are not for schools."""
    op.execute(
        "INSERT INTO category (code, name, parent_id, position, is_leaf, is_ingredient, is_wild, needs_commitment,"
        " needs_quarantine, licence, art, aliases, needs_proof, is_closed) SELECT 'herb-frog', '林蛙油', id, 900, true,"
        " false, false, false, false, '', 'produce', '雪蛤油 哈什蚂油', true, false FROM category WHERE code = 'herb'"
    )
    for kind in ("school", "kindergarten"):
        op.get_bind().execute(
            sa.text(
                "INSERT INTO category_restriction (category_id, only_wild, canteen_kind, document, valid_from)"
                " SELECT id, true, :kind, :document, '2019-04-01' FROM category WHERE code = 'fungi'"
            ),
            {"kind": kind, "document": SCHOOL_RULE},
        )


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


def downgrade() -> None:
    raise NotImplementedError("facts are not unmade: restore a backup")
