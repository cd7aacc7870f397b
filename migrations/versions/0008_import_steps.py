"""Let an 832 import ask about headers and run as a job, and let an order's version say why and through whom it came."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

STATES = ("mapping", "reading", "preview", "committing", "committed", "undone", "discarded")
CAUSES = ("file", "unit", "split", "restored")


def upgrade() -> None:
    op.drop_constraint(op.f("ck_import_batch_importstate"), "import_batch")
    op.create_check_constraint(op.f("ck_import_batch_importstate"), "import_batch", sa.column("state").in_(STATES))
    op.add_column("import_batch", sa.Column("header_no", sa.Integer(), nullable=False, server_default="1"))
    op.alter_column("import_batch", "header_no", server_default=None)
    op.add_column("import_batch", sa.Column("platform_fen", sa.BigInteger(), nullable=True))
    op.add_column("import_batch", sa.Column("job_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_import_batch_job_id"), "import_batch", "job", ["job_id"], ["id"])
    table = "external_order_version"
    op.add_column(table, sa.Column("cause", sa.String(32), nullable=False, server_default="file"))
    op.create_check_constraint(op.f("ck_external_order_version_versioncause"), table, sa.column("cause").in_(CAUSES))
    op.add_column(table, sa.Column("person_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_external_order_version_person_id"), table, "person", ["person_id"], ["id"])
    op.create_index(op.f("ix_external_order_version_unit_name"), table, ["unit_name"])
    op.create_index(op.f("ix_fact_entry_reverses_id"), "fact_entry", ["reverses_id"])


def downgrade() -> None:
    raise NotImplementedError("facts are not unmade: restore a backup")
