"""A product's way to the shelf: its clerk writes, the township confirms the origin, the operator the content.

Every step locks the product, asks the state table, and tells the search index. Who may see whose product: a clerk the
own supplier's, a township those of its villages, the operator all; anything else is Missing.
"""

from dataclasses import dataclass, replace

import sqlalchemy as sa

from catalog.models.offer import Offer
from catalog.models.product import Product
from catalog.models.supplier import Supplier
from catalog.queries import producers, standing, suppliers
from catalog.rules.facts import Facts, Season, Shot
from catalog.rules.listing import PRODUCT, ProductAct, ProductState, check_two_checkers
from catalog.services import facts as saying
from catalog.services import revisions, shelving
from catalog.services.facts import MOST_PICTURES
from core import clock, codes
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Refused
from core.states import advance

__all__ = ["MOST_PICTURES", "Draft", "approve", "confirm_origin", "create", "edit", "send_back", "submit", "withdraw"]


@dataclass(frozen=True)
class Draft:
    """What a clerk says of a product. `category_id` is a leaf, `origin_code` a village (or town) code.

    `own_code` is the supplier's own number of the goods; None leaves it as it is.
    """

    name: str
    category_id: int
    origin_code: str
    description: str = ""
    is_wild: bool = False
    seasons: tuple[Season, ...] = ()
    own_code: str | None = None

    def onto(self, pictures: tuple[Shot, ...]) -> Facts:
        """With the pictures it has."""
        return Facts(
            self.name, self.category_id, self.origin_code, self.description, self.is_wild, self.seasons, pictures
        )


def create(draft: Draft, *, by: Actor) -> Product:
    """A new product of the actor's supplier, as a draft.

    Raises: Missing for somebody who is no supplier; Refused as `facts.check`, "own-code-taken",
    "origin-not-producers" for a trader (rule 65).
    """
    seller, facts = suppliers.own(by), draft.onto(())
    saying.check(facts)
    producers.check_origin(seller, facts.origin_code)
    product = made(draft, seller)
    _number(product, draft.own_code)
    db.session.add(product)
    db.session.flush()
    saying.write(product, facts)
    shelving.record("product-created", product, Right.SELL, by, after=facts.plain())
    return product


def made(draft: Draft, seller: Supplier) -> Product:
    """A product that is not written yet."""
    now = clock.now()
    return Product(
        sku=codes.new_code("P", 7),
        supplier_id=seller.id,
        name=draft.name,
        category_id=draft.category_id,
        origin_code=draft.origin_code,
        description=draft.description,
        is_wild=draft.is_wild,
        needs_proof=False,
        state=ProductState.DRAFT,
        version=1,
        created_at=now,
        updated_at=now,
    )


def edit(product_id: int, draft: Draft, *, by: Actor) -> Product:
    """Say something else of one's product: of a listed one as a revision, any other becomes a draft again.

    Raises: as `create`; Refused "state-forbids-act" while a new product is being checked (withdraw it first).
    """
    product = shelving.own(product_id, by=by)
    _number(product, draft.own_code)
    _say(product, draft.onto(revisions.said(product).pictures), by=by)
    return product


def add_picture(product_id: int, file_id: int, *, by: Actor, alt: str = "") -> None:
    """Put a picture last. Raises: Missing; Refused "pictures-too-many", "state-forbids-act"."""
    product = shelving.own(product_id, by=by)
    now = revisions.said(product)
    _say(product, replace(now, pictures=(*now.pictures, Shot(file_id, alt))), by=by)


def set_pictures(product_id: int, wanted: list[tuple[int, str]], *, by: Actor) -> None:
    """The pictures by their places now, in their new order, each with its words; a place that is not named goes.

    Raises: Missing; Refused "picture-unknown", "health-claim", "state-forbids-act".
    """
    product = shelving.own(product_id, by=by)
    now = revisions.said(product)
    if len({place for place, _ in wanted}) != len(wanted) or not all(
        0 < place <= len(now.pictures) for place, _ in wanted
    ):
        raise Refused("picture-unknown")
    shots = tuple(Shot(now.pictures[place - 1].file_id, alt) for place, alt in wanted)
    if shots != now.pictures:
        _say(product, replace(now, pictures=shots), by=by)


def copy(product_id: int, *, by: Actor) -> Product:
    """A draft that says the same, pictures included; packs are copied by `offers.copy_packs`. Raises: Missing."""
    source = shelving.own(product_id, by=by)
    facts = revisions.said(source)
    made = create(
        Draft(facts.name, facts.category_id, facts.origin_code, facts.description, facts.is_wild, facts.seasons), by=by
    )
    saying.write(made, facts)
    shelving.record("product-copied", made, Right.SELL, by, source=source.sku)
    return made


def _say(product: Product, new: Facts, *, by: Actor) -> None:
    producers.check_origin(suppliers.own(by), new.origin_code)
    if product.state is ProductState.LISTED:
        revisions.change(product, new, by=by)
        return
    old = saying.of(product)
    saying.check(new, before=old)
    if product.state is not ProductState.DRAFT:
        _step(product, ProductAct.REVISE, "supplier")
    saying.write(product, new)
    shelving.changed("product-edited", product, Right.SELL, by, before=old.plain(), after=new.plain())


def _number(product: Product, own_code: str | None) -> None:
    if own_code is None:
        return
    taken = sa.exists().where(
        Product.supplier_id == product.supplier_id, Product.own_code == own_code, Product.id != (product.id or 0)
    )
    if own_code and db.session.scalar(sa.select(taken)):
        raise Refused("own-code-taken", own_code=own_code)
    product.own_code = own_code or None


def submit(product_id: int, *, by: Actor) -> Product:
    """Hand a draft to the township of its origin.

    Raises: Refused "product-without-pack", "licence-missing" (kind), "proof-missing", "origin-not-producers",
    "state-forbids-act"; Missing.
    """
    product = shelving.own(product_id, by=by)
    producers.check_origin(suppliers.own(by), product.origin_code)
    if product.state in {ProductState.RETURNED, ProductState.WITHDRAWN}:
        _step(product, ProductAct.REVISE, "supplier")
    has_pack = sa.exists().where(Offer.product_id == product.id, Offer.is_active)
    if not db.session.scalar(sa.select(has_pack)):
        raise Refused("product-without-pack")
    standing.check_papers(product, product.category_id, is_protected=product.needs_proof, on=clock.today())
    _step(product, ProductAct.SUBMIT, "supplier")
    product.state_reason, product.origin_confirmed_by_id, product.origin_confirmed_at = "", None, None
    product.approved_by_id = None
    shelving.changed("product-submitted", product, Right.SELL, by)
    return product


def withdraw(product_id: int, reason: str, *, by: Actor) -> Product:
    """Take a product off the shelf (or out of the queue) at once: its clerk, or the operator."""
    if by.may(Right.CONTENT_APPROVE):
        product, right, party = shelving.locked(product_id), Right.CONTENT_APPROVE, "platform"
    else:
        product, right, party = shelving.own(product_id, by=by), Right.SELL, "supplier"
    _step(product, ProductAct.WITHDRAW, party)
    revisions.fold(product, party, by=by)
    product.state_reason = reason
    shelving.changed("product-withdrawn", product, right, by, reason=reason)
    return product


def confirm_origin(product_id: int, *, by: Actor) -> Product:
    """The township says that this grows where its supplier says it does.

    Raises: Missing for a product of another town's villages; Refused "state-forbids-act".
    """
    product = shelving.of_town(product_id, by=by)
    _step(product, ProductAct.CONFIRM_ORIGIN, "township")
    product.origin_confirmed_by_id, product.origin_confirmed_at = by.person_id, clock.now()
    shelving.changed("origin-confirmed", product, Right.ORIGIN_CONFIRM, by, origin=product.origin_code)
    return product


def approve(product_id: int, *, by: Actor) -> Product:
    """The operator says that the content is true and allowed: it is in the shop from now on.

    Raises: Refused "product-same-checker", "state-forbids-act"; Missing.
    """
    product = shelving.locked(product_id)
    _step(product, ProductAct.APPROVE, "platform")
    if product.origin_confirmed_by_id is not None:
        check_two_checkers(product.origin_confirmed_by_id, by.person_id)
    product.approved_by_id = by.person_id
    product.listed_at = product.listed_at or clock.now()
    product.state_reason = ""
    saying.check(saying.of(product), before=saying.of(product))
    shelving.changed("product-approved", product, Right.CONTENT_APPROVE, by)
    revisions.note(product, by=by)
    return product


def send_back(product_id: int, reason: str, *, by: Actor) -> Product:
    """Whoever's turn it is returns the product to its clerk with a reason.

    Raises: Refused "reason-needed", "state-forbids-act", "state-forbids-party"; Missing.
    """
    if not reason:
        raise Refused("reason-needed")
    if by.may(Right.CONTENT_APPROVE):
        product, right, party = shelving.locked(product_id), Right.CONTENT_APPROVE, "platform"
    else:
        product, right, party = shelving.of_town(product_id, by=by), Right.ORIGIN_CONFIRM, "township"
    _step(product, ProductAct.SEND_BACK, party)
    product.state_reason = reason
    shelving.changed("product-sent-back", product, right, by, reason=reason)
    return product


def _step(product: Product, act: ProductAct, party: str) -> None:
    product.state = advance(PRODUCT, product.state, act, party)
