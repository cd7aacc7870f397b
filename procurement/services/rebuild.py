"""Making the projections anew from the rows they sum up: after a restore, or when `verify` says they differ."""

import sqlalchemy as sa

from core.db import db
from procurement.models.ledger import QuotaBalance, QuotaPosting, SpendBalance, SpendMove
from procurement.queries.totals import quota_totals, spend_totals
from procurement.services import balances, facts


def rebuild() -> tuple[int, int]:
    """Empty both running totals and sum up postings and moves again: (postings, moves) read. Takes the ledger's lock.

    Facts and postings are never rebuilt: they are what happened.
    """
    facts.lock()
    for model in (QuotaBalance, SpendBalance):
        db.session.execute(sa.delete(model))
    postings = db.session.execute(sa.select(QuotaPosting.__table__)).all()
    moves = db.session.execute(sa.select(SpendMove.__table__)).all()
    balances.add(QuotaBalance, quota_totals(postings))
    balances.add(SpendBalance, spend_totals(moves))
    return len(postings), len(moves)
