"""After-sales, dialogues with pictures, disputes with a time; what kinds of goods may be sent back."""

import sqlalchemy as sa
from alembic import op

import core.db
from migrations.protect import protect

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('thread',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('created_at', core.db.Instant(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_thread'))
    )
    op.create_table('thread_message',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('thread_id', sa.BigInteger(), nullable=False),
    sa.Column('party', sa.Enum('buyer', 'supplier', 'platform', 'clock', name='party', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=True),
    sa.Column('text', sa.String(length=1000), nullable=False),
    sa.Column('at', core.db.Instant(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_thread_message_person_id')),
    sa.ForeignKeyConstraint(['thread_id'], ['thread.id'], name=op.f('fk_thread_message_thread_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_thread_message'))
    )
    op.create_index(op.f('ix_thread_message_thread_id'), 'thread_message', ['thread_id'], unique=False)
    op.create_table('thread_photo',
    sa.Column('message_id', sa.BigInteger(), nullable=False),
    sa.Column('file_id', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['file_id'], ['stored_file.id'], name=op.f('fk_thread_photo_file_id')),
    sa.ForeignKeyConstraint(['message_id'], ['thread_message.id'], name=op.f('fk_thread_photo_message_id')),
    sa.PrimaryKeyConstraint('message_id', 'file_id', name=op.f('pk_thread_photo'))
    )
    op.create_table('after_sale',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('case_no', sa.String(length=24), nullable=False),
    sa.Column('token', sa.String(length=32), nullable=False),
    sa.Column('order_id', sa.BigInteger(), nullable=False),
    sa.Column('order_line_id', sa.BigInteger(), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('supplier_id', sa.BigInteger(), nullable=False),
    sa.Column('thread_id', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.Enum('quality', 'missing', 'no_reason', name='aftersalekind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('state', sa.Enum('asked', 'agreed', 'declined', 'returning', 'returned', 'arbitration', 'refunding', 'failed', 'refunded', 'closed', 'withdrawn', name='aftersalestate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('packs', sa.Integer(), nullable=False),
    sa.Column('is_part', sa.Boolean(), nullable=False),
    sa.Column('asked_fen', sa.BigInteger(), nullable=False),
    sa.Column('agreed_fen', sa.BigInteger(), nullable=True),
    sa.Column('freight_fen', sa.BigInteger(), nullable=False),
    sa.Column('carrier', sa.String(length=30), nullable=False),
    sa.Column('tracking_no', sa.String(length=40), nullable=False),
    sa.Column('refund_id', sa.BigInteger(), nullable=True),
    sa.Column('asks', sa.Integer(), nullable=False),
    sa.Column('decided_at', core.db.Instant(timezone=True), nullable=True),
    sa.Column('decided_by_id', sa.BigInteger(), nullable=True),
    sa.Column('decision', sa.String(length=1000), nullable=False),
    sa.Column('handed_out_at', core.db.Instant(timezone=True), nullable=True),
    sa.Column('since', core.db.Instant(timezone=True), nullable=False),
    sa.Column('due_at', core.db.Instant(timezone=True), nullable=True),
    sa.Column('created_at', core.db.Instant(timezone=True), nullable=False),
    sa.CheckConstraint('(decided_at IS NULL) = (decided_by_id IS NULL)', name=op.f('ck_after_sale_decided_by_somebody')),
    sa.CheckConstraint('refund_id IS NULL OR agreed_fen IS NOT NULL', name=op.f('ck_after_sale_refund_has_amount')),
    sa.CheckConstraint('packs > 0 AND asked_fen > 0 AND agreed_fen > 0 AND freight_fen >= 0', name=op.f('ck_after_sale_amounts')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['person.id'], name=op.f('fk_after_sale_decided_by_id')),
    sa.ForeignKeyConstraint(['order_id'], ['purchase_order.id'], name=op.f('fk_after_sale_order_id')),
    sa.ForeignKeyConstraint(['order_line_id'], ['order_line.id'], name=op.f('fk_after_sale_order_line_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_after_sale_person_id')),
    sa.ForeignKeyConstraint(['refund_id'], ['refund.id'], name=op.f('fk_after_sale_refund_id')),
    sa.ForeignKeyConstraint(['supplier_id'], ['supplier.id'], name=op.f('fk_after_sale_supplier_id')),
    sa.ForeignKeyConstraint(['thread_id'], ['thread.id'], name=op.f('fk_after_sale_thread_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_after_sale')),
    sa.UniqueConstraint('case_no', name=op.f('uq_after_sale_case_no')),
    sa.UniqueConstraint('refund_id', name=op.f('uq_after_sale_refund_id')),
    sa.UniqueConstraint('thread_id', name=op.f('uq_after_sale_thread_id')),
    sa.UniqueConstraint('token', name=op.f('uq_after_sale_token'))
    )
    op.create_index('ix_after_sale_due', 'after_sale', ['due_at'], unique=False, postgresql_where=sa.text('due_at IS NOT NULL'))
    op.create_index(op.f('ix_after_sale_order_id'), 'after_sale', ['order_id'], unique=False)
    op.create_index(op.f('ix_after_sale_order_line_id'), 'after_sale', ['order_line_id'], unique=False)
    op.create_index('ix_after_sale_person', 'after_sale', ['person_id', 'id'], unique=False)
    op.create_index('ix_after_sale_state', 'after_sale', ['state', 'id'], unique=False)
    op.create_index('ix_after_sale_supplier', 'after_sale', ['supplier_id', 'state', 'id'], unique=False)
    op.create_index('ix_after_sale_unpaid_decision', 'after_sale', ['supplier_id'], unique=False, postgresql_where=sa.text("decided_at IS NOT NULL AND state IN ('refunding', 'failed')"))
    op.create_index('uq_after_sale_open_line', 'after_sale', ['order_line_id'], unique=True, postgresql_where=sa.text("state NOT IN ('refunded', 'closed', 'withdrawn')"))
    op.create_table('after_sale_event',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('after_sale_id', sa.BigInteger(), nullable=False),
    sa.Column('act', sa.String(length=64), nullable=False),
    sa.Column('party', sa.String(length=12), nullable=False),
    sa.Column('from_state', sa.String(length=20), nullable=False),
    sa.Column('to_state', sa.String(length=20), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=True),
    sa.Column('note', sa.String(length=200), nullable=False),
    sa.Column('at', core.db.Instant(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['after_sale_id'], ['after_sale.id'], name=op.f('fk_after_sale_event_after_sale_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_after_sale_event_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_after_sale_event'))
    )
    op.create_index(op.f('ix_after_sale_event_after_sale_id'), 'after_sale_event', ['after_sale_id'], unique=False)
    op.create_table('dispute_case',
    sa.Column('deduction_id', sa.BigInteger(), nullable=False),
    sa.Column('thread_id', sa.BigInteger(), nullable=False),
    sa.Column('supplier_id', sa.BigInteger(), nullable=False),
    sa.Column('buyer_id', sa.BigInteger(), nullable=True),
    sa.Column('canteen_id', sa.BigInteger(), nullable=True),
    sa.Column('state', sa.Enum('open', 'answered', 'conceded', 'withdrawn', 'decided', name='disputestate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('due_at', core.db.Instant(timezone=True), nullable=True),
    sa.Column('for_buyer_fen', sa.BigInteger(), nullable=True),
    sa.Column('decision', sa.String(length=1000), nullable=False),
    sa.Column('decided_by_id', sa.BigInteger(), nullable=True),
    sa.Column('ended_at', core.db.Instant(timezone=True), nullable=True),
    sa.Column('created_at', core.db.Instant(timezone=True), nullable=False),
    sa.CheckConstraint("(state = 'decided') = (decided_by_id IS NOT NULL)", name=op.f('ck_dispute_case_decided_by_somebody')),
    sa.CheckConstraint('for_buyer_fen >= 0', name=op.f('ck_dispute_case_for_buyer')),
    sa.ForeignKeyConstraint(['buyer_id'], ['organisation.id'], name=op.f('fk_dispute_case_buyer_id')),
    sa.ForeignKeyConstraint(['canteen_id'], ['organisation.id'], name=op.f('fk_dispute_case_canteen_id')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['person.id'], name=op.f('fk_dispute_case_decided_by_id')),
    sa.ForeignKeyConstraint(['deduction_id'], ['deduction.id'], name=op.f('fk_dispute_case_deduction_id')),
    sa.ForeignKeyConstraint(['supplier_id'], ['supplier.id'], name=op.f('fk_dispute_case_supplier_id')),
    sa.ForeignKeyConstraint(['thread_id'], ['thread.id'], name=op.f('fk_dispute_case_thread_id')),
    sa.PrimaryKeyConstraint('deduction_id', name=op.f('pk_dispute_case')),
    sa.UniqueConstraint('thread_id', name=op.f('uq_dispute_case_thread_id'))
    )
    op.create_index('ix_dispute_case_buyer', 'dispute_case', ['buyer_id', 'state'], unique=False)
    op.create_index('ix_dispute_case_due', 'dispute_case', ['due_at'], unique=False, postgresql_where=sa.text('due_at IS NOT NULL'))
    op.create_index('ix_dispute_case_supplier', 'dispute_case', ['supplier_id', 'state'], unique=False)
    op.add_column('category', sa.Column('return_policy', sa.Enum('seven_days', 'fresh', 'confirmed', name='returnpolicy', native_enum=False, create_constraint=True, length=32), server_default='seven_days', nullable=False))
    op.add_column('order_line', sa.Column('return_policy', sa.Enum('seven_days', 'fresh', 'confirmed', name='returnpolicy', native_enum=False, create_constraint=True, length=32), server_default='seven_days', nullable=False))
    op.add_column('order_line', sa.Column('no_return_ticked', sa.Boolean(), server_default=sa.text('false'), nullable=False))
    op.execute(
        "UPDATE category SET return_policy = 'fresh' WHERE code ~ '^(veg|fruit|meat|wild)' OR code = 'herb-ginseng'"
    )
    op.execute(
        "UPDATE category SET return_policy = 'confirmed' WHERE code ~ '^(bee|juice|wine|gift)' OR code = 'grain-oil'"
    )
    protect("thread", "thread_message", "thread_photo", "after_sale_event")


def downgrade() -> None:
    raise NotImplementedError("facts are not unmade: restore a backup")
