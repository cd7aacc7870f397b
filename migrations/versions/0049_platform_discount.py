"""A supplier's account says apart what discounts the platform bears."""

from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

CAUSES = (
    "goods", "freight", "discount", "discount_platform", "credit_note", "refund", "correction", "received_bank",
    "received_provider", "fee", "service_fee",
)  # fmt: skip


def upgrade() -> None:
    op.drop_constraint(op.f("ck_supplier_entry_entrycause"), "supplier_entry", type_="check")
    allowed = ", ".join(f"'{cause}'" for cause in CAUSES)
    op.create_check_constraint(op.f("ck_supplier_entry_entrycause"), "supplier_entry", f"cause IN ({allowed})")


def downgrade() -> None:
    raise NotImplementedError("facts are not unmade: restore a backup")
