"""What the ledger should say: judgements and postings of facts as a pure function of facts and confirmed money.

The posting service writes the difference to it, `flask ledger verify` compares with it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import sqlalchemy as sa

from core.db import any_of, db
from procurement.models.ledger import FactKind, QuotaPosting
from procurement.queries import facts as chain
from procurement.queries import schemes
from procurement.queries.facts import FactRow
from procurement.rules.posting import Allocated, Difference, Posted, Posting, differences, recognised
from procurement.rules.recognition import ALL, Judgement, judge

CORRECTION = "correction"


@dataclass(frozen=True)
class Book:
    """The schemes of every year that a piece of work touches, read once."""

    versions: tuple[schemes.Version, ...]
    closed_years: frozenset[int]
    picked: dict[int, schemes.Year] = field(default_factory=dict, compare=False)

    def year(self, year: int) -> schemes.Year:
        """The judging versions of a year."""
        if year not in self.picked:
            self.picked[year] = schemes.pick(year, self.versions)
        return self.picked[year]


@dataclass(frozen=True)
class Ruling:
    """One fact under one scheme version."""

    version: schemes.Version
    fact: FactRow
    judgement: Judgement

    @property
    def judged_id(self) -> int:
        """Whose judgement it is: the fact's own, or of the SHARED fact that speaks of it last."""
        return self.fact.share_id or self.fact.id


@dataclass(frozen=True)
class Change:
    """A posting still missing, with all that its row needs. `after_id`: the row of its chain that it follows."""

    ruling: Ruling
    difference: Difference
    after_id: int | None


def source_of(fact: FactRow) -> str:
    """What the source ids of a fact's postings are: allocations of an accepted line, else the fact's own source."""
    return "allocation" if fact.kind is FactKind.ACCEPTED else fact.source


def rule(fact: FactRow, version: schemes.Version, members: schemes.Year) -> Ruling:
    """Judge a fact under a version, on the day it was accepted."""
    return Ruling(version, fact, judge(chain.line_of(fact), version.terms, fact.occurred_on, members.terms))


def wanted(fact: FactRow, money: Sequence[Allocated], book: Book, code: str) -> list[tuple[Ruling, Posting]]:
    """What a fact counts under a scheme: each posting under the version that judges its year (rules 9, 25, 26)."""
    found: list[tuple[Ruling, Posting]] = []
    years = sorted({max(row.bank_on, fact.occurred_on).year for row in money} | {fact.occurred_on.year})
    for year in years:
        judging = book.year(year)
        if (version := judging.versions.get(code)) is None:
            continue
        ruling = rule(fact, version, judging)
        if not ruling.judgement.fits:
            continue
        rows = recognised(
            fact.source_id, _payable(ruling), ruling.judgement.portion, fact.occurred_on, money, version.terms.basis
        )
        found += [(ruling, posting) for posting in rows if posting.on.year == year]
    return found


def _payable(ruling: Ruling) -> int:
    if ruling.fact.is_void:
        return 0
    if ruling.judgement.portion == ALL:
        return ruling.judgement.countable_fen
    return ruling.fact.amount_fen


def changes(facts: Sequence[FactRow], book: Book, on: date, *, at_origin: bool = False) -> list[Change]:
    """What is still to be posted on `on` so that the postings of these facts say what recognition says.

    `at_origin`: a correction in an open year stands on the day of what it corrects instead. Two statements, whatever
    the number of facts.
    """
    money, held = chain.money_of(facts), _held([fact.id for fact in facts])
    codes = sorted({version.code for version in book.versions})
    return [
        change
        for fact in facts
        for code in codes
        for rows in (held.get((fact.id, code), []),)
        for change in _changes_of(fact, code, money[fact.id], rows, book, _origin(rows, book, on) if at_origin else on)
    ]


def _origin(held: Sequence[Any], book: Book, on: date) -> date:
    """The day a fact was counted first, while its year is open."""
    first: date = held[0].recognised_on if held else on
    return on if first.year in book.closed_years else first


def _changes_of(
    fact: FactRow, code: str, money: Sequence[Allocated], held: Sequence[Any], book: Book, on: date
) -> list[Change]:
    aims = wanted(fact, money, book, code)
    firsts = {row.id: row for row in held if row.reverses_id is None}
    posted = [_posted(row, firsts) for row in held]
    rulings = {(posting.source_id, posting.on.year): ruling for ruling, posting in aims}
    found = []
    for difference in differences(posted, [posting for _, posting in aims], on, book.closed_years):
        about = difference.prior_year or difference.on.year
        ruling = rulings.get((difference.source_id, about)) or _plain_ruling(fact, code, about, book)
        chain_ids = [p.id for p in posted if (p.source_id, p.about_year) == (difference.source_id, about)]
        found.append(Change(ruling, difference, max(chain_ids, default=None)))
    return found


def _plain_ruling(fact: FactRow, code: str, year: int, book: Book) -> Ruling:
    judging = book.year(year)
    return rule(replace(fact), judging.versions[code], judging)


def _posted(row: Any, firsts: Mapping[int, Any]) -> Posted:
    first = firsts[row.reverses_id] if row.reverses_id is not None else row
    return Posted(row.id, first.source_id, row.recognised_on, row.amount_fen, row.prior_year)


def _held(fact_ids: Sequence[int]) -> dict[tuple[int, str], list[Any]]:
    rows = db.session.execute(
        sa.select(
            QuotaPosting.id,
            QuotaPosting.fact_id,
            QuotaPosting.scheme_code,
            QuotaPosting.source_id,
            QuotaPosting.reverses_id,
            QuotaPosting.recognised_on,
            QuotaPosting.amount_fen,
            QuotaPosting.prior_year,
        )
        .where(any_of(QuotaPosting.fact_id, fact_ids))
        .order_by(QuotaPosting.id)
    )
    found: dict[tuple[int, str], list[Any]] = {}
    for row in rows:
        found.setdefault((row.fact_id, row.scheme_code), []).append(row)
    return found
