"""When a quarter is over, the household route is settled for all its sales alike (rule 39).

At acceptance a line takes what is there that day: who comes first takes most. Ten days after the quarter the purchases
are known that households agreed to and were paid for. Each line's part becomes a SHARED fact, the ledger posts the
difference, the envelope moves it between eligible and general. Nothing is edited, a second run finds nothing to do.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from catalog.rules.quarter import Quarter
from core import clock, trail
from core.access.actor import Actor
from core.db import any_of
from core.errors import Refused
from core.trail.models import Stream
from procurement.models.ledger import FactEntry, FactKind
from procurement.queries import facts as chain
from procurement.queries import quarter_shares, signing
from procurement.queries.quarter_shares import Share
from procurement.rules.scheme import Channel, FundSource
from procurement.services import envelope, facts, postings
from procurement.services.facts import Fact

SETTLE_AFTER = timedelta(days=10)
"""As the linkage score waits (rule 69): papers and payments of the last days come in."""
LOOK_BACK = 4
"""Quarters that are looked at again: a note taken back or disputed late changes its quarter."""


@dataclass(frozen=True)
class Outcome:
    """How many lines were shared anew, and the fen that moved by scheme code."""

    lines: int = 0
    moved_fen: dict[str, int] = field(default_factory=dict)


def settled(today: date) -> list[Quarter]:
    """The quarters that are shared out on a day, the oldest first."""
    last = Quarter.of(today - SETTLE_AFTER).plus(-1)
    return [last.plus(-back) for back in reversed(range(LOOK_BACK))]


def share_out(quarter: Quarter, *, by: Actor | None = None) -> Outcome:
    """Settle a quarter in the caller's transaction. `by` None is the clock. Raises: Refused "quarter-not-settled".

    Envelopes are locked before the ledger, as everywhere; a line of a unit that comes in between waits for the next
    run.
    """
    if quarter > settled(clock.today())[-1]:
        raise Refused("quarter-not-settled", quarter=str(quarter))
    expected = quarter_shares.due(quarter)
    if not expected:
        return Outcome()
    locked = {(one.unit_id, one.fiscal_year) for one in expected}
    envelope.lock_all(locked)
    facts.lock()
    shares = [one for one in quarter_shares.due(quarter) if (one.unit_id, one.fiscal_year) in locked]
    return _book(quarter, shares, by) if shares else Outcome()


def _book(quarter: Quarter, shares: Sequence[Share], by: Actor | None) -> Outcome:
    lines = [one.line_id for one in shares]
    before = signing.eligible(lines)
    facts.append([_fact(quarter, one) for one in shares], by=by)
    book = postings.open_book()
    found = chain.read(any_of(FactEntry.id, quarter_shares.facts_of(shares)))
    postings.judge_shared(found, book)
    moved = postings.settle(found, book)
    _move_envelopes(shares, before, signing.eligible(lines))
    trail.record(
        *(Stream.PROCUREMENT, "quarter-shared", "quarter", str(quarter)), by=by, right=None,
        after={"moved": dict(sorted(moved.items()))}, quarter=str(quarter), lines=len(shares),
    )  # fmt: skip
    return Outcome(len(shares), moved)


def _fact(quarter: Quarter, share: Share) -> Fact:
    return Fact(
        kind=FactKind.SHARED,
        unit_id=share.unit_id,
        canteen_id=share.canteen_id,
        occurred_on=clock.today(),
        channel=Channel.COUNTY,
        fund=share.fund,
        amount_fen=0,
        qty=share.part - share.before,
        source=f"share-{share.rounds + 1}",
        source_id=share.fact_id,
        labels={
            "quarter": str(quarter),
            "household_qty": share.part,
            "household_of": share.qty,
            "before_qty": share.before,
            "eligible_qty": share.eligible_qty,
            "sold_qty": share.sold_qty,
        },
    )


def _move_envelopes(
    shares: Sequence[Share], before: dict[int, dict[str, int]], after: dict[int, dict[str, int]]
) -> None:
    """What was booked as eligible and is general now, or the other way round; the spending stays what it was."""
    shared = quarter_shares.shared_ids(quarter_shares.facts_of(shares))
    booked = quarter_shares.in_envelopes([one.line_id for one in shares if one.fund is FundSource.CANTEEN])
    for one in shares:
        if one.line_id not in booked:
            continue
        codes = before[one.line_id].keys() | after[one.line_id].keys()
        change = {code: after[one.line_id].get(code, 0) - before[one.line_id].get(code, 0) for code in codes}
        if any(change.values()):
            envelope.book_done(
                *(one.unit_id, one.fiscal_year),
                eligible_per_scheme=change,
                done_fen=0,
                source="quarter-share",
                source_id=shared[one.fact_id],
                plan_line_id=one.plan_line_id,
            )
