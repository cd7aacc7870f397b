"""Walk the ledger from its ground: chain of facts → judgements and postings → totals. Names what does not hold."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from core import clock
from core.db import any_of, db
from core.trail import canonical
from procurement.models.ledger import (
    FactEntry,
    FactHead,
    QuotaBalance,
    QuotaJudgement,
    QuotaPosting,
    SpendBalance,
    SpendMove,
)
from procurement.queries import facts as chain
from procurement.queries import recognition
from procurement.queries.recognition import Book
from procurement.queries.totals import Totals, quota_totals, spend_totals

BATCH = 1_000


@dataclass(frozen=True)
class Fault:
    """One thing that does not hold. `part`: chain, judgement, posting, quota-balance, spend-balance."""

    part: str
    where: str
    expected: str
    found: str


@dataclass
class Report:
    """How much was looked at, and the first fault of each part."""

    facts: int = 0
    postings: int = 0
    root: str = ""
    faults: list[Fault] = field(default_factory=list)


def verify(book: Book) -> Report:
    """Check everything; writes nothing."""
    report = Report()
    walks = (_chain(report), _judged(report, book), _quota_balances(), _spend_balances())
    for walk in walks:
        first = next(walk, None)
        if first is not None:
            report.faults.append(first)
    return report


def _chain(report: Report) -> Iterator[Fault]:
    seq, prev = 0, canonical.GENESIS
    fault: Fault | None = None
    table = FactEntry.__table__
    with db.session.execute(
        sa.select(table).order_by(table.c.seq), execution_options={"yield_per": 2000}
    ) as rows:  # closed before anything is said: the reader stops at the first fault
        for row in rows:
            fault = _link_fault(row, seq, prev)
            if fault:
                break
            seq, prev = row.seq, row.hash
    report.facts, report.root = seq, prev.hex()
    yield from filter(None, [fault or _head_fault(seq, prev)])


def _link_fault(row: Any, seq: int, prev: bytes) -> Fault | None:
    if row.seq != seq + 1:
        return Fault("chain", str(seq + 1), "present", "missing")
    if row.prev != prev or canonical.link(chain.CHAIN, row.seq, prev, chain.body(row)) != row.hash:
        return Fault("chain", str(row.seq), "as written", "edited")
    return None


def _head_fault(seq: int, prev: bytes) -> Fault | None:
    head = db.session.execute(sa.select(FactHead.seq, FactHead.hash).where(FactHead.id == 1)).one_or_none()
    if head is None or head.seq != seq:
        return Fault("chain", str(seq + 1), "present", "missing")
    return None if head.hash == prev else Fault("chain", "head", prev.hex()[:16], head.hash.hex()[:16])


def _judged(report: Report, book: Book) -> Iterator[Fault]:
    """Judgements and postings against what the rules make of facts and confirmed money."""
    report.postings = int(db.session.scalar(sa.select(sa.func.count(QuotaPosting.id))) or 0)
    last_id = 0
    while facts := chain.read(FactEntry.id > last_id, limit=BATCH):
        last_id = facts[-1].id
        yield from _judgement_faults(facts, book)
        for change in recognition.changes(facts, book, clock.today()):
            where = f"{change.ruling.version.code} fact {change.ruling.fact.id} source {change.difference.source_id}"
            yield Fault("posting", where, f"{change.difference.amount_fen:+d}", "0")


def _judgement_faults(facts: list[chain.FactRow], book: Book) -> Iterator[Fault]:
    shares = chain.shares_of([fact.id for fact in facts])
    told = [one for fact in facts for one in _tellings(fact, shares.get(fact.id, []))]
    kept = {
        (row.scheme_version_id, row.fact_id): (row.fits, row.reason, row.countable_fen)
        for row in db.session.execute(
            sa.select(
                QuotaJudgement.scheme_version_id,
                QuotaJudgement.fact_id,
                QuotaJudgement.fits,
                QuotaJudgement.reason,
                QuotaJudgement.countable_fen,
            ).where(any_of(QuotaJudgement.fact_id, [one.share_id or one.id for one in told]))
        )
    }
    for fact in told:
        judging = book.year(fact.occurred_on.year)
        for version in judging.versions.values():
            judgement = recognition.rule(fact, version, judging).judgement
            reason = judgement.reason.value if judgement.reason else ""
            should = (judgement.fits, reason, judgement.countable_fen)
            judged_id = fact.share_id or fact.id
            if kept.get((version.id, judged_id)) != should:
                found = str(kept.get((version.id, judged_id), "missing"))
                yield Fault("judgement", f"{version.code} fact {judged_id}", str(should), found)


def _tellings(fact: chain.FactRow, shares: list[tuple[int, dict[str, Any]]]) -> list[chain.FactRow]:
    """The fact as it was judged first, and as each SHARED fact has it."""
    return [replace(fact, share_id=share_id, share=labels) for share_id, labels in ((None, None), *shares)]


def _quota_balances() -> Iterator[Fault]:
    columns = (
        QuotaPosting.scheme_code,
        QuotaPosting.fiscal_year,
        QuotaPosting.unit_id,
        QuotaPosting.month,
        QuotaPosting.fund,
    )
    rows = db.session.execute(
        sa.select(*columns, sa.func.sum(QuotaPosting.amount_fen).cast(sa.BigInteger).label("amount_fen")).group_by(
            *columns
        )
    )
    yield from _balance_faults("quota-balance", QuotaBalance, quota_totals(rows))


def _spend_balances() -> Iterator[Fault]:
    columns = (SpendMove.fiscal_year, SpendMove.unit_id, SpendMove.month, SpendMove.channel)
    rows = db.session.execute(
        sa.select(*columns, sa.func.sum(SpendMove.amount_fen).cast(sa.BigInteger).label("amount_fen")).group_by(
            *columns
        )
    )
    yield from _balance_faults("spend-balance", SpendBalance, spend_totals(rows))


def _balance_faults(part: str, model: type[Any], wanted: Totals) -> Iterator[Fault]:
    table = model.__table__
    keys = [column.name for column in table.primary_key.columns]
    values = [column.name for column in table.columns if column.name not in keys]
    held: Counter[tuple[tuple[Any, ...], str]] = Counter()
    for row in db.session.execute(sa.select(table)):
        key = tuple(getattr(row, name) for name in keys)
        held.update({(key, name): getattr(row, name) for name in values})
    for key, name in sorted(held.keys() | wanted.keys(), key=str):
        if held[key, name] != wanted[key, name]:
            where = " ".join(f"{k}={v}" for k, v in zip(keys, key, strict=True)) + f" {name}"
            yield Fault(part, where, str(wanted[key, name]), str(held[key, name]))
