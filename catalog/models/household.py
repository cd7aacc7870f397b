"""The people of a household, sealed; its categories as dated facts; consents; files and lists on their way.

Every `*_sealed` column is bound to its row (`sealing.cell`), every `*_index` is a blind index: equal numbers meet,
nobody reads them.
"""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from catalog.rules.households import ConsentKind, ConsentMethod, ExportState, IntakeState, RevealPurpose
from catalog.rules.supplier import HouseholdCategory
from core import resealing, sealing
from core.db import Base, Line, Pk, Ref

SEALED = ("name", "id_no", "phone", "account")
INDEXED = ("id_no", "phone", "account")


class HouseholdPerson(Base):
    """One person of a household; position 1 is its head. All about them is sealed, and gone when `erased_at` is set."""

    __tablename__ = "household_person"

    household_id: Mapped[Ref] = mapped_column(sa.ForeignKey("household.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    name_sealed: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    id_no_sealed: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    id_no_index: Mapped[bytes | None] = mapped_column(sa.LargeBinary(16))
    phone_sealed: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    phone_index: Mapped[bytes | None] = mapped_column(sa.LargeBinary(16), index=True)
    account_sealed: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    account_index: Mapped[bytes | None] = mapped_column(sa.LargeBinary(16), index=True)
    blind_key: Mapped[int] = mapped_column(sa.SmallInteger, default=sealing.active_blind_key)
    created_at: Mapped[datetime]
    left_on: Mapped[date | None]
    erased_at: Mapped[datetime | None]

    __table_args__ = (
        sa.CheckConstraint("position BETWEEN 1 AND 30", name="position"),
        sa.CheckConstraint("(id_no_sealed IS NULL) = (id_no_index IS NULL)", name="id_no_is_indexed"),
        sa.CheckConstraint(
            "erased_at IS NULL OR (name_sealed IS NULL AND id_no_sealed IS NULL AND phone_sealed IS NULL "
            "AND account_sealed IS NULL AND phone_index IS NULL AND account_index IS NULL)",
            name="erased_is_empty",
        ),
        # One person, one household (4.2 b): the database itself refuses a second.
        sa.Index("uq_household_person_id_no", "id_no_index", unique=True, postgresql_where=sa.text("left_on IS NULL")),
    )

    def sealed(self, field: str) -> bytes | None:
        """The sealed value of "name", "id_no", "phone" or "account"."""
        value: bytes | None = getattr(self, f"{field}_sealed")
        return value

    def open(self, field: str) -> str | None:
        """The value in the open; None when there is none. Only services and masking queries call this."""
        value = self.sealed(field)
        place = sealing.cell("household_person", f"{field}_sealed", self.household_id, self.position)
        return None if value is None else sealing.unseal(value, place)

    def close(self, field: str, text: str | None) -> None:
        """Seal a tidy value into its place, with its blind index where it has one. None empties it."""
        place = sealing.cell("household_person", f"{field}_sealed", self.household_id, self.position)
        setattr(self, f"{field}_sealed", sealing.seal(text, place) if text else None)
        if field not in INDEXED:
            return
        if self.blind_key != (active := sealing.active_blind_key()):  # a row is under one key with all its indexes
            self.blind_key = active
            for other in INDEXED:
                known = self.open(other) if self.sealed(other) else None
                setattr(self, f"{other}_index", sealing.blind_index(known, other) if known else None)
        setattr(self, f"{field}_index", sealing.blind_index(text, field) if text else None)


for _field in SEALED:
    resealing.register("household_person", f"{_field}_sealed", "household_id", "position")
resealing.register_blind(
    *("household_person", "blind_key", ("household_id", "position")),
    {f"{field}_index": (f"{field}_sealed", field) for field in INDEXED},
)


class HouseholdCategoryFact(Base):
    """What a household is to the policy from a day on, by a document (rule 40: what was recognised stays)."""

    __tablename__ = "household_category"
    __append_only__ = True

    id: Mapped[Pk]
    household_id: Mapped[Ref] = mapped_column(sa.ForeignKey("household.id"))
    category: Mapped[HouseholdCategory]
    valid_from: Mapped[date]
    document: Mapped[Line]
    reason: Mapped[Line] = mapped_column(default="")
    author_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    created_at: Mapped[datetime]

    __table_args__ = (sa.Index("ix_household_category_day", "household_id", "valid_from", "id"),)


class HouseholdConsent(Base):
    """A word given or taken back. `paper_no` is where the signed sheet lies; no scan is kept here."""

    __tablename__ = "household_consent"
    __append_only__ = True

    id: Mapped[Pk]
    household_id: Mapped[Ref] = mapped_column(sa.ForeignKey("household.id"), index=True)
    kind: Mapped[ConsentKind]
    is_given: Mapped[bool]
    method: Mapped[ConsentMethod]
    paper_no: Mapped[str] = mapped_column(sa.String(40))
    given_on: Mapped[date]
    author_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    created_at: Mapped[datetime]


class HouseholdIntake(Base):
    """A file of households that was read: its rows sealed as one text, gone as soon as it is taken over or dropped."""

    __tablename__ = "household_intake"

    id: Mapped[Pk]
    token: Mapped[str] = mapped_column(sa.String(32), unique=True)
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    organisation_id: Mapped[Ref] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    state: Mapped[IntakeState]
    rows: Mapped[int]
    added: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    content_sealed: Mapped[bytes | None] = mapped_column(sa.LargeBinary)
    created_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]

    __table_args__ = (sa.CheckConstraint("(state = 'preview') = (content_sealed IS NOT NULL)", name="content_goes"),)


resealing.register("household_intake", "content_sealed", "id")


class HouseholdExport(Base):
    """A request for a list with personal rows. Who asks never decides (4.3 rule 4)."""

    __tablename__ = "household_export"

    id: Mapped[Pk]
    place_code: Mapped[str] = mapped_column(sa.String(12))
    has_names: Mapped[bool]
    purpose: Mapped[RevealPurpose]
    reason: Mapped[Line]
    state: Mapped[ExportState]
    requested_by_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    organisation_id: Mapped[Ref] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    requested_at: Mapped[datetime] = mapped_column(index=True)
    decided_by_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    lapses_at: Mapped[datetime | None]
    fetched: Mapped[int] = mapped_column(default=0)

    __table_args__ = (
        sa.CheckConstraint("decided_by_id <> requested_by_id", name="two_people"),
        sa.CheckConstraint(
            "state <> 'approved' OR (decided_by_id IS NOT NULL AND lapses_at IS NOT NULL)", name="approved_is_decided"
        ),
        sa.CheckConstraint("fetched = 0 OR decided_at IS NOT NULL", name="fetched_after_decision"),
    )
