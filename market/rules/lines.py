"""What a line of a unit's order comes to: nominal, and at most within the tolerance of its offer (rules 2, 54)."""

from dataclasses import dataclass

from catalog.rules.offer import SaleMode
from catalog.rules.pricing import Tier, tier_for
from core.errors import Refused
from core.quantity import line_amount, upper_qty
from market.rules.checkout import MAX_PACKS


@dataclass(frozen=True)
class Priced:
    """Quantities in base units, amounts in fen. What is sold by the pack has no tolerance."""

    qty: int
    upper_qty: int
    amount_fen: int
    upper_fen: int


@dataclass(frozen=True)
class Terms:
    """An offer's price, tiers and pack as they stand today."""

    sale_mode: SaleMode
    pack_qty: int
    min_packs: int
    price_fen_x100: int
    basis_qty: int
    pack_price_fen: int
    tol_bp: int
    tiers: tuple[Tier, ...] = ()

    def of(self, packs: int) -> Priced:
        """The line for so many packs.

        Raises: Refused "packs-too-few" (below the offer's minimum), "packs-too-many" (above 9,999).
        """
        if packs < self.min_packs:
            raise Refused("packs-too-few", least=self.min_packs)
        if packs > MAX_PACKS:
            raise Refused("packs-too-many", most=MAX_PACKS)
        qty = packs * self.pack_qty
        tier = tier_for(self.tiers, packs, Tier(1, self.price_fen_x100, self.pack_price_fen))
        if self.sale_mode is SaleMode.BY_PACK:
            return Priced(qty, qty, packs * tier.pack_price_fen, packs * tier.pack_price_fen)
        most = upper_qty(qty, self.tol_bp)
        amounts = [line_amount(n, tier.price_fen_x100, self.basis_qty) for n in (qty, most)]
        return Priced(qty, most, *amounts)
