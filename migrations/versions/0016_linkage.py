"""Agreements in versions, margins, reviews, re-checks, false claims, links, bank files, turnover."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import core.db
from migrations.protect import protect

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('recheck_draw',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('quarter', sa.String(length=6), nullable=False),
    sa.Column('seed', sa.String(length=64), nullable=False),
    sa.Column('claims', sa.Integer(), nullable=False),
    sa.Column('drawn', sa.Integer(), nullable=False),
    sa.Column('fingerprint', sa.String(length=64), nullable=False),
    sa.Column('created_at', core.db.Instant(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recheck_draw')),
    sa.UniqueConstraint('quarter', name=op.f('uq_recheck_draw_quarter'))
    )
    op.create_table('margin_coefficient',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('category_id', sa.BigInteger(), nullable=False),
    sa.Column('margin_bp', sa.Integer(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('document', sa.String(length=200), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=True),
    sa.Column('created_at', core.db.Instant(timezone=True), nullable=False),
    sa.CheckConstraint('margin_bp BETWEEN 0 AND 10000', name=op.f('ck_margin_coefficient_margin')),
    sa.ForeignKeyConstraint(['category_id'], ['category.id'], name=op.f('fk_margin_coefficient_category_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_margin_coefficient_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_margin_coefficient'))
    )
    op.create_index('ix_margin_coefficient_day', 'margin_coefficient', ['category_id', 'valid_from', 'id'], unique=False)
    op.create_table('claim_review',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('household_id', sa.BigInteger(), nullable=False),
    sa.Column('quarter', sa.String(length=6), nullable=False),
    sa.Column('version_no', sa.Integer(), nullable=False),
    sa.Column('claimed_fen', sa.BigInteger(), nullable=False),
    sa.Column('tracked_fen', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.Enum('open', 'cleared', 'rejected', name='reviewstate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('note', sa.String(length=200), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=True),
    sa.Column('decided_at', core.db.Instant(timezone=True), nullable=True),
    sa.Column('created_at', core.db.Instant(timezone=True), nullable=False),
    sa.CheckConstraint("(state = 'open') = (decided_at IS NULL)", name=op.f('ck_claim_review_decided')),
    sa.ForeignKeyConstraint(['household_id'], ['household.id'], name=op.f('fk_claim_review_household_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_claim_review_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_claim_review')),
    sa.UniqueConstraint('household_id', 'quarter', 'version_no', name=op.f('uq_claim_review_household_id_quarter_version_no'))
    )
    op.create_index('ix_claim_review_quarter', 'claim_review', ['quarter', 'household_id'], unique=False)
    op.create_index('ix_claim_review_state', 'claim_review', ['state', 'id'], unique=False)
    op.create_table('agreement',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('number', sa.String(length=30), nullable=False),
    sa.Column('version_no', sa.Integer(), nullable=False),
    sa.Column('supplier_id', sa.BigInteger(), nullable=False),
    sa.Column('mode', sa.Enum('purchase', 'wage', 'dividend', 'guaranteed', 'land_rent', 'custody', 'processing', name='linkagemode', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_to', sa.Date(), nullable=False),
    sa.Column('guaranteed_price_fen_x100', sa.BigInteger(), nullable=True),
    sa.Column('guaranteed_fen', sa.BigInteger(), nullable=True),
    sa.Column('dividend_bp', sa.Integer(), nullable=True),
    sa.Column('terms', sa.Text(), nullable=False),
    sa.Column('file_id', sa.BigInteger(), nullable=False),
    sa.Column('replaces_id', sa.BigInteger(), nullable=True),
    sa.Column('created_by_id', sa.BigInteger(), nullable=False),
    sa.Column('created_at', core.db.Instant(timezone=True), nullable=False),
    sa.CheckConstraint('(version_no = 1) = (replaces_id IS NULL)', name=op.f('ck_agreement_versions_follow')),
    sa.CheckConstraint('dividend_bp BETWEEN 0 AND 10000', name=op.f('ck_agreement_dividend')),
    sa.CheckConstraint('guaranteed_price_fen_x100 > 0 AND guaranteed_fen > 0', name=op.f('ck_agreement_guaranteed')),
    sa.CheckConstraint('valid_to >= valid_from', name=op.f('ck_agreement_ends_after_start')),
    sa.ForeignKeyConstraint(['created_by_id'], ['person.id'], name=op.f('fk_agreement_created_by_id')),
    sa.ForeignKeyConstraint(['file_id'], ['stored_file.id'], name=op.f('fk_agreement_file_id')),
    sa.ForeignKeyConstraint(['replaces_id'], ['agreement.id'], name=op.f('fk_agreement_replaces_id')),
    sa.ForeignKeyConstraint(['supplier_id'], ['supplier.id'], name=op.f('fk_agreement_supplier_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_agreement')),
    sa.UniqueConstraint('number', 'version_no', name=op.f('uq_agreement_number_version_no')),
    sa.UniqueConstraint('replaces_id', name=op.f('uq_agreement_replaces_id'))
    )
    op.create_index(op.f('ix_agreement_supplier_id'), 'agreement', ['supplier_id'], unique=False)
    op.create_table('benefit_batch',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('supplier_id', sa.BigInteger(), nullable=False),
    sa.Column('file_id', sa.BigInteger(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('rows', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('created_at', core.db.Instant(timezone=True), nullable=False),
    sa.Column('committed_at', core.db.Instant(timezone=True), nullable=True),
    sa.Column('added', sa.Integer(), nullable=False),
    sa.Column('paid', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['file_id'], ['stored_file.id'], name=op.f('fk_benefit_batch_file_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_benefit_batch_person_id')),
    sa.ForeignKeyConstraint(['supplier_id'], ['supplier.id'], name=op.f('fk_benefit_batch_supplier_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_benefit_batch')),
    sa.UniqueConstraint('supplier_id', 'sha256', name=op.f('uq_benefit_batch_supplier_id_sha256'))
    )
    op.create_table('related_household',
    sa.Column('supplier_id', sa.BigInteger(), nullable=False),
    sa.Column('household_id', sa.BigInteger(), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=True),
    sa.Column('created_at', core.db.Instant(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['household_id'], ['household.id'], name=op.f('fk_related_household_household_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_related_household_person_id')),
    sa.ForeignKeyConstraint(['supplier_id'], ['supplier.id'], name=op.f('fk_related_household_supplier_id')),
    sa.PrimaryKeyConstraint('supplier_id', 'household_id', name=op.f('pk_related_household'))
    )
    op.create_table('supplier_turnover',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('supplier_id', sa.BigInteger(), nullable=False),
    sa.Column('quarter', sa.String(length=6), nullable=False),
    sa.Column('revenue_fen', sa.BigInteger(), nullable=False),
    sa.Column('created_at', core.db.Instant(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['supplier_id'], ['supplier.id'], name=op.f('fk_supplier_turnover_supplier_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_supplier_turnover'))
    )
    op.create_index('ix_supplier_turnover_quarter', 'supplier_turnover', ['supplier_id', 'quarter', 'id'], unique=False)
    op.create_table('product_sold',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('product_id', sa.BigInteger(), nullable=False),
    sa.Column('quarter', sa.String(length=6), nullable=False),
    sa.Column('sold_g', sa.BigInteger(), nullable=False),
    sa.Column('created_at', core.db.Instant(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['product_id'], ['product.id'], name=op.f('fk_product_sold_product_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_product_sold'))
    )
    op.create_index('ix_product_sold_quarter', 'product_sold', ['product_id', 'quarter', 'id'], unique=False)
    op.create_table('benefit_link',
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('benefit_id', sa.BigInteger(), nullable=False),
    sa.Column('created_at', core.db.Instant(timezone=True), nullable=False),
    sa.Column('used_at', core.db.Instant(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['benefit_id'], ['household_benefit.id'], name=op.f('fk_benefit_link_benefit_id')),
    sa.PrimaryKeyConstraint('token_hash', name=op.f('pk_benefit_link'))
    )
    op.create_index(op.f('ix_benefit_link_benefit_id'), 'benefit_link', ['benefit_id'], unique=False)
    op.create_table('false_claim',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('supplier_id', sa.BigInteger(), nullable=False),
    sa.Column('benefit_id', sa.BigInteger(), nullable=False),
    sa.Column('found_on', sa.Date(), nullable=False),
    sa.Column('until_quarter', sa.String(length=6), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('created_at', core.db.Instant(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['benefit_id'], ['household_benefit.id'], name=op.f('fk_false_claim_benefit_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_false_claim_person_id')),
    sa.ForeignKeyConstraint(['supplier_id'], ['supplier.id'], name=op.f('fk_false_claim_supplier_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_false_claim')),
    sa.UniqueConstraint('benefit_id', name=op.f('uq_false_claim_benefit_id'))
    )
    op.create_index(op.f('ix_false_claim_supplier_id'), 'false_claim', ['supplier_id'], unique=False)
    op.create_table('recheck_item',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('draw_id', sa.BigInteger(), nullable=False),
    sa.Column('benefit_id', sa.BigInteger(), nullable=False),
    sa.Column('verdict', sa.Enum('open', 'true', 'false', name='checkverdict', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('note', sa.String(length=200), nullable=False),
    sa.Column('file_id', sa.BigInteger(), nullable=True),
    sa.Column('person_id', sa.BigInteger(), nullable=True),
    sa.Column('checked_at', core.db.Instant(timezone=True), nullable=True),
    sa.CheckConstraint("(verdict = 'open') = (checked_at IS NULL)", name=op.f('ck_recheck_item_checked')),
    sa.ForeignKeyConstraint(['benefit_id'], ['household_benefit.id'], name=op.f('fk_recheck_item_benefit_id')),
    sa.ForeignKeyConstraint(['draw_id'], ['recheck_draw.id'], name=op.f('fk_recheck_item_draw_id')),
    sa.ForeignKeyConstraint(['file_id'], ['stored_file.id'], name=op.f('fk_recheck_item_file_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_recheck_item_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recheck_item')),
    sa.UniqueConstraint('draw_id', 'benefit_id', name=op.f('uq_recheck_item_draw_id_benefit_id'))
    )
    op.create_index(op.f('ix_recheck_item_benefit_id'), 'recheck_item', ['benefit_id'], unique=False)
    op.create_index('ix_recheck_item_verdict', 'recheck_item', ['verdict', 'id'], unique=False)
    op.add_column('linkage_agreement', sa.Column('agreement_id', sa.BigInteger(), nullable=True))
    op.add_column('linkage_agreement', sa.Column('signed_on', sa.Date(), nullable=True))
    op.create_index(op.f('ix_linkage_agreement_agreement_id'), 'linkage_agreement', ['agreement_id'], unique=False)
    op.create_foreign_key(op.f('fk_linkage_agreement_agreement_id'), 'linkage_agreement', 'agreement', ['agreement_id'], ['id'])
    protect(
        "agreement", "margin_coefficient", "recheck_draw", "false_claim", "supplier_turnover", "product_sold"
    )


def downgrade() -> None:
    raise NotImplementedError("facts are not unmade: restore a backup")
