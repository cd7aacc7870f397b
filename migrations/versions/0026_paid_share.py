"""What a buyer pays for each line: discounts shared over the lines, sums held by the database."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

# A unit's order may be accepted with other weights; a resident's is exactly its lines, from the moment it is made.
ADDS_UP = """
CREATE FUNCTION order_adds_up() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  wanted record;
  found record;
BEGIN
  IF TG_TABLE_NAME = 'purchase_order' THEN
    SELECT id, kind, goods_fen, discount_fen INTO wanted FROM purchase_order WHERE id = NEW.id;
  ELSE
    SELECT id, kind, goods_fen, discount_fen INTO wanted FROM purchase_order WHERE id = NEW.order_id;
  END IF;
  IF wanted.kind IS DISTINCT FROM 'resident' THEN RETURN NULL; END IF;
  SELECT coalesce(sum(amount_fen), 0) AS goods, coalesce(sum(discount_fen), 0) AS discount
    INTO found FROM order_line WHERE order_id = wanted.id;
  IF found.goods <> wanted.goods_fen OR found.discount <> wanted.discount_fen THEN
    RAISE EXCEPTION 'order % does not add up: lines % less %, order % less %',
      wanted.id, found.goods, found.discount, wanted.goods_fen, wanted.discount_fen
      USING ERRCODE = 'XC002';
  END IF;
  RETURN NULL;
END $$
"""


def upgrade() -> None:
    op.add_column("purchase_order", sa.Column("discount_fen", sa.BigInteger(), nullable=False, server_default="0"))
    op.drop_constraint(op.f("ck_purchase_order_total"), "purchase_order", type_="check")
    op.create_check_constraint(
        op.f("ck_purchase_order_total"),
        "purchase_order",
        "total_fen = goods_fen - discount_fen + freight_fen AND upper_fen >= total_fen",
    )
    op.create_check_constraint(
        op.f("ck_purchase_order_discount"), "purchase_order", "discount_fen >= 0 AND discount_fen < goods_fen"
    )
    op.create_check_constraint(
        op.f("ck_purchase_order_units_have_tiers_only"), "purchase_order", "kind = 'resident' OR discount_fen = 0"
    )
    op.add_column("order_line", sa.Column("discount_fen", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column(
        "order_line",
        sa.Column("paid_fen", sa.BigInteger(), sa.Computed("amount_fen - discount_fen", persisted=True), nullable=False),
    )
    op.create_check_constraint(
        op.f("ck_order_line_discount"), "order_line", "discount_fen >= 0 AND discount_fen < amount_fen"
    )
    op.execute(ADDS_UP)
    for table, columns in (("purchase_order", "INSERT OR UPDATE OF goods_fen, discount_fen"), ("order_line", "INSERT")):
        op.execute(
            f"CREATE CONSTRAINT TRIGGER {table}_adds_up AFTER {columns} ON {table} DEFERRABLE INITIALLY DEFERRED"
            " FOR EACH ROW EXECUTE FUNCTION order_adds_up()"
        )


def downgrade() -> None:
    raise NotImplementedError("facts are not unmade: restore a backup")
