"""The envelope 预留额度: general lines may not eat the reserve (rules 96, 97, 99). Money in fen at upper tolerance.

T declared total, R reserve, G general and E eligible, accepted or on open approved orders. A general line passes when
afterwards G ≤ T − R (the reserve is untouched) or E·10000 ≥ min_bp·(G + E) (the share is already there).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from core.money import WHOLE_BP, ceil_share, reaches

_EMERGENCY_DAYS = 7


@dataclass(frozen=True)
class Envelope:
    """One unit's room in one year under one scheme: T, R, G, E in this order, and the minimum share."""

    total_fen: int
    reserve_fen: int
    general_fen: int
    eligible_fen: int
    min_bp: int

    def passes(self, line_upper_fen: int, eligible: bool) -> bool:
        """Whether a line leaves the reserve alone (rule 96). An eligible line always does."""
        return eligible or self.with_line(line_upper_fen, eligible=False).is_whole

    def eats_reserve(self, line_upper_fen: int, eligible: bool) -> bool:
        """The contrary of `passes`: what a gate asks about."""
        return not self.passes(line_upper_fen, eligible)

    def with_line(self, line_upper_fen: int, eligible: bool) -> "Envelope":
        """The envelope once the line is booked, whatever the gate says: facts are never refused (rule 99)."""
        if eligible:
            return replace(self, eligible_fen=self.eligible_fen + line_upper_fen)
        return replace(self, general_fen=self.general_fen + line_upper_fen)

    @property
    def is_whole(self) -> bool:
        """Whether the reserve is untouched, or the share already there."""
        untouched = self.general_fen <= self.total_fen - self.reserve_fen
        return untouched or reaches(self.eligible_fen, self.general_fen + self.eligible_fen, self.min_bp)

    @property
    def limit_fen(self) -> int | None:
        """The most that G may be by either way; None: no limit, as the share asks for nothing."""
        if self.min_bp <= 0:
            return None
        by_share = self.eligible_fen * (WHOLE_BP - self.min_bp) // self.min_bp
        return max(self.total_fen - self.reserve_fen, by_share)

    @property
    def room_fen(self) -> int | None:
        """What general lines may still cost; None: no limit."""
        return None if self.limit_fen is None else max(0, self.limit_fen - self.general_fen)

    @property
    def overdrawn_fen(self) -> int:
        """已挤占预留: how far ordinary purchases have eaten into the reserve (rule 99)."""
        return 0 if self.limit_fen is None else max(0, self.general_fen - self.limit_fen)

    def raised_to(self, total_fen: int) -> "Envelope":
        """The envelope under an upward amendment: the reserve grows with the total and never falls."""
        reserve = max(self.reserve_fen, ceil_share(total_fen, self.min_bp))
        return replace(self, total_fen=total_fen, reserve_fen=reserve)

    def releasing_total(self, line_upper_fen: int) -> int | None:
        """The smallest total T' under which a general line passes that does not pass now (rule 97b).

        T' − ceil(T'·bp/10000) ≥ G needs T' ≥ ceil(10000·G / (10000 − bp)); a reserve filed above the minimum stays, so
        T' ≥ G + R as well. None: no total helps, as everything is reserved.
        """
        if self.min_bp >= WHOLE_BP:
            return None
        general = self.general_fen + line_upper_fen
        by_minimum = -(-general * WHOLE_BP // (WHOLE_BP - self.min_bp))
        return max(by_minimum, general + self.reserve_fen)


def eating(envelope: Envelope, lines: Iterable[tuple[int, bool]]) -> list[int]:
    """Positions of the plan lines (upper fen, eligible) that eat the reserve when the plan is booked as a whole.

    Eligible lines are booked first, in favour of the unit: they make room for general lines of the same plan. A line
    that eats does not use up room, so a smaller one after it may still pass.
    """
    numbered = list(enumerate(lines))
    for _, (upper_fen, eligible) in numbered:
        if eligible:
            envelope = envelope.with_line(upper_fen, eligible=True)
    stopped = []
    for position, (upper_fen, eligible) in numbered:
        if eligible:
            continue
        if envelope.passes(upper_fen, eligible=False):
            envelope = envelope.with_line(upper_fen, eligible=False)
        else:
            stopped.append(position)
    return stopped


def emergency_allows(line_upper_fen: int, daily_need_fen: int) -> bool:
    """应急放行 covers at most seven days' need (rule 97c). The head's reason and finance's list are the service's."""
    return line_upper_fen <= daily_need_fen * _EMERGENCY_DAYS
