"""Agreements in versions, and who agreed to them."""

import sqlalchemy as sa
from alembic import op

import core.db
from migrations.protect import protect

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "terms_version",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("user", "privacy", "rules", "sensitive", name="termskind", native_enum=False, create_constraint=True, length=32),
            nullable=False,
        ),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("change_note", sa.String(200), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=False),
        sa.Column("binds_on", sa.Date(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("at", core.db.Instant(timezone=True), nullable=False),
        sa.CheckConstraint("number >= 1 AND body <> ''", name=op.f("ck_terms_version_has_a_number_and_words")),
        sa.CheckConstraint(
            "binds_on >= published_on + CASE WHEN number = 1 THEN 0 ELSE 7 END",
            name=op.f("ck_terms_version_notice"),
        ),
        sa.CheckConstraint("number = 1 OR change_note <> ''", name=op.f("ck_terms_version_change_is_told")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_terms_version_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_terms_version")),
        sa.UniqueConstraint("kind", "number", name=op.f("uq_terms_version_kind_number")),
    )
    protect("terms_version")
    op.create_table(
        "terms_consent",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("version_id", sa.BigInteger(), nullable=False),
        sa.Column("is_given", sa.Boolean(), nullable=False),
        sa.Column("at", core.db.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_terms_consent_person_id")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["terms_version.id"], name=op.f("fk_terms_consent_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_terms_consent")),
    )
    op.create_index(
        "ix_terms_consent_newest", "terms_consent", ["person_id", "version_id", sa.text("id DESC")]
    )
    protect("terms_consent")


def downgrade() -> None:
    raise NotImplementedError("facts are not unmade: restore a backup")
