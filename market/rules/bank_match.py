"""What a bank's line may be: which slip, or which open claims, with the reasons (rule 51).

Code, amount and payer together book themselves. Everything else is shown to persons: ranked, each with its reasons.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import combinations

NEAR_DAYS = 10
_MOST_TOGETHER, _MOST_SLIPS = 4, 14


class LineState(StrEnum):
    """Where a bank's line stands."""

    OPEN = "open"  # nobody has said what it is
    PROPOSED = "proposed"  # one person has, a second must agree
    SETTLED = "settled"  # all of it has landed
    REST = "rest"  # part has landed, the rest is held: an overpayment is never booked
    OTHER = "other"  # not for anything that was bought here
    RETURNED = "returned"  # the rest went back to the payer


SUSPENSE = frozenset({LineState.OPEN, LineState.PROPOSED, LineState.REST})
"""States of money that waits for persons."""


class MatchState(StrEnum):
    """A person's word about a line, and a second person's."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


class MatchKind(StrEnum):
    """What is said about a line."""

    BOOK = "book"  # it pays these
    OTHER = "other"
    RETURN = "return"


class MatchReason(StrEnum):
    """Why something is offered for a line."""

    CODE = "code"
    AMOUNT = "amount"
    PAYER = "payer"
    DECLARED_SERIAL = "declared_serial"
    TOGETHER = "together"  # several slips sum to the line
    LESS = "less"  # the line pays part
    MORE = "more"  # the line pays more
    NEAR = "near"  # days around the declared one


_WEIGHT = {
    MatchReason.CODE: 100,
    MatchReason.DECLARED_SERIAL: 80,
    MatchReason.AMOUNT: 40,
    MatchReason.TOGETHER: 35,
    MatchReason.PAYER: 30,
    MatchReason.NEAR: 5,
    MatchReason.LESS: 0,
    MatchReason.MORE: 0,
}


@dataclass(frozen=True)
class Money:
    """A bank's line as far as matching goes."""

    on: date
    amount_fen: int
    party: str
    code: str
    serial: str


@dataclass(frozen=True)
class Slip:
    """Something a line may pay: a slip with its code, or a statement's. `parties`: the names that may stand on
    the other side of a line: of the unit and who pays for it, or of the supplier's account."""

    id: int
    code: str
    amount_fen: int
    parties: frozenset[str]
    declared_serial: str = ""
    declared_on: date | None = None


@dataclass(frozen=True)
class Candidate:
    """One or several slips with what speaks for them."""

    slip_ids: tuple[int, ...]
    reasons: tuple[MatchReason, ...]

    @property
    def score(self) -> int:
        """Only for the order in which candidates are shown."""
        return sum(_WEIGHT[reason] for reason in self.reasons)


def is_exact(line: Money, slip: Slip) -> bool:
    """Code, amount and payer agree: the only match that books itself."""
    return line.code == slip.code and line.amount_fen == slip.amount_fen and line.party in slip.parties


def candidates(line: Money, slips: Sequence[Slip], *, most: int = 8) -> list[Candidate]:
    """What the line may be, the likeliest first; slips for which nothing speaks are left out."""
    alone = [_alone(line, slip) for slip in slips]
    found = [one for one in alone if one.score >= _WEIGHT[MatchReason.PAYER]]
    found += _together(line, slips)
    return sorted(found, key=lambda one: (-one.score, one.slip_ids))[:most]


def _alone(line: Money, slip: Slip) -> Candidate:
    reasons = []
    if line.code and line.code == slip.code:
        reasons.append(MatchReason.CODE)
    if slip.declared_serial and line.serial == slip.declared_serial:
        reasons.append(MatchReason.DECLARED_SERIAL)
    if line.amount_fen == slip.amount_fen:
        reasons.append(MatchReason.AMOUNT)
    if line.party in slip.parties:
        reasons.append(MatchReason.PAYER)
    if slip.declared_on is not None and abs((line.on - slip.declared_on).days) <= NEAR_DAYS:
        reasons.append(MatchReason.NEAR)
    if line.amount_fen < slip.amount_fen:
        reasons.append(MatchReason.LESS)
    if line.amount_fen > slip.amount_fen:
        reasons.append(MatchReason.MORE)
    return Candidate((slip.id,), tuple(reasons))


def _together(line: Money, slips: Sequence[Slip]) -> list[Candidate]:
    """Slips of one payer that sum to the line exactly: a transfer that was merged."""
    own = [slip for slip in slips if line.party in slip.parties and slip.amount_fen < line.amount_fen][:_MOST_SLIPS]
    for count in range(2, min(_MOST_TOGETHER, len(own)) + 1):
        for some in combinations(own, count):
            if sum(slip.amount_fen for slip in some) == line.amount_fen:
                ids = tuple(sorted(slip.id for slip in some))
                return [Candidate(ids, (MatchReason.TOGETHER, MatchReason.PAYER))]
    return []


def rest_fen(amount_fen: int, landed_fen: Collection[int]) -> int:
    """What of a line is still nobody's."""
    return amount_fen - sum(landed_fen)
