"""From facts to counted money: judge, recognise, post the difference, keep the totals. One transaction, one lock."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any

from core import bulk, clock
from core.db import any_of
from procurement.models.ledger import (
    FactEntry,
    QuotaBalance,
    QuotaJudgement,
    QuotaPosting,
    SpendBalance,
    SpendMove,
)
from procurement.queries import facts as chain
from procurement.queries import schemes, totals, years
from procurement.queries.facts import FactRow
from procurement.queries.recognition import CORRECTION, Book, Change, Ruling, changes, rule, source_of
from procurement.services import balances


def open_book() -> Book:
    """Schemes and closed years as of now."""
    return Book(tuple(schemes.all_versions()), years.closed())


def judge_new(fact_ids: Sequence[int], book: Book) -> dict[str, int]:
    """Judge new facts under every scheme of their year and keep why; countable fen by scheme code."""
    rulings = []
    for fact in chain.read(any_of(FactEntry.id, fact_ids)):
        judging = book.year(fact.occurred_on.year)
        rulings += [rule(fact, version, judging) for version in judging.versions.values()]
    _keep(rulings)
    countable: Counter[str] = Counter()
    for ruling in rulings:
        countable[ruling.version.code] += ruling.judgement.countable_fen
    return dict(countable)


def judge_shared(facts: Sequence[FactRow], book: Book) -> None:
    """Judge accepted lines anew whose part of their quarter is known now; the first judgement stays beside it."""
    _keep([rule(f, v, own) for f in facts for own in (book.year(f.occurred_on.year),) for v in own.versions.values()])


def judge_and_settle(fact_ids: Sequence[int]) -> dict[str, int]:
    """Judge new facts that are paid as they come, and post what they count; fen by scheme code."""
    book = open_book()
    found = chain.read(any_of(FactEntry.id, fact_ids))
    _keep([rule(f, v, own) for f in found for own in (book.year(f.occurred_on.year),) for v in own.versions.values()])
    return settle(found, book)


def settle(facts: Sequence[FactRow], book: Book, on: date | None = None, *, at_origin: bool = False) -> dict[str, int]:
    """Post what is missing on these facts so that the ledger says what recognition says; fen moved by scheme code.

    Corrections stand on `on` (today), or `at_origin` on the day they correct. The caller holds the ledger's lock
    (`facts.lock`). Posting twice changes nothing: the difference is then empty.
    """
    missing = changes(facts, book, on or clock.today(), at_origin=at_origin)
    if not missing:
        return {}
    _keep([change.ruling for change in missing])
    now = clock.now()
    rows = [_row(change, now) for change in missing]
    bulk.insert_many(QuotaPosting, rows)
    balances.add(QuotaBalance, totals.quota_totals(SimpleNamespace(**row) for row in rows))
    moved: Counter[str] = Counter()
    for row in rows:
        moved[row["scheme_code"]] += row["amount_fen"]
    return dict(moved)


def settle_ids(fact_ids: Sequence[int], book: Book) -> dict[str, int]:
    """As `settle`, for facts by their ids."""
    return settle(chain.read(any_of(FactEntry.id, fact_ids)), book)


def spend(moves: Sequence[dict[str, Any]]) -> None:
    """Book changes of actual spending, each source once, and keep the totals."""
    if not moves:
        return
    at = clock.now()
    rows = [{**move, "at": at} for move in moves]
    written = bulk.insert_many(SpendMove, rows, skip_known=True, returning=["source", "source_id"])
    new = {(row.source, row.source_id) for row in written}
    booked = [SimpleNamespace(**move) for move in moves if (move["source"], move["source_id"]) in new]
    balances.add(SpendBalance, totals.spend_totals(booked))


def _keep(rulings: Sequence[Ruling]) -> None:
    """Keep judgements not yet kept: the reason stands beside the fact, or its SHARED fact, for good."""
    at = clock.now()
    rows = {
        (ruling.version.id, ruling.judged_id): {
            "scheme_version_id": ruling.version.id,
            "fact_id": ruling.judged_id,
            "fits": ruling.judgement.fits,
            "reason": ruling.judgement.reason.value if ruling.judgement.reason else "",
            "countable_fen": ruling.judgement.countable_fen,
            "at": at,
        }
        for ruling in rulings
    }
    bulk.insert_many(QuotaJudgement, list(rows.values()), skip_known=True)


def _row(change: Change, at: datetime) -> dict[str, Any]:
    difference, fact = change.difference, change.ruling.fact
    is_correction = change.after_id is not None
    return {
        "scheme_version_id": change.ruling.version.id,
        "scheme_code": change.ruling.version.code,
        "unit_id": fact.unit_id,
        "fiscal_year": clock.fiscal_year(difference.on),
        "month": clock.month_of(difference.on),
        "recognised_on": difference.on,
        "amount_fen": difference.amount_fen,
        "fund": fact.fund,
        "fact_id": fact.id,
        "source": CORRECTION if is_correction else source_of(fact),
        "source_id": change.after_id if is_correction else difference.source_id,
        "reverses_id": difference.reverses_id,
        "prior_year": difference.prior_year,
        "posted_at": at,
    }
