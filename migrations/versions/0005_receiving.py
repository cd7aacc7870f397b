"""What receiving and paying need: papers seen, managers' taps, short closes, deductions, and no payer twice."""

import sqlalchemy as sa
from alembic import op

import core.db
from migrations.protect import protect

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

PAYER_GUARD = """
CREATE FUNCTION payer_did_nothing_before() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  clash boolean;
BEGIN
  IF TG_TABLE_NAME = 'transfer' THEN
    SELECT EXISTS (SELECT 1 FROM transfer_item i JOIN acceptance a ON a.id = i.acceptance_id
                   WHERE i.transfer_id = NEW.id AND NEW.declared_by_id IN
                   (a.orderer_id, a.first_signer_id, a.second_signer_id, a.approver_id, a.excess_agreed_by_id))
      INTO clash;
  ELSE
    SELECT EXISTS (SELECT 1 FROM transfer t JOIN acceptance a ON a.id = NEW.acceptance_id
                   WHERE t.id = NEW.transfer_id AND t.declared_by_id IN
                   (a.orderer_id, a.first_signer_id, a.second_signer_id, a.approver_id, a.excess_agreed_by_id))
      INTO clash;
  END IF;
  IF clash THEN
    RAISE EXCEPTION 'the payer ordered, approved or accepted what is paid' USING ERRCODE = 'XC002';
  END IF;
  RETURN NEW;
END $$
"""


def upgrade() -> None:
    papers()
    taps()
    op.create_table(
        "order_line_close",
        sa.Column("order_line_id", sa.BigInteger(), nullable=False),
        sa.Column("qty", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("at", core.db.Instant(timezone=True), nullable=False),
        sa.CheckConstraint("qty > 0", name=op.f("ck_order_line_close_qty")),
        sa.ForeignKeyConstraint(["order_line_id"], ["order_line.id"], name=op.f("fk_order_line_close_order_line_id")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_order_line_close_person_id")),
        sa.PrimaryKeyConstraint("order_line_id", name=op.f("pk_order_line_close")),
    )
    op.create_table(
        "deduction",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("acceptance_line_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("reverses_id", sa.BigInteger(), nullable=True),
        sa.Column("at", core.db.Instant(timezone=True), nullable=False),
        sa.CheckConstraint(
            "amount_fen <> 0 AND (amount_fen > 0) = (reverses_id IS NULL)", name=op.f("ck_deduction_sign")
        ),
        sa.CheckConstraint("kind IN ('dispute', 'credit_note')", name=op.f("ck_deduction_deductionkind")),
        sa.ForeignKeyConstraint(
            ["acceptance_line_id"], ["acceptance_line.id"], name=op.f("fk_deduction_acceptance_line_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_deduction_person_id")),
        sa.ForeignKeyConstraint(["reverses_id"], ["deduction.id"], name=op.f("fk_deduction_reverses_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deduction")),
        sa.UniqueConstraint("reverses_id", name=op.f("uq_deduction_reverses_id")),
    )
    op.create_index(op.f("ix_deduction_acceptance_line_id"), "deduction", ["acceptance_line_id"])
    protect("order_line_close", "deduction")
    guard_payers()


def text_column(name: str, length: int) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=False, server_default="")


def papers() -> None:
    for table in ("delivery_line", "acceptance_line"):
        op.add_column(table, text_column("inspection_no", 40))
        op.alter_column(table, "inspection_no", server_default=None)
    op.add_column("delivery_line", sa.Column("report_valid_to", sa.Date(), nullable=True))
    for name in ("commitment_no", "quarantine_no"):
        op.add_column("acceptance_line", text_column(name, 40))
        op.alter_column("acceptance_line", name, server_default=None)
    waived = sa.Column("commitment_waived", sa.Boolean(), nullable=False, server_default=sa.false())
    op.add_column("acceptance_line", waived)
    op.alter_column("acceptance_line", "commitment_waived", server_default=None)


def taps() -> None:
    people = {
        "acceptance_draft": ("excess_agreed_by_id", "waived_by_id"),
        "acceptance": ("approver_id", "excess_agreed_by_id", "waived_by_id"),
    }
    for table, columns in people.items():
        for name in columns:
            op.add_column(table, sa.Column(name, sa.BigInteger(), nullable=True))
            op.create_foreign_key(op.f(f"fk_{table}_{name}"), table, "person", [name], ["id"])
        op.add_column(table, text_column("waiver_reason", 200))
        op.alter_column(table, "waiver_reason", server_default=None)
    op.create_check_constraint(
        op.f("ck_acceptance_waiver_has_name_and_reason"),
        "acceptance",
        "(waived_by_id IS NULL) = (waiver_reason = '')",
    )
    op.create_check_constraint(
        op.f("ck_acceptance_excess_not_by_orderer"), "acceptance", "excess_agreed_by_id <> orderer_id"
    )


def guard_payers() -> None:
    op.execute(PAYER_GUARD)
    run = "FOR EACH ROW EXECUTE FUNCTION payer_did_nothing_before()"
    op.execute(
        "CREATE TRIGGER transfer_payer BEFORE INSERT OR UPDATE OF declared_by_id ON transfer"
        f" FOR EACH ROW WHEN (NEW.declared_by_id IS NOT NULL) {run.removeprefix('FOR EACH ROW ')}"
    )
    op.execute(f"CREATE TRIGGER transfer_item_payer BEFORE INSERT ON transfer_item {run}")


def downgrade() -> None:
    raise NotImplementedError("facts are not unmade: restore a backup")
