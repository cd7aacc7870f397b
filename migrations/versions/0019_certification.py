"""Certification help and the producer's commitment certificates."""

import csv
from pathlib import Path

import core.db
import sqlalchemy as sa
from alembic import op
from migrations.protect import protect

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

DATA = Path(__file__).resolve().parents[2] / "data"
FACTS = (
    "certification_event", "certification_finding", "certification_photo", "certification_monitoring",
    "certification_fee", "certification_letter", "commitment",
)


def upgrade() -> None:
    tables()
    protect(*FACTS)
    materials()
    checks()


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


def materials() -> None:
    columns = ("kind", "code", "name", "hint", "reasons", "position", "is_required")
    table = sa.table("certification_material", *map(sa.column, columns))
    op.bulk_insert(table, [
        {
            "kind": row["kind"], "code": row["code"], "name": row["name"], "hint": row["hint"],
            "reasons": row["reasons"].replace("|", "\n"), "position": place, "is_required": row["required"] == "1",
        }
        for place, row in enumerate(rows("certification_materials.csv"))
    ])


def checks() -> None:
    table = sa.table("certification_check", *map(sa.column, ("kind", "code", "name", "position")))
    op.bulk_insert(table, [
        {"kind": row["kind"], "code": row["code"], "name": row["name"], "position": place}
        for place, row in enumerate(rows("certification_checks.csv"))
    ])


def tables() -> None:
    op.create_table('certification_check',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('kind', sa.Enum('green', 'organic', 'gi', 'sc', 'jy', 'quarantine', name='certificatekind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('code', sa.String(length=64), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_certification_check')),
    sa.UniqueConstraint('kind', 'code', name=op.f('uq_certification_check_kind_code'))
    )
    op.create_table('certification_material',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('kind', sa.Enum('green', 'organic', 'gi', 'sc', 'jy', 'quarantine', name='certificatekind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('code', sa.String(length=64), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('hint', sa.String(length=200), nullable=False),
    sa.Column('reasons', sa.Text(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('is_required', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_certification_material')),
    sa.UniqueConstraint('kind', 'code', name=op.f('uq_certification_material_kind_code'))
    )
    op.create_table('certification',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('application_no', sa.String(length=24), nullable=False),
    sa.Column('supplier_id', sa.BigInteger(), nullable=False),
    sa.Column('kind', sa.Enum('green', 'organic', 'gi', 'sc', 'jy', 'quarantine', name='certificatekind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('state', sa.Enum('draft', 'intake', 'inspection', 'monitoring', 'review', 'submission', 'sent', 'granted', 'failed', 'withdrawn', name='certificationstate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('goods', sa.String(length=200), nullable=False),
    sa.Column('scale_unit', sa.Enum('mu', 'bag', 'head', 'hive', name='scaleunit', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('expected_output_g', sa.BigInteger(), nullable=False),
    sa.Column('note', sa.Text(), nullable=False),
    sa.Column('renews_id', sa.BigInteger(), nullable=True),
    sa.Column('is_late', sa.Boolean(), nullable=False),
    sa.Column('is_exited', sa.Boolean(), nullable=False),
    sa.Column('is_waiting', sa.Boolean(), nullable=False),
    sa.Column('applied_on', sa.Date(), nullable=True),
    sa.Column('entered_at', core.db.Instant(timezone=True), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('decided_on', sa.Date(), nullable=True),
    sa.Column('sent_to', sa.String(length=200), nullable=False),
    sa.Column('sent_document', sa.String(length=200), nullable=False),
    sa.Column('certificate_id', sa.BigInteger(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', core.db.Instant(timezone=True), nullable=False),
    sa.CheckConstraint("(state = 'draft') = (applied_on IS NULL) OR state = 'withdrawn'", name=op.f('ck_certification_applied')),
    sa.CheckConstraint("(state = 'granted') = (certificate_id IS NOT NULL)", name=op.f('ck_certification_granted_has_certificate')),
    sa.CheckConstraint("kind IN ('green', 'organic', 'gi')", name=op.f('ck_certification_is_badge')),
    sa.CheckConstraint('NOT is_waiting OR due_on IS NULL', name=op.f('ck_certification_waiting_is_not_due')),
    sa.CheckConstraint('expected_output_g > 0', name=op.f('ck_certification_output')),
    sa.ForeignKeyConstraint(['certificate_id'], ['certificate.id'], name=op.f('fk_certification_certificate_id')),
    sa.ForeignKeyConstraint(['renews_id'], ['certificate.id'], name=op.f('fk_certification_renews_id')),
    sa.ForeignKeyConstraint(['supplier_id'], ['supplier.id'], name=op.f('fk_certification_supplier_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_certification')),
    sa.UniqueConstraint('application_no', name=op.f('uq_certification_application_no')),
    sa.UniqueConstraint('certificate_id', name=op.f('uq_certification_certificate_id'))
    )
    op.create_index('ix_certification_all', 'certification', [sa.literal_column('is_exited DESC'), 'entered_at', 'id'], unique=False)
    op.create_index('ix_certification_applied', 'certification', ['applied_on'], unique=False)
    op.create_index('ix_certification_decided', 'certification', ['decided_on'], unique=False)
    op.create_index('ix_certification_due', 'certification', ['due_on'], unique=False, postgresql_where=sa.text('due_on IS NOT NULL'))
    op.create_index('ix_certification_queue', 'certification', ['state', sa.literal_column('is_exited DESC'), 'entered_at', 'id'], unique=False)
    op.create_index(op.f('ix_certification_supplier_id'), 'certification', ['supplier_id'], unique=False)
    op.create_table('certification_event',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('certification_id', sa.BigInteger(), nullable=False),
    sa.Column('act', sa.Enum('apply', 'pass', 'ask', 'answer', 'send', 'grant', 'fail', 'withdraw', name='certificationact', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('state', sa.Enum('draft', 'intake', 'inspection', 'monitoring', 'review', 'submission', 'sent', 'granted', 'failed', 'withdrawn', name='certificationstate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('happened_on', sa.Date(), nullable=False),
    sa.Column('at', core.db.Instant(timezone=True), nullable=False),
    sa.Column('runs', sa.Boolean(), nullable=False),
    sa.Column('limit_days', sa.Integer(), nullable=True),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('limit_days BETWEEN 1 AND 250', name=op.f('ck_certification_event_limit_days')),
    sa.ForeignKeyConstraint(['certification_id'], ['certification.id'], name=op.f('fk_certification_event_certification_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_certification_event_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_certification_event'))
    )
    op.create_index(op.f('ix_certification_event_certification_id'), 'certification_event', ['certification_id'], unique=False)
    op.create_index('ix_certification_event_state', 'certification_event', ['state', 'happened_on'], unique=False)
    op.create_table('certification_fee',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('certification_id', sa.BigInteger(), nullable=False),
    sa.Column('standard_fen', sa.BigInteger(), nullable=False),
    sa.Column('reduction_fen', sa.BigInteger(), nullable=False),
    sa.Column('payer', sa.Enum('nobody', 'applicant', 'county', 'shared', 'waived', name='feepayer', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('document', sa.String(length=200), nullable=False),
    sa.Column('note', sa.String(length=200), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('at', core.db.Instant(timezone=True), nullable=False),
    sa.CheckConstraint("reduction_fen = 0 OR document <> ''", name=op.f('ck_certification_fee_reduction_has_document')),
    sa.CheckConstraint('standard_fen >= 0 AND reduction_fen BETWEEN 0 AND standard_fen', name=op.f('ck_certification_fee_reduction')),
    sa.ForeignKeyConstraint(['certification_id'], ['certification.id'], name=op.f('fk_certification_fee_certification_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_certification_fee_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_certification_fee'))
    )
    op.create_index(op.f('ix_certification_fee_certification_id'), 'certification_fee', ['certification_id'], unique=False)
    op.create_table('certification_inspection',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('certification_id', sa.BigInteger(), nullable=False),
    sa.Column('round', sa.Integer(), nullable=False),
    sa.Column('planned_on', sa.Date(), nullable=False),
    sa.Column('lead_id', sa.BigInteger(), nullable=False),
    sa.Column('second_id', sa.BigInteger(), nullable=False),
    sa.Column('conclusion', sa.Enum('passed', 'correct', 'failed', name='inspectionconclusion', native_enum=False, create_constraint=True, length=32), nullable=True),
    sa.Column('opinion', sa.String(length=200), nullable=False),
    sa.Column('lead_signed_at', core.db.Instant(timezone=True), nullable=True),
    sa.Column('second_signed_at', core.db.Instant(timezone=True), nullable=True),
    sa.Column('is_closed', sa.Boolean(), nullable=False),
    sa.Column('assigned_by_id', sa.BigInteger(), nullable=False),
    sa.Column('created_at', core.db.Instant(timezone=True), nullable=False),
    sa.CheckConstraint('NOT is_closed OR (conclusion IS NOT NULL AND lead_signed_at IS NOT NULL AND second_signed_at IS NOT NULL)', name=op.f('ck_certification_inspection_closed_is_signed')),
    sa.CheckConstraint('lead_id <> second_id', name=op.f('ck_certification_inspection_two_people')),
    sa.ForeignKeyConstraint(['assigned_by_id'], ['person.id'], name=op.f('fk_certification_inspection_assigned_by_id')),
    sa.ForeignKeyConstraint(['certification_id'], ['certification.id'], name=op.f('fk_certification_inspection_certification_id')),
    sa.ForeignKeyConstraint(['lead_id'], ['person.id'], name=op.f('fk_certification_inspection_lead_id')),
    sa.ForeignKeyConstraint(['second_id'], ['person.id'], name=op.f('fk_certification_inspection_second_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_certification_inspection')),
    sa.UniqueConstraint('certification_id', 'round', name=op.f('uq_certification_inspection_certification_id_round'))
    )
    op.create_index(op.f('ix_certification_inspection_certification_id'), 'certification_inspection', ['certification_id'], unique=False)
    op.create_index(op.f('ix_certification_inspection_lead_id'), 'certification_inspection', ['lead_id'], unique=False)
    op.create_index(op.f('ix_certification_inspection_second_id'), 'certification_inspection', ['second_id'], unique=False)
    op.create_index('uq_certification_inspection_open', 'certification_inspection', ['certification_id'], unique=True, postgresql_where=sa.text('NOT is_closed'))
    op.create_table('certification_letter',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('letter_no', sa.String(length=24), nullable=False),
    sa.Column('certification_id', sa.BigInteger(), nullable=False),
    sa.Column('addressee', sa.String(length=200), nullable=False),
    sa.Column('standard_fen', sa.BigInteger(), nullable=False),
    sa.Column('asked_fen', sa.BigInteger(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('written_on', sa.Date(), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('at', core.db.Instant(timezone=True), nullable=False),
    sa.CheckConstraint('asked_fen > 0 AND asked_fen <= standard_fen', name=op.f('ck_certification_letter_asked')),
    sa.ForeignKeyConstraint(['certification_id'], ['certification.id'], name=op.f('fk_certification_letter_certification_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_certification_letter_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_certification_letter')),
    sa.UniqueConstraint('letter_no', name=op.f('uq_certification_letter_letter_no'))
    )
    op.create_index(op.f('ix_certification_letter_certification_id'), 'certification_letter', ['certification_id'], unique=False)
    op.create_table('certification_monitoring',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('certification_id', sa.BigInteger(), nullable=False),
    sa.Column('result', sa.Enum('passed', 'failed', 'exempt', name='monitoringresult', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('agency', sa.String(length=200), nullable=False),
    sa.Column('report_no', sa.String(length=200), nullable=False),
    sa.Column('sampled_on', sa.Date(), nullable=True),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('file_id', sa.BigInteger(), nullable=True),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('at', core.db.Instant(timezone=True), nullable=False),
    sa.CheckConstraint("CASE WHEN result = 'exempt' THEN reason <> '' ELSE agency <> '' AND report_no <> '' AND sampled_on IS NOT NULL END", name=op.f('ck_certification_monitoring_measured_or_exempt')),
    sa.ForeignKeyConstraint(['certification_id'], ['certification.id'], name=op.f('fk_certification_monitoring_certification_id')),
    sa.ForeignKeyConstraint(['file_id'], ['stored_file.id'], name=op.f('fk_certification_monitoring_file_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_certification_monitoring_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_certification_monitoring'))
    )
    op.create_index(op.f('ix_certification_monitoring_certification_id'), 'certification_monitoring', ['certification_id'], unique=False)
    op.create_table('certification_paper',
    sa.Column('certification_id', sa.BigInteger(), nullable=False),
    sa.Column('material_id', sa.BigInteger(), nullable=False),
    sa.Column('state', sa.Enum('missing', 'given', 'accepted', 'returned', name='materialstate', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('file_id', sa.BigInteger(), nullable=True),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('updated_at', core.db.Instant(timezone=True), nullable=False),
    sa.CheckConstraint("(state = 'missing') = (file_id IS NULL)", name=op.f('ck_certification_paper_file')),
    sa.CheckConstraint("state <> 'returned' OR reason <> ''", name=op.f('ck_certification_paper_returned_for_a_reason')),
    sa.ForeignKeyConstraint(['certification_id'], ['certification.id'], name=op.f('fk_certification_paper_certification_id')),
    sa.ForeignKeyConstraint(['file_id'], ['stored_file.id'], name=op.f('fk_certification_paper_file_id')),
    sa.ForeignKeyConstraint(['material_id'], ['certification_material.id'], name=op.f('fk_certification_paper_material_id')),
    sa.PrimaryKeyConstraint('certification_id', 'material_id', name=op.f('pk_certification_paper'))
    )
    op.create_table('certification_product',
    sa.Column('certification_id', sa.BigInteger(), nullable=False),
    sa.Column('product_id', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['certification_id'], ['certification.id'], name=op.f('fk_certification_product_certification_id')),
    sa.ForeignKeyConstraint(['product_id'], ['product.id'], name=op.f('fk_certification_product_product_id')),
    sa.PrimaryKeyConstraint('certification_id', 'product_id', name=op.f('pk_certification_product'))
    )
    op.create_table('certification_village',
    sa.Column('certification_id', sa.BigInteger(), nullable=False),
    sa.Column('village_code', sa.String(length=12), nullable=False),
    sa.Column('scale_x100', sa.BigInteger(), nullable=False),
    sa.CheckConstraint('scale_x100 > 0', name=op.f('ck_certification_village_scale')),
    sa.ForeignKeyConstraint(['certification_id'], ['certification.id'], name=op.f('fk_certification_village_certification_id')),
    sa.ForeignKeyConstraint(['village_code'], ['place.code'], name=op.f('fk_certification_village_village_code')),
    sa.PrimaryKeyConstraint('certification_id', 'village_code', name=op.f('pk_certification_village'))
    )
    op.create_table('commitment',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('commitment_no', sa.String(length=24), nullable=False),
    sa.Column('token', sa.String(length=32), nullable=False),
    sa.Column('supplier_id', sa.BigInteger(), nullable=False),
    sa.Column('product_id', sa.BigInteger(), nullable=False),
    sa.Column('lot_id', sa.BigInteger(), nullable=False),
    sa.Column('promise', sa.Text(), nullable=False),
    sa.Column('by_control', sa.Boolean(), nullable=False),
    sa.Column('by_own_test', sa.Boolean(), nullable=False),
    sa.Column('by_commissioned_test', sa.Boolean(), nullable=False),
    sa.Column('product_name', sa.String(length=40), nullable=False),
    sa.Column('qty', sa.BigInteger(), nullable=False),
    sa.Column('base_unit', sa.Enum('g', 'ml', 'piece', name='baseunit', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('origin_full', sa.String(length=200), nullable=False),
    sa.Column('producer', sa.String(length=200), nullable=False),
    sa.Column('contact', sa.String(length=40), nullable=False),
    sa.Column('issued_on', sa.Date(), nullable=False),
    sa.Column('report_file_id', sa.BigInteger(), nullable=True),
    sa.Column('replaces_id', sa.BigInteger(), nullable=True),
    sa.Column('issued_by_id', sa.BigInteger(), nullable=False),
    sa.Column('created_at', core.db.Instant(timezone=True), nullable=False),
    sa.CheckConstraint('NOT by_commissioned_test OR report_file_id IS NOT NULL', name=op.f('ck_commitment_report')),
    sa.CheckConstraint('by_control OR by_own_test OR by_commissioned_test', name=op.f('ck_commitment_basis')),
    sa.CheckConstraint('qty > 0', name=op.f('ck_commitment_qty')),
    sa.ForeignKeyConstraint(['issued_by_id'], ['person.id'], name=op.f('fk_commitment_issued_by_id')),
    sa.ForeignKeyConstraint(['lot_id'], ['lot.id'], name=op.f('fk_commitment_lot_id')),
    sa.ForeignKeyConstraint(['product_id'], ['product.id'], name=op.f('fk_commitment_product_id')),
    sa.ForeignKeyConstraint(['replaces_id'], ['commitment.id'], name=op.f('fk_commitment_replaces_id')),
    sa.ForeignKeyConstraint(['report_file_id'], ['stored_file.id'], name=op.f('fk_commitment_report_file_id')),
    sa.ForeignKeyConstraint(['supplier_id'], ['supplier.id'], name=op.f('fk_commitment_supplier_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_commitment')),
    sa.UniqueConstraint('commitment_no', name=op.f('uq_commitment_commitment_no')),
    sa.UniqueConstraint('replaces_id', name=op.f('uq_commitment_replaces_id')),
    sa.UniqueConstraint('token', name=op.f('uq_commitment_token'))
    )
    op.create_index(op.f('ix_commitment_lot_id'), 'commitment', ['lot_id'], unique=False)
    op.create_index('ix_commitment_own', 'commitment', ['supplier_id', 'id'], unique=False)
    op.create_table('certification_finding',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('inspection_id', sa.BigInteger(), nullable=False),
    sa.Column('check_id', sa.BigInteger(), nullable=False),
    sa.Column('verdict', sa.Enum('fit', 'unfit', 'not_applicable', name='siteverdict', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('note', sa.String(length=200), nullable=False),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('at', core.db.Instant(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['check_id'], ['certification_check.id'], name=op.f('fk_certification_finding_check_id')),
    sa.ForeignKeyConstraint(['inspection_id'], ['certification_inspection.id'], name=op.f('fk_certification_finding_inspection_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_certification_finding_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_certification_finding'))
    )
    op.create_index(op.f('ix_certification_finding_inspection_id'), 'certification_finding', ['inspection_id'], unique=False)
    op.create_table('certification_photo',
    sa.Column('file_id', sa.BigInteger(), nullable=False),
    sa.Column('inspection_id', sa.BigInteger(), nullable=False),
    sa.Column('check_id', sa.BigInteger(), nullable=True),
    sa.Column('person_id', sa.BigInteger(), nullable=False),
    sa.Column('at', core.db.Instant(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['check_id'], ['certification_check.id'], name=op.f('fk_certification_photo_check_id')),
    sa.ForeignKeyConstraint(['file_id'], ['stored_file.id'], name=op.f('fk_certification_photo_file_id')),
    sa.ForeignKeyConstraint(['inspection_id'], ['certification_inspection.id'], name=op.f('fk_certification_photo_inspection_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_certification_photo_person_id')),
    sa.PrimaryKeyConstraint('file_id', name=op.f('pk_certification_photo'))
    )
    op.create_index(op.f('ix_certification_photo_inspection_id'), 'certification_photo', ['inspection_id'], unique=False)


def downgrade() -> None:
    raise NotImplementedError("facts are not unmade: restore a backup")
