"""What of a line goes back: a share of what was paid for it, half up, the last part taking the rest (rule 85)."""

from dataclasses import dataclass

from core.errors import Refused
from core.money import half_up


@dataclass(frozen=True)
class Paid:
    """One line's money, fen: paid after all discounts, given back or asked for so far; and its packs likewise."""

    paid_fen: int
    packs: int
    back_fen: int = 0
    back_packs: int = 0

    @property
    def left_fen(self) -> int:
        """What can still go back."""
        return self.paid_fen - self.back_fen

    @property
    def left_packs(self) -> int:
        """Packs that nobody gave back yet."""
        return self.packs - self.back_packs

    def share_fen(self, packs: int) -> int:
        """For so many packs: their share of the paid amount, half up, at most what is left; the last takes the rest.

        Raises: Refused "after-sale-packs" (most), "nothing-left".
        """
        if not 1 <= packs <= self.left_packs:
            raise Refused("after-sale-packs", most=self.left_packs)
        share = self.left_fen if packs == self.left_packs else half_up(self.paid_fen * packs, self.packs)
        share = min(share, self.left_fen)
        if share <= 0:
            raise Refused("nothing-left")
        return share


def asked_fen(paid: Paid, packs: int, wanted_fen: int | None) -> int:
    """What is asked for: the packs' whole share, or a smaller sum that the buyer names.

    Raises: as `Paid.share_fen`; Refused "after-sale-amount" (most_fen).
    """
    most_fen = paid.share_fen(packs)
    if wanted_fen is None:
        return most_fen
    if not 0 < wanted_fen <= most_fen:
        raise Refused("after-sale-amount", most_fen=most_fen)
    return wanted_fen
