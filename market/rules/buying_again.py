"""再来一单: what has become of an old order's lines, told before they are bought again."""

from dataclasses import dataclass
from enum import StrEnum


class Fate(StrEnum):
    """What became of a line."""

    SAME = "same"
    DEARER = "dearer"
    CHEAPER = "cheaper"
    FEWER = "fewer"  # not as many are left
    MORE = "more"  # the least that may be ordered has risen
    GONE = "gone"


@dataclass(frozen=True)
class Again:
    """One line of the old order. Prices of one pack in fen; `packs` is what can be bought now (0: gone)."""

    name: str
    pack_name: str
    was_packs: int
    was_fen: int
    packs: int
    now_fen: int

    @property
    def fates(self) -> tuple[Fate, ...]:
        """What is to be told; more than one where both price and number differ."""
        if self.packs < 1:
            return (Fate.GONE,)
        found = []
        if self.now_fen != self.was_fen:
            found.append(Fate.DEARER if self.now_fen > self.was_fen else Fate.CHEAPER)
        if self.packs != self.was_packs:
            found.append(Fate.FEWER if self.packs < self.was_packs else Fate.MORE)
        return tuple(found) or (Fate.SAME,)


def packs_now(wanted: int, *, least: int, free: int, most: int) -> int:
    """How many packs of a line can be bought now: as many as then, within the least, the stock and the most; else 0."""
    packs = min(max(wanted, least), free, most)
    return packs if packs >= max(1, least) else 0
