"""What postings and spend moves add up to, by the keys of their running totals."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from procurement.rules.scheme import Channel, FundSource

Totals = Counter[tuple[tuple[Any, ...], str]]
"""(key of the balance row, column) → fen."""

FUND_COLUMN = {FundSource.UNION: "union_fen", FundSource.PERSONAL: "personal_fen"}
SPEND_COLUMN = {
    Channel.COUNTY: "platform_fen",
    Channel.OFFLINE: "platform_fen",
    Channel.P832: "p832_fen",
    Channel.ORDINARY: "stated_fen",
}
"""Which column of actual spending a channel feeds."""


def quota_totals(postings: Iterable[Any]) -> Totals:
    """Totals by (scheme, year, unit, month); `union_fen` and `personal_fen` are parts of `counted_fen`."""
    totals: Totals = Counter()
    for row in postings:
        key = (row.scheme_code, row.fiscal_year, row.unit_id, row.month)
        totals[key, "counted_fen"] += row.amount_fen
        if column := FUND_COLUMN.get(row.fund):
            totals[key, column] += row.amount_fen
    return totals


def spend_totals(moves: Iterable[Any]) -> Totals:
    """Totals by (year, unit, month)."""
    totals: Totals = Counter()
    for row in moves:
        totals[(row.fiscal_year, row.unit_id, row.month), SPEND_COLUMN[row.channel]] += row.amount_fen
    return totals
