"""Packs of a product: what they cost stands in versions, how much is there in stock moves."""

from dataclasses import dataclass, replace

import sqlalchemy as sa

from catalog.models.offer import Offer, OfferStock, OfferVersion
from catalog.models.product import Product
from catalog.models.revision import PriceChange
from catalog.queries import prices
from catalog.queries.certificates import badges_of
from catalog.rules.certificates import CertificateKind
from catalog.rules.listing import ProductState
from catalog.rules.offer import OfferAudience, SaleMode, StockMoveKind
from catalog.rules.pricing import Price, window_of
from catalog.services import price_changes, search_index, shelving, stock
from catalog.services import terms as terming
from catalog.services.terms import Terms
from core import clock, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Missing, Refused
from core.money import half_up
from core.quantity import BaseUnit
from core.trail.models import Stream

__all__ = ["PackDraft", "Terms", "add_pack", "change_price", "change_terms", "count_stock", "move_stock", "stop_pack"]
MOST_PACKS = 12
BY_HAND = {StockMoveKind.RECEIVE: 1, StockMoveKind.LOSS: -1, StockMoveKind.ISSUE: -1}
"""Moves that a clerk writes down, and whether they bring or take."""


@dataclass(frozen=True)
class PackDraft:
    """A new pack: what is in it (base units), how it is sold and to whom; `badge`: at the price of certified goods."""

    pack_name: str
    pack_qty: int
    base_unit: BaseUnit
    sale_mode: SaleMode
    audience: OfferAudience
    terms: Terms
    badge: CertificateKind | None = None


def add_pack(product_id: int, draft: PackDraft, *, by: Actor, packs_on_hand: int = 0) -> Offer:
    """A pack of one's product, on sale as soon as the product is.

    Raises: Refused "pack-kinds-too-many", "pack-empty", "badge-price-without-badge", "pack-jumps" (the same
    content at a price that jumps against the last week's), and those of `terms`; Missing for another's product.
    """
    product = shelving.own(product_id, by=by)
    count = db.session.scalar(sa.select(sa.func.count(Offer.id)).where(Offer.product_id == product.id, Offer.is_active))
    if (count or 0) >= MOST_PACKS:
        raise Refused("pack-kinds-too-many", most=MOST_PACKS)
    if draft.badge is not None and not badges_of([product.id], clock.today(), draft.badge):
        raise Refused("badge-price-without-badge", kind=draft.badge)
    offer = made(draft)
    offer.product_id = product.id
    window = window_of(prices.recent(offer, clock.now()))
    if product.state is ProductState.LISTED and window is not None and window.is_left_by(draft.terms.price):
        raise Refused("pack-jumps")
    db.session.add(offer)
    db.session.flush()
    version = terming.write(offer, draft.terms, 1, reason="", by=by)
    stock.open_stock(offer.id)
    if packs_on_hand > 0:
        stock.receive([(offer.id, packs_on_hand * offer.pack_qty)], source="opening", source_id=offer.id)
    search_index.mark([product.id])
    record_added(offer, product, version.pack_price_fen, by=by)
    return offer


def made(draft: PackDraft) -> Offer:
    """A pack that is not written yet, of no product yet. Raises: Refused "pack-empty"."""
    if draft.pack_qty <= 0:
        raise Refused("pack-empty")
    return Offer(
        pack_name=draft.pack_name,
        sale_mode=draft.sale_mode,
        base_unit=draft.base_unit,
        pack_qty=draft.pack_qty,
        audience=draft.audience,
        badge=draft.badge,
        created_at=clock.now(),
    )


def copy_packs(source_id: int, to_id: int, *, by: Actor) -> None:
    """The packs of one's product on another, at the same terms and without stock. Raises: Missing."""
    source = shelving.own(source_id, by=by)
    query = sa.select(Offer).where(Offer.product_id == source.id, Offer.is_active).order_by(Offer.id)
    for one in list(db.session.scalars(query)):
        terms = terming.of_version(db.session.get_one(OfferVersion, one.current_version_id))
        if terms.ships_from is not None and terms.ships_from <= clock.today():
            terms = replace(terms, ships_from=None, presale_until=None)
        draft = PackDraft(one.pack_name, one.pack_qty, one.base_unit, one.sale_mode, one.audience, terms)
        add_pack(to_id, draft, by=by)


def change_terms(
    offer_id: int, terms: Terms, *, by: Actor, reason: str = "", seen_version_id: int | None = None
) -> OfferVersion | PriceChange:
    """New price and terms from now on; orders placed keep theirs. What a waiting price asked for is forgotten.

    The price of a listed product that moves more than 20 % against the lowest or highest of the last 7 days needs a
    reason and waits for the operator: then it is a `PriceChange`, and the old terms hold (rule 68).
    `seen_version_id`: what the page showed, so that two people never overwrite each other unseen.
    Raises: Refused "price-changed-meanwhile" (now_fen), "price-jump-needs-reason", those of `terms`; Missing.
    """
    offer, product = _own(offer_id, by=by)
    newest = db.session.get_one(OfferVersion, offer.current_version_id)
    if seen_version_id is not None and seen_version_id != newest.id:
        raise Refused("price-changed-meanwhile", name=product.name, pack=offer.pack_name, now_fen=newest.pack_price_fen)
    price_changes.supersede(offer.id, by=by)
    window = window_of(prices.recent(offer, clock.now()))
    if product.state is ProductState.LISTED and window is not None and window.is_left_by(terms.price):
        return price_changes.ask(offer, product, terms, window, reason, by=by)
    version = terming.write(
        offer, terms, newest.version_no + 1, reason=reason, by=by, before=terming.of_version(newest)
    )
    _record(
        "price-changed", offer, product, by,
        before={"price_fen": newest.pack_price_fen, "tol_bp": newest.tol_bp},
        after={"price_fen": version.pack_price_fen, "tol_bp": version.tol_bp},
        pack=offer.pack_name, from_fen=newest.pack_price_fen, to_fen=version.pack_price_fen,
    )  # fmt: skip
    search_index.mark([product.id])
    return version


def change_price(
    offer_id: int, price: Price, *, seen_version_id: int, by: Actor, reason: str = ""
) -> OfferVersion | PriceChange:
    """A new price, everything else as it is; tiers are restated on its basis. Raises: as `change_terms`."""
    offer, _ = _own(offer_id, by=by)
    now = terming.of_version(db.session.get_one(OfferVersion, offer.current_version_id))
    tiers = tuple((packs, half_up(fen_x100 * price.basis_qty, now.price.basis_qty)) for packs, fen_x100 in now.tiers)
    terms = replace(now, price=price, tiers=tiers)
    return change_terms(offer_id, terms, by=by, reason=reason, seen_version_id=seen_version_id)


def stop_pack(offer_id: int, *, by: Actor) -> Offer:
    """Sell this pack no more; its orders go on. Raises: Missing."""
    offer, product = _own(offer_id, by=by)
    price_changes.supersede(offer.id, by=by)
    if offer.is_active:
        offer.is_active, offer.stopped_at = False, clock.now()
    db.session.flush()
    search_index.mark([product.id])
    _record("pack-stopped", offer, product, by, pack=offer.pack_name)
    return offer


def count_stock(offer_id: int, packs: int, *, by: Actor, reason: str = "", seen_on_hand: int | None = None) -> int:
    """Say how many packs lie there, promised ones included. The change in base units.

    `seen_on_hand`: base units that the page showed. Raises: Refused "stock-changed-meanwhile" (was, now),
    "stock-promised" when fewer than are promised; Missing.
    """
    offer, product = _own(offer_id, by=by)
    locked = sa.select(OfferStock.on_hand).where(OfferStock.offer_id == offer.id).with_for_update()
    on_hand = db.session.execute(locked).scalar_one()
    if seen_on_hand is not None and seen_on_hand != on_hand:
        was, now = seen_on_hand // offer.pack_qty, on_hand // offer.pack_qty
        raise Refused("stock-changed-meanwhile", name=product.name, pack=offer.pack_name, was=was, now=now)
    change = packs * offer.pack_qty - on_hand
    stock.adjust(offer.id, change, source="count", source_id=_moment(), note=stock.Note(reason, by.person_id))
    _record("stock-counted", offer, product, by, packs=packs, pack=offer.pack_name)
    return change


def move_stock(offer_id: int, kind: StockMoveKind, packs: int, *, reason: str, by: Actor) -> None:
    """Goods came in, spoiled, or left by another way, in whole packs.

    Raises: Refused "move-nothing", "move-needs-reason" (what takes goods away says why), "stock-promised"; Missing.
    """
    offer, product = _own(offer_id, by=by)
    if packs <= 0 or kind not in BY_HAND:
        raise Refused("move-nothing")
    if BY_HAND[kind] < 0 and not reason:
        raise Refused("move-needs-reason")
    locked = sa.select(OfferStock.offer_id).where(OfferStock.offer_id == offer.id).with_for_update()
    db.session.execute(locked)
    stock.by_hand(
        offer.id, BY_HAND[kind] * packs * offer.pack_qty, kind, source="clerk", source_id=_moment(),
        note=stock.Note(reason, by.person_id),
    )  # fmt: skip
    _record("stock-moved", offer, product, by, kind=kind, packs=packs, pack=offer.pack_name, reason=reason)


def _moment() -> int:
    # Each act is a cause of its own; the row is locked, so two of them cannot share a microsecond.
    return int(clock.now().timestamp() * 1_000_000)


def _own(offer_id: int, *, by: Actor) -> tuple[Offer, Product]:
    found = db.session.get(Offer, offer_id)
    if found is None:
        raise Missing("no-such-offer")
    product = shelving.own(found.product_id, by=by)
    db.session.refresh(found)  # what was read before the lock may be another's past
    return found, product


def record_added(offer: Offer, product: Product, price_fen: int, *, by: Actor) -> None:
    """A pack stands on a product."""
    _record("pack-added", offer, product, by, price_fen=price_fen, pack=offer.pack_name)


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
