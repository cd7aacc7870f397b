"""Orders made on the national 832 platform, brought in by file."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Fen, JsonDict, Line, Pk, Ref
from procurement.rules.p832 import ImportSide, ImportState, PurchaseType, RowVerdict, VersionCause


class ImportBatch(Base):
    """One file, from preview to undo. `header_no`: the header's line; `platform_fen`: the total its sender expects."""

    __tablename__ = "import_batch"

    id: Mapped[Pk]
    token: Mapped[str] = mapped_column(sa.String(32), unique=True)
    side: Mapped[ImportSide]
    organisation_id: Mapped[Ref] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    file_id: Mapped[Ref] = mapped_column(sa.ForeignKey("stored_file.id"))
    filename: Mapped[Line]
    sha256: Mapped[str] = mapped_column(sa.String(64))
    headers: Mapped[list[Any]]
    mapping: Mapped[JsonDict]
    header_no: Mapped[int] = mapped_column(default=1)
    platform_fen: Mapped[Fen | None]
    state: Mapped[ImportState]
    job_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("job.id"))
    counts: Mapped[JsonDict] = mapped_column(default=dict)
    created_at: Mapped[datetime]
    committed_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]
    undone_by_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))


class ImportRow(Base):
    """One row of the file: what was read, what it means, what is wrong with which cell."""

    __tablename__ = "import_row"

    batch_id: Mapped[Ref] = mapped_column(sa.ForeignKey("import_batch.id", ondelete="CASCADE"), primary_key=True)
    row_no: Mapped[int] = mapped_column(primary_key=True)
    external_no: Mapped[str] = mapped_column(sa.String(60), default="", index=True)
    verdict: Mapped[RowVerdict]
    cells: Mapped[JsonDict]
    problems: Mapped[list[Any]]


class HeaderMapping(Base):
    """A header word an organisation once explained."""

    __tablename__ = "header_mapping"

    organisation_id: Mapped[Ref] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    header: Mapped[str] = mapped_column(sa.String(60), primary_key=True)
    field: Mapped[str] = mapped_column(sa.String(30))


class ExternalOrder(Base):
    """An 832 order as last known. Its history stands in the versions; its number is unique (rule 36)."""

    __tablename__ = "external_order"

    id: Mapped[Pk]
    channel: Mapped[str] = mapped_column(sa.String(10))
    external_no: Mapped[str] = mapped_column(sa.String(60))
    current_version_id: Mapped[Ref | None] = mapped_column(
        sa.ForeignKey("external_order_version.id", use_alter=True, name="fk_external_order_current")
    )
    unit_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    is_void: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]

    __table_args__ = (sa.UniqueConstraint("channel", "external_no"),)


class ExternalOrderVersion(Base):
    """What a file said about an order at one time, and what came of it."""

    __tablename__ = "external_order_version"
    __append_only__ = True

    id: Mapped[Pk]
    order_id: Mapped[Ref] = mapped_column(sa.ForeignKey("external_order.id"), index=True)
    version_no: Mapped[int]
    batch_id: Mapped[Ref] = mapped_column(sa.ForeignKey("import_batch.id"), index=True)
    side: Mapped[ImportSide]
    unit_name: Mapped[Line] = mapped_column(index=True)
    unit_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("organisation.id"))
    purchase_type: Mapped[PurchaseType]
    supplier_name: Mapped[Line]
    supplier_province: Mapped[str] = mapped_column(sa.String(30), default="")
    supplier_county: Mapped[str] = mapped_column(sa.String(30), default="")
    status: Mapped[str] = mapped_column(sa.String(20))
    ordered_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    paid_at: Mapped[datetime | None]
    goods_fen: Mapped[Fen]
    freight_fen: Mapped[Fen]
    paid_fen: Mapped[Fen]
    canteen_fen: Mapped[Fen]
    union_fen: Mapped[Fen]
    pay_method: Mapped[str] = mapped_column(sa.String(30), default="")
    invoice_no: Mapped[str] = mapped_column(sa.String(40), default="")
    remark: Mapped[Line] = mapped_column(default="")
    lines: Mapped[list[Any]]
    warnings: Mapped[list[Any]]
    recognised_on: Mapped[date | None]
    not_counted: Mapped[str] = mapped_column(sa.String(40), default="")
    fingerprint: Mapped[str] = mapped_column(sa.String(64))
    cause: Mapped[VersionCause] = mapped_column(server_default="file")
    person_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    created_at: Mapped[datetime]

    __table_args__ = (
        sa.UniqueConstraint("order_id", "version_no"),
        sa.CheckConstraint("paid_fen >= 0 AND goods_fen >= 0 AND freight_fen >= 0", name="amounts"),
        sa.CheckConstraint("canteen_fen >= 0 AND union_fen >= 0 AND canteen_fen + union_fen <= paid_fen", name="split"),
    )
