"""What of an accepted line is to be paid, and which line confirmed money lands on (rule 25)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from catalog.rules.offer import SaleMode
from core.money import half_up
from core.quantity import line_amount


class DeductionKind(StrEnum):
    """Why accepted money is not payable."""

    DISPUTE = "dispute"
    CREDIT_NOTE = "credit_note"


def accepted_amount(
    qty: int, *, sale_mode: SaleMode, price_fen_x100: int, basis_qty: int, pack_qty: int, pack_price_fen: int
) -> int:
    """Fen for an accepted quantity (base units), half up once: by its weight, or by the pack's own price (rule 54)."""
    if sale_mode is SaleMode.BY_PACK:
        return half_up(qty * pack_price_fen, pack_qty)
    return line_amount(qty, price_fen_x100, basis_qty)


@dataclass(frozen=True)
class Payable:
    """One acceptance line as money sees it, fen: accepted, deducted (open dispute and credit notes), paid before."""

    acceptance_line_id: int
    accepted_on: date
    accepted_fen: int
    deducted_fen: int = 0
    allocated_fen: int = 0

    @property
    def payable_fen(self) -> int:
        """Accepted value − open dispute − credit notes."""
        return max(0, self.accepted_fen - self.deducted_fen)

    @property
    def open_fen(self) -> int:
        """What is still to be paid; never negative, however a later credit note falls."""
        return max(0, self.payable_fen - self.allocated_fen)

    @property
    def counted_fen(self) -> int:
        """A line counts min(payable, allocated)."""
        return min(self.payable_fen, self.allocated_fen)


@dataclass(frozen=True)
class Share:
    """Fen of one confirmed payment on one acceptance line."""

    acceptance_line_id: int
    amount_fen: int


def allocate(amount_fen: int, lines: Sequence[Payable]) -> tuple[list[Share], int]:
    """Confirmed money onto lines, oldest acceptance first, each up to what is open. → (shares, what is left over).

    What is left over is an overpayment: nobody books it (rule 51).
    """
    left, shares = amount_fen, []
    for line in sorted(lines, key=lambda one: (one.accepted_on, one.acceptance_line_id)):
        part = min(left, line.open_fen)
        if part > 0:
            shares.append(Share(line.acceptance_line_id, part))
            left -= part
    return shares, left
