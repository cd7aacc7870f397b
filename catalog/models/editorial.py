"""Open pages with their versions: what was shown stays known."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from catalog.rules.editorial import PageKind, PageState
from core.db import Base, Line, Pk, Ref


class OpenPage(Base):
    """A page of one organisation; `shown_id` is the version that everybody sees, `newest_id` the one at work."""

    __tablename__ = "open_page"

    id: Mapped[Pk]
    code: Mapped[str] = mapped_column(sa.String(16), unique=True)
    kind: Mapped[PageKind]
    organisation_id: Mapped[Ref] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    village_code: Mapped[str | None] = mapped_column(sa.ForeignKey("place.code"), index=True)
    supplier_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("supplier.id"), index=True)
    state: Mapped[PageState]
    reason: Mapped[Line] = mapped_column(default="")
    shows_from: Mapped[date | None]
    shows_to: Mapped[date | None]
    newest_id: Mapped[Ref | None] = mapped_column(
        sa.ForeignKey("open_page_version.id", use_alter=True, name="fk_open_page_newest")
    )
    shown_id: Mapped[Ref | None] = mapped_column(
        sa.ForeignKey("open_page_version.id", use_alter=True, name="fk_open_page_shown")
    )
    published_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    __table_args__ = (
        sa.CheckConstraint("shows_to >= shows_from", name="days"),
        sa.CheckConstraint("kind <> 'village' OR village_code IS NOT NULL", name="village_named"),
        sa.CheckConstraint("state <> 'published' OR (shown_id IS NOT NULL AND published_at IS NOT NULL)", name="shown"),
        sa.Index("ix_open_page_shown", "published_at", postgresql_where=sa.text("shown_id IS NOT NULL")),
    )


class OpenPageVersion(Base):
    """What a page said at a time. `body`: plain paragraphs, a line that begins with # is a heading."""

    __tablename__ = "open_page_version"
    __append_only__ = True

    id: Mapped[Pk]
    page_id: Mapped[Ref] = mapped_column(sa.ForeignKey("open_page.id"), index=True)
    version_no: Mapped[int]
    title: Mapped[str] = mapped_column(sa.String(40))
    lead: Mapped[str] = mapped_column(sa.String(120), default="")
    body: Mapped[str] = mapped_column(default="")
    cover_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("stored_file.id"))
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime]

    __table_args__ = (sa.UniqueConstraint("page_id", "version_no"),)


class OpenPageProduct(Base):
    """A product on a version's shelf, in its place."""

    __tablename__ = "open_page_product"
    __append_only__ = True

    version_id: Mapped[Ref] = mapped_column(sa.ForeignKey("open_page_version.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[Ref] = mapped_column(sa.ForeignKey("product.id"))

    __table_args__ = (sa.UniqueConstraint("version_id", "product_id"),)
