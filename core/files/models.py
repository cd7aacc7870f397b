"""Uploaded files: checked by content, named by us, handed out by right."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Code, Line, Pk, Ref


class Audience(StrEnum):
    """Who may read: everybody, only the owner's people, or the owner's and the granted organisations'."""

    PUBLIC = "public"
    OWNER = "owner"
    PARTIES = "parties"


class StoredFile(Base):
    """A file's facts. The bytes lie under `VAR_DIR/files/` by their SHA-256; once `erased_at` is set they are gone, and
    what stays proves only which bytes there were.
    """

    __tablename__ = "stored_file"

    id: Mapped[Pk]
    token: Mapped[str] = mapped_column(sa.String(32), unique=True)
    audience: Mapped[Audience]
    owner_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    uploaded_by_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    purpose: Mapped[Code]
    name: Mapped[Line]
    content_type: Mapped[str] = mapped_column(sa.String(100))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(sa.String(64), index=True)
    created_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]

    __table_args__ = (sa.CheckConstraint("size > 0", name="not_empty"),)


class FileReader(Base):
    """An organisation that may read a `PARTIES` file besides its owner. Finance may read all of them."""

    __tablename__ = "file_reader"

    file_id: Mapped[Ref] = mapped_column(sa.ForeignKey("stored_file.id"), primary_key=True)
    organisation_id: Mapped[Ref] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
