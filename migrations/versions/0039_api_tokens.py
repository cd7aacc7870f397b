"""What other programs hold and are told: tokens, web hooks, their messages, scale readings."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

import core.db
from migrations.protect import protect

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def instant(name: str, *, null: bool = False) -> sa.Column:
    return sa.Column(name, core.db.Instant(timezone=True), nullable=null)


def ref(name: str) -> sa.Column:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def row_id() -> sa.Column:
    return sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False)


def foreign(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{to}.id"], name=op.f(f"fk_{table}_{column}"))


def upgrade() -> None:
    _tokens()
    _hooks()
    _readings()


def _tokens() -> None:
    op.create_table(
        "api_token",
        row_id(),
        ref("organisation_id"),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("hint", sa.String(12), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("scopes", JSONB(), nullable=False),
        ref("created_by_id"),
        instant("created_at"),
        instant("expires_at"),
        instant("last_used_at", null=True),
        instant("revoked_at", null=True),
        sa.CheckConstraint("expires_at > created_at", name=op.f("ck_api_token_expires_later")),
        foreign("api_token", "organisation_id", "organisation"),
        foreign("api_token", "created_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("digest", name=op.f("uq_api_token_digest")),
    )
    op.create_index(op.f("ix_api_token_organisation_id"), "api_token", ["organisation_id"])
    op.create_table(
        "api_request_key",
        ref("token_id"),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("answer", JSONB(), nullable=True),
        instant("created_at"),
        foreign("api_request_key", "token_id", "api_token"),
        sa.PrimaryKeyConstraint("token_id", "key", name=op.f("pk_api_request_key")),
    )
    op.create_index(op.f("ix_api_request_key_created_at"), "api_request_key", ["created_at"])


def _hooks() -> None:
    op.create_table(
        "web_hook",
        row_id(),
        ref("organisation_id"),
        sa.Column("url", sa.String(300), nullable=False),
        sa.Column("events", JSONB(), nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("old_secret_sealed", sa.LargeBinary(), nullable=True),
        instant("old_until", null=True),
        ref("created_by_id"),
        instant("created_at"),
        instant("ended_at", null=True),
        foreign("web_hook", "organisation_id", "organisation"),
        foreign("web_hook", "created_by_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_web_hook")),
    )
    op.create_index(op.f("ix_web_hook_organisation_id"), "web_hook", ["organisation_id"])
    op.create_table(
        "hook_delivery",
        row_id(),
        ref("hook_id"),
        sa.Column("event", sa.String(40), nullable=False),
        sa.Column("message_no", sa.String(32), nullable=False),
        sa.Column("body", JSONB(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_status", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(200), nullable=False),
        instant("created_at"),
        instant("next_at", null=True),
        instant("done_at", null=True),
        sa.CheckConstraint("state IN ('waiting','delivered','given_up')", name=op.f("ck_hook_delivery_hookstate")),
        sa.CheckConstraint("(state = 'waiting') = (done_at IS NULL)", name=op.f("ck_hook_delivery_done_has_moment")),
        foreign("hook_delivery", "hook_id", "web_hook"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hook_delivery")),
    )
    op.create_index("ix_hook_delivery_hook", "hook_delivery", ["hook_id", "id"])


def _readings() -> None:
    op.create_table(
        "scale_reading",
        row_id(),
        ref("delivery_line_id"),
        ref("token_id"),
        sa.Column("scale", sa.String(40), nullable=False),
        sa.Column("weight", sa.BigInteger(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        instant("read_at"),
        instant("at"),
        sa.CheckConstraint("weight > 0", name=op.f("ck_scale_reading_weight")),
        sa.CheckConstraint("round > 0", name=op.f("ck_scale_reading_round")),
        foreign("scale_reading", "delivery_line_id", "delivery_line"),
        foreign("scale_reading", "token_id", "api_token"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scale_reading")),
    )
    op.create_index(op.f("ix_scale_reading_delivery_line_id"), "scale_reading", ["delivery_line_id"])
    protect("scale_reading")


def downgrade() -> None:
    raise NotImplementedError("facts are not unmade: restore a backup")
