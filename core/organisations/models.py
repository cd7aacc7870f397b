"""Bodies: units and their canteens, suppliers, unions, bureaus, the platform. Never deleted, only closed."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.access.roles import OrganisationKind, Role
from core.db import Base, Line, Pk, Ref


class Organisation(Base):
    """One body. `name` is today's; earlier names are kept with their dates (rule 23)."""

    __tablename__ = "organisation"

    id: Mapped[Pk]
    kind: Mapped[OrganisationKind]
    name: Mapped[Line]
    uscc: Mapped[str | None] = mapped_column(sa.String(18))
    parent_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    place_code: Mapped[str | None] = mapped_column(sa.ForeignKey("place.code"), index=True)
    address: Mapped[Line] = mapped_column(default="")
    phone: Mapped[str] = mapped_column(sa.String(20), default="")
    opened_on: Mapped[date]
    closed_on: Mapped[date | None]
    created_at: Mapped[datetime]

    __table_args__ = (
        sa.CheckConstraint("kind <> 'canteen' OR parent_id IS NOT NULL", name="canteen_has_unit"),
        sa.CheckConstraint("closed_on IS NULL OR closed_on >= opened_on", name="closes_after_opening"),
        sa.Index("uq_organisation_uscc", "uscc", unique=True, postgresql_where=sa.text("uscc IS NOT NULL")),
        sa.Index("ix_organisation_kind_name", "kind", "name"),
    )


class OrganisationName(Base):
    """A name and the day from which it holds; also aliases that imports may use."""

    __tablename__ = "organisation_name"
    __append_only__ = True

    id: Mapped[Pk]
    organisation_id: Mapped[Ref] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    name: Mapped[Line] = mapped_column(index=True)
    valid_from: Mapped[date]
    is_alias: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class Membership(Base):
    """One person, one role, one organisation, for a time. Ended, never deleted."""

    __tablename__ = "membership"

    id: Mapped[Pk]
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"), index=True)
    organisation_id: Mapped[Ref] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    role: Mapped[Role]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    deputy_for_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("membership.id"))
    granted_by_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    granted_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        sa.CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="ends_after_start"),
        sa.CheckConstraint("deputy_for_id IS NULL OR valid_to IS NOT NULL", name="deputy_has_end"),
        sa.CheckConstraint("role <> 'guest_auditor' OR valid_to IS NOT NULL", name="guest_has_end"),
        sa.Index(
            "uq_membership_open",
            "person_id",
            "organisation_id",
            "role",
            unique=True,
            postgresql_where=sa.text("ended_at IS NULL"),
        ),
    )
