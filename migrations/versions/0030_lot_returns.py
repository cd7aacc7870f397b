"""Goods refused at the scales go back into their lots, also those of acceptances that stand already."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

KINDS = ("bought", "harvested", "declared", "lost", "sold", "returned")
STANDING = """
    acceptance_line al JOIN acceptance a ON a.id = al.acceptance_id
    JOIN delivery_line d ON d.id = al.delivery_line_id JOIN delivery v ON v.id = d.delivery_id
    JOIN lot l ON l.id = d.lot_id
    WHERE al.rejected_qty > 0 AND NOT EXISTS (SELECT 1 FROM acceptance n WHERE n.reverses_id = a.id)
"""
BACK = (
    f"""
    INSERT INTO lot_move (lot_id, product_id, kind, qty, eligible_qty, happened_on, reason, source, source_id, at)
    SELECT l.id, l.product_id, 'returned', al.rejected_qty, 0, v.delivered_on, '', 'acceptance_line', al.id, now()
    FROM {STANDING}
    """,
    f"""
    UPDATE lot_balance b SET sold_qty = b.sold_qty - back.qty
    FROM (SELECT l.id, sum(al.rejected_qty) AS qty FROM {STANDING} GROUP BY l.id) back WHERE back.id = b.lot_id
    """,
)  # fmt: skip


def upgrade() -> None:
    op.drop_constraint(op.f("ck_lot_move_lotmovekind"), "lot_move", type_="check")
    op.create_check_constraint(op.f("ck_lot_move_lotmovekind"), "lot_move", sa.column("kind").in_(KINDS))
    for statement in BACK:
        op.execute(statement)


def downgrade() -> None:
    raise NotImplementedError("facts are not unmade: restore a backup")
