"""From confirmed money to counted fen: allocation, recognition day, differences (rules 25–28, model 3.4).

Everything is a function of the facts. When facts or policy change, it runs again and the difference is posted: nothing
is edited.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from procurement.rules.recognition import Portion
from procurement.rules.scheme import CountBasis


@dataclass(frozen=True)
class OpenLine:
    """An accepted line that still waits for money. `open_fen` = payable − already allocated."""

    line_id: int
    accepted_on: date
    open_fen: int


def payable_fen(accepted_fen: int, *, disputed_fen: int = 0, credited_fen: int = 0) -> int:
    """What a line may be paid now: accepted value − open dispute − credit notes, never negative (rule 25)."""
    return max(0, accepted_fen - disputed_fen - credited_fen)


def allocate(amount_fen: int, lines: Iterable[OpenLine]) -> tuple[list[tuple[int, int]], int]:
    """A confirmed payment over lines, oldest acceptance first: (line id, fen) and what is left over.

    The caller passes the lines of the statement that was paid, or all open ones. The rest is an overpayment: it is
    never booked by itself (rule 51).
    """
    parts = []
    for line in sorted(lines, key=lambda x: (x.accepted_on, x.line_id)):
        part_fen = min(amount_fen, line.open_fen)
        if part_fen > 0:
            parts.append((line.line_id, part_fen))
            amount_fen -= part_fen
    return parts, amount_fen


@dataclass(frozen=True)
class Allocated:
    """Confirmed money on one line; a correction is a negative row. `source_id` names the row."""

    source_id: int
    amount_fen: int
    bank_on: date


@dataclass(frozen=True)
class Posting:
    """Fen that count from a county day on, caused by one source row."""

    source_id: int
    on: date
    amount_fen: int


def recognised(
    line_id: int,
    payable: int,
    portion: Portion,
    goods_on: date | None,
    allocations: Sequence[Allocated],
    basis: CountBasis = CountBasis.COMPLETED,
) -> list[Posting]:
    """What a fitting line counts: min(payable, allocated), each allocation on the later of its bank day and the day of
    the goods. The eligible portion is taken of the running sum, so the parts add up to the floor of the whole.

    Basis ACCEPTED counts the payable amount on the day of the goods, with the line itself as source.
    """
    if goods_on is None:
        return []
    if basis is CountBasis.ACCEPTED:
        amount = portion.of(payable)
        return [Posting(line_id, goods_on, amount)] if amount else []
    postings, allocated, counted = [], 0, 0
    for row in sorted(allocations, key=lambda a: (max(a.bank_on, goods_on), a.source_id)):
        allocated += row.amount_fen
        upto = portion.of(max(0, min(payable, allocated)))
        if upto != counted:
            postings.append(Posting(row.source_id, max(row.bank_on, goods_on), upto - counted))
        counted = upto
    return postings


@dataclass(frozen=True)
class Posted:
    """A posting as the ledger holds it; `prior_year` as its difference had it."""

    id: int
    source_id: int
    on: date
    amount_fen: int
    prior_year: int | None = None

    @property
    def about_year(self) -> int:
        """The fiscal year it is about: its own, or the closed one it adjusts."""
        return self.prior_year or self.on.year


@dataclass(frozen=True)
class Difference:
    """A posting still to be written. `reverses_id`: the one it corrects; `prior_year`: the closed year it is about."""

    source_id: int
    on: date
    amount_fen: int
    reverses_id: int | None = None
    prior_year: int | None = None


def attributed(original_on: date, on: date, closed_years: Collection[int]) -> tuple[date, int | None]:
    """The day a correction is posted on, and the closed year it is about if it cannot go there (rule 28).

    An open year takes its own corrections, also in January: they stand on its last day.
    """
    if original_on.year in closed_years:
        return on, original_on.year
    return (on if on.year == original_on.year else date(original_on.year, 12, 31)), None


def differences(
    posted: Iterable[Posted], target: Iterable[Posting], on: date, closed_years: Collection[int] = ()
) -> list[Difference]:
    """What to post on `on` so that the ledger of one line says what `recognised` says. Nothing when it already does."""
    held: dict[tuple[int, int], list[Posted]] = {}
    for row in sorted(posted, key=lambda r: r.id):
        held.setdefault((row.source_id, row.about_year), []).append(row)
    wanted = {(posting.source_id, posting.on.year): posting for posting in target}
    found = []
    for key in sorted(held.keys() | wanted.keys()):
        rows, aim = held.get(key, []), wanted.get(key)
        change_fen = (aim.amount_fen if aim else 0) - sum(row.amount_fen for row in rows)
        if change_fen and rows:
            original_on = date(rows[0].about_year, 12, 31) if rows[0].prior_year else rows[0].on
            day, prior_year = attributed(original_on, on, closed_years)
            found.append(Difference(key[0], day, change_fen, rows[0].id, prior_year))
        elif aim and change_fen:
            is_late = aim.on.year in closed_years
            found.append(
                Difference(key[0], on if is_late else aim.on, change_fen, None, aim.on.year if is_late else None)
            )
    return found
