"""A product's way to the shelf: its clerk writes, the township confirms the origin, the operator the content.

Every step locks the product, asks the state table, and tells the search index. Who may see whose product: a clerk the
own supplier's, a township those of its villages, the operator all; anything else is Missing.
"""

from dataclasses import dataclass

import sqlalchemy as sa

from catalog.models.offer import Offer
from catalog.models.product import Category, Product, ProductPicture
from catalog.queries import claims, standing, suppliers
from catalog.rules.listing import PRODUCT, ProductAct, ProductState, check_two_checkers
from catalog.services import search_index
from core import clock, codes, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Missing, Refused
from core.places.models import Place, PlaceLevel
from core.states import advance
from core.trail.models import Stream

MOST_PICTURES = 6
Words = dict[str, object]


@dataclass(frozen=True)
class Draft:
    """What a clerk says of a product. `category_id` is a leaf, `origin_code` a village (or town) code."""

    name: str
    category_id: int
    origin_code: str
    description: str = ""


def create(draft: Draft, *, by: Actor) -> Product:
    """A new product of the actor's supplier, as a draft.

    Raises: Missing for somebody who is no supplier; Refused "category-not-leaf", "origin-not-village", "health-claim".
    """
    seller = suppliers.own(by)
    _check(draft)
    now = clock.now()
    product = Product(
        sku=codes.new_code("P", 7),
        supplier_id=seller.id,
        name=draft.name,
        category_id=draft.category_id,
        origin_code=draft.origin_code,
        description=draft.description,
        state=ProductState.DRAFT,
        created_at=now,
        updated_at=now,
    )
    db.session.add(product)
    db.session.flush()
    _record("product-created", product, Right.SELL, by, after=_words(draft))
    return product


def edit(product_id: int, draft: Draft, *, by: Actor) -> Product:
    """Say something else of one's product; what was checked or sent back becomes a draft again.

    Raises: as `create`; Refused "state-forbids-act" while it is being checked (withdraw it first).
    """
    product = own(product_id, by=by)
    _check(draft)
    _reopen(product)
    before = {"name": product.name, "category_id": product.category_id, "origin_code": product.origin_code}
    product.name, product.category_id = draft.name, draft.category_id
    product.origin_code, product.description = draft.origin_code, draft.description
    _changed("product-edited", product, Right.SELL, by, before=before, after=_words(draft))
    return product


def add_picture(product_id: int, file_id: int, *, by: Actor) -> None:
    """Put a picture last. Raises: Missing; Refused "pictures-too-many", "state-forbids-act"."""
    product = own(product_id, by=by)
    _reopen(product)
    taken = list(db.session.scalars(sa.select(ProductPicture.position).where(ProductPicture.product_id == product.id)))
    if len(taken) >= MOST_PICTURES:
        raise Refused("pictures-too-many", most=MOST_PICTURES)
    db.session.add(ProductPicture(product_id=product.id, position=max(taken, default=0) + 1, file_id=file_id))
    _changed("product-picture-added", product, Right.SELL, by)


def drop_picture(product_id: int, position: int, *, by: Actor) -> None:
    """Take a picture away; one that is not there is none. Raises: Missing; Refused "state-forbids-act"."""
    product = own(product_id, by=by)
    _reopen(product)
    db.session.execute(
        sa.delete(ProductPicture).where(ProductPicture.product_id == product.id, ProductPicture.position == position)
    )
    _changed("product-picture-dropped", product, Right.SELL, by)


def submit(product_id: int, *, by: Actor) -> Product:
    """Hand a draft to the township of its origin.

    Raises: Refused "product-without-pack", "licence-missing" (kind), "state-forbids-act"; Missing.
    """
    product = own(product_id, by=by)
    if product.state in {ProductState.RETURNED, ProductState.WITHDRAWN}:
        _step(product, ProductAct.REVISE, "supplier")
    has_pack = sa.exists().where(Offer.product_id == product.id, Offer.is_active)
    if not db.session.scalar(sa.select(has_pack)):
        raise Refused("product-without-pack")
    if lacking := standing.licences_lacking(product.id, on=clock.today()):
        raise Refused("licence-missing", kind=lacking[0])
    _step(product, ProductAct.SUBMIT, "supplier")
    product.state_reason, product.origin_confirmed_by_id, product.origin_confirmed_at = "", None, None
    product.approved_by_id = None
    _changed("product-submitted", product, Right.SELL, by)
    return product


def withdraw(product_id: int, reason: str, *, by: Actor) -> Product:
    """Take a product off the shelf (or out of the queue) at once: its clerk, or the operator."""
    if by.may(Right.CONTENT_APPROVE):
        product, right, party = _locked(product_id), Right.CONTENT_APPROVE, "platform"
    else:
        product, right, party = own(product_id, by=by), Right.SELL, "supplier"
    _step(product, ProductAct.WITHDRAW, party)
    product.state_reason = reason
    _changed("product-withdrawn", product, right, by, reason=reason)
    return product


def confirm_origin(product_id: int, *, by: Actor) -> Product:
    """The township says that this grows where its supplier says it does.

    Raises: Missing for a product of another town's villages; Refused "state-forbids-act".
    """
    product = of_town(product_id, by=by)
    _step(product, ProductAct.CONFIRM_ORIGIN, "township")
    product.origin_confirmed_by_id, product.origin_confirmed_at = by.person_id, clock.now()
    _changed("origin-confirmed", product, Right.ORIGIN_CONFIRM, by, origin=product.origin_code)
    return product


def approve(product_id: int, *, by: Actor) -> Product:
    """The operator says that the content is true and allowed: it is in the shop from now on.

    Raises: Refused "product-same-checker", "state-forbids-act"; Missing.
    """
    product = _locked(product_id)
    _step(product, ProductAct.APPROVE, "platform")
    if product.origin_confirmed_by_id is not None:
        check_two_checkers(product.origin_confirmed_by_id, by.person_id)
    product.approved_by_id = by.person_id
    product.listed_at = product.listed_at or clock.now()
    product.state_reason = ""
    _changed("product-approved", product, Right.CONTENT_APPROVE, by)
    return product


def send_back(product_id: int, reason: str, *, by: Actor) -> Product:
    """Whoever's turn it is returns the product to its clerk with a reason.

    Raises: Refused "reason-needed", "state-forbids-act", "state-forbids-party"; Missing.
    """
    if not reason:
        raise Refused("reason-needed")
    if by.may(Right.CONTENT_APPROVE):
        product, right, party = _locked(product_id), Right.CONTENT_APPROVE, "platform"
    else:
        product, right, party = of_town(product_id, by=by), Right.ORIGIN_CONFIRM, "township"
    _step(product, ProductAct.SEND_BACK, party)
    product.state_reason = reason
    _changed("product-sent-back", product, right, by, reason=reason)
    return product


def recheck(product: Product, reason: str, *, by: Actor) -> None:
    """A listed product whose price jumps goes back to the operator; what is not listed stays where it is."""
    if product.state is not ProductState.LISTED:
        return
    _step(product, ProductAct.RECHECK, "supplier")
    product.state_reason, product.approved_by_id = reason, None
    _changed("product-recheck", product, Right.SELL, by, reason=reason)


def own(product_id: int, *, by: Actor) -> Product:
    """One's own product, locked. Raises: Missing."""
    seller, product = suppliers.own(by), _locked(product_id)
    if product.supplier_id != seller.id:
        raise Missing("no-such-product")
    return product


def of_town(product_id: int, *, by: Actor) -> Product:
    """A product whose origin lies in the actor's town, locked. Raises: Missing."""
    product = _locked(product_id)
    if not by.place_code or product.origin_code[:9] != by.place_code:
        raise Missing("no-such-product")
    return product


def _locked(product_id: int) -> Product:
    query = sa.select(Product).where(Product.id == product_id).with_for_update()
    product = db.session.execute(query, execution_options={"populate_existing": True}).scalar_one_or_none()
    if product is None:
        raise Missing("no-such-product")
    return product


def _check(draft: Draft) -> None:
    if word := claims.health_claim(f"{draft.name} {draft.description}"):
        raise Refused("health-claim", word=word)
    category = db.session.get(Category, draft.category_id)
    if category is None or not category.is_leaf:
        raise Refused("category-not-leaf")
    place = db.session.get(Place, draft.origin_code)
    if place is None or place.level is PlaceLevel.COUNTY:
        raise Refused("origin-not-village")


def _reopen(product: Product) -> None:
    if product.state is not ProductState.DRAFT:
        _step(product, ProductAct.REVISE, "supplier")


def _step(product: Product, act: ProductAct, party: str) -> None:
    product.state = advance(PRODUCT, product.state, act, party)


def _changed(
    action: str,
    product: Product,
    right: Right,
    by: Actor,
    *,
    before: Words | None = None,
    after: Words | None = None,
    **facts: object,
) -> None:
    """The product's next version: written, told to the search index, and recorded."""
    product.version += 1
    product.updated_at = clock.now()
    db.session.flush()
    search_index.mark([product.id])
    _record(action, product, right, by, before=before, after=after, **facts)


def _words(draft: Draft) -> Words:
    return {"name": draft.name, "category_id": draft.category_id, "origin_code": draft.origin_code}


def _record(
    action: str,
    product: Product,
    right: Right,
    by: Actor,
    *,
    before: Words | None = None,
    after: Words | None = None,
    **facts: object,
) -> None:
    state = {"state": product.state.value, "version": product.version}
    trail.record(
        Stream.CATALOGUE,
        action,
        "product",
        product.id,
        by=by,
        right=right,
        before=before,
        after={**state, **(after or {})},
        name=product.name,
        sku=product.sku,
        **facts,
    )
