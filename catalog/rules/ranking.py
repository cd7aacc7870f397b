"""What lifts a product beside the words that found it: little, known, and never what its seller wrote about itself.

final = T × (1 + income·I + certificate·C + service·Q + fresh·F), T the score of the words (0–1). All weights together
stay at 0.40 or below (rule 69). Numbers of households, words such as 助农 in a name, and raw sales weigh nothing: they
are easily made up.
"""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from core.errors import Refused
from core.money import WHOLE_BP

MOST_BONUS_BP = 4_000
"""All weights together (rule 69)."""
FRESH_DAYS = 30
"""A newcomer is lifted in its first days, so that it gets seen; fading to nothing."""
PRIOR_VOTES, PRIOR_BP = 20, 9_000
"""A supplier without deliveries counts as the county's, as if by twenty votes; where nobody has any, 90 %."""
RUN = 3
"""The most neighbours of one supplier in a row."""
DEFAULTS: dict[str, int] = {"income": 1_500, "certificate": 1_000, "service": 1_000, "fresh": 500}


@dataclass(frozen=True)
class Weights:
    """What each part may add, in basis points of the words' score."""

    income: int
    certificate: int
    service: int
    fresh: int

    def __post_init__(self) -> None:
        parts = (self.income, self.certificate, self.service, self.fresh)
        if min(parts) < 0 or sum(parts) > MOST_BONUS_BP:
            raise Refused("ranking-weights-too-large", most_bp=MOST_BONUS_BP)


def weights(value: Mapping[str, int]) -> Weights:
    """Weights of a dated setting. Raises: Refused "ranking-weights-too-large"."""
    return Weights(**{name: int(value.get(name, default)) for name, default in DEFAULTS.items()})


@dataclass(frozen=True, slots=True)
class Merits:
    """What a product has, each 0–10000: verified income effect, a badge valid today, service, newness."""

    income: int = 0
    certificate: int = 0
    service: int = 0
    fresh: int = 0

    def bonus_bp(self, by: Weights) -> int:
        """What they add, in basis points, at most 4000."""
        total = (
            self.income * by.income + self.certificate * by.certificate + self.service * by.service
            + self.fresh * by.fresh
        )  # fmt: skip
        return min(MOST_BONUS_BP, total // WHOLE_BP)


def lifted(text: float, points: int) -> float:
    """The words' score with the bonus, in ten-thousandths of it."""
    return text * (WHOLE_BP + points) / WHOLE_BP


def freshness(age_days: float) -> int:
    """10000 on the day of listing, 0 from the thirtieth day on."""
    return max(0, min(WHOLE_BP, int(WHOLE_BP * (1 - age_days / FRESH_DAYS))))


def smoothed(kept: int, votes: int, *, county_bp: int = PRIOR_BP) -> int:
    """A rate of `kept` out of `votes`, drawn to the county's by twenty votes."""
    return (kept * WHOLE_BP + PRIOR_VOTES * county_bp) // (votes + PRIOR_VOTES)


def spread(ranked: Iterable[tuple[int, int]]) -> list[int]:
    """(product, supplier) in order of rank to product ids with at most `RUN` of one supplier in a row.

    A product that would be the fourth waits for the next one of somebody else; when nobody else is left, order stays.
    """
    stream, held = iter(ranked), deque[tuple[int, int]]()
    out: list[int] = []
    last, run = -1, 0
    while True:
        # What is held back is all of one supplier: it goes on as soon as somebody else has stood between.
        if held and (run < RUN or held[0][1] != last):
            product, seller = held.popleft()
        elif (head := next(stream, None)) is None:
            return [*out, *(product for product, _ in held)]
        elif head[1] == last and run >= RUN:
            held.append(head)
            continue
        else:
            product, seller = head
        run = run + 1 if seller == last else 1
        last = seller
        out.append(product)
