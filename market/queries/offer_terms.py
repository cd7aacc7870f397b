"""An offer as the rules of an order line take it."""

from catalog.queries.offers import SellableOffer
from market.rules.lines import Terms


def terms_of(offer: SellableOffer) -> Terms:
    """The price and pack of an offer as it is sold."""
    return Terms(
        sale_mode=offer.sale_mode,
        pack_qty=offer.pack_qty,
        min_packs=offer.min_packs,
        price_fen_x100=offer.price_fen_x100,
        basis_qty=offer.basis_qty,
        pack_price_fen=offer.pack_price_fen,
        tol_bp=offer.tol_bp,
        tiers=offer.tiers,
    )
