"""Freight by weight and region, vans and pick-up points; a cart's rounds; promotions with who bears them."""

import sqlalchemy as sa
from alembic import op

import core.db
from migrations.protect import protect

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

WAYS = sa.Enum(
    "parcel", "local", "pickup", name="deliveryway", native_enum=False, create_constraint=True, length=32
)

# What a promotion gives never changes, and below 70 % it runs only with a second person's word.
TERMS = """
CREATE FUNCTION promotion_terms_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND
     (to_jsonb(NEW) - 'state' - 'used_fen' - 'issued') <> (to_jsonb(OLD) - 'state' - 'used_fen' - 'issued') THEN
    RAISE EXCEPTION 'the terms of promotion % never change', OLD.id USING ERRCODE = 'XC001';
  END IF;
  IF NEW.state = 'running' AND NEW.is_deep
     AND NOT EXISTS (SELECT 1 FROM promotion_approval WHERE promotion_id = NEW.id) THEN
    RAISE EXCEPTION 'promotion % is not approved', NEW.id USING ERRCODE = 'XC002';
  END IF;
  RETURN NEW;
END $$
"""

GRANTED = """
CREATE FUNCTION budget_granted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE budget_account SET limit_fen = limit_fen + NEW.amount_fen WHERE id = NEW.account_id;
  RETURN NULL;
END $$
"""

# A line's discounts are its cuts, each with who bears it; below 70 % of the shelf only with an approval.
CUTS = """
CREATE FUNCTION line_cuts_add_up() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  line record;
  cut record;
BEGIN
  IF TG_TABLE_NAME = 'order_line' THEN
    SELECT id, amount_fen, discount_fen, paid_fen INTO line FROM order_line WHERE id = NEW.id;
  ELSE
    SELECT id, amount_fen, discount_fen, paid_fen INTO line FROM order_line WHERE id = NEW.order_line_id;
  END IF;
  SELECT coalesce(sum(amount_fen), 0) AS fen, count(approval_id) AS approvals
    INTO cut FROM line_discount WHERE order_line_id = line.id;
  IF cut.fen <> line.discount_fen THEN
    RAISE EXCEPTION 'line % has % off, its cuts are %', line.id, line.discount_fen, cut.fen USING ERRCODE = 'XC002';
  END IF;
  IF line.paid_fen * 10000 < line.amount_fen * 7000 AND cut.approvals = 0 THEN
    RAISE EXCEPTION 'line % falls below 70 percent unapproved', line.id USING ERRCODE = 'XC002';
  END IF;
  RETURN NULL;
END $$
"""


def upgrade() -> None:
    _freight()
    _carts()
    _promotions()
    _guards()


def _freight() -> None:
    for column in ("first_g", "step_g", "step_fen"):
        op.add_column("freight_rule", sa.Column(column, sa.BigInteger(), nullable=True))
    op.create_check_constraint(
        op.f("ck_freight_rule_steps"),
        "freight_rule",
        "num_nulls(first_g, step_g, step_fen) = 3"
        " OR (num_nulls(first_g, step_g, step_fen) = 0 AND first_g > 0 AND step_g > 0 AND step_fen >= 0)",
    )
    op.add_column("offer", sa.Column("ship_g", sa.BigInteger(), nullable=True))
    op.create_check_constraint(op.f("ck_offer_shipping_weight"), "offer", "ship_g BETWEEN 1 AND 1000000")
    op.create_table('freight_zone',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('supplier_id', sa.BigInteger(), nullable=False),
    sa.Column('way', sa.Enum('parcel', 'local', 'pickup', name='deliveryway', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('name', sa.String(length=30), nullable=False),
    sa.Column('is_refused', sa.Boolean(), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('base_fen', sa.BigInteger(), nullable=False),
    sa.Column('free_above_fen', sa.BigInteger(), nullable=True),
    sa.Column('first_g', sa.BigInteger(), nullable=True),
    sa.Column('step_g', sa.BigInteger(), nullable=True),
    sa.Column('step_fen', sa.BigInteger(), nullable=True),
    sa.Column('least_fen', sa.BigInteger(), nullable=False),
    sa.Column('days', sa.String(length=40), nullable=False),
    sa.CheckConstraint("is_refused = (reason <> '')", name=op.f('ck_freight_zone_refused_says_why')),
    sa.CheckConstraint("way <> 'pickup'", name=op.f('ck_freight_zone_to_the_door')),
    sa.CheckConstraint('base_fen >= 0 AND free_above_fen >= 0 AND least_fen >= 0', name=op.f('ck_freight_zone_not_negative')),
    sa.CheckConstraint('num_nulls(first_g, step_g, step_fen) = 3 OR (num_nulls(first_g, step_g, step_fen) = 0 AND first_g > 0 AND step_g > 0 AND step_fen >= 0)', name=op.f('ck_freight_zone_steps')),
    sa.ForeignKeyConstraint(['supplier_id'], ['supplier.id'], name=op.f('fk_freight_zone_supplier_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_freight_zone'))
    )
    op.create_index(op.f('ix_freight_zone_supplier_id'), 'freight_zone', ['supplier_id'], unique=False)
    op.create_table('freight_zone_region',
    sa.Column('zone_id', sa.BigInteger(), nullable=False),
    sa.Column('region_code', sa.String(length=9), nullable=False),
    sa.Column('supplier_id', sa.BigInteger(), nullable=False),
    sa.Column('way', sa.Enum('parcel', 'local', 'pickup', name='deliveryway', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.CheckConstraint("region_code ~ '^([0-9]{6}|[0-9]{9})$'", name=op.f('ck_freight_zone_region_region')),
    sa.ForeignKeyConstraint(['supplier_id'], ['supplier.id'], name=op.f('fk_freight_zone_region_supplier_id')),
    sa.ForeignKeyConstraint(['zone_id'], ['freight_zone.id'], name=op.f('fk_freight_zone_region_zone_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('zone_id', 'region_code', name=op.f('pk_freight_zone_region')),
    sa.UniqueConstraint('supplier_id', 'way', 'region_code', name=op.f('uq_freight_zone_region_supplier_id_way_region_code'))
    )
    op.create_table('pickup_point',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('place_code', sa.String(length=12), nullable=False),
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('address', sa.String(length=120), nullable=False),
    sa.Column('phone', sa.String(length=20), nullable=False),
    sa.Column('hours', sa.String(length=40), nullable=False),
    sa.Column('is_active', sa.Boolean(), nullable=False),
    sa.Column('created_at', core.db.Instant(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['place_code'], ['place.code'], name=op.f('fk_pickup_point_place_code')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pickup_point'))
    )
    op.create_index(op.f('ix_pickup_point_place_code'), 'pickup_point', ['place_code'], unique=False)
    op.create_table('supplier_pickup',
    sa.Column('supplier_id', sa.BigInteger(), nullable=False),
    sa.Column('point_id', sa.BigInteger(), nullable=False),
    sa.Column('fee_fen', sa.BigInteger(), nullable=False),
    sa.Column('free_above_fen', sa.BigInteger(), nullable=True),
    sa.Column('days', sa.String(length=40), nullable=False),
    sa.CheckConstraint('fee_fen >= 0 AND free_above_fen >= 0', name=op.f('ck_supplier_pickup_not_negative')),
    sa.ForeignKeyConstraint(['point_id'], ['pickup_point.id'], name=op.f('fk_supplier_pickup_point_id')),
    sa.ForeignKeyConstraint(['supplier_id'], ['supplier.id'], name=op.f('fk_supplier_pickup_supplier_id')),
    sa.PrimaryKeyConstraint('supplier_id', 'point_id', name=op.f('pk_supplier_pickup'))
    )


def _carts() -> None:
    op.add_column("cart", sa.Column("round", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("address", sa.Column("region_code", sa.String(9), nullable=True))
    op.create_check_constraint(op.f("ck_address_region"), "address", "region_code ~ '^([0-9]{6}|[0-9]{9})$'")
    op.execute(
        "UPDATE address a SET is_default = false WHERE is_default AND is_active AND EXISTS (SELECT 1 FROM address b"
        " WHERE b.person_id = a.person_id AND b.is_default AND b.is_active AND b.id > a.id)"
    )
    op.create_index(
        "uq_address_default", "address", ["person_id"], unique=True,
        postgresql_where=sa.text("is_default AND is_active"),
    )  # fmt: skip
    op.add_column("order_group", sa.Column("cart_id", sa.BigInteger(), nullable=True))
    op.add_column("order_group", sa.Column("cart_round", sa.Integer(), nullable=True))
    op.create_check_constraint(
        op.f("ck_order_group_submit"), "order_group", "(cart_id IS NULL) = (cart_round IS NULL)"
    )
    op.create_index("uq_order_group_submit", "order_group", ["cart_id", "cart_round"], unique=True)
    op.add_column("purchase_order", sa.Column("delivery_way", WAYS, nullable=True))
    op.add_column("purchase_order", sa.Column("pickup_point_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(
        op.f("fk_purchase_order_pickup_point_id"), "purchase_order", "pickup_point", ["pickup_point_id"], ["id"]
    )
    op.create_check_constraint(
        op.f("ck_purchase_order_fetched_at_a_point"),
        "purchase_order",
        "(delivery_way = 'pickup') = (pickup_point_id IS NOT NULL)",
    )


def _promotions() -> None:
    op.create_table('budget_account',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('limit_fen', sa.BigInteger(), nullable=False),
    sa.Column('used_fen', sa.BigInteger(), nullable=False),
    sa.Column('created_at', core.db.Instant(timezone=True), nullable=False),
    sa.CheckConstraint('used_fen >= 0 AND used_fen <= limit_fen', name=op.f('ck_budget_account_within_limit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_budget_account')),
    sa.UniqueConstraint('name', name=op.f('uq_budget_account_name'))
    )
    op.create_table('budget_grant',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('account_id', sa.BigInteger(), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('document', sa.String(length=200), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('at', core.db.Instant(timezone=True), nullable=False),
    sa.CheckConstraint("amount_fen > 0 AND document <> ''", name=op.f('ck_budget_grant_grant')),
    sa.ForeignKeyConstraint(['account_id'], ['budget_account.id'], name=op.f('fk_budget_grant_account_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_budget_grant_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_budget_grant'))
    )
    op.create_index(op.f('ix_budget_grant_account_id'), 'budget_grant', ['account_id'], unique=False)
    op.create_table('promotion',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('kind', sa.Enum('shelf', 'coupon', name='promotionkind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('bearer', sa.Enum('supplier', 'platform', name='bearer', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('state', sa.Enum('waiting', 'running', 'stopped', name='promotionstate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('name', sa.String(length=30), nullable=False),
    sa.Column('supplier_id', sa.BigInteger(), nullable=True),
    sa.Column('budget_account_id', sa.BigInteger(), nullable=True),
    sa.Column('starts_at', core.db.Instant(timezone=True), nullable=False),
    sa.Column('ends_at', core.db.Instant(timezone=True), nullable=False),
    sa.Column('off_fen', sa.BigInteger(), nullable=False),
    sa.Column('off_bp', sa.Integer(), nullable=False),
    sa.Column('cap_fen', sa.BigInteger(), nullable=True),
    sa.Column('least_fen', sa.BigInteger(), nullable=False),
    sa.Column('budget_fen', sa.BigInteger(), nullable=True),
    sa.Column('used_fen', sa.BigInteger(), nullable=False),
    sa.Column('per_person', sa.Integer(), nullable=False),
    sa.Column('most_coupons', sa.Integer(), nullable=True),
    sa.Column('issued', sa.Integer(), nullable=False),
    sa.Column('is_open', sa.Boolean(), nullable=False),
    sa.Column('is_deep', sa.Boolean(), nullable=False),
    sa.Column('made_by_id', sa.BigInteger(), nullable=False),
    sa.Column('created_at', core.db.Instant(timezone=True), nullable=False),
    sa.CheckConstraint("(bearer = 'platform') = (budget_account_id IS NOT NULL)", name=op.f('ck_promotion_platform_has_budget')),
    sa.CheckConstraint("bearer <> 'platform' OR budget_fen IS NOT NULL", name=op.f('ck_promotion_platform_has_limit')),
    sa.CheckConstraint("bearer <> 'supplier' OR supplier_id IS NOT NULL", name=op.f('ck_promotion_supplier_bears_own')),
    sa.CheckConstraint("kind <> 'coupon' OR off_bp = 0 OR cap_fen IS NOT NULL", name=op.f('ck_promotion_share_is_capped')),
    sa.CheckConstraint('(off_fen > 0) <> (off_bp > 0) AND off_fen >= 0 AND off_bp BETWEEN 0 AND 9900', name=op.f('ck_promotion_off')),
    sa.CheckConstraint('ends_at > starts_at', name=op.f('ck_promotion_days')),
    sa.CheckConstraint('issued >= 0 AND (most_coupons IS NULL OR issued <= most_coupons)', name=op.f('ck_promotion_within_number')),
    sa.CheckConstraint('least_fen >= 0 AND cap_fen > 0', name=op.f('ck_promotion_bounds')),
    sa.CheckConstraint('per_person BETWEEN 1 AND 9', name=op.f('ck_promotion_per_person')),
    sa.CheckConstraint('used_fen >= 0 AND (budget_fen IS NULL OR used_fen <= budget_fen)', name=op.f('ck_promotion_within_budget')),
    sa.ForeignKeyConstraint(['budget_account_id'], ['budget_account.id'], name=op.f('fk_promotion_budget_account_id')),
    sa.ForeignKeyConstraint(['made_by_id'], ['person.id'], name=op.f('fk_promotion_made_by_id')),
    sa.ForeignKeyConstraint(['supplier_id'], ['supplier.id'], name=op.f('fk_promotion_supplier_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_promotion')),
    sa.UniqueConstraint('id', 'made_by_id', name=op.f('uq_promotion_id_made_by_id'))
    )
    op.create_index('ix_promotion_running', 'promotion', ['ends_at'], unique=False, postgresql_where=sa.text("state = 'running'"))
    op.create_index(op.f('ix_promotion_supplier_id'), 'promotion', ['supplier_id'], unique=False)
    op.create_table('promotion_offer',
    sa.Column('promotion_id', sa.BigInteger(), nullable=False),
    sa.Column('offer_id', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['offer_id'], ['offer.id'], name=op.f('fk_promotion_offer_offer_id')),
    sa.ForeignKeyConstraint(['promotion_id'], ['promotion.id'], name=op.f('fk_promotion_offer_promotion_id')),
    sa.PrimaryKeyConstraint('promotion_id', 'offer_id', name=op.f('pk_promotion_offer'))
    )
    op.create_index(op.f('ix_promotion_offer_offer_id'), 'promotion_offer', ['offer_id'], unique=False)
    op.create_table('promotion_approval',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('promotion_id', sa.BigInteger(), nullable=False),
    sa.Column('made_by_id', sa.BigInteger(), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('at', core.db.Instant(timezone=True), nullable=False),
    sa.CheckConstraint("reason <> ''", name=op.f('ck_promotion_approval_reason')),
    sa.CheckConstraint('person_id <> made_by_id', name=op.f('ck_promotion_approval_second_person')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_promotion_approval_person_id')),
    sa.ForeignKeyConstraint(['promotion_id', 'made_by_id'], ['promotion.id', 'promotion.made_by_id'], name=op.f('fk_promotion_approval_promotion_id_made_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_promotion_approval')),
    sa.UniqueConstraint('id', 'promotion_id', name=op.f('uq_promotion_approval_id_promotion_id')),
    sa.UniqueConstraint('promotion_id', name=op.f('uq_promotion_approval_promotion_id'))
    )
    op.create_table('coupon',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('code', sa.String(length=16), nullable=False),
    sa.Column('promotion_id', sa.BigInteger(), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=True),
    sa.Column('nth', sa.Integer(), nullable=True),
    sa.Column('group_id', sa.BigInteger(), nullable=True),
    sa.Column('created_at', core.db.Instant(timezone=True), nullable=False),
    sa.Column('claimed_at', core.db.Instant(timezone=True), nullable=True),
    sa.CheckConstraint('group_id IS NULL OR person_id IS NOT NULL', name=op.f('ck_coupon_used_by_holder')),
    sa.CheckConstraint('nth BETWEEN 1 AND 9', name=op.f('ck_coupon_nth')),
    sa.CheckConstraint('num_nulls(person_id, nth, claimed_at) IN (0, 3)', name=op.f('ck_coupon_held')),
    sa.ForeignKeyConstraint(['group_id'], ['order_group.id'], name=op.f('fk_coupon_group_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_coupon_person_id')),
    sa.ForeignKeyConstraint(['promotion_id'], ['promotion.id'], name=op.f('fk_coupon_promotion_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_coupon')),
    sa.UniqueConstraint('code', name=op.f('uq_coupon_code')),
    sa.UniqueConstraint('group_id', name=op.f('uq_coupon_group_id')),
    sa.UniqueConstraint('promotion_id', 'person_id', 'nth', name=op.f('uq_coupon_promotion_id_person_id_nth'))
    )
    op.create_index(op.f('ix_coupon_person_id'), 'coupon', ['person_id'], unique=False)
    op.create_table('promotion_use',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('order_id', sa.BigInteger(), nullable=False),
    sa.Column('promotion_id', sa.BigInteger(), nullable=False),
    sa.Column('coupon_id', sa.BigInteger(), nullable=True),
    sa.Column('act', sa.String(length=64), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('at', core.db.Instant(timezone=True), nullable=False),
    sa.CheckConstraint("(act = 'use' AND amount_fen > 0) OR (act = 'return' AND amount_fen < 0)", name=op.f('ck_promotion_use_sign')),
    sa.ForeignKeyConstraint(['coupon_id'], ['coupon.id'], name=op.f('fk_promotion_use_coupon_id')),
    sa.ForeignKeyConstraint(['order_id'], ['purchase_order.id'], name=op.f('fk_promotion_use_order_id')),
    sa.ForeignKeyConstraint(['promotion_id'], ['promotion.id'], name=op.f('fk_promotion_use_promotion_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_promotion_use')),
    sa.UniqueConstraint('order_id', 'promotion_id', 'act', name=op.f('uq_promotion_use_order_id_promotion_id_act'))
    )
    op.create_index(op.f('ix_promotion_use_coupon_id'), 'promotion_use', ['coupon_id'], unique=False)
    op.create_index(op.f('ix_promotion_use_promotion_id'), 'promotion_use', ['promotion_id'], unique=False)
    op.create_index('uq_promotion_use_one_coupon', 'promotion_use', ['order_id'], unique=True, postgresql_where=sa.text("coupon_id IS NOT NULL AND act = 'use'"))
    op.create_table('line_discount',
    sa.Column('order_line_id', sa.BigInteger(), nullable=False),
    sa.Column('promotion_id', sa.BigInteger(), nullable=False),
    sa.Column('amount_fen', sa.BigInteger(), nullable=False),
    sa.Column('approval_id', sa.BigInteger(), nullable=True),
    sa.CheckConstraint('amount_fen > 0', name=op.f('ck_line_discount_amount')),
    sa.ForeignKeyConstraint(['approval_id', 'promotion_id'], ['promotion_approval.id', 'promotion_approval.promotion_id'], name=op.f('fk_line_discount_approval_id_promotion_id')),
    sa.ForeignKeyConstraint(['order_line_id'], ['order_line.id'], name=op.f('fk_line_discount_order_line_id')),
    sa.ForeignKeyConstraint(['promotion_id'], ['promotion.id'], name=op.f('fk_line_discount_promotion_id')),
    sa.PrimaryKeyConstraint('order_line_id', 'promotion_id', name=op.f('pk_line_discount'))
    )


def _guards() -> None:
    protect("budget_grant", "promotion_offer", "promotion_approval", "promotion_use", "line_discount")
    for body in (TERMS, GRANTED, CUTS):
        op.execute(body)
    op.execute(
        "CREATE TRIGGER promotion_terms BEFORE INSERT OR UPDATE ON promotion"
        " FOR EACH ROW EXECUTE FUNCTION promotion_terms_stay()"
    )
    op.execute(
        "CREATE TRIGGER budget_grant_counts AFTER INSERT ON budget_grant"
        " FOR EACH ROW EXECUTE FUNCTION budget_granted()"
    )
    for table in ("order_line", "line_discount"):
        op.execute(
            f"CREATE CONSTRAINT TRIGGER {table}_cuts AFTER INSERT ON {table} DEFERRABLE INITIALLY DEFERRED"
            " FOR EACH ROW EXECUTE FUNCTION line_cuts_add_up()"
        )
    for table in ("promotion", "coupon", "budget_account"):
        op.execute(
            f"CREATE TRIGGER {table}_kept BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION never_deleted()"
        )


def downgrade() -> None:
    raise NotImplementedError("facts are not unmade: restore a backup")
