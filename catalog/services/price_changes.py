"""A price that moves more than a fifth within a week (rule 68): asked for with a reason, approved by the platform.

Until then the shop goes on at the old price. A later change of the same offer takes the place of one that waits.
"""

import sqlalchemy as sa

from catalog.models.offer import Offer, OfferVersion
from catalog.models.product import Product
from catalog.models.revision import PriceChange
from catalog.rules.pricing import Window
from catalog.rules.revision import PRICE_CHANGE, PriceChangeAct, PriceChangeState
from catalog.services import search_index, shelving
from catalog.services import terms as terming
from catalog.services.terms import Terms
from core import clock, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Missing, Refused
from core.states import advance
from core.trail.models import Stream


def ask(offer: Offer, product: Product, terms: Terms, window: Window, reason: str, *, by: Actor) -> PriceChange:
    """Keep the terms until the platform has looked.

    Raises: Refused "price-jump-needs-reason", those of `terms.check`.
    """
    if not reason:
        raise Refused("price-jump-needs-reason")
    newest = db.session.get_one(OfferVersion, offer.current_version_id)
    terming.check(offer, terms, before=terming.of_version(newest))
    change = PriceChange(
        offer_id=offer.id,
        base_version_id=newest.id,
        state=PriceChangeState.WAITING,
        price_fen_x100=terms.price.fen_x100,
        pack_price_fen=terms.price.of_pack(offer.pack_qty),
        low_fen=window.low.of_pack(offer.pack_qty),
        high_fen=window.high.of_pack(offer.pack_qty),
        terms=terms.plain(),
        reason=reason,
        asked_by_id=by.person_id,
        asked_at=clock.now(),
    )
    db.session.add(change)
    db.session.flush()
    _record("price-change-asked", offer, product, Right.SELL, by, reason=reason, from_fen=newest.pack_price_fen,
            to_fen=change.pack_price_fen)  # fmt: skip
    return change


def waiting_of(offer_id: int) -> PriceChange | None:
    """The change of an offer that waits."""
    query = sa.select(PriceChange).where(
        PriceChange.offer_id == offer_id, PriceChange.state == PriceChangeState.WAITING
    )
    return db.session.execute(query, execution_options={"populate_existing": True}).scalar_one_or_none()


def supersede(offer_id: int, *, by: Actor) -> None:
    """A newer word of the clerk takes the place of a change that waits."""
    change = waiting_of(offer_id)
    if change is not None:
        _decide(change, PriceChangeAct.TAKE_BACK, "supplier", "", by)


def approve(change_id: int, *, by: Actor) -> OfferVersion:
    """The price holds from now on. Raises: Missing; Refused "state-forbids-act"."""
    change, offer, product = _locked(change_id)
    _decide(change, PriceChangeAct.APPROVE, "platform", "", by)
    newest = db.session.get_one(OfferVersion, offer.current_version_id)
    version = terming.write(
        offer, Terms.of(change.terms), newest.version_no + 1, reason=change.reason, by=by,
        before=terming.of_version(newest),
    )  # fmt: skip
    search_index.mark([product.id])
    _record("price-change-approved", offer, product, Right.CONTENT_APPROVE, by, from_fen=newest.pack_price_fen,
            to_fen=version.pack_price_fen)  # fmt: skip
    return version


def send_back(change_id: int, reason: str, *, by: Actor) -> PriceChange:
    """The old price stays. Raises: Missing; Refused "reason-needed", "state-forbids-act"."""
    if not reason:
        raise Refused("reason-needed")
    change, offer, product = _locked(change_id)
    _decide(change, PriceChangeAct.SEND_BACK, "platform", reason, by)
    _record("price-change-returned", offer, product, Right.CONTENT_APPROVE, by, reason=reason)
    return change


def take_back(offer_id: int, *, by: Actor) -> PriceChange:
    """The clerk does not want it any more. Raises: Missing."""
    offer = db.session.get(Offer, offer_id)
    if offer is None:
        raise Missing("no-such-offer")
    product, change = shelving.own(offer.product_id, by=by), waiting_of(offer_id)
    if change is None:
        raise Missing("no-such-price-change")
    _decide(change, PriceChangeAct.TAKE_BACK, "supplier", "", by)
    _record("price-change-taken-back", offer, product, Right.SELL, by)
    return change


def _locked(change_id: int) -> tuple[PriceChange, Offer, Product]:
    """The change with its offer and product; the product is locked first, as by every act of its clerk."""
    found = db.session.get(PriceChange, change_id)
    if found is None:
        raise Missing("no-such-price-change")
    offer = db.session.get_one(Offer, found.offer_id)
    product = shelving.locked(offer.product_id)
    db.session.refresh(found)
    db.session.refresh(offer)
    return found, offer, product


def _decide(change: PriceChange, act: PriceChangeAct, party: str, decision: str, by: Actor) -> None:
    change.state = advance(PRICE_CHANGE, change.state, act, party)
    change.decided_by_id, change.decided_at, change.decision = by.person_id, clock.now(), decision
    db.session.flush()


def _record(action: str, offer: Offer, product: Product, right: Right, by: Actor, **facts: object) -> None:
    trail.record(
        Stream.CATALOGUE, action, "offer", offer.id, by=by, right=right, name=product.name, pack=offer.pack_name,
        **facts,  # type: ignore[arg-type]
    )  # fmt: skip
