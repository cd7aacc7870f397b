"""Suppliers' accounts by cause and their monthly statements, which stay as they were issued."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import core.db
from migrations.protect import protect

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

# What a statement says never changes; a closed one changes in nothing. Rows are only added while it is being issued.
KEEP = """
CREATE FUNCTION keep_bill() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR OLD.state = 'closed'
     OR (NEW.supplier_id, NEW.month_on, NEW.bill_no, NEW.opening_fen, NEW.closing_fen, NEW.sums, NEW.fee_bp,
         NEW.issued_at)
        IS DISTINCT FROM
        (OLD.supplier_id, OLD.month_on, OLD.bill_no, OLD.opening_fen, OLD.closing_fen, OLD.sums, OLD.fee_bp,
         OLD.issued_at) THEN
    RAISE EXCEPTION 'a statement stays as it was issued' USING ERRCODE = 'XC001';
  END IF;
  RETURN NEW;
END $$
"""
KEEP_ROWS = """
CREATE FUNCTION keep_bill_rows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT xmin::text::bigint FROM supplier_bill WHERE id = NEW.bill_id) <> (txid_current() & 4294967295) THEN
    RAISE EXCEPTION 'a statement has all its rows when it is issued' USING ERRCODE = 'XC001';
  END IF;
  RETURN NEW;
END $$
"""


def upgrade() -> None:
    op.create_table('supplier_bill',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('bill_no', sa.String(length=24), nullable=False),
    sa.Column('supplier_id', sa.BigInteger(), nullable=False),
    sa.Column('month_on', sa.Date(), nullable=False),
    sa.Column('state', sa.Enum('issued', 'objected', 'checked', 'closed', name='billstate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('opening_fen', sa.BigInteger(), nullable=False),
    sa.Column('closing_fen', sa.BigInteger(), nullable=False),
    sa.Column('sums', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('fee_bp', sa.Integer(), nullable=False),
    sa.Column('issued_at', core.db.Instant(timezone=True), nullable=False),
    sa.Column('checked_by_id', sa.BigInteger(), nullable=True),
    sa.Column('checked_at', core.db.Instant(timezone=True), nullable=True),
    sa.Column('closed_by_id', sa.BigInteger(), nullable=True),
    sa.Column('closed_at', core.db.Instant(timezone=True), nullable=True),
    sa.Column('note', sa.String(length=200), nullable=False),
    sa.CheckConstraint("state <> 'closed' OR (closed_by_id IS NOT NULL AND closed_by_id <> checked_by_id)", name=op.f('ck_supplier_bill_closed_by_another')),
    sa.CheckConstraint("state NOT IN ('checked','closed') OR checked_by_id IS NOT NULL", name=op.f('ck_supplier_bill_checked_by_one')),
    sa.CheckConstraint('extract(day FROM month_on) = 1', name=op.f('ck_supplier_bill_month')),
    sa.ForeignKeyConstraint(['checked_by_id'], ['person.id'], name=op.f('fk_supplier_bill_checked_by_id')),
    sa.ForeignKeyConstraint(['closed_by_id'], ['person.id'], name=op.f('fk_supplier_bill_closed_by_id')),
    sa.ForeignKeyConstraint(['supplier_id'], ['supplier.id'], name=op.f('fk_supplier_bill_supplier_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_supplier_bill')),
    sa.UniqueConstraint('bill_no', name=op.f('uq_supplier_bill_bill_no')),
    sa.UniqueConstraint('supplier_id', 'month_on', name=op.f('uq_supplier_bill_supplier_id_month_on'))
    )
    op.create_index(op.f('ix_supplier_bill_month_on'), 'supplier_bill', ['month_on'], unique=False)
    op.create_table('supplier_entry',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('supplier_id', sa.BigInteger(), nullable=False),
    sa.Column('buyer_id', sa.BigInteger(), nullable=True),
    sa.Column('cause', sa.Enum('goods', 'freight', 'discount', 'credit_note', 'refund', 'correction', 'received_bank', 'received_provider', 'fee', 'service_fee', name='entrycause', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('tx_id', sa.BigInteger(), nullable=True),
    sa.Column('document_no', sa.String(length=64), nullable=False),
    sa.Column('occurred_on', sa.Date(), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.CheckConstraint("tx_id IS NOT NULL OR cause = 'service_fee'", name=op.f('ck_supplier_entry_has_source')),
    sa.CheckConstraint('amount_fen <> 0', name=op.f('ck_supplier_entry_amount')),
    sa.ForeignKeyConstraint(['buyer_id'], ['organisation.id'], name=op.f('fk_supplier_entry_buyer_id')),
    sa.ForeignKeyConstraint(['supplier_id'], ['supplier.id'], name=op.f('fk_supplier_entry_supplier_id')),
    sa.ForeignKeyConstraint(['tx_id'], ['book_tx.id'], name=op.f('fk_supplier_entry_tx_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_supplier_entry')),
    sa.UniqueConstraint('tx_id', 'cause', name=op.f('uq_supplier_entry_tx_id_cause'))
    )
    op.create_index('ix_supplier_entry_supplier', 'supplier_entry', ['supplier_id', 'occurred_on'], unique=False)
    op.create_table('supplier_bill_entry',
    sa.Column('entry_id', sa.BigInteger(), nullable=False),
    sa.Column('bill_id', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['bill_id'], ['supplier_bill.id'], name=op.f('fk_supplier_bill_entry_bill_id')),
    sa.ForeignKeyConstraint(['entry_id'], ['supplier_entry.id'], name=op.f('fk_supplier_bill_entry_entry_id')),
    sa.PrimaryKeyConstraint('entry_id', name=op.f('pk_supplier_bill_entry'))
    )
    op.create_index(op.f('ix_supplier_bill_entry_bill_id'), 'supplier_bill_entry', ['bill_id'], unique=False)
    protect("supplier_entry", "supplier_bill_entry")
    op.execute(KEEP)
    op.execute(
        "CREATE TRIGGER supplier_bill_kept BEFORE UPDATE OR DELETE ON supplier_bill "
        "FOR EACH ROW EXECUTE FUNCTION keep_bill()"
    )
    op.execute(KEEP_ROWS)
    op.execute(
        "CREATE TRIGGER supplier_bill_entry_kept BEFORE INSERT ON supplier_bill_entry "
        "FOR EACH ROW EXECUTE FUNCTION keep_bill_rows()"
    )


def downgrade() -> None:
    raise NotImplementedError("facts are not unmade: restore a backup")
