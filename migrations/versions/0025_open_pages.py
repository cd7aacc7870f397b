"""Open pages with their versions; live sessions with what came of them. None of it is ever deleted."""

import sqlalchemy as sa
from alembic import op

import core.db
from migrations.protect import protect

revision = '0025'
down_revision = '0024'
branch_labels = None
depends_on = None

# Records of live sessions are kept three years at least, and what was published stays known.
KEEP = """
CREATE FUNCTION never_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'this is kept' USING ERRCODE = 'XC001';
END $$
"""


def upgrade() -> None:
    op.create_table('live_session',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('code', sa.String(length=16), nullable=False),
    sa.Column('supplier_id', sa.BigInteger(), nullable=False),
    sa.Column('title', sa.String(length=40), nullable=False),
    sa.Column('host', sa.String(length=30), nullable=False),
    sa.Column('platform', sa.String(length=20), nullable=False),
    sa.Column('watch_url', sa.String(length=300), nullable=False),
    sa.Column('starts_at', core.db.Instant(timezone=True), nullable=False),
    sa.Column('ends_at', core.db.Instant(timezone=True), nullable=False),
    sa.Column('cancelled_at', core.db.Instant(timezone=True), nullable=True),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('created_at', core.db.Instant(timezone=True), nullable=False),
    sa.CheckConstraint("watch_url = '' OR watch_url ~ '^https://'", name=op.f('ck_live_session_watch_url')),
    sa.CheckConstraint('ends_at > starts_at', name=op.f('ck_live_session_times')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_live_session_person_id')),
    sa.ForeignKeyConstraint(['supplier_id'], ['supplier.id'], name=op.f('fk_live_session_supplier_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_live_session')),
    sa.UniqueConstraint('code', name=op.f('uq_live_session_code'))
    )
    op.create_index(op.f('ix_live_session_starts_at'), 'live_session', ['starts_at'], unique=False)
    op.create_index(op.f('ix_live_session_supplier_id'), 'live_session', ['supplier_id'], unique=False)
    op.create_table('open_page',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('code', sa.String(length=16), nullable=False),
    sa.Column('kind', sa.Enum('village', 'specialty', 'story', 'shelf', 'campaign', name='pagekind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('organisation_id', sa.BigInteger(), nullable=False),
    sa.Column('village_code', sa.String(length=12), nullable=True),
    sa.Column('supplier_id', sa.BigInteger(), nullable=True),
    sa.Column('state', sa.Enum('draft', 'submitted', 'published', 'withdrawn', name='pagestate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('shows_from', sa.Date(), nullable=True),
    sa.Column('shows_to', sa.Date(), nullable=True),
    sa.Column('newest_id', sa.BigInteger(), nullable=True),
    sa.Column('shown_id', sa.BigInteger(), nullable=True),
    sa.Column('published_at', core.db.Instant(timezone=True), nullable=True),
    sa.Column('created_at', core.db.Instant(timezone=True), nullable=False),
    sa.CheckConstraint("kind <> 'village' OR village_code IS NOT NULL", name=op.f('ck_open_page_village_named')),
    sa.CheckConstraint("state <> 'published' OR (shown_id IS NOT NULL AND published_at IS NOT NULL)", name=op.f('ck_open_page_shown')),
    sa.CheckConstraint('shows_to >= shows_from', name=op.f('ck_open_page_days')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_open_page_organisation_id')),
    sa.ForeignKeyConstraint(['supplier_id'], ['supplier.id'], name=op.f('fk_open_page_supplier_id')),
    sa.ForeignKeyConstraint(['village_code'], ['place.code'], name=op.f('fk_open_page_village_code')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_open_page')),
    sa.UniqueConstraint('code', name=op.f('uq_open_page_code'))
    )
    op.create_index(op.f('ix_open_page_organisation_id'), 'open_page', ['organisation_id'], unique=False)
    op.create_index('ix_open_page_shown', 'open_page', ['published_at'], unique=False, postgresql_where=sa.text('shown_id IS NOT NULL'))
    op.create_index(op.f('ix_open_page_supplier_id'), 'open_page', ['supplier_id'], unique=False)
    op.create_index(op.f('ix_open_page_village_code'), 'open_page', ['village_code'], unique=False)
    op.create_table('live_item',
    sa.Column('session_id', sa.BigInteger(), nullable=False),
    sa.Column('product_id', sa.BigInteger(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('talk', sa.String(length=200), nullable=False),
    sa.ForeignKeyConstraint(['product_id'], ['product.id'], name=op.f('fk_live_item_product_id')),
    sa.ForeignKeyConstraint(['session_id'], ['live_session.id'], name=op.f('fk_live_item_session_id')),
    sa.PrimaryKeyConstraint('session_id', 'product_id', name=op.f('pk_live_item'))
    )
    op.create_table('live_order',
    sa.Column('order_id', sa.BigInteger(), nullable=False),
    sa.Column('session_id', sa.BigInteger(), nullable=False),
    sa.Column('at', core.db.Instant(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['order_id'], ['purchase_order.id'], name=op.f('fk_live_order_order_id')),
    sa.ForeignKeyConstraint(['session_id'], ['live_session.id'], name=op.f('fk_live_order_session_id')),
    sa.PrimaryKeyConstraint('order_id', name=op.f('pk_live_order'))
    )
    op.create_index(op.f('ix_live_order_session_id'), 'live_order', ['session_id'], unique=False)
    op.create_table('live_record',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('session_id', sa.BigInteger(), nullable=False),
    sa.Column('note', sa.String(length=200), nullable=False),
    sa.Column('file_id', sa.BigInteger(), nullable=True),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('at', core.db.Instant(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['file_id'], ['stored_file.id'], name=op.f('fk_live_record_file_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_live_record_person_id')),
    sa.ForeignKeyConstraint(['session_id'], ['live_session.id'], name=op.f('fk_live_record_session_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_live_record'))
    )
    op.create_index(op.f('ix_live_record_session_id'), 'live_record', ['session_id'], unique=False)
    op.create_table('open_page_version',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('page_id', sa.BigInteger(), nullable=False),
    sa.Column('version_no', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=40), nullable=False),
    sa.Column('lead', sa.String(length=120), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('cover_id', sa.BigInteger(), nullable=True),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('at', core.db.Instant(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['cover_id'], ['stored_file.id'], name=op.f('fk_open_page_version_cover_id')),
    sa.ForeignKeyConstraint(['page_id'], ['open_page.id'], name=op.f('fk_open_page_version_page_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_open_page_version_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_open_page_version')),
    sa.UniqueConstraint('page_id', 'version_no', name=op.f('uq_open_page_version_page_id_version_no'))
    )
    op.create_index(op.f('ix_open_page_version_page_id'), 'open_page_version', ['page_id'], unique=False)
    op.create_table('open_page_product',
    sa.Column('version_id', sa.BigInteger(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('product_id', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['product_id'], ['product.id'], name=op.f('fk_open_page_product_product_id')),
    sa.ForeignKeyConstraint(['version_id'], ['open_page_version.id'], name=op.f('fk_open_page_product_version_id')),
    sa.PrimaryKeyConstraint('version_id', 'position', name=op.f('pk_open_page_product')),
    sa.UniqueConstraint('version_id', 'product_id', name=op.f('uq_open_page_product_version_id_product_id'))
    )
    for name in ("newest", "shown"):
        op.create_foreign_key(f"fk_open_page_{name}", "open_page", "open_page_version", [f"{name}_id"], ["id"])
    protect("live_order", "live_record", "open_page_version", "open_page_product")
    op.execute(KEEP)
    for table in ("live_session", "live_item", "open_page"):
        op.execute(
            f"CREATE TRIGGER {table}_kept BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION never_deleted()"
        )


def downgrade() -> None:
    raise NotImplementedError("facts are not unmade: restore a backup")
