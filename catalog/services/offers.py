"""Packs of a product: what they cost stands in versions, how much is there in stock moves."""

from dataclasses import dataclass

import sqlalchemy as sa

from catalog.models.offer import Offer, OfferStock, OfferVersion
from catalog.models.product import Product
from catalog.queries import prices
from catalog.rules.offer import OfferAudience, SaleMode
from catalog.rules.pricing import DEFAULT_TOL_BP, Price, check_terms, jumps
from catalog.services import products, search_index, stock
from core import clock, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Missing, Refused
from core.quantity import BaseUnit
from core.trail.models import Stream

MOST_PACKS = 12


@dataclass(frozen=True)
class Terms:
    """What a buyer agrees to. `tol_bp` None: the default of the sale mode."""

    price: Price
    tol_bp: int | None = None
    min_packs: int = 1
    tax_mode: str = "exempt"


@dataclass(frozen=True)
class PackDraft:
    """A new pack: what is in it (base units), how it is sold and to whom."""

    pack_name: str
    pack_qty: int
    base_unit: BaseUnit
    sale_mode: SaleMode
    audience: OfferAudience
    terms: Terms


def add_pack(product_id: int, draft: PackDraft, *, by: Actor, packs_on_hand: int = 0) -> Offer:
    """A pack of one's product, on sale as soon as the product is.

    Raises: Refused "pack-kinds-too-many", "pack-empty", and those of `pricing`; Missing for another's product.
    """
    product = products.own(product_id, by=by)
    count = db.session.scalar(sa.select(sa.func.count(Offer.id)).where(Offer.product_id == product.id, Offer.is_active))
    if (count or 0) >= MOST_PACKS:
        raise Refused("pack-kinds-too-many", most=MOST_PACKS)
    if draft.pack_qty <= 0:
        raise Refused("pack-empty")
    offer = Offer(
        product_id=product.id,
        pack_name=draft.pack_name,
        sale_mode=draft.sale_mode,
        base_unit=draft.base_unit,
        pack_qty=draft.pack_qty,
        audience=draft.audience,
        created_at=clock.now(),
    )
    db.session.add(offer)
    db.session.flush()
    version = _new_version(offer, draft.terms, 1, "", by)
    stock.open_stock(offer.id)
    if packs_on_hand > 0:
        stock.receive([(offer.id, packs_on_hand * offer.pack_qty)], source="opening", source_id=offer.id)
    search_index.mark([product.id])
    _record("pack-added", offer, product, by, price_fen=version.pack_price_fen, pack=offer.pack_name)
    return offer


def change_terms(offer_id: int, terms: Terms, *, by: Actor, reason: str = "") -> OfferVersion:
    """New price and terms from now on; orders placed keep theirs.

    A price that moves more than 20 % against any of the last 7 days needs a reason, and a listed product goes back to
    the operator (rule 68). Raises: Refused "price-jump-needs-reason", those of `pricing`; Missing.
    """
    offer, product = _own(offer_id, by=by)
    newest = db.session.get_one(OfferVersion, offer.current_version_id)
    is_jump = jumps(prices.recent(offer, clock.now()), terms.price)
    if is_jump and not reason:
        raise Refused("price-jump-needs-reason")
    version = _new_version(offer, terms, newest.version_no + 1, reason, by)
    before = {"price_fen": newest.pack_price_fen, "tol_bp": newest.tol_bp}
    after = {"price_fen": version.pack_price_fen, "tol_bp": version.tol_bp}
    _record(
        "price-changed", offer, product, by, before=before, after=after, pack=offer.pack_name,
        from_fen=newest.pack_price_fen, to_fen=version.pack_price_fen,
    )  # fmt: skip
    if is_jump:
        products.recheck(product, reason, by=by)
    search_index.mark([product.id])
    return version


def stop_pack(offer_id: int, *, by: Actor) -> Offer:
    """Sell this pack no more; its orders go on. Raises: Missing."""
    offer, product = _own(offer_id, by=by)
    offer.is_active, offer.stopped_at = False, clock.now()
    db.session.flush()
    search_index.mark([product.id])
    _record("pack-stopped", offer, product, by, pack=offer.pack_name)
    return offer


def count_stock(offer_id: int, packs: int, *, by: Actor) -> int:
    """Say how many packs lie there, promised ones included. The change in base units.

    Raises: Refused "stock-promised" when fewer than are promised; Missing.
    """
    offer, product = _own(offer_id, by=by)
    locked = sa.select(OfferStock.on_hand).where(OfferStock.offer_id == offer.id).with_for_update()
    on_hand = db.session.execute(locked).scalar_one()
    change = packs * offer.pack_qty - on_hand
    # Each count is a cause of its own; the row is locked, so two of them cannot share a microsecond.
    stock.adjust(offer.id, change, source="count", source_id=int(clock.now().timestamp() * 1_000_000))
    _record("stock-counted", offer, product, by, packs=packs, pack=offer.pack_name)
    return change


def _new_version(offer: Offer, terms: Terms, number: int, reason: str, by: Actor) -> OfferVersion:
    tol_bp = terms.tol_bp
    if tol_bp is None:
        tol_bp = DEFAULT_TOL_BP if offer.sale_mode is SaleMode.BY_WEIGHT else 0
    check_terms(offer.sale_mode, tol_bp, terms.min_packs, terms.tax_mode)
    version = OfferVersion(
        offer_id=offer.id,
        version_no=number,
        price_fen_x100=terms.price.fen_x100,
        basis_qty=terms.price.basis_qty,
        pack_price_fen=terms.price.of_pack(offer.pack_qty),
        tol_bp=tol_bp,
        min_packs=terms.min_packs,
        tax_mode=terms.tax_mode,
        author_id=by.person_id,
        reason=reason,
        created_at=clock.now(),
    )
    db.session.add(version)
    db.session.flush()
    offer.current_version_id = version.id
    db.session.flush()
    return version


def _own(offer_id: int, *, by: Actor) -> tuple[Offer, Product]:
    offer = db.session.get(Offer, offer_id)
    if offer is None:
        raise Missing("no-such-offer")
    return offer, products.own(offer.product_id, by=by)


def _record(action: str, offer: Offer, product: Product, by: Actor, **facts: object) -> None:
    trail.record(
        Stream.CATALOGUE,
        action,
        "offer",
        offer.id,
        by=by,
        right=Right.SELL,
        name=product.name,
        **facts,  # type: ignore[arg-type]
    )
