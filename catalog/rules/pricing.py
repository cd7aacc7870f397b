"""What a pack costs out of its price per basis, and when a price jumps (rule 68)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from catalog.rules.offer import SaleMode
from core.errors import Refused
from core.quantity import line_amount

JUMP_BP = 2_000
"""More than this against any price of the last `JUMP_DAYS` needs a reason and another look."""
JUMP_DAYS = timedelta(days=7)
DEFAULT_TOL_BP, MOST_TOL_BP = 200, 1_000
TAX_MODES = ("exempt", "vat9", "vat13", "vat1", "vat3")


@dataclass(frozen=True)
class Price:
    """1/100 fen per `basis_qty` base units: 2.60 yuan per 斤 is 26000 per 500."""

    fen_x100: int
    basis_qty: int

    def of_pack(self, pack_qty: int) -> int:
        """Fen of one pack, half up. Raises: Refused "price-too-small" when that is nothing."""
        fen = line_amount(pack_qty, self.fen_x100, self.basis_qty)
        if fen <= 0:
            raise Refused("price-too-small")
        return fen


def moves_more(old: Price, new: Price, bp: int) -> bool:
    """Whether the price differs by more than `bp` of the old one, up or down; integers only."""
    was, will = old.fen_x100 * new.basis_qty, new.fen_x100 * old.basis_qty
    return abs(will - was) * 10_000 > was * bp


def jumps(recent: Iterable[Price], new: Price) -> bool:
    """Whether the new price jumps against any that was in force within the last seven days."""
    return any(moves_more(old, new, JUMP_BP) for old in recent)


def check_terms(sale_mode: SaleMode, tol_bp: int, min_packs: int, tax_mode: str) -> None:
    """Only weighed goods have a tolerance. Raises: Refused "tolerance-too-wide", "tolerance-of-pack",
    "tax-mode-unknown", "minimum-too-small".
    """
    if not 0 <= tol_bp <= MOST_TOL_BP:
        raise Refused("tolerance-too-wide", most_bp=MOST_TOL_BP)
    if sale_mode is SaleMode.BY_PACK and tol_bp:
        raise Refused("tolerance-of-pack")
    if tax_mode not in TAX_MODES:
        raise Refused("tax-mode-unknown", mode=tax_mode[:12])
    if min_packs < 1:
        raise Refused("minimum-too-small")
