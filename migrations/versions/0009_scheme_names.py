"""Names of the shipped schemes with the marks that Chinese takes."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

NAMES = {"N": "全国口径（832平台）", "L": "本市口径（脱贫村户）", "C": "合并口径（食堂经费）"}


def upgrade() -> None:
    op.execute("ALTER TABLE scheme_version DISABLE TRIGGER USER")
    for code, name in NAMES.items():
        op.get_bind().execute(
            sa.text("UPDATE scheme_version SET name = :name WHERE code = :code AND version_no = 1"),
            {"code": code, "name": name},
        )
    op.execute("ALTER TABLE scheme_version ENABLE TRIGGER USER")


def downgrade() -> None:
    raise NotImplementedError("facts are not unmade: restore a backup")
