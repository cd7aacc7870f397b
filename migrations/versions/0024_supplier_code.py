"""Suppliers get a public code, under which the open catalogue names them."""

import sqlalchemy as sa
from alembic import op

from core.codes import new_code

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("supplier", sa.Column("code", sa.String(12), nullable=True))
    rows = sa.table("supplier", sa.column("id", sa.BigInteger), sa.column("code", sa.String))
    for (row_id,) in op.get_bind().execute(sa.select(rows.c.id)).all():
        op.execute(rows.update().where(rows.c.id == row_id).values(code=new_code("S", 9)))
    op.alter_column("supplier", "code", nullable=False)
    op.create_unique_constraint(op.f("uq_supplier_code"), "supplier", ["code"])


def downgrade() -> None:
    raise NotImplementedError("facts are not unmade: restore a backup")
