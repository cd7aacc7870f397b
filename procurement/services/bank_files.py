"""Bank files on both floors: lines that prove payments confirm them, and what is confirmed counts, all in one."""

import sqlalchemy as sa

from core.access.actor import Actor
from core.access.rights import Right
from core.access.roles import Role
from core.db import db
from core.errors import Forbidden
from core.jobs import enqueue
from core.organisations import queries as organisations
from market.models.bank import BankMatch, BankStatement, FileState
from market.rules.bank_match import MatchKind
from market.services import bank_landing, bank_matching, bank_statements
from market.services.bank_statements import Opened
from procurement.services import ledger

AT_ONCE = 500
"""A file with more rows is taken in by a worker."""
JOB = "procurement.take_bank_file"


def start(statement: BankStatement, *, by: Actor) -> None:
    """Take a file's rows in: a short one now, a long one by a worker. A file that is done stays as it is."""
    if statement.state is not FileState.RUNNING:
        return
    if statement.rows > AT_ONCE:
        enqueue(JOB, key=f"bank:{statement.id}", statement_id=statement.id)
        return
    file = bank_statements.opened(statement.id)
    while take_slice(statement.id, file, by=by):
        pass


def take_slice(statement_id: int, file: Opened, *, by: Actor, most: int = bank_statements.SLICE) -> bool:
    """The next rows with what they prove. False when none were left."""
    new = bank_statements.take(statement_id, file, most=most)
    if new:
        booked = bank_landing.book_exact(new, statement_id, by=by)
        if booked.confirmed:
            ledger.post_transfers(booked.confirmed, by)
    return new is not None


def agree(match_id: int, *, by: Actor) -> BankMatch:
    """The second person's yes: the money lands and counts. Raises: as `bank_matching` and `bank_landing` do."""
    match, line = bank_matching.take_for_decision(match_id, by=by)
    if match.kind is MatchKind.BOOK:
        booked = bank_landing.book_match(match, line, by=by)
        if booked.confirmed:
            ledger.post_transfers(booked.confirmed, by)
    bank_matching.close(match, line, by=by)
    return match


def sender(statement_id: int) -> Actor:
    """The person who brought the file, with the roles held there now. Raises: Forbidden when none is."""
    found = db.session.scalars(sa.select(BankStatement).where(BankStatement.id == statement_id)).one()
    seats = organisations.seats_of(found.person_id)
    seat = next((one for one in seats if one.organisation_id == found.owner_id), None)
    if seat is None:
        raise Forbidden("right-missing", right=Right.BANK_FILE)
    actor = Actor(
        person_id=found.person_id, name="", organisation_id=seat.organisation_id,
        organisation_name=seat.organisation_name, organisation_kind=seat.kind, place_code=seat.place_code,
        roles=seat.roles | {Role.RESIDENT}, scope_ids=seat.scope_ids,
    )  # fmt: skip
    actor.role_for(Right.BANK_FILE)
    return actor
