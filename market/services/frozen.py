"""An order line as it is frozen: the offer's words and prices as they stood when it was placed."""

from catalog.queries.offers import SellableOffer
from catalog.rules.returns import TICK_TEXT, is_ticked


def line(
    order_id: int,
    position: int,
    offer: SellableOffer,
    packs: int,
    *,
    amount_fen: int,
    upper_qty: int | None = None,
    upper_fen: int | None = None,
    plan_line_id: int | None = None,
    no_return_ticked: bool = False,
) -> dict[str, object]:
    """The row of `OrderLine`, at the tier that its packs reach.

    Without upper bounds the line is exactly its packs (a resident's).
    """
    qty = packs * offer.pack_qty
    return {
        "order_id": order_id,
        "position": position,
        "offer_version_id": offer.offer_version_id,
        "offer_id": offer.offer_id,
        "product_id": offer.product_id,
        "category_id": offer.category_id,
        "product_name": offer.product_name,
        "pack_name": offer.pack_name,
        "sale_mode": offer.sale_mode,
        "base_unit": offer.base_unit,
        "pack_qty": offer.pack_qty,
        "packs": packs,
        "qty": qty,
        "upper_qty": qty if upper_qty is None else upper_qty,
        "price_fen_x100": offer.price_fen_x100_for(packs),
        "basis_qty": offer.basis_qty,
        "pack_price_fen": offer.pack_price_fen_for(packs),
        "amount_fen": amount_fen,
        "upper_fen": amount_fen if upper_fen is None else upper_fen,
        "origin_code": offer.origin_code,
        "certificate": offer.certificate[:120],
        "ships_from": offer.presale_from,
        "plan_line_id": plan_line_id,
        "return_policy": offer.return_policy,
        "no_return_ticked": is_ticked(offer.return_policy, ticked=no_return_ticked),
        "no_return_text": TICK_TEXT if is_ticked(offer.return_policy, ticked=no_return_ticked) else None,
    }
