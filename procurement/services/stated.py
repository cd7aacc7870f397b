"""Confirmed spending statements in the ledger: a fact per version, spending by the difference to the version before."""

import calendar
from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa

from core.access.actor import Actor
from core.db import db
from procurement.models.ledger import FactKind
from procurement.models.statement import SpendingStatement
from procurement.rules.scheme import Channel, FundSource
from procurement.services import facts, postings, reversals
from procurement.services.facts import Fact


def post_statement(statement_id: int, before_id: int | None, by: Actor | None) -> None:
    """Write what a confirmed statement says, in place of the version before (`before_id`). Takes the ledger's lock.

    A fact stands on the last day of its month; it is spending, and counts under no scheme.
    """
    facts.lock()
    stated = db.session.get_one(SpendingStatement, statement_id)
    before = db.session.get_one(SpendingStatement, before_id) if before_id is not None else None
    if before is not None:
        reversals.void("statement", [before.id], by=by, unspend=False)
    written = facts.append([_fact(stated)], by=by)
    if written:
        postings.spend([_move(stated, stated.total_fen - (before.total_fen if before else 0))])


def post_statements(statement_ids: Sequence[int], by: Actor | None) -> None:
    """As `post_statement`, for many first versions at once (spending that is loaded)."""
    facts.lock()
    query = sa.select(SpendingStatement).where(SpendingStatement.id.in_(statement_ids)).order_by(SpendingStatement.id)
    found = db.session.scalars(query).all()
    if facts.append([_fact(one) for one in found], by=by):
        postings.spend([_move(one, one.total_fen) for one in found])


def _fact(stated: SpendingStatement) -> Fact:
    last_day = calendar.monthrange(stated.fiscal_year, stated.month)[1]
    return Fact(
        kind=FactKind.STATED,
        unit_id=stated.unit_id,
        canteen_id=stated.canteen_id,
        occurred_on=date(stated.fiscal_year, stated.month, last_day),
        channel=Channel.ORDINARY,
        fund=FundSource.CANTEEN,
        amount_fen=stated.total_fen,
        source="statement",
        source_id=stated.id,
        labels={"version": stated.version_no},
    )


def _move(stated: SpendingStatement, delta_fen: int) -> dict[str, object]:
    return {
        "unit_id": stated.unit_id,
        "canteen_id": stated.canteen_id,
        "fiscal_year": stated.fiscal_year,
        "month": stated.month,
        "channel": Channel.ORDINARY,
        "amount_fen": delta_fen,
        "source": "statement",
        "source_id": stated.id,
    }
