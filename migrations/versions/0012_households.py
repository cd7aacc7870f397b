"""People of households under seal, categories as dated facts, consents, files and lists on their way, incomes."""

import sqlalchemy as sa
from alembic import op

import core.db
from migrations.protect import protect

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('income_target',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('town_code', sa.String(length=12), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('per_head', 'lifted', name='targetkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('version_no', sa.Integer(), nullable=False),
    sa.Column('target', sa.BigInteger(), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('author_id', sa.BigInteger(), nullable=True),
    sa.Column('created_at', core.db.Instant(timezone=True), nullable=False),
    sa.CheckConstraint('target > 0', name=op.f('ck_income_target_target')),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_income_target_author_id')),
    sa.ForeignKeyConstraint(['town_code'], ['place.code'], name=op.f('fk_income_target_town_code')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_income_target')),
    sa.UniqueConstraint('town_code', 'year', 'kind', 'version_no', name=op.f('uq_income_target_town_code_year_kind_version_no'))
    )
    op.create_table('household_category',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('household_id', sa.BigInteger(), nullable=False),
    sa.Column('category', sa.Enum('exited', 'monitored', 'ordinary', name='householdcategory', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('document', sa.String(length=200), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('author_id', sa.BigInteger(), nullable=True),
    sa.Column('created_at', core.db.Instant(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_household_category_author_id')),
    sa.ForeignKeyConstraint(['household_id'], ['household.id'], name=op.f('fk_household_category_household_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_household_category'))
    )
    op.create_index('ix_household_category_day', 'household_category', ['household_id', 'valid_from', 'id'], unique=False)
    op.create_table('household_consent',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('household_id', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.Enum('tracking', 'account', 'photos', name='consentkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('is_given', sa.Boolean(), nullable=False),
    sa.Column('method', sa.Enum('signed', 'sms', 'witnessed', name='consentmethod', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('paper_no', sa.String(length=40), nullable=False),
    sa.Column('given_on', sa.Date(), nullable=False),
    sa.Column('author_id', sa.BigInteger(), nullable=False),
    sa.Column('created_at', core.db.Instant(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_household_consent_author_id')),
    sa.ForeignKeyConstraint(['household_id'], ['household.id'], name=op.f('fk_household_consent_household_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_household_consent'))
    )
    op.create_index(op.f('ix_household_consent_household_id'), 'household_consent', ['household_id'], unique=False)
    op.create_table('household_export',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('place_code', sa.String(length=12), nullable=False),
    sa.Column('has_names', sa.Boolean(), nullable=False),
    sa.Column('purpose', sa.Enum('visit', 'payment', 'verify', 'complaint', 'own_request', 'audit', name='revealpurpose', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('state', sa.Enum('requested', 'approved', 'declined', 'lapsed', name='exportstate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('requested_by_id', sa.BigInteger(), nullable=False),
    sa.Column('organisation_id', sa.BigInteger(), nullable=False),
    sa.Column('requested_at', core.db.Instant(timezone=True), nullable=False),
    sa.Column('decided_by_id', sa.BigInteger(), nullable=True),
    sa.Column('decided_at', core.db.Instant(timezone=True), nullable=True),
    sa.Column('lapses_at', core.db.Instant(timezone=True), nullable=True),
    sa.Column('fetched', sa.Integer(), nullable=False),
    sa.CheckConstraint("state <> 'approved' OR (decided_by_id IS NOT NULL AND lapses_at IS NOT NULL)", name=op.f('ck_household_export_approved_is_decided')),
    sa.CheckConstraint('decided_by_id <> requested_by_id', name=op.f('ck_household_export_two_people')),
    sa.CheckConstraint('fetched = 0 OR decided_at IS NOT NULL', name=op.f('ck_household_export_fetched_after_decision')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['person.id'], name=op.f('fk_household_export_decided_by_id')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_household_export_organisation_id')),
    sa.ForeignKeyConstraint(['requested_by_id'], ['person.id'], name=op.f('fk_household_export_requested_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_household_export'))
    )
    op.create_index(op.f('ix_household_export_organisation_id'), 'household_export', ['organisation_id'], unique=False)
    op.create_index(op.f('ix_household_export_requested_at'), 'household_export', ['requested_at'], unique=False)
    op.create_table('household_intake',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('token', sa.String(length=32), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('organisation_id', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.Enum('preview', 'taken', 'discarded', name='intakestate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('rows', sa.Integer(), nullable=False),
    sa.Column('added', sa.Integer(), nullable=False),
    sa.Column('changed', sa.Integer(), nullable=False),
    sa.Column('content_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('created_at', core.db.Instant(timezone=True), nullable=False),
    sa.Column('ended_at', core.db.Instant(timezone=True), nullable=True),
    sa.CheckConstraint("(state = 'preview') = (content_sealed IS NOT NULL)", name=op.f('ck_household_intake_content_goes')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_household_intake_organisation_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_household_intake_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_household_intake')),
    sa.UniqueConstraint('token', name=op.f('uq_household_intake_token'))
    )
    op.create_index(op.f('ix_household_intake_created_at'), 'household_intake', ['created_at'], unique=False)
    op.create_index(op.f('ix_household_intake_organisation_id'), 'household_intake', ['organisation_id'], unique=False)
    op.create_table('household_person',
    sa.Column('household_id', sa.BigInteger(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('name_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('id_no_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('id_no_index', sa.LargeBinary(length=16), nullable=True),
    sa.Column('phone_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('phone_index', sa.LargeBinary(length=16), nullable=True),
    sa.Column('account_sealed', sa.LargeBinary(), nullable=True),
    sa.Column('account_index', sa.LargeBinary(length=16), nullable=True),
    sa.Column('created_at', core.db.Instant(timezone=True), nullable=False),
    sa.Column('left_on', sa.Date(), nullable=True),
    sa.Column('erased_at', core.db.Instant(timezone=True), nullable=True),
    sa.CheckConstraint('(id_no_sealed IS NULL) = (id_no_index IS NULL)', name=op.f('ck_household_person_id_no_is_indexed')),
    sa.CheckConstraint('erased_at IS NULL OR (name_sealed IS NULL AND id_no_sealed IS NULL AND phone_sealed IS NULL AND account_sealed IS NULL AND phone_index IS NULL AND account_index IS NULL)', name=op.f('ck_household_person_erased_is_empty')),
    sa.CheckConstraint('position BETWEEN 1 AND 30', name=op.f('ck_household_person_position')),
    sa.ForeignKeyConstraint(['household_id'], ['household.id'], name=op.f('fk_household_person_household_id')),
    sa.PrimaryKeyConstraint('household_id', 'position', name=op.f('pk_household_person'))
    )
    op.create_index(op.f('ix_household_person_account_index'), 'household_person', ['account_index'], unique=False)
    op.create_index(op.f('ix_household_person_phone_index'), 'household_person', ['phone_index'], unique=False)
    op.create_index('uq_household_person_id_no', 'household_person', ['id_no_index'], unique=True, postgresql_where=sa.text('left_on IS NULL'))
    op.create_table('income_snapshot',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('household_id', sa.BigInteger(), nullable=False),
    sa.Column('year', sa.Integer(), nullable=False),
    sa.Column('quarter', sa.Integer(), nullable=False),
    sa.Column('version_no', sa.Integer(), nullable=False),
    sa.Column('members', sa.Integer(), nullable=False),
    sa.Column('wage_fen', sa.BigInteger(), nullable=False),
    sa.Column('operating_fen', sa.BigInteger(), nullable=False),
    sa.Column('operating_cost_fen', sa.BigInteger(), nullable=False),
    sa.Column('property_fen', sa.BigInteger(), nullable=False),
    sa.Column('transfer_fen', sa.BigInteger(), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('author_id', sa.BigInteger(), nullable=True),
    sa.Column('created_at', core.db.Instant(timezone=True), nullable=False),
    sa.CheckConstraint("version_no = 1 OR reason <> ''", name=op.f('ck_income_snapshot_correction_has_reason')),
    sa.CheckConstraint('least(wage_fen, operating_fen, operating_cost_fen, property_fen, transfer_fen) >= 0 AND greatest(wage_fen, operating_fen, operating_cost_fen, property_fen, transfer_fen) <= 10000000000', name=op.f('ck_income_snapshot_amounts')),
    sa.CheckConstraint('members BETWEEN 1 AND 30', name=op.f('ck_income_snapshot_members')),
    sa.CheckConstraint('quarter BETWEEN 1 AND 4 AND year BETWEEN 2015 AND 2100', name=op.f('ck_income_snapshot_quarter')),
    sa.ForeignKeyConstraint(['author_id'], ['person.id'], name=op.f('fk_income_snapshot_author_id')),
    sa.ForeignKeyConstraint(['household_id'], ['household.id'], name=op.f('fk_income_snapshot_household_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_income_snapshot')),
    sa.UniqueConstraint('household_id', 'year', 'quarter', 'version_no', name=op.f('uq_income_snapshot_household_id_year_quarter_version_no'))
    )
    op.create_index('ix_income_snapshot_quarter', 'income_snapshot', ['year', 'quarter', 'household_id', 'version_no'], unique=False)
    protect("household_category", "household_consent", "income_snapshot", "income_target")


def downgrade() -> None:
    raise NotImplementedError("facts are not unmade: restore a backup")
