"""Bank files that people brought, their lines, and what two people said each line is (rule 51)."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Base, Fen, JsonDict, Line, Pk, Ref
from market.rules.bank_file import BankSide
from market.rules.bank_match import LineState, MatchKind, MatchState


class AliasKind(StrEnum):
    """Who pays in a unit's place."""

    ACCOUNTING_CENTRE = "accounting_centre"
    TREASURY = "treasury"
    CONTRACTOR = "contractor"
    FORMER_NAME = "former_name"


class PayerAlias(Base):
    """A name under which a unit's money may come. It serves once a second person has checked it."""

    __tablename__ = "payer_alias"

    id: Mapped[Pk]
    unit_id: Mapped[Ref] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    kind: Mapped[AliasKind]
    name: Mapped[Line]
    proposed_by_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    proposed_at: Mapped[datetime]
    checked_by_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    checked_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        sa.CheckConstraint("checked_by_id <> proposed_by_id", name="checked_by_another"),
        sa.CheckConstraint("(checked_by_id IS NULL) = (checked_at IS NULL)", name="checked_whole"),
        sa.Index("uq_payer_alias_open", "unit_id", "name", unique=True, postgresql_where=sa.text("ended_at IS NULL")),
        sa.Index("ix_payer_alias_name", "name"),
    )


class BankColumns(Base):
    """What an office said its bank's columns are: asked once per set of titles."""

    __tablename__ = "bank_columns"

    owner_id: Mapped[Ref] = mapped_column(sa.ForeignKey("organisation.id"), primary_key=True)
    titles_key: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    places: Mapped[JsonDict]


class FileState(StrEnum):
    """A bank file's way."""

    UNREAD = "unread"  # the columns must be explained first
    RUNNING = "running"
    DONE = "done"


class BankStatement(Base):
    """One file of one office, once. `next_row`: how far its rows are taken in, written with them."""

    __tablename__ = "bank_statement"

    id: Mapped[Pk]
    owner_id: Mapped[Ref] = mapped_column(sa.ForeignKey("organisation.id"))
    side: Mapped[BankSide]
    name: Mapped[Line]
    sha256: Mapped[str] = mapped_column(sa.String(64))
    file_id: Mapped[Ref] = mapped_column(sa.ForeignKey("stored_file.id"))
    state: Mapped[FileState]
    layout: Mapped[str] = mapped_column(sa.String(20), default="")
    title_row: Mapped[int] = mapped_column(default=0)
    places: Mapped[JsonDict]
    rows: Mapped[int] = mapped_column(default=0)
    next_row: Mapped[int] = mapped_column(default=0)
    taken: Mapped[int] = mapped_column(default=0)
    known: Mapped[int] = mapped_column(default=0)
    other_way: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    booked: Mapped[int] = mapped_column(default=0)
    person_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None]

    __table_args__ = (sa.UniqueConstraint("owner_id", "sha256"), sa.CheckConstraint("next_row <= rows", name="rows"))


class BankLine(Base):
    """Money that came (or went), once per office and bank's number, whatever file it stood in."""

    __tablename__ = "bank_line"

    id: Mapped[Pk]
    statement_id: Mapped[Ref] = mapped_column(sa.ForeignKey("bank_statement.id"), index=True)
    owner_id: Mapped[Ref] = mapped_column(sa.ForeignKey("organisation.id"))
    side: Mapped[BankSide]
    row_no: Mapped[int]
    bank_day_on: Mapped[date]
    serial: Mapped[str] = mapped_column(sa.String(60))
    amount_fen: Mapped[Fen]
    landed_fen: Mapped[Fen] = mapped_column(default=0)
    party: Mapped[Line]
    memo: Mapped[str] = mapped_column(sa.String(400))
    code: Mapped[str] = mapped_column(sa.String(12), default="")
    state: Mapped[LineState]

    __table_args__ = (
        sa.UniqueConstraint("owner_id", "serial"),
        sa.CheckConstraint("amount_fen > 0 AND landed_fen >= 0 AND landed_fen <= amount_fen", name="amounts"),
        sa.CheckConstraint("(state = 'settled') = (landed_fen = amount_fen)", name="settled_is_whole"),
        sa.Index("ix_bank_line_owner", "owner_id", "state", "bank_day_on"),
    )


class BankFault(Base):
    """A row that could not be read, with what was wrong; for the file of failed rows."""

    __tablename__ = "bank_fault"
    __append_only__ = True

    statement_id: Mapped[Ref] = mapped_column(sa.ForeignKey("bank_statement.id"), primary_key=True)
    row_no: Mapped[int] = mapped_column(primary_key=True)
    problem: Mapped[str] = mapped_column(sa.String(40))
    cells: Mapped[list[Any]]


class BankMatch(Base):
    """What a person says a line is; a second person says yes or no."""

    __tablename__ = "bank_match"

    id: Mapped[Pk]
    line_id: Mapped[Ref] = mapped_column(sa.ForeignKey("bank_line.id"), index=True)
    kind: Mapped[MatchKind]
    state: Mapped[MatchState]
    reason: Mapped[Line] = mapped_column(default="")
    proposed_by_id: Mapped[Ref] = mapped_column(sa.ForeignKey("person.id"))
    proposed_at: Mapped[datetime]
    decided_by_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]

    __table_args__ = (
        sa.CheckConstraint("state = 'proposed' OR decided_by_id IS NOT NULL", name="decided_by_somebody"),
        sa.CheckConstraint("state <> 'confirmed' OR decided_by_id <> proposed_by_id", name="two_people"),
        sa.Index("uq_bank_match_open", "line_id", unique=True, postgresql_where=sa.text("state = 'proposed'")),
    )


class BankMatchPart(Base):
    """A slip, or an acceptance without one, that a line is said to pay, and how much of it, fen."""

    __tablename__ = "bank_match_part"
    __append_only__ = True

    id: Mapped[Pk]
    match_id: Mapped[Ref] = mapped_column(sa.ForeignKey("bank_match.id"), index=True)
    transfer_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("transfer.id"))
    acceptance_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("acceptance.id"))
    amount_fen: Mapped[Fen]

    __table_args__ = (
        sa.CheckConstraint("amount_fen > 0", name="amount"),
        sa.CheckConstraint("(transfer_id IS NULL) <> (acceptance_id IS NULL)", name="one_target"),
        sa.UniqueConstraint("match_id", "transfer_id"),
        sa.UniqueConstraint("match_id", "acceptance_id"),
    )


class BankLanding(Base):
    """Money of a line that stands for a transfer: by itself (`match_id` None) or by two persons' word.

    A transfer may stand in the payee's file and in the payer's: once in each.
    """

    __tablename__ = "bank_landing"
    __append_only__ = True

    id: Mapped[Pk]
    line_id: Mapped[Ref] = mapped_column(sa.ForeignKey("bank_line.id"), index=True)
    transfer_id: Mapped[Ref] = mapped_column(sa.ForeignKey("transfer.id"))
    side: Mapped[BankSide]
    match_id: Mapped[Ref | None] = mapped_column(sa.ForeignKey("bank_match.id"))
    amount_fen: Mapped[Fen]
    at: Mapped[datetime]

    __table_args__ = (
        sa.UniqueConstraint("transfer_id", "side"),
        sa.CheckConstraint("amount_fen > 0", name="amount"),
    )
