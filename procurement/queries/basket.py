"""一键补足: eligible goods that bring the share back, the cheapest premium first; each says why (rule 97a)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from catalog.queries import offers
from catalog.queries.offers import SellableOffer
from core.money import WHOLE_BP
from procurement.models.plan import PlanLine
from procurement.rules.plan import LineChannel

MOST = 8
_SPREAD = 3  # at most a third of what is missing in one goods, so that the kitchen can use it up


@dataclass(frozen=True)
class Suggestion:
    """Packs of an eligible offer. `premium_bp`: above the plan's own price of the category, or the cheapest offer's.

    `replaces`: the general goods of the plan that it could stand for.
    """

    offer: SellableOffer
    packs: int
    amount_fen: int
    premium_bp: int
    replaces: str = ""


def eligible(kind: str) -> list[SellableOffer]:
    """Offers that count today, are there in the least quantity, and are allowed for the kind. Four statements."""
    return [
        offer
        for offer in offers.sellable_list(for_units=True, eligible_only=True, limit=1000)
        if offer.free_packs >= offer.min_packs and not offer.barred_for(kind) and offer.presale_from is None
    ]


def suggest(
    missing_fen: int, lines: Sequence[PlanLine], *, among: Sequence[SellableOffer], headline: str, most: int = MOST
) -> list[Suggestion]:
    """Goods for `missing_fen` among the eligible offers that are not in the plan yet.

    First what could stand for a general line of the plan, then the cheapest against its own category.
    """
    if missing_fen <= 0:
        return []
    planned = {line.offer_id for line in lines}
    general = {
        line.category_id: line for line in lines if not line.eligibility.get(headline, {"bp": 0})["bp"]
    }  # the last of a category speaks for it
    found = [offer for offer in among if offer.offer_id not in planned]
    cheapest = cheapest_of(found)
    ranked = sorted(found, key=lambda o: (o.category_id not in general, _premium(o, general, cheapest), o.offer_id))
    return _fill(missing_fen, ranked, general, cheapest, most)


def _fill(
    missing_fen: int,
    ranked: Sequence[SellableOffer],
    general: Mapping[int, PlanLine],
    cheapest: Mapping[int, SellableOffer],
    most: int,
) -> list[Suggestion]:
    chosen: list[Suggestion] = []
    used: set[int] = set()
    left = missing_fen
    for offer in ranked:
        if left <= 0 or len(chosen) == most:
            break
        if offer.category_id in used:
            continue
        packs = _packs(offer, min(left, max(missing_fen // _SPREAD, offer.pack_price_fen)), general)
        amount = packs * offer.pack_price_fen
        other = general.get(offer.category_id)
        chosen.append(
            Suggestion(offer, packs, amount, _premium(offer, general, cheapest), other.goods if other else "")
        )
        used.add(offer.category_id)
        left -= amount
    return chosen


def _packs(offer: SellableOffer, for_fen: int, general: Mapping[int, PlanLine]) -> int:
    other = general.get(offer.category_id)
    wanted = -(-for_fen // offer.pack_price_fen)
    if other is not None and other.base_unit is offer.base_unit:
        wanted = min(wanted, -(-other.qty // offer.pack_qty))
    return max(offer.min_packs, min(wanted, offer.free_packs))


def _premium(offer: SellableOffer, general: Mapping[int, PlanLine], cheapest: Mapping[int, SellableOffer]) -> int:
    """Basis points above (negative: below) the price it is compared with, truncated."""
    other = general.get(offer.category_id)
    if other is not None and other.channel is LineChannel.ORDINARY and other.base_unit is offer.base_unit:
        return _above(offer, other.price_fen_x100, other.basis_qty)
    best = cheapest[offer.category_id]
    return _above(offer, best.price_fen_x100, best.basis_qty)


def _above(offer: SellableOffer, price_fen_x100: int, basis_qty: int) -> int:
    mine, theirs = offer.price_fen_x100 * basis_qty, price_fen_x100 * offer.basis_qty
    return (mine - theirs) * WHOLE_BP // theirs


def cheapest_of(found: Sequence[SellableOffer]) -> dict[int, SellableOffer]:
    """The offer with the lowest price per base unit, by category."""
    best: dict[int, SellableOffer] = {}
    for offer in found:
        known = best.get(offer.category_id)
        if known is None or offer.price_fen_x100 * known.basis_qty < known.price_fen_x100 * offer.basis_qty:
            best[offer.category_id] = offer
    return best
