"""From one cart to one order per supplier: goods, freight and sums, exact to the fen."""

from collections.abc import Iterable
from dataclasses import dataclass

from core.errors import Refused
from core.money import MAX_FEN

MAX_PACKS = 9_999


@dataclass(frozen=True)
class CartItem:
    """Packs of an offer at the price that is charged now; the server's, never the browser's."""

    supplier_id: int
    offer_id: int
    packs: int
    pack_price_fen: int
    min_packs: int = 1

    @property
    def amount_fen(self) -> int:
        """Packs × pack price."""
        return self.packs * self.pack_price_fen


@dataclass(frozen=True)
class Freight:
    """A supplier's freight for residents: a base amount, none from a sum of goods on (None: always)."""

    base_fen: int
    free_from_fen: int | None = None

    def of(self, goods_fen: int) -> int:
        """The freight of one order."""
        is_free = self.free_from_fen is not None and goods_fen >= self.free_from_fen
        return 0 if is_free else self.base_fen


@dataclass(frozen=True)
class SupplierPart:
    """What becomes one order: one supplier, one freight, one payment."""

    supplier_id: int
    items: tuple[CartItem, ...]
    freight_fen: int

    @property
    def goods_fen(self) -> int:
        """Sum of the lines."""
        return sum(item.amount_fen for item in self.items)

    @property
    def total_fen(self) -> int:
        """Goods and freight."""
        return self.goods_fen + self.freight_fen


def split_by_supplier(items: Iterable[CartItem], freights: dict[int, Freight]) -> list[SupplierPart]:
    """One part per supplier, in the order of first appearance; a supplier without a freight rule sends free.

    Raises: Refused "cart-empty", "cart-packs" (outside 1–9999 or below the offer's minimum), "cart-price",
    "cart-offer-twice", "cart-too-large".
    """
    by_supplier: dict[int, list[CartItem]] = {}
    seen: set[int] = set()
    for item in items:
        _check(item, seen)
        by_supplier.setdefault(item.supplier_id, []).append(item)
    if not by_supplier:
        raise Refused("cart-empty")
    parts = [
        SupplierPart(supplier_id, tuple(own), _freight(supplier_id, own, freights))
        for supplier_id, own in by_supplier.items()
    ]
    if total_fen(parts) > MAX_FEN:
        raise Refused("cart-too-large")
    return parts


def total_fen(parts: Iterable[SupplierPart]) -> int:
    """What the receipt over all orders says."""
    return sum(part.total_fen for part in parts)


def _check(item: CartItem, seen: set[int]) -> None:
    if not max(1, item.min_packs) <= item.packs <= MAX_PACKS:
        raise Refused("cart-packs", offer_id=item.offer_id, packs=item.packs, min_packs=item.min_packs)
    if item.pack_price_fen <= 0:
        raise Refused("cart-price", offer_id=item.offer_id)
    if item.offer_id in seen:
        raise Refused("cart-offer-twice", offer_id=item.offer_id)
    seen.add(item.offer_id)


def _freight(supplier_id: int, items: list[CartItem], freights: dict[int, Freight]) -> int:
    goods_fen = sum(item.amount_fen for item in items)
    return freights.get(supplier_id, Freight(0)).of(goods_fen)
