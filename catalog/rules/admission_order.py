"""In which order applications wait at a desk: those with a clear income effect first, then by time (plan, point 8)."""

from dataclasses import dataclass
from enum import IntEnum

FEWEST_AGREEMENTS = 5
"""Signed agreements with exited or watched households that make a newcomer provisional (part 4.2)."""


class Rank(IntEnum):
    """The lower the earlier. Inside a rank the one that came first is first."""

    CLEAR = 0  # verified clear effect, or a recognised lead enterprise
    PROVISIONAL = 1  # a newcomer with enough agreements
    SOME = 2  # some verified effect, or fewer agreements
    NONE = 3


@dataclass(frozen=True)
class Effect:
    """What is known of an applicant's effect on households: verified benefit, agreements, recognition."""

    is_lead: bool = False
    is_preferred: bool = False
    is_provisional: bool = False
    verified_fen: int = 0
    households: int = 0
    agreements: int = 0


def rank(effect: Effect) -> Rank:
    """Where an applicant waits."""
    if effect.is_lead or effect.is_preferred:
        return Rank.CLEAR
    if effect.is_provisional or effect.agreements >= FEWEST_AGREEMENTS:
        return Rank.PROVISIONAL
    return Rank.SOME if effect.verified_fen > 0 or effect.agreements else Rank.NONE


def reasons(effect: Effect) -> list[tuple[str, bool]]:
    """The questions behind the rank with their answers, in the order in which they decide: (code, holds)."""
    return [
        ("lead", effect.is_lead),
        ("preferred", effect.is_preferred),
        ("provisional", effect.is_provisional or effect.agreements >= FEWEST_AGREEMENTS),
        ("some", effect.verified_fen > 0 or effect.agreements > 0),
    ]
