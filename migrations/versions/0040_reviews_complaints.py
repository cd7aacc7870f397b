"""Reviews with answers and logged hidings; complaints with their clock."""

import sqlalchemy as sa
from alembic import op

import core.db
from migrations.protect import protect

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('complaint',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('complaint_no', sa.String(length=24), nullable=False),
    sa.Column('token', sa.String(length=32), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.Enum('goods', 'shop', 'platform', 'personal_data', 'other', name='complaintkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('subject', sa.String(length=200), nullable=False),
    sa.Column('thread_id', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.Enum('open', 'answered', 'closed', name='complaintstate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('due_at', core.db.Instant(timezone=True), nullable=True),
    sa.Column('was_late', sa.Boolean(), nullable=False),
    sa.Column('created_at', core.db.Instant(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_complaint_person_id')),
    sa.ForeignKeyConstraint(['thread_id'], ['thread.id'], name=op.f('fk_complaint_thread_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_complaint')),
    sa.UniqueConstraint('complaint_no', name=op.f('uq_complaint_complaint_no')),
    sa.UniqueConstraint('thread_id', name=op.f('uq_complaint_thread_id')),
    sa.UniqueConstraint('token', name=op.f('uq_complaint_token'))
    )
    op.create_index('ix_complaint_desk', 'complaint', ['state', 'due_at'], unique=False)
    op.create_index('ix_complaint_person', 'complaint', ['person_id', 'id'], unique=False)
    op.create_table('review',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('order_line_id', sa.BigInteger(), nullable=False),
    sa.Column('product_id', sa.BigInteger(), nullable=False),
    sa.Column('supplier_id', sa.BigInteger(), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('stars', sa.Integer(), nullable=False),
    sa.Column('text', sa.String(length=500), nullable=False),
    sa.Column('at', core.db.Instant(timezone=True), nullable=False),
    sa.CheckConstraint('stars BETWEEN 1 AND 5', name=op.f('ck_review_stars')),
    sa.ForeignKeyConstraint(['order_line_id'], ['order_line.id'], name=op.f('fk_review_order_line_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_review_person_id')),
    sa.ForeignKeyConstraint(['product_id'], ['product.id'], name=op.f('fk_review_product_id')),
    sa.ForeignKeyConstraint(['supplier_id'], ['supplier.id'], name=op.f('fk_review_supplier_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_review')),
    sa.UniqueConstraint('order_line_id', name=op.f('uq_review_order_line_id'))
    )
    op.create_index(op.f('ix_review_person_id'), 'review', ['person_id'], unique=False)
    op.create_index('ix_review_product', 'review', ['product_id', 'id'], unique=False)
    op.create_index('ix_review_supplier', 'review', ['supplier_id', 'id'], unique=False)
    op.create_table('review_answer',
    sa.Column('review_id', sa.BigInteger(), nullable=False),
    sa.Column('text', sa.String(length=500), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('at', core.db.Instant(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_review_answer_person_id')),
    sa.ForeignKeyConstraint(['review_id'], ['review.id'], name=op.f('fk_review_answer_review_id')),
    sa.PrimaryKeyConstraint('review_id', name=op.f('pk_review_answer'))
    )
    op.create_table('review_hiding',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('review_id', sa.BigInteger(), nullable=False),
    sa.Column('basis', sa.Enum('personal_data', 'insult', 'unlawful', 'authority', name='legalbasis', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('note', sa.String(length=200), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('at', core.db.Instant(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_review_hiding_person_id')),
    sa.ForeignKeyConstraint(['review_id'], ['review.id'], name=op.f('fk_review_hiding_review_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_review_hiding'))
    )
    op.create_index(op.f('ix_review_hiding_review_id'), 'review_hiding', ['review_id'], unique=False)
    op.create_table('review_photo',
    sa.Column('review_id', sa.BigInteger(), nullable=False),
    sa.Column('file_id', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['file_id'], ['stored_file.id'], name=op.f('fk_review_photo_file_id')),
    sa.ForeignKeyConstraint(['review_id'], ['review.id'], name=op.f('fk_review_photo_review_id')),
    sa.PrimaryKeyConstraint('review_id', 'file_id', name=op.f('pk_review_photo'))
    )
    protect("review", "review_photo", "review_answer", "review_hiding")


def downgrade() -> None:
    raise NotImplementedError("facts are not unmade: restore a backup")
