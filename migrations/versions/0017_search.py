"""Search: other names in versions, an index in PostgreSQL, demand, checks, and the measures of trade it ranks by."""

import csv
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR

from core.db import Instant
from migrations.protect import protect

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

SYNONYMS = Path(__file__).resolve().parents[2] / "data" / "synonyms.csv"


def upgrade() -> None:
    synonyms()
    index()
    demand()
    protect("search_synonym", "search_check")


def synonyms() -> None:
    table = op.create_table(
        "search_synonym",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("group_no", sa.Integer(), nullable=False),
        sa.Column("version_no", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Enum("same", "broad", name="synonymkind", native_enum=False, length=32,
                                  create_constraint=True), nullable=False),
        sa.Column("head", sa.String(20), nullable=False),
        sa.Column("words", sa.String(400), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("author_id", sa.BigInteger()),
        sa.Column("created_at", Instant(timezone=True), nullable=False),
        sa.CheckConstraint("(kind = 'broad') = (head <> '')", name=op.f("ck_search_synonym_broad_has_head")),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_search_synonym_author_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_synonym")),
        sa.UniqueConstraint("group_no", "version_no", name=op.f("uq_search_synonym_group_no_version_no")),
    )  # fmt: skip
    with SYNONYMS.open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    shared = {"version_no": 1, "is_active": True, "reason": "", "created_at": datetime(2026, 1, 1, tzinfo=UTC)}
    op.bulk_insert(table, [{**shared, **row, "group_no": number} for number, row in enumerate(rows, 1)])


def index() -> None:
    op.create_table(
        "search_generation",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("digest", sa.String(12), nullable=False),
        sa.Column("words", JSONB(), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("created_at", Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_generation")),
    )
    op.create_index("uq_search_generation_current", "search_generation", ["is_current"], unique=True,
                    postgresql_where=sa.text("is_current"))  # fmt: skip
    op.create_table(
        "search_document",
        sa.Column("generation_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("tokens", TSVECTOR(), nullable=False),
        sa.ForeignKeyConstraint(["generation_id"], ["search_generation.id"],
                                name=op.f("fk_search_document_generation_id")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_search_document_product_id")),
        sa.PrimaryKeyConstraint("generation_id", "product_id", name=op.f("pk_search_document")),
    )  # fmt: skip
    op.create_index("ix_search_document_tokens", "search_document", ["tokens"], postgresql_using="gin")
    op.create_table(
        "search_check",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("missing", sa.Integer(), nullable=False),
        sa.Column("extra", sa.Integer(), nullable=False),
        sa.Column("behind", sa.Integer(), nullable=False),
        sa.Column("other_words", sa.Boolean(), nullable=False),
        sa.Column("at", Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_check")),
    )


def demand() -> None:
    op.create_table(
        "search_demand",
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("word", sa.String(20), nullable=False),
        sa.Column("visitors", sa.Integer(), nullable=False),
        sa.CheckConstraint("visitors > 0", name=op.f("ck_search_demand_visitors")),
        sa.PrimaryKeyConstraint("on", "word", name=op.f("pk_search_demand")),
    )
    op.create_table(
        "search_block",
        sa.Column("word", sa.String(20), nullable=False),
        sa.Column("author_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["person.id"], name=op.f("fk_search_block_author_id")),
        sa.PrimaryKeyConstraint("word", name=op.f("pk_search_block")),
    )
    op.create_table(
        "supplier_service",
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("votes", sa.Integer(), nullable=False),
        sa.Column("kept", sa.Integer(), nullable=False),
        sa.Column("rate_bp", sa.Integer(), nullable=False),
        sa.Column("computed_at", Instant(timezone=True), nullable=False),
        sa.CheckConstraint("kept >= 0 AND kept <= votes", name=op.f("ck_supplier_service_votes")),
        sa.CheckConstraint("rate_bp BETWEEN 0 AND 10000", name=op.f("ck_supplier_service_rate")),
        sa.ForeignKeyConstraint(["supplier_id"], ["supplier.id"], name=op.f("fk_supplier_service_supplier_id")),
        sa.PrimaryKeyConstraint("supplier_id", name=op.f("pk_supplier_service")),
    )
    op.create_table(
        "product_demand",
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("buyers", sa.Integer(), nullable=False),
        sa.Column("computed_at", Instant(timezone=True), nullable=False),
        sa.CheckConstraint("buyers > 0", name=op.f("ck_product_demand_buyers")),
        sa.ForeignKeyConstraint(["product_id"], ["product.id"], name=op.f("fk_product_demand_product_id")),
        sa.PrimaryKeyConstraint("product_id", name=op.f("pk_product_demand")),
    )


def downgrade() -> None:
    raise NotImplementedError("facts are not unmade: restore a backup")
