"""What keeps claims honest: the household's own income as a ceiling, and a random re-check nobody can foresee (4.2)."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

SLACK_TENTHS = 11
RECHECK_PERCENT, RECHECK_LEAST = 5, 3


def exceeds(claimed_fen: int, tracked_fen: int | None) -> bool:
    """(a): all suppliers' claims on a household in a quarter above its tracked wage and operating income × 1.1.

    Without a snapshot of the quarter there is nothing to compare with: not exceeded, and shown as not compared.
    """
    return tracked_fen is not None and claimed_fen * 10 > tracked_fen * SLACK_TENTHS


class ReviewState(StrEnum):
    """A household's quarter whose claims exceed its income: until somebody has looked they count for nobody."""

    OPEN = "open"
    CLEARED = "cleared"
    REJECTED = "rejected"


class CheckVerdict(StrEnum):
    """What a re-check found."""

    OPEN = "open"
    TRUE = "true"
    FALSE = "false"


class Barred(StrEnum):
    """Why a claim that is proved counts nothing all the same."""

    REVIEW = "review"
    RELATED = "related"
    CAPACITY = "capacity"
    SAME_PERSON = "same_person"


@dataclass(frozen=True)
class Drawable:
    """A claim in the pot."""

    benefit_id: int
    supplier_id: int


def drawn_of(count: int) -> int:
    """How many of a supplier's claims of a quarter are re-checked: 5 %, rounded up, at least three where there are."""
    return min(count, max(RECHECK_LEAST, -(-count * RECHECK_PERCENT // 100)))


def draw(seed: str, claims: Iterable[Drawable]) -> list[int]:
    """The claims to re-check, in id order: per supplier those with the smallest SHA-256 of `seed:id`.

    The seed is published; whoever has the list of claims draws the same.
    """
    pots: dict[int, list[int]] = {}
    for claim in claims:
        pots.setdefault(claim.supplier_id, []).append(claim.benefit_id)
    return sorted(found for pot in pots.values() for found in _smallest(seed, pot))


def _smallest(seed: str, pot: Sequence[int]) -> list[int]:
    return sorted(pot, key=lambda n: (hashlib.sha256(f"{seed}:{n}".encode()).hexdigest(), n))[: drawn_of(len(pot))]


def fingerprint(benefit_ids: Iterable[int]) -> str:
    """SHA-256 of the pot's ids in order, published beside the seed: nothing was added or taken out afterwards."""
    return hashlib.sha256(",".join(str(n) for n in sorted(benefit_ids)).encode()).hexdigest()
