"""A whole plan at the gate of one scheme: which lines eat the reserve, and what would let them pass (rules 96, 97)."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.money import WHOLE_BP
from procurement.rules.envelope import Envelope, eating
from procurement.rules.gate import Gate, Passage, passage


@dataclass(frozen=True)
class GateLine:
    """A plan line at its upper tolerance; `bp`: the share of it that counts by today's rule."""

    line_id: int
    upper_fen: int
    bp: int

    @property
    def eligible_fen(self) -> int:
        """The part that counts, floor to fen."""
        return self.upper_fen * self.bp // WHOLE_BP

    @property
    def general_fen(self) -> int:
        """The part that does not."""
        return self.upper_fen - self.eligible_fen


@dataclass(frozen=True)
class AtGate:
    """What a plan meets under one scheme. Money in fen.

    `eating_ids`: lines that eat the reserve; `eating_fen`: their general part; `over_fen`: how far the reserve would be
    eaten; `raise_to_fen`: the smallest declared total under which all pass (None: none helps); `basket_fen`: eligible
    goods that would bring the share there instead (None: none helps).
    """

    level: Gate
    eating_ids: tuple[int, ...] = ()
    eating_fen: int = 0
    over_fen: int = 0
    raise_to_fen: int | None = None
    basket_fen: int | None = None

    @property
    def passage(self) -> Passage:
        """What the eating lines meet; free without any."""
        return passage(self.level, eats_reserve=bool(self.eating_ids))


def meet(envelope: Envelope, lines: Sequence[GateLine], level: Gate) -> AtGate:
    """Book the plan's eligible parts first, then its general parts; see `envelope.eating`."""
    parts = [(line.line_id, line.eligible_fen, True) for line in lines if line.eligible_fen]
    parts += [(line.line_id, line.general_fen, False) for line in lines if line.general_fen]
    stopped = set(eating(envelope, [(fen, eligible) for _, fen, eligible in parts]))
    if not stopped:
        return AtGate(level)
    for number, (_, fen, eligible) in enumerate(parts):
        if number not in stopped:
            envelope = envelope.with_line(fen, eligible)
    eating_fen = sum(parts[number][1] for number in stopped)
    whole = envelope.with_line(eating_fen, eligible=False)
    return AtGate(
        level=level,
        eating_ids=tuple(parts[number][0] for number in sorted(stopped)),
        eating_fen=eating_fen,
        over_fen=min(eating_fen, whole.overdrawn_fen),
        raise_to_fen=envelope.releasing_total(eating_fen),
        basket_fen=missing_eligible(whole),
    )


def missing_eligible(envelope: Envelope) -> int | None:
    """The least eligible goods that bring the share there with G as it is; None when everything is reserved."""
    if envelope.min_bp >= WHOLE_BP:
        return None
    short = envelope.min_bp * (envelope.general_fen + envelope.eligible_fen) - WHOLE_BP * envelope.eligible_fen
    return max(0, -(-short // (WHOLE_BP - envelope.min_bp)))
