"""Spending statements 其余采购月报: written by one, confirmed by another, corrected by a new version (rule 99)."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from catalog.models.product import Category
from core import clock, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.access.roles import OrganisationKind
from core.db import db
from core.errors import Missing, Refused
from core.organisations.models import Organisation
from core.states import advance
from core.trail.models import Stream
from procurement.models.statement import SpendingStatement, StatementLine
from procurement.queries import canteens
from procurement.queries.statement_sheets import Line
from procurement.rules import statement as rules
from procurement.rules.statement import STATEMENT, StatedLine, StatementAct, StatementState
from procurement.services import envelope, ledger


def open_month(canteen_id: int, year: int, month: int, *, by: Actor) -> SpendingStatement:
    """The version of a month to write in: the open one, else a new one that starts from what is confirmed.

    Raises: Missing, Refused "statement-month-ahead", "statement-waits" (one is at the second person).
    """
    canteen = _own_canteen(canteen_id, by)
    rules.check_month(year, month, clock.today())
    _lock(canteen_id)
    last = _newest(canteen_id, year, month)
    if last is not None and last.state in (StatementState.DRAFT, StatementState.RETURNED):
        return last
    if last is not None and last.state is StatementState.SUBMITTED:
        raise Refused("statement-waits")
    made = SpendingStatement(
        unit_id=canteen.parent_id or 0,
        canteen_id=canteen_id,
        fiscal_year=year,
        month=month,
        version_no=last.version_no + 1 if last else 1,
        state=StatementState.DRAFT,
        author_id=by.person_id,
        created_at=clock.now(),
    )
    db.session.add(made)
    db.session.flush()
    if last is not None:
        made.total_fen, made.is_nil = last.total_fen, last.is_nil
        _fill(made, [Line(r.category_id, r.amount_fen, r.paper, r.vendor) for r in _lines(last.id)])
    _note(made, "statement-opened", by)
    return made


def save(statement_id: int, lines: Sequence[Line], *, is_nil: bool, by: Actor) -> SpendingStatement:
    """Replace what a draft says; a returned one becomes a draft again. The one who writes last is its author."""
    made = _locked(statement_id, by)
    if made.state is StatementState.RETURNED:
        made.state = advance(STATEMENT, made.state, StatementAct.REVISE, "author")
    if made.state is not StatementState.DRAFT:
        raise Refused("state-forbids-act", noun=STATEMENT.noun, state=made.state.value, act="save")
    _fill(made, lines)
    made.total_fen, made.is_nil = sum(line.amount_fen for line in lines), is_nil
    made.author_id, made.confirmed_by_id = by.person_id, None
    _note(made, "statement-saved", by, total_fen=made.total_fen)
    return made


def submit(statement_id: int, *, by: Actor) -> SpendingStatement:
    """Hand a draft to the second person. Raises: Refused "statement-…" for what is missing."""
    made = _locked(statement_id, by)
    codes = {row.id: row.code for row in db.session.execute(sa.select(Category.id, Category.code))}
    stated = [StatedLine(codes[row.category_id], row.amount_fen, row.paper) for row in _lines(made.id)]
    made.state = advance(STATEMENT, made.state, StatementAct.SUBMIT, "author")
    made.total_fen = rules.check_lines(stated, is_nil=made.is_nil)
    made.submitted_at, made.author_id = clock.now(), by.person_id
    _note(made, "statement-submitted", by, total_fen=made.total_fen)
    return made


def confirm(statement_id: int, *, by: Actor) -> SpendingStatement:
    """The second person confirms: the month's spending, ledger and envelope move by the difference to before.

    Raises: Refused "statement-same-person".
    """
    made = _locked(statement_id, by)
    rules.check_second_person(made.author_id, by.person_id)
    before = _confirmed_before(made)
    made.state = advance(STATEMENT, made.state, StatementAct.CONFIRM, "second_person")
    made.confirmed_by_id, made.decided_at = by.person_id, clock.now()
    delta_fen = made.total_fen - (before.total_fen if before else 0)
    _note(made, "statement-confirmed", by, right=Right.SPENDING_CONFIRM, total_fen=made.total_fen, delta_fen=delta_fen)
    db.session.flush()
    envelope.book_statement(
        made.unit_id, made.fiscal_year, canteen_id=made.canteen_id, month=made.month,
        delta_fen=delta_fen, source_id=made.id,
    )  # fmt: skip
    ledger.post_statement(made.id, before.id if before else None, by)
    return made


def send_back(statement_id: int, reason: str, *, by: Actor) -> SpendingStatement:
    """The second person returns it with a reason. Raises: Refused "reason-missing", "statement-same-person"."""
    made = _locked(statement_id, by)
    if not reason.strip():
        raise Refused("reason-missing")
    rules.check_second_person(made.author_id, by.person_id)
    made.state = advance(STATEMENT, made.state, StatementAct.SEND_BACK, "second_person")
    made.decision_reason, made.decided_at = reason, clock.now()
    _note(made, "statement-returned", by, right=Right.SPENDING_CONFIRM, reason=reason)
    return made


def _own_canteen(canteen_id: int, by: Actor) -> Organisation:
    canteen = db.session.get(Organisation, canteen_id)
    if canteen is None or not _acts_in(canteen_id, by):
        raise Missing("no-such-canteen")
    return canteen


def _acts_in(canteen_id: int, by: Actor) -> bool:
    """Whether the canteen is the actor's own, of their unit, or run by them as contractor."""
    is_canteen = (Organisation.id == canteen_id, Organisation.kind == OrganisationKind.CANTEEN)
    return bool(db.session.scalar(sa.select(sa.exists().where(*is_canteen, canteens.within(by)))))


def _lock(canteen_id: int) -> None:
    db.session.execute(sa.select(Organisation.id).where(Organisation.id == canteen_id).with_for_update(key_share=True))


def _locked(statement_id: int, by: Actor) -> SpendingStatement:
    canteen_id = db.session.scalar(sa.select(SpendingStatement.canteen_id).where(SpendingStatement.id == statement_id))
    if canteen_id is None or not _acts_in(canteen_id, by):
        raise Missing("no-such-statement")
    _lock(canteen_id)
    return db.session.get_one(SpendingStatement, statement_id, with_for_update=True, populate_existing=True)


def _newest(canteen_id: int, year: int, month: int) -> SpendingStatement | None:
    return db.session.scalars(
        sa.select(SpendingStatement)
        .where(
            SpendingStatement.canteen_id == canteen_id,
            SpendingStatement.fiscal_year == year,
            SpendingStatement.month == month,
        )
        .order_by(SpendingStatement.version_no.desc())
        .limit(1)
    ).first()


def _confirmed_before(made: SpendingStatement) -> SpendingStatement | None:
    return db.session.scalars(
        sa.select(SpendingStatement)
        .where(
            SpendingStatement.canteen_id == made.canteen_id,
            SpendingStatement.fiscal_year == made.fiscal_year,
            SpendingStatement.month == made.month,
            SpendingStatement.state == StatementState.CONFIRMED,
            SpendingStatement.id != made.id,
        )
        .order_by(SpendingStatement.version_no.desc())
        .limit(1)
    ).first()


def _lines(statement_id: int) -> list[StatementLine]:
    query = sa.select(StatementLine).where(StatementLine.statement_id == statement_id).order_by(StatementLine.id)
    return list(db.session.scalars(query))


def _fill(made: SpendingStatement, lines: Sequence[Line]) -> None:
    db.session.execute(sa.delete(StatementLine).where(StatementLine.statement_id == made.id))
    rows = [
        {"statement_id": made.id, "category_id": x.category_id, "amount_fen": x.amount_fen, "paper": x.paper,
         "vendor": x.vendor}
        for x in lines
    ]  # fmt: skip
    if any(line.amount_fen <= 0 for line in lines):
        raise Refused("statement-line-amount")
    if rows:
        db.session.execute(sa.insert(StatementLine), rows)


def _note(made: SpendingStatement, act: str, by: Actor, *, right: Right | None = None, **facts: Any) -> None:
    trail.record(
        Stream.PROCUREMENT, act, "spending_statement", made.id, by=by, right=right,
        after={"state": made.state.value, "version": made.version_no},
        canteen_id=made.canteen_id, year=made.fiscal_year, month=made.month, **facts,
    )  # fmt: skip
