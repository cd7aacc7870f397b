"""Agreements in versions and the consents to them. Both only grow: old wordings stay (the law asks for three years)."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Line, Pk, Ref
from core.terms.rules import TermsKind


class TermsVersion(Base):
    """One wording. It binds from a day; a change seven days after it was published at the earliest."""

    __tablename__ = "terms_version"
    __append_only__ = True

    id: Mapped[Pk]
    kind: Mapped[TermsKind]
    number: Mapped[int]
    body: Mapped[str]
    change_note: Mapped[Line] = mapped_column(default="")
    published_on: Mapped[date]
    binds_on: Mapped[date]
    person_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    at: Mapped[datetime]

    __table_args__ = (
        sa.UniqueConstraint("kind", "number"),
        sa.CheckConstraint("number >= 1 AND body <> ''", name="has_a_number_and_words"),
        sa.CheckConstraint("binds_on >= published_on + CASE WHEN number = 1 THEN 0 ELSE 7 END", name="notice"),
        sa.CheckConstraint("number = 1 OR change_note <> ''", name="change_is_told"),
    )


class Consent(Base):
    """Somebody's yes (or its withdrawal) to one version; the newest row of a kind holds."""

    __tablename__ = "terms_consent"
    __append_only__ = True

    id: Mapped[Pk]
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    version_id: Mapped[Ref] = mapped_column(sa.ForeignKey("terms_version.id"))
    is_given: Mapped[bool]
    at: Mapped[datetime]

    __table_args__ = (sa.Index("ix_terms_consent_newest", "person_id", "version_id", sa.text("id DESC")),)
