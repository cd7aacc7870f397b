"""A canteen's stock, its issue slips and counts; food samples and temperatures (rules 59, 60)."""

import sqlalchemy as sa
from alembic import op

import core.db
from migrations.protect import protect

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('food_sample',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('sample_no', sa.String(length=24), nullable=False),
    sa.Column('canteen_id', sa.BigInteger(), nullable=False),
    sa.Column('dish', sa.String(length=40), nullable=False),
    sa.Column('meal', sa.Enum('breakfast', 'lunch', 'dinner', 'extra', name='meal', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('grams', sa.BigInteger(), nullable=False),
    sa.Column('served_on', sa.Date(), nullable=False),
    sa.Column('taken_at', core.db.Instant(timezone=True), nullable=False),
    sa.Column('keep_until', core.db.Instant(timezone=True), nullable=False),
    sa.Column('taken_by_id', sa.BigInteger(), nullable=False),
    sa.Column('discarded_at', core.db.Instant(timezone=True), nullable=True),
    sa.Column('discarded_by_id', sa.BigInteger(), nullable=True),
    sa.CheckConstraint('(discarded_at IS NULL) = (discarded_by_id IS NULL)', name=op.f('ck_food_sample_discarded_has_name')),
    sa.CheckConstraint('discarded_at IS NULL OR discarded_at >= keep_until', name=op.f('ck_food_sample_not_too_early')),
    sa.CheckConstraint('grams > 0 AND keep_until > taken_at', name=op.f('ck_food_sample_kept')),
    sa.ForeignKeyConstraint(['canteen_id'], ['organisation.id'], name=op.f('fk_food_sample_canteen_id')),
    sa.ForeignKeyConstraint(['discarded_by_id'], ['person.id'], name=op.f('fk_food_sample_discarded_by_id')),
    sa.ForeignKeyConstraint(['taken_by_id'], ['person.id'], name=op.f('fk_food_sample_taken_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_food_sample')),
    sa.UniqueConstraint('canteen_id', 'served_on', 'meal', 'dish', name=op.f('uq_food_sample_canteen_id_served_on_meal_dish')),
    sa.UniqueConstraint('sample_no', name=op.f('uq_food_sample_sample_no'))
    )
    op.create_index('ix_food_sample_kept', 'food_sample', ['keep_until', 'canteen_id'], unique=False, postgresql_where=sa.text('discarded_at IS NULL'))
    op.create_table('kitchen_issue',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('issue_no', sa.String(length=24), nullable=False),
    sa.Column('canteen_id', sa.BigInteger(), nullable=False),
    sa.Column('meal', sa.Enum('breakfast', 'lunch', 'dinner', 'extra', name='meal', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('taken_by', sa.String(length=30), nullable=False),
    sa.Column('note', sa.String(length=200), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('issued_on', sa.Date(), nullable=False),
    sa.Column('at', core.db.Instant(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['canteen_id'], ['organisation.id'], name=op.f('fk_kitchen_issue_canteen_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_kitchen_issue_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_kitchen_issue')),
    sa.UniqueConstraint('issue_no', name=op.f('uq_kitchen_issue_issue_no'))
    )
    op.create_index('ix_kitchen_issue_canteen', 'kitchen_issue', ['canteen_id', 'issued_on', 'id'], unique=False)
    op.create_table('stocktake',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('stocktake_no', sa.String(length=24), nullable=False),
    sa.Column('canteen_id', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.Enum('counting', 'counted', 'signed', 'dropped', name='stocktakestate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('counter_id', sa.BigInteger(), nullable=False),
    sa.Column('signer_id', sa.BigInteger(), nullable=True),
    sa.Column('difference_bp', sa.Integer(), nullable=False),
    sa.Column('started_at', core.db.Instant(timezone=True), nullable=False),
    sa.Column('counted_at', core.db.Instant(timezone=True), nullable=True),
    sa.Column('signed_at', core.db.Instant(timezone=True), nullable=True),
    sa.CheckConstraint("(state = 'signed') = (signer_id IS NOT NULL AND signed_at IS NOT NULL)", name=op.f('ck_stocktake_signed')),
    sa.CheckConstraint('signer_id IS NULL OR signer_id <> counter_id', name=op.f('ck_stocktake_two_people')),
    sa.ForeignKeyConstraint(['canteen_id'], ['organisation.id'], name=op.f('fk_stocktake_canteen_id')),
    sa.ForeignKeyConstraint(['counter_id'], ['person.id'], name=op.f('fk_stocktake_counter_id')),
    sa.ForeignKeyConstraint(['signer_id'], ['person.id'], name=op.f('fk_stocktake_signer_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_stocktake')),
    sa.UniqueConstraint('stocktake_no', name=op.f('uq_stocktake_stocktake_no'))
    )
    op.create_index('ix_stocktake_canteen', 'stocktake', ['canteen_id', 'started_at'], unique=False)
    op.create_index('uq_stocktake_open', 'stocktake', ['canteen_id'], unique=True, postgresql_where=sa.text("state IN ('counting', 'counted')"))
    op.create_table('temperature_reading',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('canteen_id', sa.BigInteger(), nullable=False),
    sa.Column('place', sa.Enum('fridge', 'freezer', 'samples', 'store', 'serving', name='probeplace', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('device', sa.String(length=30), nullable=False),
    sa.Column('decidegrees', sa.Integer(), nullable=False),
    sa.Column('is_in_order', sa.Boolean(), nullable=False),
    sa.Column('action', sa.String(length=200), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('at', core.db.Instant(timezone=True), nullable=False),
    sa.CheckConstraint("is_in_order OR action <> ''", name=op.f('ck_temperature_reading_action')),
    sa.ForeignKeyConstraint(['canteen_id'], ['organisation.id'], name=op.f('fk_temperature_reading_canteen_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_temperature_reading_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_temperature_reading'))
    )
    op.create_index('ix_temperature_reading_canteen', 'temperature_reading', ['canteen_id', 'at'], unique=False)
    op.create_table('canteen_lot',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('canteen_id', sa.BigInteger(), nullable=False),
    sa.Column('category_id', sa.BigInteger(), nullable=False),
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('base_unit', sa.Enum('g', 'ml', 'piece', name='baseunit', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('delivery_line_id', sa.BigInteger(), nullable=True),
    sa.Column('lot_id', sa.BigInteger(), nullable=True),
    sa.Column('vendor', sa.String(length=60), nullable=False),
    sa.Column('received_on', sa.Date(), nullable=False),
    sa.Column('expires_on', sa.Date(), nullable=True),
    sa.Column('left', sa.BigInteger(), nullable=False),
    sa.CheckConstraint("(delivery_line_id IS NULL) = (vendor <> '')", name=op.f('ck_canteen_lot_vendor')),
    sa.CheckConstraint('"left" >= 0', name=op.f('ck_canteen_lot_left')),
    sa.CheckConstraint('(delivery_line_id IS NULL) = (lot_id IS NULL)', name=op.f('ck_canteen_lot_batch')),
    sa.ForeignKeyConstraint(['canteen_id'], ['organisation.id'], name=op.f('fk_canteen_lot_canteen_id')),
    sa.ForeignKeyConstraint(['category_id'], ['category.id'], name=op.f('fk_canteen_lot_category_id')),
    sa.ForeignKeyConstraint(['delivery_line_id'], ['delivery_line.id'], name=op.f('fk_canteen_lot_delivery_line_id')),
    sa.ForeignKeyConstraint(['lot_id'], ['lot.id'], name=op.f('fk_canteen_lot_lot_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_canteen_lot')),
    sa.UniqueConstraint('delivery_line_id', name=op.f('uq_canteen_lot_delivery_line_id'))
    )
    op.create_index(op.f('ix_canteen_lot_lot_id'), 'canteen_lot', ['lot_id'], unique=False)
    op.create_index('ix_canteen_lot_shelf', 'canteen_lot', ['canteen_id', 'name', 'received_on'], unique=False, postgresql_where=sa.text('"left" > 0'))
    op.create_table('canteen_move',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('canteen_lot_id', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.Enum('accepted', 'entered', 'issued', 'taken_back', 'discarded', 'counted', 'corrected', name='movekind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('qty', sa.BigInteger(), nullable=False),
    sa.Column('issue_id', sa.BigInteger(), nullable=True),
    sa.Column('stocktake_id', sa.BigInteger(), nullable=True),
    sa.Column('acceptance_line_id', sa.BigInteger(), nullable=True),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('at', core.db.Instant(timezone=True), nullable=False),
    sa.CheckConstraint("kind <> 'counted' OR (stocktake_id IS NOT NULL AND reason <> '')", name=op.f('ck_canteen_move_counted')),
    sa.CheckConstraint("kind <> 'discarded' OR (qty < 0 AND reason <> '')", name=op.f('ck_canteen_move_discarded')),
    sa.CheckConstraint("kind <> 'issued' OR qty < 0", name=op.f('ck_canteen_move_issued_leaves')),
    sa.CheckConstraint("kind <> 'taken_back' OR qty > 0", name=op.f('ck_canteen_move_back_comes')),
    sa.CheckConstraint("kind NOT IN ('accepted', 'corrected') OR acceptance_line_id IS NOT NULL", name=op.f('ck_canteen_move_accepted')),
    sa.CheckConstraint("kind NOT IN ('issued', 'taken_back') OR issue_id IS NOT NULL", name=op.f('ck_canteen_move_issue')),
    sa.CheckConstraint('qty <> 0', name=op.f('ck_canteen_move_qty')),
    sa.ForeignKeyConstraint(['acceptance_line_id'], ['acceptance_line.id'], name=op.f('fk_canteen_move_acceptance_line_id')),
    sa.ForeignKeyConstraint(['canteen_lot_id'], ['canteen_lot.id'], name=op.f('fk_canteen_move_canteen_lot_id')),
    sa.ForeignKeyConstraint(['issue_id'], ['kitchen_issue.id'], name=op.f('fk_canteen_move_issue_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_canteen_move_person_id')),
    sa.ForeignKeyConstraint(['stocktake_id'], ['stocktake.id'], name=op.f('fk_canteen_move_stocktake_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_canteen_move'))
    )
    op.create_index(op.f('ix_canteen_move_acceptance_line_id'), 'canteen_move', ['acceptance_line_id'], unique=False)
    op.create_index(op.f('ix_canteen_move_canteen_lot_id'), 'canteen_move', ['canteen_lot_id'], unique=False)
    op.create_index(op.f('ix_canteen_move_issue_id'), 'canteen_move', ['issue_id'], unique=False)
    op.create_index(op.f('ix_canteen_move_stocktake_id'), 'canteen_move', ['stocktake_id'], unique=False)
    op.create_table('stocktake_line',
    sa.Column('stocktake_id', sa.BigInteger(), nullable=False),
    sa.Column('canteen_lot_id', sa.BigInteger(), nullable=False),
    sa.Column('book', sa.BigInteger(), nullable=False),
    sa.Column('found', sa.BigInteger(), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.CheckConstraint("book = found OR reason <> ''", name=op.f('ck_stocktake_line_difference_has_reason')),
    sa.CheckConstraint('book >= 0 AND found >= 0', name=op.f('ck_stocktake_line_quantities')),
    sa.ForeignKeyConstraint(['canteen_lot_id'], ['canteen_lot.id'], name=op.f('fk_stocktake_line_canteen_lot_id')),
    sa.ForeignKeyConstraint(['stocktake_id'], ['stocktake.id'], name=op.f('fk_stocktake_line_stocktake_id')),
    sa.PrimaryKeyConstraint('stocktake_id', 'canteen_lot_id', name=op.f('pk_stocktake_line'))
    )
    protect("kitchen_issue", "canteen_move", "temperature_reading")


def downgrade() -> None:
    raise NotImplementedError("facts are not unmade: restore a backup")
