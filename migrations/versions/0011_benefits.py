"""The ledger of benefits to households, its events, and the linkage score in versions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import core.db
from migrations.protect import protect

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None

MODES = ("purchase", "wage", "dividend", "guaranteed", "land_rent", "custody", "processing")
# Who paid whom for what never changes, nor does a voucher once it is there; only where the claim stands does.
KEEP_PAYMENT = """
CREATE FUNCTION keep_payment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' OR (NEW.kind, NEW.supplier_id, NEW.household_id, NEW.village_code, NEW.amount_fen, NEW.earned_on,
      NEW.source_kind, NEW.source_id, NEW.created_at)
    IS DISTINCT FROM (OLD.kind, OLD.supplier_id, OLD.household_id, OLD.village_code, OLD.amount_fen, OLD.earned_on,
      OLD.source_kind, OLD.source_id, OLD.created_at)
    OR (NEW.lot_id, NEW.quantity_g) IS DISTINCT FROM (OLD.lot_id, OLD.quantity_g)
    OR (OLD.paid_on IS NOT NULL AND (NEW.paid_on, NEW.voucher, NEW.method) IS DISTINCT FROM
        (OLD.paid_on, OLD.voucher, OLD.method))
    OR (OLD.state = 'void' AND NEW.state <> 'void')
  THEN
    RAISE EXCEPTION 'a payment to a household is a fact' USING ERRCODE = 'XC001';
  END IF;
  RETURN NEW;
END $$
"""


def upgrade() -> None:
    op.create_table('linkage_score',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('supplier_id', sa.BigInteger(), nullable=False),
    sa.Column('quarter', sa.String(length=6), nullable=False),
    sa.Column('version_no', sa.Integer(), nullable=False),
    sa.Column('score', sa.Integer(), nullable=False),
    sa.Column('rank', sa.Integer(), nullable=False),
    sa.Column('verified_fen', sa.BigInteger(), nullable=False),
    sa.Column('households', sa.Integer(), nullable=False),
    sa.Column('is_preferred', sa.Boolean(), nullable=False),
    sa.Column('is_provisional', sa.Boolean(), nullable=False),
    sa.Column('inputs', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('inputs_hash', sa.String(length=64), nullable=False),
    sa.Column('created_at', core.db.Instant(timezone=True), nullable=False),
    sa.CheckConstraint("quarter ~ '^[0-9]{4}Q[1-4]$'", name=op.f('ck_linkage_score_quarter')),
    sa.CheckConstraint('score BETWEEN 0 AND 10000', name=op.f('ck_linkage_score_score')),
    sa.CheckConstraint('verified_fen >= 0 AND households >= 0 AND rank >= 1', name=op.f('ck_linkage_score_not_negative')),
    sa.ForeignKeyConstraint(['supplier_id'], ['supplier.id'], name=op.f('fk_linkage_score_supplier_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_linkage_score')),
    sa.UniqueConstraint('supplier_id', 'quarter', 'version_no', name=op.f('uq_linkage_score_supplier_id_quarter_version_no'))
    )
    op.create_index('ix_linkage_score_quarter', 'linkage_score', ['quarter'], unique=False)
    op.create_table('household_benefit',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('kind', sa.Enum('purchase', 'wage', 'dividend', 'land_rent', 'custody', 'processing', 'other', name='benefitkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('supplier_id', sa.BigInteger(), nullable=False),
    sa.Column('household_id', sa.BigInteger(), nullable=False),
    sa.Column('village_code', sa.String(length=12), nullable=False),
    sa.Column('agreement_id', sa.BigInteger(), nullable=True),
    sa.Column('lot_id', sa.BigInteger(), nullable=True),
    sa.Column('category_id', sa.BigInteger(), nullable=True),
    sa.Column('quantity_g', sa.BigInteger(), nullable=True),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('earned_on', sa.Date(), nullable=False),
    sa.Column('paid_on', sa.Date(), nullable=True),
    sa.Column('counts_on', sa.Date(), nullable=False),
    sa.Column('method', sa.Enum('bank', 'cash', name='paymethod', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('voucher', sa.String(length=200), nullable=False),
    sa.Column('voucher_file_id', sa.BigInteger(), nullable=True),
    sa.Column('source_kind', sa.String(length=64), nullable=False),
    sa.Column('source_id', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.Enum('draft', 'attested', 'confirmed', 'disputed', 'void', name='benefitstate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('confirm_by', sa.Date(), nullable=True),
    sa.Column('confirm_way', sa.Enum('sms', 'signature', name='confirmway', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('created_at', core.db.Instant(timezone=True), nullable=False),
    sa.Column('updated_at', core.db.Instant(timezone=True), nullable=False),
    sa.CheckConstraint("(state = 'confirmed') = (confirm_way IS NOT NULL)", name=op.f('ck_household_benefit_confirmed_somehow')),
    sa.CheckConstraint("method IS NULL OR CASE method WHEN 'bank' THEN voucher <> '' ELSE voucher_file_id IS NOT NULL END", name=op.f('ck_household_benefit_paid_is_proved')),
    sa.CheckConstraint('(paid_on IS NULL) = (method IS NULL)', name=op.f('ck_household_benefit_paid_somehow')),
    sa.CheckConstraint('amount_fen > 0', name=op.f('ck_household_benefit_amount_positive')),
    sa.CheckConstraint('counts_on = coalesce(paid_on, earned_on)', name=op.f('ck_household_benefit_counts_on')),
    sa.CheckConstraint('quantity_g > 0', name=op.f('ck_household_benefit_quantity_positive')),
    sa.ForeignKeyConstraint(['agreement_id'], ['linkage_agreement.id'], name=op.f('fk_household_benefit_agreement_id')),
    sa.ForeignKeyConstraint(['category_id'], ['category.id'], name=op.f('fk_household_benefit_category_id')),
    sa.ForeignKeyConstraint(['household_id'], ['household.id'], name=op.f('fk_household_benefit_household_id')),
    sa.ForeignKeyConstraint(['lot_id'], ['lot.id'], name=op.f('fk_household_benefit_lot_id')),
    sa.ForeignKeyConstraint(['supplier_id'], ['supplier.id'], name=op.f('fk_household_benefit_supplier_id')),
    sa.ForeignKeyConstraint(['village_code'], ['place.code'], name=op.f('fk_household_benefit_village_code')),
    sa.ForeignKeyConstraint(['voucher_file_id'], ['stored_file.id'], name=op.f('fk_household_benefit_voucher_file_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_household_benefit')),
    sa.UniqueConstraint('source_kind', 'source_id', name='uq_household_benefit_source')
    )
    op.create_index(op.f('ix_household_benefit_agreement_id'), 'household_benefit', ['agreement_id'], unique=False)
    op.create_index('ix_household_benefit_counts_on', 'household_benefit', ['counts_on'], unique=False)
    op.create_index('ix_household_benefit_household', 'household_benefit', ['household_id', 'counts_on'], unique=False)
    op.create_index(op.f('ix_household_benefit_lot_id'), 'household_benefit', ['lot_id'], unique=False)
    op.create_index('ix_household_benefit_state', 'household_benefit', ['state', 'id'], unique=False)
    op.create_index('ix_household_benefit_supplier', 'household_benefit', ['supplier_id', 'counts_on', 'id'], unique=False)
    op.create_index('ix_household_benefit_village', 'household_benefit', ['village_code', 'state', 'id'], unique=False)
    op.create_table('benefit_event',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('benefit_id', sa.BigInteger(), nullable=False),
    sa.Column('act', sa.Enum('draft', 'pay', 'evidence', 'attest', 'confirm', 'dispute', 'uphold', 'void', name='benefitact', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('state', sa.Enum('draft', 'attested', 'confirmed', 'disputed', 'void', name='benefitstate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('party', sa.String(length=64), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=True),
    sa.Column('file_id', sa.BigInteger(), nullable=True),
    sa.Column('note', sa.String(length=200), nullable=False),
    sa.Column('created_at', core.db.Instant(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['benefit_id'], ['household_benefit.id'], name=op.f('fk_benefit_event_benefit_id')),
    sa.ForeignKeyConstraint(['file_id'], ['stored_file.id'], name=op.f('fk_benefit_event_file_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_benefit_event_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_benefit_event'))
    )
    op.create_index(op.f('ix_benefit_event_benefit_id'), 'benefit_event', ['benefit_id'], unique=False)
    op.create_index('uq_benefit_event_draft', 'benefit_event', ['benefit_id'], unique=True, postgresql_where=sa.text("act = 'draft'"))
    op.create_index('uq_benefit_event_void', 'benefit_event', ['benefit_id'], unique=True, postgresql_where=sa.text("act = 'void'"))
    op.drop_constraint(op.f("ck_linkage_agreement_linkagemode"), "linkage_agreement")
    op.create_check_constraint(
        op.f("ck_linkage_agreement_linkagemode"), "linkage_agreement", sa.column("mode").in_(MODES)
    )
    protect("benefit_event", "linkage_score")
    op.execute(KEEP_PAYMENT)
    op.execute(
        "CREATE TRIGGER household_benefit_payment BEFORE UPDATE OR DELETE ON household_benefit "
        "FOR EACH ROW EXECUTE FUNCTION keep_payment()"
    )


def downgrade() -> None:
    raise NotImplementedError("facts are not unmade: restore a backup")
