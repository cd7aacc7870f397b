"""From one cart to its orders: goods, discounts, freight and sums, exact to the fen.

One order per supplier and day of sending: pre-sold goods go apart. What is shared is shared by largest remainder: a
coupon over the lines that it is good for, a supplier's one freight over his orders by weight.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from catalog.rules.freight import FREE, Tariff
from catalog.rules.pricing import Tier
from core.errors import Refused
from core.money import MAX_FEN, split
from market.rules.promotion import PromotionKind, Room, Terms, coupon_value, floor_fen, share, shelf_cut

MAX_PACKS = 9_999
Freight = Tariff


@dataclass(frozen=True)
class Cut:
    """What one promotion takes off one line."""

    promotion_id: int
    fen: int
    approval_id: int | None = None
    is_coupon: bool = False


@dataclass(frozen=True)
class CartItem:
    """Packs of an offer at the price that is charged now; the server's, never the browser's. `pack_g`: shipped."""

    supplier_id: int
    offer_id: int
    packs: int
    pack_price_fen: int
    min_packs: int = 1
    pack_g: int = 0
    ships_from: date | None = None
    cuts: tuple[Cut, ...] = ()

    @property
    def amount_fen(self) -> int:
        """Packs × pack price: the line's shelf amount."""
        return self.packs * self.pack_price_fen

    @property
    def discount_fen(self) -> int:
        """All that is taken off."""
        return sum(cut.fen for cut in self.cuts)

    @property
    def paid_fen(self) -> int:
        """What is paid for the goods of the line."""
        return self.amount_fen - self.discount_fen

    @property
    def shelf_paid_fen(self) -> int:
        """What would be paid without a coupon: thresholds of freight and coupons are measured on it."""
        return self.amount_fen - sum(cut.fen for cut in self.cuts if not cut.is_coupon)

    @property
    def weight_g(self) -> int:
        """What the carrier weighs."""
        return self.packs * self.pack_g


@dataclass(frozen=True)
class SupplierPart:
    """What becomes one order: one supplier, one day of sending, one freight, one payment."""

    supplier_id: int
    items: tuple[CartItem, ...]
    freight_fen: int
    ships_from: date | None = None

    @property
    def goods_fen(self) -> int:
        """Sum of the lines' shelf amounts."""
        return sum(item.amount_fen for item in self.items)

    @property
    def discount_fen(self) -> int:
        """Sum of what is taken off the lines."""
        return sum(item.discount_fen for item in self.items)

    @property
    def total_fen(self) -> int:
        """What is paid: goods less discounts, and freight."""
        return self.goods_fen - self.discount_fen + self.freight_fen

    def landed_fen(self) -> dict[int, int]:
        """{offer: fen} what each line costs at the door: paid, and its share of the freight."""
        shares = split(self.freight_fen, _weights(self.items))
        return {item.offer_id: item.paid_fen + fen for item, fen in zip(self.items, shares, strict=True)}


def discounted(items: Iterable[CartItem], promotions: Sequence[Terms]) -> list[CartItem]:
    """Each line with its best shelf discount (the larger, then the older), as far as its budget still goes."""
    left = {one.id: one.left_fen for one in promotions if one.left_fen is not None}
    out = []
    for item in items:
        cut = _best_shelf(item, promotions, left)
        if cut is not None and cut.promotion_id in left:
            left[cut.promotion_id] = (left[cut.promotion_id] or 0) - cut.fen
        out.append(replace(item, cuts=(cut,)) if cut else item)
    return out


def _best_shelf(item: CartItem, promotions: Sequence[Terms], left: Mapping[int, int | None]) -> Cut | None:
    best: Cut | None = None
    for one in sorted(promotions, key=lambda terms: terms.id):
        if one.kind is not PromotionKind.SHELF or not one.covers(item.supplier_id, item.offer_id):
            continue
        fen = shelf_cut(one, item.packs, item.pack_price_fen)
        room = left.get(one.id)
        if fen > (best.fen if best else 0) and (room is None or fen <= room):
            best = Cut(one.id, fen, one.approval_id)
    return best


def with_coupon(items: Sequence[CartItem], coupon: Terms | None) -> list[CartItem]:
    """The coupon shared over the lines that it is good for, each kept above its floor."""
    if coupon is None:
        return list(items)
    meant = [i for i, item in enumerate(items) if coupon.covers(item.supplier_id, item.offer_id)]
    rooms = [_room(items[i], coupon) for i in meant]
    value = coupon_value(coupon, sum(one.paid_fen for one in rooms))
    if coupon.left_fen is not None and value > coupon.left_fen:
        return list(items)
    parts = dict(zip(meant, share(value, rooms), strict=True))
    return [_cut(item, coupon, parts.get(i, 0)) for i, item in enumerate(items)]


def _room(item: CartItem, coupon: Terms) -> Room:
    # Another promotion's approval does not let this coupon go deeper.
    least = floor_fen(item.amount_fen, is_approved=coupon.approval_id is not None)
    return Room(item.paid_fen, max(0, item.paid_fen - least))


def _cut(item: CartItem, coupon: Terms, fen: int) -> CartItem:
    if not fen:
        return item
    return replace(item, cuts=(*item.cuts, Cut(coupon.id, fen, coupon.approval_id, is_coupon=True)))


def coupon_fen(items: Iterable[CartItem]) -> int:
    """What a coupon took off altogether."""
    return sum(cut.fen for item in items for cut in item.cuts if cut.is_coupon)


def split_by_supplier(items: Iterable[CartItem], freights: Mapping[int, Tariff]) -> list[SupplierPart]:
    """One part per supplier and day of sending, suppliers in the order of first appearance, what is sent at once first.
    A supplier without a freight rule sends free.

    Raises: Refused "cart-empty", "cart-packs" (outside 1–9999 or below the offer's minimum), "cart-price",
    "cart-offer-twice", "cart-too-large".
    """
    by_supplier: dict[int, list[CartItem]] = {}
    for item in check_items(items):
        by_supplier.setdefault(item.supplier_id, []).append(item)
    parts = [
        part
        for supplier_id, own in by_supplier.items()
        for part in _by_day(supplier_id, own, freights.get(supplier_id, FREE))
    ]
    if total_fen(parts) > MAX_FEN:
        raise Refused("cart-too-large")
    return parts


def _by_day(supplier_id: int, items: list[CartItem], tariff: Tariff) -> list[SupplierPart]:
    freight = tariff.of(sum(i.shelf_paid_fen for i in items), sum(i.weight_g for i in items))
    days = sorted({item.ships_from for item in items}, key=lambda day: day or date.min)
    groups = [tuple(item for item in items if item.ships_from == day) for day in days]
    whole = [item for group in groups for item in group]
    weights = dict(zip((item.offer_id for item in whole), _weights(whole), strict=True))
    shares = split(freight, [sum(weights[item.offer_id] for item in group) for group in groups])
    return [SupplierPart(supplier_id, group, fen, day) for day, group, fen in zip(days, groups, shares, strict=True)]


def _weights(items: Sequence[CartItem]) -> list[int]:
    """What freight is shared by: weights, or amounts where one of them is not known."""
    weights = [item.weight_g for item in items]
    return weights if all(weights) else [item.amount_fen for item in items]


def total_fen(parts: Iterable[SupplierPart]) -> int:
    """What the receipt over all orders says."""
    return sum(part.total_fen for part in parts)


def check_items(items: Iterable[CartItem]) -> list[CartItem]:
    """The items, if they can be bought. Raises: Refused as `split_by_supplier`, but for "cart-too-large"."""
    listed, seen = list(items), set[int]()
    for item in listed:
        _check(item, seen)
    if not listed:
        raise Refused("cart-empty")
    return listed


def _check(item: CartItem, seen: set[int]) -> None:
    if not max(1, item.min_packs) <= item.packs <= MAX_PACKS:
        raise Refused("cart-packs", offer_id=item.offer_id, packs=item.packs, min_packs=item.min_packs)
    if item.pack_price_fen <= 0:
        raise Refused("cart-price", offer_id=item.offer_id)
    if item.offer_id in seen:
        raise Refused("cart-offer-twice", offer_id=item.offer_id)
    seen.add(item.offer_id)


@dataclass(frozen=True)
class NextTier:
    """So many packs more, and each pack costs so much less."""

    more_packs: int
    saves_fen: int


def next_tier(tiers: Sequence[Tier], packs: int, price_fen: int) -> NextTier | None:
    """The tier that is not reached yet; None at the top."""
    above = [one for one in tiers if one.from_packs > packs and one.pack_price_fen < price_fen]
    if not above:
        return None
    first = min(above, key=lambda one: one.from_packs)
    return NextTier(first.from_packs - packs, price_fen - first.pack_price_fen)


@dataclass(frozen=True)
class Seen:
    """What the page showed for one line: packs, pack price, what would be paid for it."""

    offer_id: int
    packs: int
    price_fen: int
    paid_fen: int


@dataclass(frozen=True)
class Change:
    """One thing that is not as the page showed it. `code`: gone, short, price, discount, freight; fen or packs."""

    code: str
    subject_id: int
    was: int
    now: int


def changes(seen: Iterable[Seen], now: Mapping[int, tuple[int, int, int]]) -> list[Change]:
    """Line by line what changed. `now`: {offer: (free packs, pack price, paid fen)}, without offers that are gone."""
    out = []
    for one in seen:
        if one.offer_id not in now:
            out.append(Change("gone", one.offer_id, one.packs, 0))
            continue
        free, price_fen, paid_fen = now[one.offer_id]
        if free < one.packs:
            out.append(Change("short", one.offer_id, one.packs, max(0, free)))
        if price_fen != one.price_fen:
            out.append(Change("price", one.offer_id, one.price_fen, price_fen))
        elif paid_fen != one.paid_fen:
            out.append(Change("discount", one.offer_id, one.paid_fen, paid_fen))
    return out
