"""tables"""

import sqlalchemy as sa
import core.db
from alembic import op
from sqlalchemy.dialects import postgresql
from core.db import REFUSE_CHANGE
from migrations.protect import APP_ROLE, protect

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


FACTS = (
    "acceptance",
    "acceptance_line",
    "acceptance_photo",
    "allocation",
    "audit_event",
    "book_posting",
    "book_tx",
    "declaration_event",
    "delivery_line",
    "envelope_move",
    "external_order_version",
    "fact_entry",
    "invoice_acceptance",
    "lot",
    "offer_version",
    "opening_figure",
    "order_event",
    "order_line",
    "organisation_name",
    "plan_release",
    "provider_event",
    "quota_judgement",
    "quota_posting",
    "scheme_version",
    "setting",
    "spend_move",
    "stock_move",
    "transfer_item",
    "village_category",
)

BALANCED = """
CREATE FUNCTION refuse_unbalanced() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE total bigint;
BEGIN
  SELECT coalesce(sum(amount_fen), 0) INTO total FROM book_posting WHERE tx_id = NEW.tx_id;
  IF total <> 0 THEN
    RAISE EXCEPTION 'book_tx % does not balance: %', NEW.tx_id, total USING ERRCODE = 'XC002';
  END IF;
  RETURN NULL;
END $$
"""


def upgrade() -> None:
    prepare()
    tables()
    op.create_foreign_key("fk_offer_current_version", "offer", "offer_version", ["current_version_id"], ["id"])
    op.create_foreign_key(
        "fk_external_order_current", "external_order", "external_order_version", ["current_version_id"], ["id"]
    )
    protect(*FACTS)
    op.execute(BALANCED)
    op.execute(
        "CREATE CONSTRAINT TRIGGER book_posting_balance AFTER INSERT ON book_posting "
        "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_unbalanced()"
    )


def prepare() -> None:
    """The guard of facts, and what the app's role may do with tables to come."""
    op.execute(REFUSE_CHANGE)
    op.execute(f"GRANT USAGE ON SCHEMA public TO {APP_ROLE}")
    op.execute(f"ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {APP_ROLE}")
    op.execute(f"ALTER DEFAULT PRIVILEGES GRANT USAGE, SELECT ON SEQUENCES TO {APP_ROLE}")
    op.execute(f"GRANT SELECT ON alembic_version TO {APP_ROLE}")


def tables() -> None:
    op.create_table('audit_event',
    sa.Column('stream', sa.Enum('money', 'procurement', 'catalogue', 'personal', 'administration', name='stream', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('seq', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('at', core.db.Instant(timezone=True), nullable=False),
    sa.Column('actor_id', sa.BigInteger(), nullable=True),
    sa.Column('role', sa.String(length=32), nullable=False),
    sa.Column('organisation_id', sa.BigInteger(), nullable=True),
    sa.Column('action', sa.String(length=64), nullable=False),
    sa.Column('object_type', sa.String(length=64), nullable=False),
    sa.Column('object_id', sa.String(length=64), nullable=False),
    sa.Column('request_id', sa.String(length=40), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('prev', sa.LargeBinary(length=32), nullable=False),
    sa.Column('hash', sa.LargeBinary(length=32), nullable=False),
    sa.PrimaryKeyConstraint('stream', 'seq', name=op.f('pk_audit_event'))
    )
    op.create_index('ix_audit_event_at', 'audit_event', ['at'], unique=False)
    op.create_index('ix_audit_event_object', 'audit_event', ['object_type', 'object_id'], unique=False)
    op.create_index('ix_audit_event_organisation', 'audit_event', ['organisation_id', 'at'], unique=False)
    op.create_table('audit_head',
    sa.Column('stream', sa.Enum('money', 'procurement', 'catalogue', 'personal', 'administration', name='stream', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('seq', sa.BigInteger(), nullable=False),
    sa.Column('hash', sa.LargeBinary(length=32), nullable=False),
    sa.PrimaryKeyConstraint('stream', name=op.f('pk_audit_head'))
    )
    op.create_table('book_tx',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('kind', sa.String(length=64), nullable=False),
    sa.Column('ref_id', sa.BigInteger(), nullable=False),
    sa.Column('at', core.db.Instant(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_book_tx')),
    sa.UniqueConstraint('kind', 'ref_id', name=op.f('uq_book_tx_kind_ref_id'))
    )
    op.create_table('category',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('code', sa.String(length=20), nullable=False),
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('parent_id', sa.BigInteger(), nullable=True),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('is_leaf', sa.Boolean(), nullable=False),
    sa.Column('is_ingredient', sa.Boolean(), nullable=False),
    sa.Column('is_wild', sa.Boolean(), nullable=False),
    sa.Column('needs_commitment', sa.Boolean(), nullable=False),
    sa.Column('needs_quarantine', sa.Boolean(), nullable=False),
    sa.Column('licence', sa.String(length=10), nullable=False),
    sa.Column('art', sa.String(length=40), nullable=False),
    sa.Column('aliases', sa.String(length=300), nullable=False),
    sa.ForeignKeyConstraint(['parent_id'], ['category.id'], name=op.f('fk_category_parent_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_category')),
    sa.UniqueConstraint('code', name=op.f('uq_category_code'))
    )
    op.create_index(op.f('ix_category_parent_id'), 'category', ['parent_id'], unique=False)
    op.create_table('fact_head',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('seq', sa.BigInteger(), nullable=False),
    sa.Column('hash', sa.LargeBinary(length=32), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_fact_head'))
    )
    op.create_table('one_time_code',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('phone', sa.String(length=11), nullable=False),
    sa.Column('purpose', sa.String(length=20), nullable=False),
    sa.Column('code_hash', sa.String(length=64), nullable=False),
    sa.Column('expires_at', core.db.Instant(timezone=True), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('used_at', core.db.Instant(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_one_time_code'))
    )
    op.create_index(op.f('ix_one_time_code_phone'), 'one_time_code', ['phone'], unique=False)
    op.create_table('outbox',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('task', sa.String(length=80), nullable=False),
    sa.Column('args', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('key', sa.String(length=120), nullable=True),
    sa.Column('queued_at', core.db.Instant(timezone=True), nullable=False),
    sa.Column('due_at', core.db.Instant(timezone=True), nullable=False),
    sa.Column('sent_at', core.db.Instant(timezone=True), nullable=True),
    sa.Column('done_at', core.db.Instant(timezone=True), nullable=True),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('last_error', sa.String(length=300), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox'))
    )
    op.create_index('ix_outbox_open', 'outbox', ['due_at'], unique=False, postgresql_where=sa.text('done_at IS NULL'))
    op.create_index('uq_outbox_key', 'outbox', ['key'], unique=True, postgresql_where=sa.text('done_at IS NULL'))
    op.create_table('person',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('phone', sa.String(length=11), nullable=True),
    sa.Column('username', sa.String(length=40), nullable=True),
    sa.Column('password_hash', sa.String(length=200), nullable=True),
    sa.Column('must_change_password', sa.Boolean(), nullable=False),
    sa.Column('session_epoch', sa.Integer(), nullable=False),
    sa.Column('is_active', sa.Boolean(), nullable=False),
    sa.Column('created_at', core.db.Instant(timezone=True), nullable=False),
    sa.CheckConstraint("phone ~ '^1[3-9][0-9]{9}$'", name=op.f('ck_person_phone_is_mobile')),
    sa.CheckConstraint('phone IS NOT NULL OR username IS NOT NULL', name=op.f('ck_person_has_a_way_in')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_person')),
    sa.UniqueConstraint('phone', name=op.f('uq_person_phone')),
    sa.UniqueConstraint('username', name=op.f('uq_person_username'))
    )
    op.create_table('place',
    sa.Column('code', sa.String(length=12), nullable=False),
    sa.Column('name', sa.String(length=60), nullable=False),
    sa.Column('level', sa.Enum('county', 'town', 'village', 'community', name='placelevel', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('parent_code', sa.String(length=12), nullable=True),
    sa.CheckConstraint("code ~ '^[0-9]+$' AND length(code) = CASE level WHEN 'county' THEN 6 WHEN 'town' THEN 9 ELSE 12 END", name=op.f('ck_place_code_fits_level')),
    sa.ForeignKeyConstraint(['parent_code'], ['place.code'], name=op.f('fk_place_parent_code')),
    sa.PrimaryKeyConstraint('code', name=op.f('pk_place'))
    )
    op.create_index(op.f('ix_place_parent_code'), 'place', ['parent_code'], unique=False)
    op.create_table('request_key',
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('person_ref', sa.String(length=64), nullable=False),
    sa.Column('endpoint', sa.String(length=80), nullable=False),
    sa.Column('body_hash', sa.String(length=64), nullable=False),
    sa.Column('answer', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.Column('created_at', core.db.Instant(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('key', 'person_ref', name=op.f('pk_request_key'))
    )
    op.create_index(op.f('ix_request_key_created_at'), 'request_key', ['created_at'], unique=False)
    op.create_table('sent_message',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('phone', sa.String(length=11), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('sent_at', core.db.Instant(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sent_message'))
    )
    op.create_index(op.f('ix_sent_message_phone'), 'sent_message', ['phone'], unique=False)
    op.create_table('address',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('receiver', sa.String(length=30), nullable=False),
    sa.Column('phone', sa.String(length=11), nullable=False),
    sa.Column('region', sa.String(length=200), nullable=False),
    sa.Column('detail', sa.String(length=200), nullable=False),
    sa.Column('is_default', sa.Boolean(), nullable=False),
    sa.Column('is_active', sa.Boolean(), nullable=False),
    sa.Column('created_at', core.db.Instant(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_address_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_address'))
    )
    op.create_index(op.f('ix_address_person_id'), 'address', ['person_id'], unique=False)
    op.create_table('cart',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('token', sa.String(length=32), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=True),
    sa.Column('updated_at', core.db.Instant(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_cart_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cart')),
    sa.UniqueConstraint('person_id', name=op.f('uq_cart_person_id')),
    sa.UniqueConstraint('token', name=op.f('uq_cart_token'))
    )
    op.create_table('category_restriction',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('category_id', sa.BigInteger(), nullable=False),
    sa.Column('canteen_kind', sa.String(length=20), nullable=False),
    sa.Column('document', sa.String(length=200), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['category_id'], ['category.id'], name=op.f('fk_category_restriction_category_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_category_restriction'))
    )
    op.create_index(op.f('ix_category_restriction_category_id'), 'category_restriction', ['category_id'], unique=False)
    op.create_table('household',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('code', sa.String(length=20), nullable=False),
    sa.Column('village_code', sa.String(length=12), nullable=False),
    sa.Column('category', sa.Enum('exited', 'monitored', 'ordinary', name='householdcategory', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('members', sa.Integer(), nullable=False),
    sa.CheckConstraint('members BETWEEN 1 AND 30', name=op.f('ck_household_members')),
    sa.ForeignKeyConstraint(['village_code'], ['place.code'], name=op.f('fk_household_village_code')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_household')),
    sa.UniqueConstraint('code', name=op.f('uq_household_code'))
    )
    op.create_index(op.f('ix_household_village_code'), 'household', ['village_code'], unique=False)
    op.create_table('order_group',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('token', sa.String(length=32), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('total_fen', sa.BigInteger(), nullable=False),
    sa.Column('created_at', core.db.Instant(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_order_group_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_order_group')),
    sa.UniqueConstraint('token', name=op.f('uq_order_group_token'))
    )
    op.create_index(op.f('ix_order_group_person_id'), 'order_group', ['person_id'], unique=False)
    op.create_table('organisation',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('kind', sa.Enum('unit', 'canteen', 'supplier', 'union', 'contractor', 'enterprise', 'township', 'village', 'finance', 'agriculture', 'revitalisation', 'lead_bureau', 'federation', 'platform', name='organisationkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('uscc', sa.String(length=18), nullable=True),
    sa.Column('parent_id', sa.BigInteger(), nullable=True),
    sa.Column('place_code', sa.String(length=12), nullable=True),
    sa.Column('address', sa.String(length=200), nullable=False),
    sa.Column('phone', sa.String(length=20), nullable=False),
    sa.Column('opened_on', sa.Date(), nullable=False),
    sa.Column('closed_on', sa.Date(), nullable=True),
    sa.Column('created_at', core.db.Instant(timezone=True), nullable=False),
    sa.CheckConstraint("kind <> 'canteen' OR parent_id IS NOT NULL", name=op.f('ck_organisation_canteen_has_unit')),
    sa.CheckConstraint('closed_on IS NULL OR closed_on >= opened_on', name=op.f('ck_organisation_closes_after_opening')),
    sa.ForeignKeyConstraint(['parent_id'], ['organisation.id'], name=op.f('fk_organisation_parent_id')),
    sa.ForeignKeyConstraint(['place_code'], ['place.code'], name=op.f('fk_organisation_place_code')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_organisation'))
    )
    op.create_index('ix_organisation_kind_name', 'organisation', ['kind', 'name'], unique=False)
    op.create_index(op.f('ix_organisation_parent_id'), 'organisation', ['parent_id'], unique=False)
    op.create_index(op.f('ix_organisation_place_code'), 'organisation', ['place_code'], unique=False)
    op.create_index('uq_organisation_uscc', 'organisation', ['uscc'], unique=True, postgresql_where=sa.text('uscc IS NOT NULL'))
    op.create_table('revoked_session',
    sa.Column('sid', sa.String(length=32), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('revoked_at', core.db.Instant(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_revoked_session_person_id')),
    sa.PrimaryKeyConstraint('sid', name=op.f('pk_revoked_session'))
    )
    op.create_table('scheme_version',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('code', sa.String(length=4), nullable=False),
    sa.Column('version_no', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=30), nullable=False),
    sa.Column('min_bp', sa.Integer(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('applies_at_once', sa.Boolean(), nullable=False),
    sa.Column('channels', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('union_counts', sa.Boolean(), nullable=False),
    sa.Column('personal_counts', sa.Boolean(), nullable=False),
    sa.Column('freight_counts', sa.Boolean(), nullable=False),
    sa.Column('goods_rule', sa.Enum('any', 'ingredient_exited', name='goodsrule', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('no_decrease', sa.Boolean(), nullable=False),
    sa.Column('document', sa.String(length=200), nullable=False),
    sa.Column('author_id', sa.BigInteger(), nullable=True),
    sa.Column('created_at', core.db.Instant(timezone=True), nullable=False),
    sa.CheckConstraint('min_bp BETWEEN 0 AND 10000', name=op.f('ck_scheme_version_share')),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_scheme_version_author_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_scheme_version')),
    sa.UniqueConstraint('code', 'version_no', name=op.f('uq_scheme_version_code_version_no'))
    )
    op.create_table('setting',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('key', sa.String(length=80), nullable=False),
    sa.Column('value', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('author_id', sa.BigInteger(), nullable=True),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('created_at', core.db.Instant(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_setting_author_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_setting'))
    )
    op.create_index('ix_setting_key_valid_from', 'setting', ['key', 'valid_from', 'id'], unique=False)
    op.create_table('village_category',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('village_code', sa.String(length=12), nullable=False),
    sa.Column('is_exited', sa.Boolean(), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('document', sa.String(length=200), nullable=False),
    sa.Column('created_at', core.db.Instant(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['village_code'], ['place.code'], name=op.f('fk_village_category_village_code')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_village_category'))
    )
    op.create_index(op.f('ix_village_category_village_code'), 'village_category', ['village_code'], unique=False)
    op.create_table('budget_unit',
    sa.Column('organisation_id', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.Enum('school', 'kindergarten', 'hospital', 'bureau', 'town', 'institution', name='unitkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('system', sa.String(length=20), nullable=False),
    sa.Column('level', sa.Enum('county', 'stationed', name='budgetlevel', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('rule_limit_fen', sa.BigInteger(), nullable=False),
    sa.Column('head_limit_fen', sa.BigInteger(), nullable=False),
    sa.Column('orderer_may_be_second', sa.Boolean(), nullable=False),
    sa.CheckConstraint('rule_limit_fen >= 0 AND head_limit_fen >= rule_limit_fen', name=op.f('ck_budget_unit_limits')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_budget_unit_organisation_id')),
    sa.PrimaryKeyConstraint('organisation_id', name=op.f('pk_budget_unit'))
    )
    op.create_table('envelope',
    sa.Column('unit_id', sa.BigInteger(), nullable=False),
    sa.Column('fiscal_year', sa.Integer(), nullable=False),
    sa.Column('scheme_code', sa.String(length=4), nullable=False),
    sa.Column('total_fen', sa.BigInteger(), nullable=False),
    sa.Column('reserve_fen', sa.BigInteger(), nullable=False),
    sa.Column('min_bp', sa.Integer(), nullable=False),
    sa.Column('eligible_open_fen', sa.BigInteger(), nullable=False),
    sa.Column('eligible_done_fen', sa.BigInteger(), nullable=False),
    sa.Column('general_open_fen', sa.BigInteger(), nullable=False),
    sa.Column('general_done_fen', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('eligible_open_fen >= 0 AND eligible_done_fen >= 0 AND general_open_fen >= 0 AND general_done_fen >= 0', name=op.f('ck_envelope_not_negative')),
    sa.CheckConstraint('reserve_fen <= total_fen', name=op.f('ck_envelope_reserve_within_total')),
    sa.ForeignKeyConstraint(['unit_id'], ['organisation.id'], name=op.f('fk_envelope_unit_id')),
    sa.PrimaryKeyConstraint('unit_id', 'fiscal_year', 'scheme_code', name=op.f('pk_envelope'))
    )
    op.create_table('envelope_move',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('unit_id', sa.BigInteger(), nullable=False),
    sa.Column('fiscal_year', sa.Integer(), nullable=False),
    sa.Column('scheme_code', sa.String(length=4), nullable=False),
    sa.Column('eligible_open_fen', sa.BigInteger(), nullable=False),
    sa.Column('eligible_done_fen', sa.BigInteger(), nullable=False),
    sa.Column('general_open_fen', sa.BigInteger(), nullable=False),
    sa.Column('general_done_fen', sa.BigInteger(), nullable=False),
    sa.Column('source', sa.String(length=24), nullable=False),
    sa.Column('source_id', sa.BigInteger(), nullable=False),
    sa.Column('at', core.db.Instant(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['unit_id'], ['organisation.id'], name=op.f('fk_envelope_move_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_envelope_move')),
    sa.UniqueConstraint('source', 'source_id', 'scheme_code', name=op.f('uq_envelope_move_source_source_id_scheme_code'))
    )
    op.create_index('ix_envelope_move_unit', 'envelope_move', ['unit_id', 'fiscal_year', 'scheme_code'], unique=False)
    op.create_table('external_order',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('channel', sa.String(length=10), nullable=False),
    sa.Column('external_no', sa.String(length=60), nullable=False),
    sa.Column('current_version_id', sa.BigInteger(), nullable=True),
    sa.Column('unit_id', sa.BigInteger(), nullable=True),
    sa.Column('is_void', sa.Boolean(), nullable=False),
    sa.Column('created_at', core.db.Instant(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['current_version_id'], ['external_order_version.id'], name='fk_external_order_current', use_alter=True),
    sa.ForeignKeyConstraint(['unit_id'], ['organisation.id'], name=op.f('fk_external_order_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_external_order')),
    sa.UniqueConstraint('channel', 'external_no', name=op.f('uq_external_order_channel_external_no'))
    )
    op.create_index(op.f('ix_external_order_unit_id'), 'external_order', ['unit_id'], unique=False)
    op.create_table('header_mapping',
    sa.Column('organisation_id', sa.BigInteger(), nullable=False),
    sa.Column('header', sa.String(length=60), nullable=False),
    sa.Column('field', sa.String(length=30), nullable=False),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_header_mapping_organisation_id')),
    sa.PrimaryKeyConstraint('organisation_id', 'header', name=op.f('pk_header_mapping'))
    )
    op.create_table('job',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('token', sa.String(length=32), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('organisation_id', sa.BigInteger(), nullable=True),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('done', sa.Integer(), nullable=False),
    sa.Column('total', sa.Integer(), nullable=False),
    sa.Column('result', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('created_at', core.db.Instant(timezone=True), nullable=False),
    sa.Column('finished_at', core.db.Instant(timezone=True), nullable=True),
    sa.CheckConstraint("state IN ('waiting','running','done','failed')", name=op.f('ck_job_state')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_job_organisation_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_job_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_job')),
    sa.UniqueConstraint('token', name=op.f('uq_job_token'))
    )
    op.create_index(op.f('ix_job_person_id'), 'job', ['person_id'], unique=False)
    op.create_table('membership',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('organisation_id', sa.BigInteger(), nullable=False),
    sa.Column('role', sa.Enum('resident', 'organisation_admin', 'supplier_clerk', 'canteen_orderer', 'receiver', 'unit_approver', 'unit_payer', 'unit_head', 'superior_reviewer', 'contractor_buyer', 'union_clerk', 'federation_officer', 'township_clerk', 'village_worker', 'linkage_officer', 'agriculture_officer', 'certification_inspector', 'enterprise_buyer', 'finance_officer', 'finance_auditor', 'finance_admin', 'lead_reader', 'guest_auditor', 'platform_operator', name='role', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.Column('deputy_for_id', sa.BigInteger(), nullable=True),
    sa.Column('granted_by_id', sa.BigInteger(), nullable=True),
    sa.Column('granted_at', core.db.Instant(timezone=True), nullable=False),
    sa.Column('ended_at', core.db.Instant(timezone=True), nullable=True),
    sa.CheckConstraint('deputy_for_id IS NULL OR valid_to IS NOT NULL', name=op.f('ck_membership_deputy_has_end')),
    sa.CheckConstraint('valid_to IS NULL OR valid_to >= valid_from', name=op.f('ck_membership_ends_after_start')),
    sa.ForeignKeyConstraint(['deputy_for_id'], ['membership.id'], name=op.f('fk_membership_deputy_for_id')),
    sa.ForeignKeyConstraint(['granted_by_id'], ['person.id'], name=op.f('fk_membership_granted_by_id')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_membership_organisation_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_membership_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_membership'))
    )
    op.create_index(op.f('ix_membership_organisation_id'), 'membership', ['organisation_id'], unique=False)
    op.create_index(op.f('ix_membership_person_id'), 'membership', ['person_id'], unique=False)
    op.create_index('uq_membership_open', 'membership', ['person_id', 'organisation_id', 'role'], unique=True, postgresql_where=sa.text('ended_at IS NULL'))
    op.create_table('opening_figure',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('unit_id', sa.BigInteger(), nullable=False),
    sa.Column('fiscal_year', sa.Integer(), nullable=False),
    sa.Column('actual_fen', sa.BigInteger(), nullable=False),
    sa.Column('document', sa.String(length=200), nullable=False),
    sa.Column('entered_by_id', sa.BigInteger(), nullable=True),
    sa.Column('entered_on', sa.Date(), nullable=False),
    sa.Column('created_at', core.db.Instant(timezone=True), nullable=False),
    sa.CheckConstraint('actual_fen >= 0', name=op.f('ck_opening_figure_amount')),
    sa.ForeignKeyConstraint(['entered_by_id'], ['person.id'], name=op.f('fk_opening_figure_entered_by_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['organisation.id'], name=op.f('fk_opening_figure_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_opening_figure'))
    )
    op.create_index(op.f('ix_opening_figure_unit_id'), 'opening_figure', ['unit_id'], unique=False)
    op.create_table('organisation_name',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('organisation_id', sa.BigInteger(), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('is_alias', sa.Boolean(), nullable=False),
    sa.Column('created_at', core.db.Instant(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_organisation_name_organisation_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_organisation_name'))
    )
    op.create_index(op.f('ix_organisation_name_name'), 'organisation_name', ['name'], unique=False)
    op.create_index(op.f('ix_organisation_name_organisation_id'), 'organisation_name', ['organisation_id'], unique=False)
    op.create_table('quota_balance',
    sa.Column('scheme_code', sa.String(length=4), nullable=False),
    sa.Column('fiscal_year', sa.Integer(), nullable=False),
    sa.Column('unit_id', sa.BigInteger(), nullable=False),
    sa.Column('month', sa.Integer(), nullable=False),
    sa.Column('counted_fen', sa.BigInteger(), nullable=False),
    sa.Column('union_fen', sa.BigInteger(), nullable=False),
    sa.Column('personal_fen', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['unit_id'], ['organisation.id'], name=op.f('fk_quota_balance_unit_id')),
    sa.PrimaryKeyConstraint('scheme_code', 'fiscal_year', 'unit_id', 'month', name=op.f('pk_quota_balance'))
    )
    op.create_table('ratio_exception',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('unit_id', sa.BigInteger(), nullable=False),
    sa.Column('scheme_code', sa.String(length=4), nullable=False),
    sa.Column('min_bp', sa.Integer(), nullable=False),
    sa.Column('document', sa.String(length=200), nullable=False),
    sa.Column('approver', sa.String(length=200), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_to', sa.Date(), nullable=False),
    sa.Column('entered_by_id', sa.BigInteger(), nullable=False),
    sa.Column('created_at', core.db.Instant(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['entered_by_id'], ['person.id'], name=op.f('fk_ratio_exception_entered_by_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['organisation.id'], name=op.f('fk_ratio_exception_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ratio_exception'))
    )
    op.create_index(op.f('ix_ratio_exception_unit_id'), 'ratio_exception', ['unit_id'], unique=False)
    op.create_table('spend_balance',
    sa.Column('fiscal_year', sa.Integer(), nullable=False),
    sa.Column('unit_id', sa.BigInteger(), nullable=False),
    sa.Column('month', sa.Integer(), nullable=False),
    sa.Column('platform_fen', sa.BigInteger(), nullable=False),
    sa.Column('p832_fen', sa.BigInteger(), nullable=False),
    sa.Column('stated_fen', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['unit_id'], ['organisation.id'], name=op.f('fk_spend_balance_unit_id')),
    sa.PrimaryKeyConstraint('fiscal_year', 'unit_id', 'month', name=op.f('pk_spend_balance'))
    )
    op.create_table('spend_move',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('unit_id', sa.BigInteger(), nullable=False),
    sa.Column('canteen_id', sa.BigInteger(), nullable=True),
    sa.Column('fiscal_year', sa.Integer(), nullable=False),
    sa.Column('month', sa.Integer(), nullable=False),
    sa.Column('channel', sa.Enum('county', 'offline', 'p832', 'ordinary', name='channel', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('source', sa.String(length=24), nullable=False),
    sa.Column('source_id', sa.BigInteger(), nullable=False),
    sa.Column('at', core.db.Instant(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['canteen_id'], ['organisation.id'], name=op.f('fk_spend_move_canteen_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['organisation.id'], name=op.f('fk_spend_move_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_spend_move')),
    sa.UniqueConstraint('source', 'source_id', name=op.f('uq_spend_move_source_source_id'))
    )
    op.create_index('ix_spend_move_unit', 'spend_move', ['unit_id', 'fiscal_year', 'month'], unique=False)
    op.create_table('spending_statement',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('unit_id', sa.BigInteger(), nullable=False),
    sa.Column('canteen_id', sa.BigInteger(), nullable=False),
    sa.Column('fiscal_year', sa.Integer(), nullable=False),
    sa.Column('month', sa.Integer(), nullable=False),
    sa.Column('version_no', sa.Integer(), nullable=False),
    sa.Column('state', sa.Enum('draft', 'submitted', 'confirmed', 'returned', name='statementstate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('total_fen', sa.BigInteger(), nullable=False),
    sa.Column('is_nil', sa.Boolean(), nullable=False),
    sa.Column('author_id', sa.BigInteger(), nullable=False),
    sa.Column('created_at', core.db.Instant(timezone=True), nullable=False),
    sa.Column('submitted_at', core.db.Instant(timezone=True), nullable=True),
    sa.Column('confirmed_by_id', sa.BigInteger(), nullable=True),
    sa.Column('decided_at', core.db.Instant(timezone=True), nullable=True),
    sa.Column('decision_reason', sa.String(length=200), nullable=False),
    sa.CheckConstraint("state <> 'confirmed' OR confirmed_by_id IS NOT NULL", name=op.f('ck_spending_statement_confirmed_has_name')),
    sa.CheckConstraint('confirmed_by_id IS NULL OR confirmed_by_id <> author_id', name=op.f('ck_spending_statement_two_people')),
    sa.CheckConstraint('month BETWEEN 1 AND 12 AND total_fen >= 0', name=op.f('ck_spending_statement_month_total')),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_spending_statement_author_id')),
    sa.ForeignKeyConstraint(['canteen_id'], ['organisation.id'], name=op.f('fk_spending_statement_canteen_id')),
    sa.ForeignKeyConstraint(['confirmed_by_id'], ['person.id'], name=op.f('fk_spending_statement_confirmed_by_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['organisation.id'], name=op.f('fk_spending_statement_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_spending_statement')),
    sa.UniqueConstraint('canteen_id', 'fiscal_year', 'month', 'version_no', name=op.f('uq_spending_statement_canteen_id_fiscal_year_month_version_no'))
    )
    op.create_index('ix_spending_statement_unit', 'spending_statement', ['unit_id', 'fiscal_year', 'month'], unique=False)
    op.create_table('stored_file',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('token', sa.String(length=32), nullable=False),
    sa.Column('audience', sa.Enum('public', 'owner', 'parties', name='audience', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('owner_id', sa.BigInteger(), nullable=True),
    sa.Column('uploaded_by_id', sa.BigInteger(), nullable=True),
    sa.Column('purpose', sa.String(length=64), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('content_type', sa.String(length=100), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('created_at', core.db.Instant(timezone=True), nullable=False),
    sa.CheckConstraint('size > 0', name=op.f('ck_stored_file_not_empty')),
    sa.ForeignKeyConstraint(['owner_id'], ['organisation.id'], name=op.f('fk_stored_file_owner_id')),
    sa.ForeignKeyConstraint(['uploaded_by_id'], ['person.id'], name=op.f('fk_stored_file_uploaded_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stored_file')),
    sa.UniqueConstraint('token', name=op.f('uq_stored_file_token'))
    )
    op.create_index(op.f('ix_stored_file_owner_id'), 'stored_file', ['owner_id'], unique=False)
    op.create_index(op.f('ix_stored_file_sha256'), 'stored_file', ['sha256'], unique=False)
    op.create_table('supplier',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('organisation_id', sa.BigInteger(), nullable=False),
    sa.Column('entity_type', sa.Enum('cooperative', 'family_farm', 'collective', 'firm', 'trader', name='entitytype', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('status', sa.Enum('applying', 'active', 'suspended', 'removed', 'blacklisted', name='supplierstatus', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('town_code', sa.String(length=12), nullable=False),
    sa.Column('legal_person', sa.String(length=200), nullable=False),
    sa.Column('licence_valid_to', sa.Date(), nullable=True),
    sa.Column('bank_name', sa.String(length=200), nullable=False),
    sa.Column('bank_account_name', sa.String(length=200), nullable=False),
    sa.Column('bank_account_no', sa.String(length=30), nullable=False),
    sa.Column('story', sa.Text(), nullable=False),
    sa.Column('admitted_on', sa.Date(), nullable=True),
    sa.Column('created_at', core.db.Instant(timezone=True), nullable=False),
    sa.CheckConstraint("bank_account_no ~ '^[0-9]{9,30}$'", name=op.f('ck_supplier_bank_account_digits')),
    sa.CheckConstraint("status <> 'active' OR admitted_on IS NOT NULL", name=op.f('ck_supplier_active_is_admitted')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_supplier_organisation_id')),
    sa.ForeignKeyConstraint(['town_code'], ['place.code'], name=op.f('fk_supplier_town_code')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_supplier')),
    sa.UniqueConstraint('organisation_id', name=op.f('uq_supplier_organisation_id'))
    )
    op.create_index(op.f('ix_supplier_town_code'), 'supplier', ['town_code'], unique=False)
    op.create_table('book_posting',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('tx_id', sa.BigInteger(), nullable=False),
    sa.Column('account', sa.Enum('receivable', 'payable', 'clearing', 'refund', name='account', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('supplier_id', sa.BigInteger(), nullable=False),
    sa.Column('buyer_id', sa.BigInteger(), nullable=True),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('amount_fen <> 0', name=op.f('ck_book_posting_amount')),
    sa.ForeignKeyConstraint(['buyer_id'], ['organisation.id'], name=op.f('fk_book_posting_buyer_id')),
    sa.ForeignKeyConstraint(['supplier_id'], ['supplier.id'], name=op.f('fk_book_posting_supplier_id')),
    sa.ForeignKeyConstraint(['tx_id'], ['book_tx.id'], name=op.f('fk_book_posting_tx_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_book_posting'))
    )
    op.create_index('ix_book_posting_supplier', 'book_posting', ['supplier_id', 'account'], unique=False)
    op.create_index(op.f('ix_book_posting_tx_id'), 'book_posting', ['tx_id'], unique=False)
    op.create_table('certificate',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('supplier_id', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.Enum('green', 'organic', 'gi', 'sc', 'jy', 'quarantine', name='certificatekind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('number', sa.String(length=40), nullable=False),
    sa.Column('issuer', sa.String(length=200), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_to', sa.Date(), nullable=False),
    sa.Column('status', sa.Enum('active', 'suspended', 'revoked', name='certificatestatus', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('approved_output_g', sa.BigInteger(), nullable=True),
    sa.Column('file_id', sa.BigInteger(), nullable=True),
    sa.Column('created_at', core.db.Instant(timezone=True), nullable=False),
    sa.CheckConstraint('valid_to >= valid_from', name=op.f('ck_certificate_ends_after_start')),
    sa.ForeignKeyConstraint(['file_id'], ['stored_file.id'], name=op.f('fk_certificate_file_id')),
    sa.ForeignKeyConstraint(['supplier_id'], ['supplier.id'], name=op.f('fk_certificate_supplier_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_certificate')),
    sa.UniqueConstraint('kind', 'number', name=op.f('uq_certificate_kind_number'))
    )
    op.create_index(op.f('ix_certificate_supplier_id'), 'certificate', ['supplier_id'], unique=False)
    op.create_table('declaration',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('unit_id', sa.BigInteger(), nullable=False),
    sa.Column('fiscal_year', sa.Integer(), nullable=False),
    sa.Column('version_no', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('filing', 'amendment', 'assessment', name='declarationkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('state', sa.Enum('draft', 'submitted', 'reviewed', 'confirmed', 'returned', name='declarationstate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('canteen_status', sa.Enum('own', 'outsourced', 'shared_lead', 'shared_member', 'none', name='canteenstatus', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('lead_unit_id', sa.BigInteger(), nullable=True),
    sa.Column('contractor_name', sa.String(length=200), nullable=False),
    sa.Column('contractor_uscc', sa.String(length=18), nullable=False),
    sa.Column('contract_file_id', sa.BigInteger(), nullable=True),
    sa.Column('contract_clause', sa.Boolean(), nullable=False),
    sa.Column('total_fen', sa.BigInteger(), nullable=False),
    sa.Column('union_expected_fen', sa.BigInteger(), nullable=False),
    sa.Column('is_late', sa.Boolean(), nullable=False),
    sa.Column('explanation', sa.String(length=500), nullable=False),
    sa.Column('exception_document', sa.String(length=200), nullable=False),
    sa.Column('in_force_from', core.db.Instant(timezone=True), nullable=True),
    sa.Column('author_id', sa.BigInteger(), nullable=False),
    sa.Column('created_at', core.db.Instant(timezone=True), nullable=False),
    sa.Column('submitted_at', core.db.Instant(timezone=True), nullable=True),
    sa.Column('reviewed_by_id', sa.BigInteger(), nullable=True),
    sa.Column('decided_by_id', sa.BigInteger(), nullable=True),
    sa.Column('decided_at', core.db.Instant(timezone=True), nullable=True),
    sa.Column('decision_reason', sa.String(length=200), nullable=False),
    sa.CheckConstraint("canteen_status <> 'shared_member' OR (lead_unit_id IS NOT NULL AND lead_unit_id <> unit_id) OR state = 'draft'", name=op.f('ck_declaration_member_names_lead')),
    sa.CheckConstraint("state <> 'confirmed' OR (decided_by_id IS NOT NULL AND in_force_from IS NOT NULL)", name=op.f('ck_declaration_confirmed')),
    sa.CheckConstraint("state = 'draft' OR CASE WHEN canteen_status IN ('none','shared_member') THEN total_fen = 0 ELSE total_fen > 0 END", name=op.f('ck_declaration_total_fits_status')),
    sa.CheckConstraint('total_fen >= 0 AND union_expected_fen >= 0', name=op.f('ck_declaration_amounts')),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_declaration_author_id')),
    sa.ForeignKeyConstraint(['contract_file_id'], ['stored_file.id'], name=op.f('fk_declaration_contract_file_id')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['person.id'], name=op.f('fk_declaration_decided_by_id')),
    sa.ForeignKeyConstraint(['lead_unit_id'], ['organisation.id'], name=op.f('fk_declaration_lead_unit_id')),
    sa.ForeignKeyConstraint(['reviewed_by_id'], ['person.id'], name=op.f('fk_declaration_reviewed_by_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['organisation.id'], name=op.f('fk_declaration_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_declaration')),
    sa.UniqueConstraint('unit_id', 'fiscal_year', 'version_no', name=op.f('uq_declaration_unit_id_fiscal_year_version_no'))
    )
    op.create_index('ix_declaration_in_force', 'declaration', ['fiscal_year', 'unit_id', 'version_no'], unique=False, postgresql_where=sa.text('in_force_from IS NOT NULL'))
    op.create_table('fact_entry',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('seq', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.Enum('ordered', 'released', 'accepted', 'rejected', 'invoiced', 'paid', 'refunded', 'imported', 'stated', 'reattributed', 'declared', name='factkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('unit_id', sa.BigInteger(), nullable=False),
    sa.Column('canteen_id', sa.BigInteger(), nullable=True),
    sa.Column('fiscal_year', sa.Integer(), nullable=False),
    sa.Column('occurred_on', sa.Date(), nullable=False),
    sa.Column('channel', sa.Enum('county', 'offline', 'p832', 'ordinary', name='channel', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('fund', sa.Enum('canteen', 'union', 'personal', name='fundsource', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('freight_fen', sa.BigInteger(), nullable=False),
    sa.Column('qty', sa.BigInteger(), nullable=False),
    sa.Column('category_id', sa.BigInteger(), nullable=True),
    sa.Column('supplier_id', sa.BigInteger(), nullable=True),
    sa.Column('village_code', sa.String(length=12), nullable=True),
    sa.Column('labels', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('source', sa.String(length=24), nullable=False),
    sa.Column('source_id', sa.BigInteger(), nullable=False),
    sa.Column('reverses_id', sa.BigInteger(), nullable=True),
    sa.Column('person_id', sa.BigInteger(), nullable=True),
    sa.Column('entered_at', core.db.Instant(timezone=True), nullable=False),
    sa.Column('prev', sa.LargeBinary(length=32), nullable=False),
    sa.Column('hash', sa.LargeBinary(length=32), nullable=False),
    sa.ForeignKeyConstraint(['canteen_id'], ['organisation.id'], name=op.f('fk_fact_entry_canteen_id')),
    sa.ForeignKeyConstraint(['category_id'], ['category.id'], name=op.f('fk_fact_entry_category_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_fact_entry_person_id')),
    sa.ForeignKeyConstraint(['reverses_id'], ['fact_entry.id'], name=op.f('fk_fact_entry_reverses_id')),
    sa.ForeignKeyConstraint(['supplier_id'], ['supplier.id'], name=op.f('fk_fact_entry_supplier_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['organisation.id'], name=op.f('fk_fact_entry_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_fact_entry')),
    sa.UniqueConstraint('kind', 'source', 'source_id', name=op.f('uq_fact_entry_kind_source_source_id')),
    sa.UniqueConstraint('seq', name=op.f('uq_fact_entry_seq'))
    )
    op.create_index('ix_fact_entry_unit', 'fact_entry', ['unit_id', 'fiscal_year', 'kind', 'occurred_on'], unique=False)
    op.create_table('file_reader',
    sa.Column('file_id', sa.BigInteger(), nullable=False),
    sa.Column('organisation_id', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['file_id'], ['stored_file.id'], name=op.f('fk_file_reader_file_id')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_file_reader_organisation_id')),
    sa.PrimaryKeyConstraint('file_id', 'organisation_id', name=op.f('pk_file_reader'))
    )
    op.create_table('freight_rule',
    sa.Column('supplier_id', sa.BigInteger(), nullable=False),
    sa.Column('base_fen', sa.BigInteger(), nullable=False),
    sa.Column('free_above_fen', sa.BigInteger(), nullable=True),
    sa.CheckConstraint('base_fen >= 0 AND free_above_fen >= 0', name=op.f('ck_freight_rule_not_negative')),
    sa.ForeignKeyConstraint(['supplier_id'], ['supplier.id'], name=op.f('fk_freight_rule_supplier_id')),
    sa.PrimaryKeyConstraint('supplier_id', name=op.f('pk_freight_rule'))
    )
    op.create_table('import_batch',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('token', sa.String(length=32), nullable=False),
    sa.Column('side', sa.Enum('self', 'check', name='importside', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('organisation_id', sa.BigInteger(), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('file_id', sa.BigInteger(), nullable=False),
    sa.Column('filename', sa.String(length=200), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('headers', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('mapping', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('state', sa.Enum('preview', 'committed', 'undone', 'discarded', name='importstate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('counts', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('created_at', core.db.Instant(timezone=True), nullable=False),
    sa.Column('committed_at', core.db.Instant(timezone=True), nullable=True),
    sa.Column('undone_at', core.db.Instant(timezone=True), nullable=True),
    sa.Column('undone_by_id', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['file_id'], ['stored_file.id'], name=op.f('fk_import_batch_file_id')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_import_batch_organisation_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_import_batch_person_id')),
    sa.ForeignKeyConstraint(['undone_by_id'], ['person.id'], name=op.f('fk_import_batch_undone_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_import_batch')),
    sa.UniqueConstraint('token', name=op.f('uq_import_batch_token'))
    )
    op.create_index(op.f('ix_import_batch_organisation_id'), 'import_batch', ['organisation_id'], unique=False)
    op.create_table('invoice',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('number', sa.String(length=20), nullable=False),
    sa.Column('supplier_id', sa.BigInteger(), nullable=False),
    sa.Column('buyer_id', sa.BigInteger(), nullable=False),
    sa.Column('issued_on', sa.Date(), nullable=False),
    sa.Column('total_fen', sa.BigInteger(), nullable=False),
    sa.Column('tax_fen', sa.BigInteger(), nullable=False),
    sa.Column('file_id', sa.BigInteger(), nullable=True),
    sa.Column('recorded_by_id', sa.BigInteger(), nullable=False),
    sa.Column('recorded_at', core.db.Instant(timezone=True), nullable=False),
    sa.CheckConstraint("number ~ '^[0-9]{8,20}$'", name=op.f('ck_invoice_number_digits')),
    sa.CheckConstraint('total_fen > 0 AND tax_fen >= 0 AND tax_fen < total_fen', name=op.f('ck_invoice_amounts')),
    sa.ForeignKeyConstraint(['buyer_id'], ['organisation.id'], name=op.f('fk_invoice_buyer_id')),
    sa.ForeignKeyConstraint(['file_id'], ['stored_file.id'], name=op.f('fk_invoice_file_id')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['person.id'], name=op.f('fk_invoice_recorded_by_id')),
    sa.ForeignKeyConstraint(['supplier_id'], ['supplier.id'], name=op.f('fk_invoice_supplier_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_invoice')),
    sa.UniqueConstraint('number', name=op.f('uq_invoice_number'))
    )
    op.create_index(op.f('ix_invoice_buyer_id'), 'invoice', ['buyer_id'], unique=False)
    op.create_index(op.f('ix_invoice_supplier_id'), 'invoice', ['supplier_id'], unique=False)
    op.create_table('linkage_agreement',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('supplier_id', sa.BigInteger(), nullable=False),
    sa.Column('household_id', sa.BigInteger(), nullable=False),
    sa.Column('mode', sa.Enum('purchase', 'wage', 'dividend', 'guaranteed', 'land_rent', 'custody', name='linkagemode', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('valid_to', sa.Date(), nullable=True),
    sa.ForeignKeyConstraint(['household_id'], ['household.id'], name=op.f('fk_linkage_agreement_household_id')),
    sa.ForeignKeyConstraint(['supplier_id'], ['supplier.id'], name=op.f('fk_linkage_agreement_supplier_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_linkage_agreement')),
    sa.UniqueConstraint('supplier_id', 'household_id', 'mode', 'valid_from', name=op.f('uq_linkage_agreement_supplier_id_household_id_mode_valid_from'))
    )
    op.create_index(op.f('ix_linkage_agreement_household_id'), 'linkage_agreement', ['household_id'], unique=False)
    op.create_index(op.f('ix_linkage_agreement_supplier_id'), 'linkage_agreement', ['supplier_id'], unique=False)
    op.create_table('merchant_account',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('supplier_id', sa.BigInteger(), nullable=False),
    sa.Column('provider', sa.String(length=20), nullable=False),
    sa.Column('app_id', sa.String(length=32), nullable=False),
    sa.Column('seller_id', sa.String(length=32), nullable=False),
    sa.Column('auth_token_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('is_active', sa.Boolean(), nullable=False),
    sa.Column('created_at', core.db.Instant(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['supplier_id'], ['supplier.id'], name=op.f('fk_merchant_account_supplier_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_merchant_account'))
    )
    op.create_index(op.f('ix_merchant_account_supplier_id'), 'merchant_account', ['supplier_id'], unique=False)
    op.create_index('uq_merchant_account_active', 'merchant_account', ['supplier_id', 'provider'], unique=True, postgresql_where=sa.text('is_active'))
    op.create_table('plan',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('plan_no', sa.String(length=24), nullable=False),
    sa.Column('token', sa.String(length=32), nullable=False),
    sa.Column('unit_id', sa.BigInteger(), nullable=False),
    sa.Column('canteen_id', sa.BigInteger(), nullable=False),
    sa.Column('period_from', sa.Date(), nullable=False),
    sa.Column('period_to', sa.Date(), nullable=False),
    sa.Column('state', sa.Enum('draft', 'submitted', 'approved', 'returned', 'withdrawn', 'closed', name='planstate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('total_fen', sa.BigInteger(), nullable=False),
    sa.Column('upper_fen', sa.BigInteger(), nullable=False),
    sa.Column('approval_level', sa.Enum('rule', 'head', 'collective', name='approvallevel', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('gate', sa.Enum('off', 'warn', 'reason', 'stop', name='gate', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('note', sa.String(length=200), nullable=False),
    sa.Column('author_id', sa.BigInteger(), nullable=False),
    sa.Column('created_at', core.db.Instant(timezone=True), nullable=False),
    sa.Column('submitted_at', core.db.Instant(timezone=True), nullable=True),
    sa.Column('decided_by_id', sa.BigInteger(), nullable=True),
    sa.Column('decided_at', core.db.Instant(timezone=True), nullable=True),
    sa.Column('decision_reason', sa.String(length=200), nullable=False),
    sa.Column('decision_file_id', sa.BigInteger(), nullable=True),
    sa.CheckConstraint("state <> 'approved' OR approval_level = 'rule' OR decided_by_id IS NOT NULL", name=op.f('ck_plan_approved_has_name')),
    sa.CheckConstraint('decided_by_id IS NULL OR decided_by_id <> author_id', name=op.f('ck_plan_approved_by_another')),
    sa.CheckConstraint('period_to >= period_from AND period_to - period_from <= 31', name=op.f('ck_plan_period')),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_plan_author_id')),
    sa.ForeignKeyConstraint(['canteen_id'], ['organisation.id'], name=op.f('fk_plan_canteen_id')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['person.id'], name=op.f('fk_plan_decided_by_id')),
    sa.ForeignKeyConstraint(['decision_file_id'], ['stored_file.id'], name=op.f('fk_plan_decision_file_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['organisation.id'], name=op.f('fk_plan_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plan')),
    sa.UniqueConstraint('plan_no', name=op.f('uq_plan_plan_no')),
    sa.UniqueConstraint('token', name=op.f('uq_plan_token'))
    )
    op.create_index(op.f('ix_plan_canteen_id'), 'plan', ['canteen_id'], unique=False)
    op.create_index(op.f('ix_plan_unit_id'), 'plan', ['unit_id'], unique=False)
    op.create_table('product',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('sku', sa.String(length=16), nullable=False),
    sa.Column('supplier_id', sa.BigInteger(), nullable=False),
    sa.Column('category_id', sa.BigInteger(), nullable=False),
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('description', sa.Text(), nullable=False),
    sa.Column('origin_code', sa.String(length=12), nullable=False),
    sa.Column('state', sa.Enum('draft', 'origin_check', 'content_check', 'listed', 'returned', 'withdrawn', name='productstate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('state_reason', sa.String(length=200), nullable=False),
    sa.Column('origin_confirmed_by_id', sa.BigInteger(), nullable=True),
    sa.Column('origin_confirmed_at', core.db.Instant(timezone=True), nullable=True),
    sa.Column('approved_by_id', sa.BigInteger(), nullable=True),
    sa.Column('listed_at', core.db.Instant(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', core.db.Instant(timezone=True), nullable=False),
    sa.Column('updated_at', core.db.Instant(timezone=True), nullable=False),
    sa.CheckConstraint("state <> 'listed' OR (origin_confirmed_by_id IS NOT NULL AND approved_by_id IS NOT NULL AND listed_at IS NOT NULL)", name=op.f('ck_product_listed_is_checked')),
    sa.CheckConstraint('origin_confirmed_by_id <> approved_by_id', name=op.f('ck_product_two_checkers')),
    sa.ForeignKeyConstraint(['approved_by_id'], ['person.id'], name=op.f('fk_product_approved_by_id')),
    sa.ForeignKeyConstraint(['category_id'], ['category.id'], name=op.f('fk_product_category_id')),
    sa.ForeignKeyConstraint(['origin_code'], ['place.code'], name=op.f('fk_product_origin_code')),
    sa.ForeignKeyConstraint(['origin_confirmed_by_id'], ['person.id'], name=op.f('fk_product_origin_confirmed_by_id')),
    sa.ForeignKeyConstraint(['supplier_id'], ['supplier.id'], name=op.f('fk_product_supplier_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_product')),
    sa.UniqueConstraint('sku', name=op.f('uq_product_sku'))
    )
    op.create_index(op.f('ix_product_category_id'), 'product', ['category_id'], unique=False)
    op.create_index('ix_product_listed', 'product', ['category_id', 'id'], unique=False, postgresql_where=sa.text("state = 'listed'"))
    op.create_index(op.f('ix_product_origin_code'), 'product', ['origin_code'], unique=False)
    op.create_index(op.f('ix_product_supplier_id'), 'product', ['supplier_id'], unique=False)
    op.create_table('purchase_order',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('order_no', sa.String(length=24), nullable=False),
    sa.Column('token', sa.String(length=32), nullable=False),
    sa.Column('kind', sa.Enum('canteen', 'union', 'resident', name='orderkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('group_id', sa.BigInteger(), nullable=True),
    sa.Column('supplier_id', sa.BigInteger(), nullable=False),
    sa.Column('buyer_id', sa.BigInteger(), nullable=True),
    sa.Column('canteen_id', sa.BigInteger(), nullable=True),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('plan_id', sa.BigInteger(), nullable=True),
    sa.Column('state', sa.Enum('pending_pay', 'placed', 'confirmed', 'paid', 'shipped', 'received', 'fulfilled', 'closed', 'cancelled', name='orderstate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('goods_fen', sa.BigInteger(), nullable=False),
    sa.Column('freight_fen', sa.BigInteger(), nullable=False),
    sa.Column('total_fen', sa.BigInteger(), nullable=False),
    sa.Column('upper_fen', sa.BigInteger(), nullable=False),
    sa.Column('deliver_on', sa.Date(), nullable=True),
    sa.Column('receiver', sa.String(length=60), nullable=False),
    sa.Column('phone', sa.String(length=20), nullable=False),
    sa.Column('address', sa.String(length=400), nullable=False),
    sa.Column('remark', sa.String(length=200), nullable=False),
    sa.Column('pay_term_days', sa.Integer(), nullable=False),
    sa.Column('placed_at', core.db.Instant(timezone=True), nullable=False),
    sa.Column('expires_at', core.db.Instant(timezone=True), nullable=True),
    sa.Column('confirmed_at', core.db.Instant(timezone=True), nullable=True),
    sa.Column('closed_at', core.db.Instant(timezone=True), nullable=True),
    sa.CheckConstraint("(kind = 'resident') = (buyer_id IS NULL)", name=op.f('ck_purchase_order_buyer_fits_kind')),
    sa.CheckConstraint("kind <> 'canteen' OR canteen_id IS NOT NULL", name=op.f('ck_purchase_order_canteen_named')),
    sa.CheckConstraint('goods_fen > 0 AND freight_fen >= 0', name=op.f('ck_purchase_order_amounts')),
    sa.CheckConstraint('pay_term_days BETWEEN 0 AND 60', name=op.f('ck_purchase_order_pay_term')),
    sa.CheckConstraint('total_fen = goods_fen + freight_fen AND upper_fen >= total_fen', name=op.f('ck_purchase_order_total')),
    sa.ForeignKeyConstraint(['buyer_id'], ['organisation.id'], name=op.f('fk_purchase_order_buyer_id')),
    sa.ForeignKeyConstraint(['canteen_id'], ['organisation.id'], name=op.f('fk_purchase_order_canteen_id')),
    sa.ForeignKeyConstraint(['group_id'], ['order_group.id'], name=op.f('fk_purchase_order_group_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_purchase_order_person_id')),
    sa.ForeignKeyConstraint(['supplier_id'], ['supplier.id'], name=op.f('fk_purchase_order_supplier_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_purchase_order')),
    sa.UniqueConstraint('order_no', name=op.f('uq_purchase_order_order_no')),
    sa.UniqueConstraint('token', name=op.f('uq_purchase_order_token'))
    )
    op.create_index('ix_purchase_order_buyer', 'purchase_order', ['buyer_id', 'placed_at'], unique=False)
    op.create_index(op.f('ix_purchase_order_group_id'), 'purchase_order', ['group_id'], unique=False)
    op.create_index('ix_purchase_order_person', 'purchase_order', ['person_id', 'placed_at'], unique=False)
    op.create_index(op.f('ix_purchase_order_plan_id'), 'purchase_order', ['plan_id'], unique=False)
    op.create_index('ix_purchase_order_supplier', 'purchase_order', ['supplier_id', 'state', 'placed_at'], unique=False)
    op.create_index('ix_purchase_order_unpaid', 'purchase_order', ['expires_at'], unique=False, postgresql_where=sa.text("state = 'pending_pay'"))
    op.create_table('statement_line',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('statement_id', sa.BigInteger(), nullable=False),
    sa.Column('category_id', sa.BigInteger(), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('paper', sa.String(length=200), nullable=False),
    sa.Column('vendor', sa.String(length=200), nullable=False),
    sa.CheckConstraint('amount_fen > 0', name=op.f('ck_statement_line_amount')),
    sa.ForeignKeyConstraint(['category_id'], ['category.id'], name=op.f('fk_statement_line_category_id')),
    sa.ForeignKeyConstraint(['statement_id'], ['spending_statement.id'], name=op.f('fk_statement_line_statement_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_statement_line'))
    )
    op.create_index(op.f('ix_statement_line_statement_id'), 'statement_line', ['statement_id'], unique=False)
    op.create_table('transfer',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('transfer_no', sa.String(length=24), nullable=False),
    sa.Column('remittance_code', sa.String(length=12), nullable=False),
    sa.Column('buyer_id', sa.BigInteger(), nullable=False),
    sa.Column('supplier_id', sa.BigInteger(), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('payee_account_name', sa.String(length=200), nullable=False),
    sa.Column('payee_account_no', sa.String(length=30), nullable=False),
    sa.Column('payee_bank', sa.String(length=200), nullable=False),
    sa.Column('state', sa.Enum('prepared', 'declared', 'confirmed', 'refused', 'withdrawn', name='transferstate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('prepared_by_id', sa.BigInteger(), nullable=False),
    sa.Column('prepared_at', core.db.Instant(timezone=True), nullable=False),
    sa.Column('payer_name', sa.String(length=200), nullable=False),
    sa.Column('bank_day_on', sa.Date(), nullable=True),
    sa.Column('bank_serial', sa.String(length=60), nullable=True),
    sa.Column('voucher_id', sa.BigInteger(), nullable=True),
    sa.Column('declared_by_id', sa.BigInteger(), nullable=True),
    sa.Column('declared_at', core.db.Instant(timezone=True), nullable=True),
    sa.Column('decided_by_id', sa.BigInteger(), nullable=True),
    sa.Column('decided_at', core.db.Instant(timezone=True), nullable=True),
    sa.Column('confirmed_by', sa.Enum('supplier', 'finance', name='confirmedby', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('decision_reason', sa.String(length=200), nullable=False),
    sa.CheckConstraint("state <> 'confirmed' OR (decided_by_id IS NOT NULL AND confirmed_by IS NOT NULL AND decided_by_id <> declared_by_id)", name=op.f('ck_transfer_confirmed_by_another')),
    sa.CheckConstraint("state IN ('prepared','withdrawn') OR (bank_day_on IS NOT NULL AND bank_serial IS NOT NULL AND declared_by_id IS NOT NULL AND declared_at IS NOT NULL)", name=op.f('ck_transfer_declared_is_complete')),
    sa.CheckConstraint('amount_fen > 0', name=op.f('ck_transfer_amount')),
    sa.ForeignKeyConstraint(['buyer_id'], ['organisation.id'], name=op.f('fk_transfer_buyer_id')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['person.id'], name=op.f('fk_transfer_decided_by_id')),
    sa.ForeignKeyConstraint(['declared_by_id'], ['person.id'], name=op.f('fk_transfer_declared_by_id')),
    sa.ForeignKeyConstraint(['prepared_by_id'], ['person.id'], name=op.f('fk_transfer_prepared_by_id')),
    sa.ForeignKeyConstraint(['supplier_id'], ['supplier.id'], name=op.f('fk_transfer_supplier_id')),
    sa.ForeignKeyConstraint(['voucher_id'], ['stored_file.id'], name=op.f('fk_transfer_voucher_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_transfer')),
    sa.UniqueConstraint('remittance_code', name=op.f('uq_transfer_remittance_code')),
    sa.UniqueConstraint('transfer_no', name=op.f('uq_transfer_transfer_no'))
    )
    op.create_index(op.f('ix_transfer_buyer_id'), 'transfer', ['buyer_id'], unique=False)
    op.create_index(op.f('ix_transfer_supplier_id'), 'transfer', ['supplier_id'], unique=False)
    op.create_index('uq_transfer_bank_serial', 'transfer', ['supplier_id', 'bank_serial'], unique=True, postgresql_where=sa.text("bank_serial IS NOT NULL AND state IN ('declared','confirmed')"))
    op.create_table('certificate_product',
    sa.Column('certificate_id', sa.BigInteger(), nullable=False),
    sa.Column('product_id', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['certificate_id'], ['certificate.id'], name=op.f('fk_certificate_product_certificate_id')),
    sa.ForeignKeyConstraint(['product_id'], ['product.id'], name=op.f('fk_certificate_product_product_id')),
    sa.PrimaryKeyConstraint('certificate_id', 'product_id', name=op.f('pk_certificate_product'))
    )
    op.create_index(op.f('ix_certificate_product_product_id'), 'certificate_product', ['product_id'], unique=False)
    op.create_table('declaration_event',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('declaration_id', sa.BigInteger(), nullable=False),
    sa.Column('act', sa.String(length=64), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('at', core.db.Instant(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['declaration_id'], ['declaration.id'], name=op.f('fk_declaration_event_declaration_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_declaration_event_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_declaration_event'))
    )
    op.create_index(op.f('ix_declaration_event_declaration_id'), 'declaration_event', ['declaration_id'], unique=False)
    op.create_table('declaration_part',
    sa.Column('declaration_id', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.Enum('staff_meals', 'reception', 'pupil_meals', 'subsidies', 'contractor', name='partkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('paper', sa.String(length=200), nullable=False),
    sa.CheckConstraint('amount_fen >= 0', name=op.f('ck_declaration_part_amount')),
    sa.ForeignKeyConstraint(['declaration_id'], ['declaration.id'], name=op.f('fk_declaration_part_declaration_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('declaration_id', 'kind', name=op.f('pk_declaration_part'))
    )
    op.create_table('declaration_reserve',
    sa.Column('declaration_id', sa.BigInteger(), nullable=False),
    sa.Column('scheme_code', sa.String(length=4), nullable=False),
    sa.Column('reserve_fen', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('reserve_fen >= 0', name=op.f('ck_declaration_reserve_amount')),
    sa.ForeignKeyConstraint(['declaration_id'], ['declaration.id'], name=op.f('fk_declaration_reserve_declaration_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('declaration_id', 'scheme_code', name=op.f('pk_declaration_reserve'))
    )
    op.create_table('delivery',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('delivery_no', sa.String(length=24), nullable=False),
    sa.Column('token', sa.String(length=32), nullable=False),
    sa.Column('order_id', sa.BigInteger(), nullable=False),
    sa.Column('supplier_id', sa.BigInteger(), nullable=False),
    sa.Column('buyer_id', sa.BigInteger(), nullable=True),
    sa.Column('canteen_id', sa.BigInteger(), nullable=True),
    sa.Column('state', sa.Enum('on_the_way', 'counted', 'accepted', 'part_accepted', 'rejected', name='deliverystate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('driver', sa.String(length=30), nullable=False),
    sa.Column('driver_phone', sa.String(length=20), nullable=False),
    sa.Column('carrier', sa.String(length=30), nullable=False),
    sa.Column('tracking_no', sa.String(length=40), nullable=False),
    sa.Column('delivered_on', sa.Date(), nullable=False),
    sa.Column('shipped_at', core.db.Instant(timezone=True), nullable=False),
    sa.Column('created_by_id', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['buyer_id'], ['organisation.id'], name=op.f('fk_delivery_buyer_id')),
    sa.ForeignKeyConstraint(['canteen_id'], ['organisation.id'], name=op.f('fk_delivery_canteen_id')),
    sa.ForeignKeyConstraint(['created_by_id'], ['person.id'], name=op.f('fk_delivery_created_by_id')),
    sa.ForeignKeyConstraint(['order_id'], ['purchase_order.id'], name=op.f('fk_delivery_order_id')),
    sa.ForeignKeyConstraint(['supplier_id'], ['supplier.id'], name=op.f('fk_delivery_supplier_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_delivery')),
    sa.UniqueConstraint('delivery_no', name=op.f('uq_delivery_delivery_no')),
    sa.UniqueConstraint('id', 'order_id', name=op.f('uq_delivery_id_order_id')),
    sa.UniqueConstraint('token', name=op.f('uq_delivery_token'))
    )
    op.create_index('ix_delivery_buyer', 'delivery', ['buyer_id', 'state', 'delivered_on'], unique=False)
    op.create_index(op.f('ix_delivery_order_id'), 'delivery', ['order_id'], unique=False)
    op.create_index(op.f('ix_delivery_supplier_id'), 'delivery', ['supplier_id'], unique=False)
    op.create_table('external_order_version',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('order_id', sa.BigInteger(), nullable=False),
    sa.Column('version_no', sa.Integer(), nullable=False),
    sa.Column('batch_id', sa.BigInteger(), nullable=False),
    sa.Column('side', sa.Enum('self', 'check', name='importside', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('unit_name', sa.String(length=200), nullable=False),
    sa.Column('unit_id', sa.BigInteger(), nullable=True),
    sa.Column('purchase_type', sa.Enum('canteen', 'union', 'both', 'other', name='purchasetype', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('supplier_name', sa.String(length=200), nullable=False),
    sa.Column('supplier_province', sa.String(length=30), nullable=False),
    sa.Column('supplier_county', sa.String(length=30), nullable=False),
    sa.Column('status', sa.String(length=20), nullable=False),
    sa.Column('ordered_at', core.db.Instant(timezone=True), nullable=False),
    sa.Column('finished_at', core.db.Instant(timezone=True), nullable=True),
    sa.Column('paid_at', core.db.Instant(timezone=True), nullable=True),
    sa.Column('goods_fen', sa.BigInteger(), nullable=False),
    sa.Column('freight_fen', sa.BigInteger(), nullable=False),
    sa.Column('paid_fen', sa.BigInteger(), nullable=False),
    sa.Column('canteen_fen', sa.BigInteger(), nullable=False),
    sa.Column('union_fen', sa.BigInteger(), nullable=False),
    sa.Column('pay_method', sa.String(length=30), nullable=False),
    sa.Column('invoice_no', sa.String(length=40), nullable=False),
    sa.Column('remark', sa.String(length=200), nullable=False),
    sa.Column('lines', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('warnings', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('recognised_on', sa.Date(), nullable=True),
    sa.Column('not_counted', sa.String(length=40), nullable=False),
    sa.Column('fingerprint', sa.String(length=64), nullable=False),
    sa.Column('created_at', core.db.Instant(timezone=True), nullable=False),
    sa.CheckConstraint('canteen_fen >= 0 AND union_fen >= 0 AND canteen_fen + union_fen <= paid_fen', name=op.f('ck_external_order_version_split')),
    sa.CheckConstraint('paid_fen >= 0 AND goods_fen >= 0 AND freight_fen >= 0', name=op.f('ck_external_order_version_amounts')),
    sa.ForeignKeyConstraint(['batch_id'], ['import_batch.id'], name=op.f('fk_external_order_version_batch_id')),
    sa.ForeignKeyConstraint(['order_id'], ['external_order.id'], name=op.f('fk_external_order_version_order_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['organisation.id'], name=op.f('fk_external_order_version_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_external_order_version')),
    sa.UniqueConstraint('order_id', 'version_no', name=op.f('uq_external_order_version_order_id_version_no'))
    )
    op.create_index(op.f('ix_external_order_version_batch_id'), 'external_order_version', ['batch_id'], unique=False)
    op.create_index(op.f('ix_external_order_version_order_id'), 'external_order_version', ['order_id'], unique=False)
    op.create_table('import_row',
    sa.Column('batch_id', sa.BigInteger(), nullable=False),
    sa.Column('row_no', sa.Integer(), nullable=False),
    sa.Column('external_no', sa.String(length=60), nullable=False),
    sa.Column('verdict', sa.Enum('new', 'same', 'changed', 'refused', name='rowverdict', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('cells', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('problems', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.ForeignKeyConstraint(['batch_id'], ['import_batch.id'], name=op.f('fk_import_row_batch_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('batch_id', 'row_no', name=op.f('pk_import_row'))
    )
    op.create_index(op.f('ix_import_row_external_no'), 'import_row', ['external_no'], unique=False)
    op.create_table('lot',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('lot_no', sa.String(length=30), nullable=False),
    sa.Column('supplier_id', sa.BigInteger(), nullable=False),
    sa.Column('product_id', sa.BigInteger(), nullable=False),
    sa.Column('origin_code', sa.String(length=12), nullable=False),
    sa.Column('harvested_on', sa.Date(), nullable=False),
    sa.Column('household_share_bp', sa.Integer(), nullable=False),
    sa.Column('created_at', core.db.Instant(timezone=True), nullable=False),
    sa.CheckConstraint('household_share_bp BETWEEN 0 AND 10000', name=op.f('ck_lot_household_share')),
    sa.ForeignKeyConstraint(['origin_code'], ['place.code'], name=op.f('fk_lot_origin_code')),
    sa.ForeignKeyConstraint(['product_id'], ['product.id'], name=op.f('fk_lot_product_id')),
    sa.ForeignKeyConstraint(['supplier_id'], ['supplier.id'], name=op.f('fk_lot_supplier_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_lot')),
    sa.UniqueConstraint('lot_no', name=op.f('uq_lot_lot_no'))
    )
    op.create_index(op.f('ix_lot_product_id'), 'lot', ['product_id'], unique=False)
    op.create_index(op.f('ix_lot_supplier_id'), 'lot', ['supplier_id'], unique=False)
    op.create_table('offer',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('product_id', sa.BigInteger(), nullable=False),
    sa.Column('pack_name', sa.String(length=30), nullable=False),
    sa.Column('sale_mode', sa.Enum('by_weight', 'by_pack', name='salemode', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('base_unit', sa.Enum('g', 'ml', 'piece', name='baseunit', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('pack_qty', sa.BigInteger(), nullable=False),
    sa.Column('audience', sa.Enum('everybody', 'units', name='offeraudience', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('is_active', sa.Boolean(), nullable=False),
    sa.Column('current_version_id', sa.BigInteger(), nullable=True),
    sa.Column('created_at', core.db.Instant(timezone=True), nullable=False),
    sa.CheckConstraint('pack_qty > 0', name=op.f('ck_offer_pack')),
    sa.ForeignKeyConstraint(['current_version_id'], ['offer_version.id'], name='fk_offer_current_version', use_alter=True),
    sa.ForeignKeyConstraint(['product_id'], ['product.id'], name=op.f('fk_offer_product_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_offer'))
    )
    op.create_index(op.f('ix_offer_product_id'), 'offer', ['product_id'], unique=False)
    op.create_table('order_event',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('order_id', sa.BigInteger(), nullable=False),
    sa.Column('act', sa.String(length=64), nullable=False),
    sa.Column('from_state', sa.String(length=20), nullable=False),
    sa.Column('to_state', sa.String(length=20), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=True),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('at', core.db.Instant(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['order_id'], ['purchase_order.id'], name=op.f('fk_order_event_order_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_order_event_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_order_event'))
    )
    op.create_index(op.f('ix_order_event_order_id'), 'order_event', ['order_id'], unique=False)
    op.create_table('payment_intent',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('out_trade_no', sa.String(length=64), nullable=False),
    sa.Column('order_id', sa.BigInteger(), nullable=False),
    sa.Column('merchant_account_id', sa.BigInteger(), nullable=False),
    sa.Column('provider', sa.String(length=20), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.Enum('created', 'pending', 'closing', 'closed', 'paid', 'paid_late', 'part_refunded', 'refunding', 'refunded', 'review', name='paymentstate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('qr_text', sa.String(length=400), nullable=False),
    sa.Column('trade_no', sa.String(length=64), nullable=True),
    sa.Column('paid_fen', sa.BigInteger(), nullable=False),
    sa.Column('refunded_fen', sa.BigInteger(), nullable=False),
    sa.Column('expires_at', core.db.Instant(timezone=True), nullable=False),
    sa.Column('paid_at', core.db.Instant(timezone=True), nullable=True),
    sa.Column('next_query_at', core.db.Instant(timezone=True), nullable=True),
    sa.Column('queries', sa.Integer(), nullable=False),
    sa.Column('created_at', core.db.Instant(timezone=True), nullable=False),
    sa.CheckConstraint('amount_fen > 0', name=op.f('ck_payment_intent_amount')),
    sa.CheckConstraint('paid_fen IN (0, amount_fen)', name=op.f('ck_payment_intent_paid_exactly')),
    sa.CheckConstraint('refunded_fen >= 0 AND refunded_fen <= paid_fen', name=op.f('ck_payment_intent_refund_within_paid')),
    sa.ForeignKeyConstraint(['merchant_account_id'], ['merchant_account.id'], name=op.f('fk_payment_intent_merchant_account_id')),
    sa.ForeignKeyConstraint(['order_id'], ['purchase_order.id'], name=op.f('fk_payment_intent_order_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payment_intent')),
    sa.UniqueConstraint('out_trade_no', name=op.f('uq_payment_intent_out_trade_no'))
    )
    op.create_index(op.f('ix_payment_intent_next_query_at'), 'payment_intent', ['next_query_at'], unique=False)
    op.create_index(op.f('ix_payment_intent_order_id'), 'payment_intent', ['order_id'], unique=False)
    op.create_index('uq_payment_intent_payable', 'payment_intent', ['order_id'], unique=True, postgresql_where=sa.text("state IN ('created','pending','closing','paid','part_refunded')"))
    op.create_table('plan_release',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('plan_id', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.Enum('raised_total', 'emergency', 'reason', name='releasekind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('scheme_code', sa.String(length=4), nullable=False),
    sa.Column('excess_fen', sa.BigInteger(), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('at', core.db.Instant(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_plan_release_person_id')),
    sa.ForeignKeyConstraint(['plan_id'], ['plan.id'], name=op.f('fk_plan_release_plan_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plan_release'))
    )
    op.create_index(op.f('ix_plan_release_plan_id'), 'plan_release', ['plan_id'], unique=False)
    op.create_table('product_picture',
    sa.Column('product_id', sa.BigInteger(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('file_id', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['file_id'], ['stored_file.id'], name=op.f('fk_product_picture_file_id')),
    sa.ForeignKeyConstraint(['product_id'], ['product.id'], name=op.f('fk_product_picture_product_id')),
    sa.PrimaryKeyConstraint('product_id', 'position', name=op.f('pk_product_picture'))
    )
    op.create_table('quota_judgement',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('scheme_version_id', sa.BigInteger(), nullable=False),
    sa.Column('fact_id', sa.BigInteger(), nullable=False),
    sa.Column('fits', sa.Boolean(), nullable=False),
    sa.Column('reason', sa.String(length=64), nullable=False),
    sa.Column('countable_fen', sa.BigInteger(), nullable=False),
    sa.Column('at', core.db.Instant(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['fact_id'], ['fact_entry.id'], name=op.f('fk_quota_judgement_fact_id')),
    sa.ForeignKeyConstraint(['scheme_version_id'], ['scheme_version.id'], name=op.f('fk_quota_judgement_scheme_version_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_quota_judgement')),
    sa.UniqueConstraint('scheme_version_id', 'fact_id', name=op.f('uq_quota_judgement_scheme_version_id_fact_id'))
    )
    op.create_index(op.f('ix_quota_judgement_fact_id'), 'quota_judgement', ['fact_id'], unique=False)
    op.create_table('quota_posting',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('scheme_version_id', sa.BigInteger(), nullable=False),
    sa.Column('scheme_code', sa.String(length=4), nullable=False),
    sa.Column('unit_id', sa.BigInteger(), nullable=False),
    sa.Column('fiscal_year', sa.Integer(), nullable=False),
    sa.Column('month', sa.Integer(), nullable=False),
    sa.Column('recognised_on', sa.Date(), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('fund', sa.Enum('canteen', 'union', 'personal', name='fundsource', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('fact_id', sa.BigInteger(), nullable=False),
    sa.Column('source', sa.String(length=24), nullable=False),
    sa.Column('source_id', sa.BigInteger(), nullable=False),
    sa.Column('reverses_id', sa.BigInteger(), nullable=True),
    sa.Column('is_prior_year_adjustment', sa.Boolean(), nullable=False),
    sa.Column('posted_at', core.db.Instant(timezone=True), nullable=False),
    sa.CheckConstraint('month BETWEEN 1 AND 12 AND amount_fen <> 0', name=op.f('ck_quota_posting_month_amount')),
    sa.ForeignKeyConstraint(['fact_id'], ['fact_entry.id'], name=op.f('fk_quota_posting_fact_id')),
    sa.ForeignKeyConstraint(['reverses_id'], ['quota_posting.id'], name=op.f('fk_quota_posting_reverses_id')),
    sa.ForeignKeyConstraint(['scheme_version_id'], ['scheme_version.id'], name=op.f('fk_quota_posting_scheme_version_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['organisation.id'], name=op.f('fk_quota_posting_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_quota_posting')),
    sa.UniqueConstraint('scheme_version_id', 'source', 'source_id', name=op.f('uq_quota_posting_scheme_version_id_source_source_id'))
    )
    op.create_index(op.f('ix_quota_posting_fact_id'), 'quota_posting', ['fact_id'], unique=False)
    op.create_index('ix_quota_posting_rebuild', 'quota_posting', ['fiscal_year', 'scheme_code', 'unit_id', 'month', 'amount_fen'], unique=False)
    op.create_index('ix_quota_posting_unit', 'quota_posting', ['unit_id', 'fiscal_year', 'scheme_code', 'month'], unique=False)
    op.create_table('search_dirty',
    sa.Column('product_id', sa.BigInteger(), nullable=False),
    sa.Column('rev', sa.BigInteger(), nullable=False),
    sa.Column('queued_at', core.db.Instant(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['product_id'], ['product.id'], name=op.f('fk_search_dirty_product_id')),
    sa.PrimaryKeyConstraint('product_id', name=op.f('pk_search_dirty'))
    )
    op.create_index(op.f('ix_search_dirty_queued_at'), 'search_dirty', ['queued_at'], unique=False)
    op.create_table('acceptance',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('acceptance_no', sa.String(length=24), nullable=False),
    sa.Column('token', sa.String(length=32), nullable=False),
    sa.Column('delivery_id', sa.BigInteger(), nullable=False),
    sa.Column('order_id', sa.BigInteger(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('reverses_id', sa.BigInteger(), nullable=True),
    sa.Column('orderer_id', sa.BigInteger(), nullable=False),
    sa.Column('first_signer_id', sa.BigInteger(), nullable=False),
    sa.Column('second_signer_id', sa.BigInteger(), nullable=False),
    sa.Column('orderer_took_part', sa.Boolean(), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('accepted_on', sa.Date(), nullable=False),
    sa.Column('accepted_at', core.db.Instant(timezone=True), nullable=False),
    sa.Column('note', sa.String(length=200), nullable=False),
    sa.CheckConstraint('amount_fen >= 0', name=op.f('ck_acceptance_amount')),
    sa.CheckConstraint('first_signer_id <> orderer_id', name=op.f('ck_acceptance_orderer_never_first')),
    sa.CheckConstraint('first_signer_id <> second_signer_id', name=op.f('ck_acceptance_two_people')),
    sa.CheckConstraint('orderer_took_part OR (first_signer_id <> orderer_id AND second_signer_id <> orderer_id)', name=op.f('ck_acceptance_orderer_does_not_sign')),
    sa.ForeignKeyConstraint(['delivery_id'], ['delivery.id'], name=op.f('fk_acceptance_delivery_id')),
    sa.ForeignKeyConstraint(['first_signer_id'], ['person.id'], name=op.f('fk_acceptance_first_signer_id')),
    sa.ForeignKeyConstraint(['order_id'], ['purchase_order.id'], name=op.f('fk_acceptance_order_id')),
    sa.ForeignKeyConstraint(['orderer_id'], ['person.id'], name=op.f('fk_acceptance_orderer_id')),
    sa.ForeignKeyConstraint(['reverses_id'], ['acceptance.id'], name=op.f('fk_acceptance_reverses_id')),
    sa.ForeignKeyConstraint(['second_signer_id'], ['person.id'], name=op.f('fk_acceptance_second_signer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_acceptance')),
    sa.UniqueConstraint('acceptance_no', name=op.f('uq_acceptance_acceptance_no')),
    sa.UniqueConstraint('delivery_id', 'round', name=op.f('uq_acceptance_delivery_id_round')),
    sa.UniqueConstraint('reverses_id', name=op.f('uq_acceptance_reverses_id')),
    sa.UniqueConstraint('token', name=op.f('uq_acceptance_token'))
    )
    op.create_index(op.f('ix_acceptance_accepted_on'), 'acceptance', ['accepted_on'], unique=False)
    op.create_index(op.f('ix_acceptance_delivery_id'), 'acceptance', ['delivery_id'], unique=False)
    op.create_index(op.f('ix_acceptance_order_id'), 'acceptance', ['order_id'], unique=False)
    op.create_table('acceptance_draft',
    sa.Column('delivery_id', sa.BigInteger(), nullable=False),
    sa.Column('counts', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('first_signer_id', sa.BigInteger(), nullable=False),
    sa.Column('signed_at', core.db.Instant(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['delivery_id'], ['delivery.id'], name=op.f('fk_acceptance_draft_delivery_id')),
    sa.ForeignKeyConstraint(['first_signer_id'], ['person.id'], name=op.f('fk_acceptance_draft_first_signer_id')),
    sa.PrimaryKeyConstraint('delivery_id', name=op.f('pk_acceptance_draft'))
    )
    op.create_table('cart_line',
    sa.Column('cart_id', sa.BigInteger(), nullable=False),
    sa.Column('offer_id', sa.BigInteger(), nullable=False),
    sa.Column('packs', sa.Integer(), nullable=False),
    sa.Column('seen_price_fen', sa.BigInteger(), nullable=False),
    sa.Column('is_chosen', sa.Boolean(), nullable=False),
    sa.Column('added_at', core.db.Instant(timezone=True), nullable=False),
    sa.CheckConstraint('packs BETWEEN 1 AND 9999', name=op.f('ck_cart_line_packs')),
    sa.ForeignKeyConstraint(['cart_id'], ['cart.id'], name=op.f('fk_cart_line_cart_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['offer_id'], ['offer.id'], name=op.f('fk_cart_line_offer_id')),
    sa.PrimaryKeyConstraint('cart_id', 'offer_id', name=op.f('pk_cart_line'))
    )
    op.create_table('offer_stock',
    sa.Column('offer_id', sa.BigInteger(), nullable=False),
    sa.Column('on_hand', sa.BigInteger(), nullable=False),
    sa.Column('reserved', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('on_hand >= 0 AND reserved >= 0 AND reserved <= on_hand', name=op.f('ck_offer_stock_never_oversold')),
    sa.ForeignKeyConstraint(['offer_id'], ['offer.id'], name=op.f('fk_offer_stock_offer_id')),
    sa.PrimaryKeyConstraint('offer_id', name=op.f('pk_offer_stock'))
    )
    op.create_table('offer_version',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('offer_id', sa.BigInteger(), nullable=False),
    sa.Column('version_no', sa.Integer(), nullable=False),
    sa.Column('price_fen_x100', sa.BigInteger(), nullable=False),
    sa.Column('basis_qty', sa.BigInteger(), nullable=False),
    sa.Column('pack_price_fen', sa.BigInteger(), nullable=False),
    sa.Column('tol_bp', sa.Integer(), nullable=False),
    sa.Column('min_packs', sa.Integer(), nullable=False),
    sa.Column('tax_mode', sa.String(length=12), nullable=False),
    sa.Column('author_id', sa.BigInteger(), nullable=True),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('created_at', core.db.Instant(timezone=True), nullable=False),
    sa.CheckConstraint("tax_mode IN ('exempt','vat9','vat13','vat1','vat3')", name=op.f('ck_offer_version_tax_mode')),
    sa.CheckConstraint('min_packs > 0', name=op.f('ck_offer_version_minimum')),
    sa.CheckConstraint('price_fen_x100 > 0 AND basis_qty > 0 AND pack_price_fen > 0', name=op.f('ck_offer_version_price')),
    sa.CheckConstraint('tol_bp BETWEEN 0 AND 1000', name=op.f('ck_offer_version_tolerance')),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_offer_version_author_id')),
    sa.ForeignKeyConstraint(['offer_id'], ['offer.id'], name=op.f('fk_offer_version_offer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_offer_version')),
    sa.UniqueConstraint('offer_id', 'version_no', name=op.f('uq_offer_version_offer_id_version_no'))
    )
    op.create_index(op.f('ix_offer_version_offer_id'), 'offer_version', ['offer_id'], unique=False)
    op.create_table('provider_event',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('event_key', sa.String(length=200), nullable=False),
    sa.Column('provider', sa.String(length=20), nullable=False),
    sa.Column('intent_id', sa.BigInteger(), nullable=True),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('verdict', sa.String(length=40), nullable=False),
    sa.Column('raw', sa.Text(), nullable=False),
    sa.Column('at', core.db.Instant(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['intent_id'], ['payment_intent.id'], name=op.f('fk_provider_event_intent_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_provider_event')),
    sa.UniqueConstraint('event_key', name=op.f('uq_provider_event_event_key'))
    )
    op.create_index(op.f('ix_provider_event_intent_id'), 'provider_event', ['intent_id'], unique=False)
    op.create_table('refund',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('out_request_no', sa.String(length=64), nullable=False),
    sa.Column('intent_id', sa.BigInteger(), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('asked_by_id', sa.BigInteger(), nullable=True),
    sa.Column('created_at', core.db.Instant(timezone=True), nullable=False),
    sa.Column('done_at', core.db.Instant(timezone=True), nullable=True),
    sa.CheckConstraint("state IN ('asked','sent','done','failed')", name=op.f('ck_refund_state')),
    sa.CheckConstraint('amount_fen > 0', name=op.f('ck_refund_amount')),
    sa.ForeignKeyConstraint(['asked_by_id'], ['person.id'], name=op.f('fk_refund_asked_by_id')),
    sa.ForeignKeyConstraint(['intent_id'], ['payment_intent.id'], name=op.f('fk_refund_intent_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_refund')),
    sa.UniqueConstraint('out_request_no', name=op.f('uq_refund_out_request_no'))
    )
    op.create_index(op.f('ix_refund_intent_id'), 'refund', ['intent_id'], unique=False)
    op.create_table('stock_move',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('offer_id', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.Enum('receive', 'adjust', 'reserve', 'release', 'ship', 'return', name='stockmovekind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('on_hand_change', sa.BigInteger(), nullable=False),
    sa.Column('reserved_change', sa.BigInteger(), nullable=False),
    sa.Column('source', sa.String(length=24), nullable=False),
    sa.Column('source_id', sa.BigInteger(), nullable=False),
    sa.Column('at', core.db.Instant(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['offer_id'], ['offer.id'], name=op.f('fk_stock_move_offer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stock_move')),
    sa.UniqueConstraint('source', 'source_id', 'kind', 'offer_id', name=op.f('uq_stock_move_source_source_id_kind_offer_id'))
    )
    op.create_index(op.f('ix_stock_move_offer_id'), 'stock_move', ['offer_id'], unique=False)
    op.create_table('acceptance_photo',
    sa.Column('acceptance_id', sa.BigInteger(), nullable=False),
    sa.Column('file_id', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['acceptance_id'], ['acceptance.id'], name=op.f('fk_acceptance_photo_acceptance_id')),
    sa.ForeignKeyConstraint(['file_id'], ['stored_file.id'], name=op.f('fk_acceptance_photo_file_id')),
    sa.PrimaryKeyConstraint('acceptance_id', 'file_id', name=op.f('pk_acceptance_photo'))
    )
    op.create_table('invoice_acceptance',
    sa.Column('acceptance_id', sa.BigInteger(), nullable=False),
    sa.Column('invoice_id', sa.BigInteger(), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['acceptance_id'], ['acceptance.id'], name=op.f('fk_invoice_acceptance_acceptance_id')),
    sa.ForeignKeyConstraint(['invoice_id'], ['invoice.id'], name=op.f('fk_invoice_acceptance_invoice_id')),
    sa.PrimaryKeyConstraint('acceptance_id', name=op.f('pk_invoice_acceptance'))
    )
    op.create_index(op.f('ix_invoice_acceptance_invoice_id'), 'invoice_acceptance', ['invoice_id'], unique=False)
    op.create_table('order_line',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('order_id', sa.BigInteger(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('offer_version_id', sa.BigInteger(), nullable=False),
    sa.Column('offer_id', sa.BigInteger(), nullable=False),
    sa.Column('product_id', sa.BigInteger(), nullable=False),
    sa.Column('category_id', sa.BigInteger(), nullable=False),
    sa.Column('product_name', sa.String(length=40), nullable=False),
    sa.Column('pack_name', sa.String(length=30), nullable=False),
    sa.Column('sale_mode', sa.Enum('by_weight', 'by_pack', name='salemode', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('base_unit', sa.Enum('g', 'ml', 'piece', name='baseunit', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('pack_qty', sa.BigInteger(), nullable=False),
    sa.Column('packs', sa.Integer(), nullable=False),
    sa.Column('qty', sa.BigInteger(), nullable=False),
    sa.Column('upper_qty', sa.BigInteger(), nullable=False),
    sa.Column('price_fen_x100', sa.BigInteger(), nullable=False),
    sa.Column('basis_qty', sa.BigInteger(), nullable=False),
    sa.Column('pack_price_fen', sa.BigInteger(), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('upper_fen', sa.BigInteger(), nullable=False),
    sa.Column('origin_code', sa.String(length=12), nullable=False),
    sa.Column('certificate', sa.String(length=120), nullable=False),
    sa.Column('plan_line_id', sa.BigInteger(), nullable=True),
    sa.CheckConstraint('amount_fen > 0 AND upper_fen >= amount_fen', name=op.f('ck_order_line_amounts')),
    sa.CheckConstraint('packs > 0 AND qty = packs * pack_qty AND upper_qty >= qty', name=op.f('ck_order_line_quantities')),
    sa.ForeignKeyConstraint(['category_id'], ['category.id'], name=op.f('fk_order_line_category_id')),
    sa.ForeignKeyConstraint(['offer_id'], ['offer.id'], name=op.f('fk_order_line_offer_id')),
    sa.ForeignKeyConstraint(['offer_version_id'], ['offer_version.id'], name=op.f('fk_order_line_offer_version_id')),
    sa.ForeignKeyConstraint(['order_id'], ['purchase_order.id'], name=op.f('fk_order_line_order_id')),
    sa.ForeignKeyConstraint(['product_id'], ['product.id'], name=op.f('fk_order_line_product_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_order_line')),
    sa.UniqueConstraint('order_id', 'position', name=op.f('uq_order_line_order_id_position'))
    )
    op.create_index(op.f('ix_order_line_order_id'), 'order_line', ['order_id'], unique=False)
    op.create_index(op.f('ix_order_line_plan_line_id'), 'order_line', ['plan_line_id'], unique=False)
    op.create_index(op.f('ix_order_line_product_id'), 'order_line', ['product_id'], unique=False)
    op.create_table('plan_line',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('plan_id', sa.BigInteger(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('channel', sa.Enum('platform', 'ordinary', name='linechannel', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('offer_id', sa.BigInteger(), nullable=True),
    sa.Column('offer_version_id', sa.BigInteger(), nullable=True),
    sa.Column('vendor', sa.String(length=200), nullable=False),
    sa.Column('category_id', sa.BigInteger(), nullable=False),
    sa.Column('goods', sa.String(length=60), nullable=False),
    sa.Column('base_unit', sa.Enum('g', 'ml', 'piece', name='baseunit', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('packs', sa.Integer(), nullable=True),
    sa.Column('qty', sa.BigInteger(), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('upper_fen', sa.BigInteger(), nullable=False),
    sa.Column('deliver_on', sa.Date(), nullable=True),
    sa.Column('eligibility', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('general_reason', sa.String(length=20), nullable=False),
    sa.Column('general_note', sa.String(length=200), nullable=False),
    sa.CheckConstraint("(channel = 'platform') = (offer_version_id IS NOT NULL)", name=op.f('ck_plan_line_channel')),
    sa.CheckConstraint("channel = 'platform' OR vendor <> ''", name=op.f('ck_plan_line_vendor_named')),
    sa.CheckConstraint('qty > 0 AND amount_fen > 0 AND upper_fen >= amount_fen', name=op.f('ck_plan_line_amounts')),
    sa.ForeignKeyConstraint(['category_id'], ['category.id'], name=op.f('fk_plan_line_category_id')),
    sa.ForeignKeyConstraint(['offer_id'], ['offer.id'], name=op.f('fk_plan_line_offer_id')),
    sa.ForeignKeyConstraint(['offer_version_id'], ['offer_version.id'], name=op.f('fk_plan_line_offer_version_id')),
    sa.ForeignKeyConstraint(['plan_id'], ['plan.id'], name=op.f('fk_plan_line_plan_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plan_line')),
    sa.UniqueConstraint('plan_id', 'position', name=op.f('uq_plan_line_plan_id_position'))
    )
    op.create_index(op.f('ix_plan_line_plan_id'), 'plan_line', ['plan_id'], unique=False)
    op.create_table('transfer_item',
    sa.Column('transfer_id', sa.BigInteger(), nullable=False),
    sa.Column('acceptance_id', sa.BigInteger(), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('amount_fen > 0', name=op.f('ck_transfer_item_amount')),
    sa.ForeignKeyConstraint(['acceptance_id'], ['acceptance.id'], name=op.f('fk_transfer_item_acceptance_id')),
    sa.ForeignKeyConstraint(['transfer_id'], ['transfer.id'], name=op.f('fk_transfer_item_transfer_id')),
    sa.PrimaryKeyConstraint('transfer_id', 'acceptance_id', name=op.f('pk_transfer_item'))
    )
    op.create_index(op.f('ix_transfer_item_acceptance_id'), 'transfer_item', ['acceptance_id'], unique=False)
    op.create_table('delivery_line',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('delivery_id', sa.BigInteger(), nullable=False),
    sa.Column('order_line_id', sa.BigInteger(), nullable=False),
    sa.Column('lot_id', sa.BigInteger(), nullable=False),
    sa.Column('qty', sa.BigInteger(), nullable=False),
    sa.Column('origin_code', sa.String(length=12), nullable=False),
    sa.Column('commitment_no', sa.String(length=40), nullable=False),
    sa.Column('quarantine_no', sa.String(length=40), nullable=False),
    sa.CheckConstraint('qty > 0', name=op.f('ck_delivery_line_qty')),
    sa.ForeignKeyConstraint(['delivery_id'], ['delivery.id'], name=op.f('fk_delivery_line_delivery_id')),
    sa.ForeignKeyConstraint(['lot_id'], ['lot.id'], name=op.f('fk_delivery_line_lot_id')),
    sa.ForeignKeyConstraint(['order_line_id'], ['order_line.id'], name=op.f('fk_delivery_line_order_line_id')),
    sa.ForeignKeyConstraint(['origin_code'], ['place.code'], name=op.f('fk_delivery_line_origin_code')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_delivery_line')),
    sa.UniqueConstraint('delivery_id', 'order_line_id', 'lot_id', name=op.f('uq_delivery_line_delivery_id_order_line_id_lot_id'))
    )
    op.create_index(op.f('ix_delivery_line_delivery_id'), 'delivery_line', ['delivery_id'], unique=False)
    op.create_index(op.f('ix_delivery_line_order_line_id'), 'delivery_line', ['order_line_id'], unique=False)
    op.create_table('acceptance_line',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('acceptance_id', sa.BigInteger(), nullable=False),
    sa.Column('delivery_line_id', sa.BigInteger(), nullable=False),
    sa.Column('order_line_id', sa.BigInteger(), nullable=False),
    sa.Column('delivered_qty', sa.BigInteger(), nullable=False),
    sa.Column('accepted_qty', sa.BigInteger(), nullable=False),
    sa.Column('rejected_qty', sa.BigInteger(), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('photo_id', sa.BigInteger(), nullable=True),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.CheckConstraint("rejected_qty = 0 OR reason <> ''", name=op.f('ck_acceptance_line_rejection_has_reason')),
    sa.CheckConstraint('accepted_qty >= 0 AND rejected_qty >= 0 AND accepted_qty + rejected_qty = delivered_qty', name=op.f('ck_acceptance_line_sum')),
    sa.CheckConstraint('amount_fen >= 0 AND (accepted_qty > 0 OR amount_fen = 0)', name=op.f('ck_acceptance_line_amount')),
    sa.ForeignKeyConstraint(['acceptance_id'], ['acceptance.id'], name=op.f('fk_acceptance_line_acceptance_id')),
    sa.ForeignKeyConstraint(['delivery_line_id'], ['delivery_line.id'], name=op.f('fk_acceptance_line_delivery_line_id')),
    sa.ForeignKeyConstraint(['order_line_id'], ['order_line.id'], name=op.f('fk_acceptance_line_order_line_id')),
    sa.ForeignKeyConstraint(['photo_id'], ['stored_file.id'], name=op.f('fk_acceptance_line_photo_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_acceptance_line')),
    sa.UniqueConstraint('acceptance_id', 'delivery_line_id', name=op.f('uq_acceptance_line_acceptance_id_delivery_line_id'))
    )
    op.create_index(op.f('ix_acceptance_line_acceptance_id'), 'acceptance_line', ['acceptance_id'], unique=False)
    op.create_index(op.f('ix_acceptance_line_delivery_line_id'), 'acceptance_line', ['delivery_line_id'], unique=False)
    op.create_index(op.f('ix_acceptance_line_order_line_id'), 'acceptance_line', ['order_line_id'], unique=False)
    op.create_table('allocation',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('transfer_id', sa.BigInteger(), nullable=False),
    sa.Column('acceptance_line_id', sa.BigInteger(), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('bank_day_on', sa.Date(), nullable=False),
    sa.Column('reverses_id', sa.BigInteger(), nullable=True),
    sa.Column('at', core.db.Instant(timezone=True), nullable=False),
    sa.CheckConstraint('amount_fen <> 0 AND (amount_fen > 0) = (reverses_id IS NULL)', name=op.f('ck_allocation_sign')),
    sa.ForeignKeyConstraint(['acceptance_line_id'], ['acceptance_line.id'], name=op.f('fk_allocation_acceptance_line_id')),
    sa.ForeignKeyConstraint(['reverses_id'], ['allocation.id'], name=op.f('fk_allocation_reverses_id')),
    sa.ForeignKeyConstraint(['transfer_id'], ['transfer.id'], name=op.f('fk_allocation_transfer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_allocation')),
    sa.UniqueConstraint('reverses_id', name=op.f('uq_allocation_reverses_id'))
    )
    op.create_index(op.f('ix_allocation_acceptance_line_id'), 'allocation', ['acceptance_line_id'], unique=False)
    op.create_index(op.f('ix_allocation_transfer_id'), 'allocation', ['transfer_id'], unique=False)
    op.create_index('uq_allocation_once', 'allocation', ['transfer_id', 'acceptance_line_id'], unique=True, postgresql_where=sa.text('reverses_id IS NULL'))


def downgrade() -> None:
    raise NotImplementedError("facts are not unmade: restore a backup")
