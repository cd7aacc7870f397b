"""Bills of the provider, exceptions, notices; a payee that is the order's own supplier."""

import sqlalchemy as sa
from alembic import op

import core.db
from migrations.protect import protect

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

INSTANT = core.db.Instant(timezone=True)
ACCOUNTS = "'receivable','payable','clearing','refund','fee','suspense'"
NO_PLATFORM = """
CREATE FUNCTION refuse_platform_as_seller() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT kind FROM organisation WHERE id = NEW.organisation_id) = 'platform' THEN
    RAISE EXCEPTION 'the platform takes no money for goods' USING ERRCODE = 'XC003';
  END IF;
  RETURN NEW;
END $$
"""


def upgrade() -> None:
    payees()
    bills()
    exceptions()
    notices()


def payees() -> None:
    op.execute("ALTER TABLE book_posting DROP CONSTRAINT ck_book_posting_account")
    op.create_check_constraint(op.f("ck_book_posting_account"), "book_posting", f"account IN ({ACCOUNTS})")
    for table in ("purchase_order", "merchant_account"):
        op.create_unique_constraint(op.f(f"uq_{table}_id_supplier_id"), table, ["id", "supplier_id"])
    op.add_column("payment_intent", sa.Column("supplier_id", sa.BigInteger(), nullable=True))
    op.execute(
        "UPDATE payment_intent i SET supplier_id = o.supplier_id FROM purchase_order o WHERE o.id = i.order_id"
    )
    op.alter_column("payment_intent", "supplier_id", nullable=False)
    op.create_foreign_key(
        "fk_payment_intent_order_supplier",
        *("payment_intent", "purchase_order"),
        *(["order_id", "supplier_id"], ["id", "supplier_id"]),
    )
    op.create_foreign_key(
        "fk_payment_intent_payee",
        *("payment_intent", "merchant_account"),
        *(["merchant_account_id", "supplier_id"], ["id", "supplier_id"]),
    )
    op.create_index(op.f("ix_payment_intent_merchant_account_id"), "payment_intent", ["merchant_account_id"])
    op.create_index(
        *("uq_merchant_account_seller", "merchant_account", ["provider", "seller_id"]),
        unique=True,
        postgresql_where=sa.text("is_active"),
    )
    op.execute(NO_PLATFORM)
    op.execute(
        "CREATE TRIGGER supplier_no_platform BEFORE INSERT OR UPDATE OF organisation_id ON supplier "
        "FOR EACH ROW EXECUTE FUNCTION refuse_platform_as_seller()"
    )


def bills() -> None:
    op.create_table(
        "provider_bill",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("merchant_account_id", sa.BigInteger(), nullable=False),
        sa.Column("day_on", sa.Date(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("fetched_at", INSTANT, nullable=False),
        sa.Column("compared_at", INSTANT, nullable=True),
        _key("provider_bill", "merchant_account"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_bill")),
        sa.UniqueConstraint(
            "merchant_account_id", "day_on", name=op.f("uq_provider_bill_merchant_account_id_day_on")
        ),
    )
    op.create_index(op.f("ix_provider_bill_day_on"), "provider_bill", ["day_on"])
    op.create_table(
        "provider_bill_line",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("bill_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", _one_of("rowkind", "payment", "refund"), nullable=False),
        *(sa.Column(name, sa.String(64), nullable=False) for name in ("payment_no", "provider_no", "refund_no")),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("amount_fen", "fee_fen")),
        sa.Column("happened_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["bill_id"], ["provider_bill.id"], name=op.f("fk_provider_bill_line_bill_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_bill_line")),
    )
    op.create_index(op.f("ix_provider_bill_line_bill_id"), "provider_bill_line", ["bill_id"])
    op.create_index("ix_provider_bill_line_number", "provider_bill_line", ["payment_no", "kind", "refund_no"])
    protect("provider_bill_line")


def exceptions() -> None:
    kinds = "remote_only local_only amount status duplicate fee unknown day_cut contradiction refund_failed"
    ends = "found_paid found_closed found_refunded provider_error our_error settled_outside no_loss"
    links = {"bill": "provider_bill", "line": "provider_bill_line", "intent": "payment_intent", "refund": "refund"}
    links |= {"event": "provider_event", "owner": "person", "proposed_by": "person", "closed_by": "person"}
    op.create_table(
        "payment_exception",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("kind", _one_of("exceptionkind", *kinds.split()), nullable=False),
        sa.Column("state", _one_of("exceptionstate", *"open carried proposed closed healed".split()), nullable=False),
        *(sa.Column(f"{name}_id", sa.BigInteger(), nullable=True) for name in links),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("ours_fen", "theirs_fen")),
        sa.Column("found_at", INSTANT, nullable=False),
        sa.Column("note", sa.String(200), nullable=False),
        sa.Column("resolution", _one_of("resolution", *ends.split()), nullable=True),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "closed_by_id IS NULL OR proposed_by_id IS NOT NULL",
            name=op.f("ck_payment_exception_closed_after_proposal"),
        ),
        sa.CheckConstraint(
            "kind <> 'contradiction' OR state <> 'closed' OR closed_by_id <> proposed_by_id",
            name=op.f("ck_payment_exception_two_persons"),
        ),
        *(
            sa.ForeignKeyConstraint([f"{name}_id"], [f"{to}.id"], name=op.f(f"fk_payment_exception_{name}_id"))
            for name, to in links.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_exception")),
        sa.UniqueConstraint("key", name=op.f("uq_payment_exception_key")),
    )
    for name in ("bill", "intent"):
        op.create_index(op.f(f"ix_payment_exception_{name}_id"), "payment_exception", [f"{name}_id"])
    op.create_index(
        *("ix_payment_exception_open", "payment_exception", ["found_at"]),
        postgresql_where=sa.text("state IN ('open','proposed')"),
    )


def notices() -> None:
    op.create_table(
        "payment_notice",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("refund_id", sa.BigInteger(), nullable=False),
        sa.Column("audience", sa.String(12), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("seen_at", INSTANT, nullable=True),
        sa.CheckConstraint("audience IN ('buyer','finance')", name=op.f("ck_payment_notice_audience")),
        sa.CheckConstraint(
            "(audience = 'buyer') = (person_id IS NOT NULL)", name=op.f("ck_payment_notice_buyer_named")
        ),
        _key("payment_notice", "refund"),
        _key("payment_notice", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_notice")),
        sa.UniqueConstraint("refund_id", "audience", name=op.f("uq_payment_notice_refund_id_audience")),
    )
    op.create_index(
        *("ix_payment_notice_unseen", "payment_notice", ["person_id"]), postgresql_where=sa.text("seen_at IS NULL")
    )


def _key(table: str, to: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([f"{to}_id"], [f"{to}.id"], name=op.f(f"fk_{table}_{to}_id"))


def _one_of(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def downgrade() -> None:
    raise NotImplementedError("facts are not unmade: restore a backup")
