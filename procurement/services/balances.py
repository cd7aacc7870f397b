"""Running totals: `+=` in the transaction that writes the rows they sum up."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from core.db import db
from procurement.models.ledger import QuotaBalance, SpendBalance
from procurement.rules.scheme import Channel, FundSource

_FUND_COLUMN = {FundSource.UNION: "union_fen", FundSource.PERSONAL: "personal_fen"}
SPEND_COLUMN = {
    Channel.COUNTY: "platform_fen",
    Channel.OFFLINE: "platform_fen",
    Channel.P832: "p832_fen",
    Channel.ORDINARY: "stated_fen",
}
"""Which column of actual spending a channel feeds."""


def quota_totals(postings: Iterable[Any]) -> Counter[tuple[tuple[Any, ...], str]]:
    """(scheme, year, unit, month) and column → fen: what postings add up to. `union_fen` is a part of the counted."""
    totals: Counter[tuple[tuple[Any, ...], str]] = Counter()
    for row in postings:
        key = (row.scheme_code, row.fiscal_year, row.unit_id, row.month)
        totals[key, "counted_fen"] += row.amount_fen
        if column := _FUND_COLUMN.get(row.fund):
            totals[key, column] += row.amount_fen
    return totals


def spend_totals(moves: Iterable[Any]) -> Counter[tuple[tuple[Any, ...], str]]:
    """(year, unit, month) and column → fen: what spend moves add up to."""
    totals: Counter[tuple[tuple[Any, ...], str]] = Counter()
    for row in moves:
        totals[(row.fiscal_year, row.unit_id, row.month), SPEND_COLUMN[row.channel]] += row.amount_fen
    return totals


def add(model: type[QuotaBalance] | type[SpendBalance], totals: Counter[tuple[tuple[Any, ...], str]]) -> None:
    """Add the totals to the balance rows, made where missing, in key order so that two writers never deadlock."""
    table = model.__table__
    keys = [column.name for column in table.primary_key.columns]  # type: ignore[attr-defined]
    values = [column.name for column in table.columns if column.name not in keys]
    rows: dict[tuple[Any, ...], dict[str, Any]] = {}
    for (key, column), fen in totals.items():
        row = rows.setdefault(key, dict(zip(keys, key, strict=True)) | dict.fromkeys(values, 0))
        row[column] = fen
    if not rows:
        return
    statement = insert(table)  # type: ignore[arg-type]
    more = {name: table.c[name] + statement.excluded[name] for name in values}
    statement = statement.on_conflict_do_update(index_elements=keys, set_=more)
    db.session.execute(statement, [rows[key] for key in sorted(rows)])


def clear(model: type[QuotaBalance] | type[SpendBalance]) -> None:
    """Empty a projection before it is rebuilt. Only the rebuild does this."""
    db.session.execute(sa.delete(model))
