"""A listed product is said something else of: it waits as a revision, and the shop shows the old until it is approved.

The township looks only when the origin changes; the platform sees old and new side by side.
"""

import sqlalchemy as sa

from catalog.models.product import Product
from catalog.models.revision import ProductRevision
from catalog.queries import standing
from catalog.rules.facts import Facts
from catalog.rules.listing import check_two_checkers
from catalog.rules.revision import OPEN, REVISION, RevisionAct, RevisionState
from catalog.services import facts as saying
from catalog.services import shelving
from core import clock
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Missing, Refused
from core.states import advance


def open_of(product_id: int) -> ProductRevision | None:
    """The revision of a product that is not over."""
    query = sa.select(ProductRevision).where(ProductRevision.product_id == product_id, ProductRevision.state.in_(OPEN))
    return db.session.execute(query, execution_options={"populate_existing": True}).scalar_one_or_none()


def said(product: Product) -> Facts:
    """What its clerk says of the product: the revision's facts where there is one, else the product's."""
    revision = open_of(product.id)
    return saying.of(product) if revision is None else Facts.of(revision.facts)


def change(product: Product, new: Facts, *, by: Actor) -> None:
    """Say something else of a locked, listed product. What was handed in or sent back is worked on again.

    Raises: as `facts.check`.
    """
    old, revision = saying.of(product), open_of(product.id)
    saying.check(new, before=old)
    if revision is None:
        revision = ProductRevision(
            product_id=product.id, state=RevisionState.DRAFT, before=old.plain(), facts={}, author_id=by.person_id,
            created_at=clock.now(),
        )  # fmt: skip
        db.session.add(revision)
    elif revision.state is not RevisionState.DRAFT:
        _step(revision, RevisionAct.REVISE, "supplier")
    revision.facts, revision.before, revision.author_id = new.plain(), old.plain(), by.person_id
    revision.origin_changed, revision.town_code = old.origin_code != new.origin_code, new.origin_code[:9]
    revision.origin_confirmed_by_id = None
    db.session.flush()
    shelving.record("revision-written", product, Right.SELL, by, before=old.plain(), after=new.plain())


def submit(product_id: int, *, by: Actor) -> ProductRevision:
    """Hand the revision in: to the new origin's township when the origin changes, else to the platform.

    Raises: Missing; Refused "revision-same", "licence-missing", "proof-missing", "state-forbids-act".
    """
    product = shelving.own(product_id, by=by)
    revision = _open(product.id)
    new = Facts.of(revision.facts)
    if not saying.of(product).changed(new):
        raise Refused("revision-same")
    standing.check_papers(product, new.category_id, is_protected=saying.is_protected(new), on=clock.today())
    if revision.state is RevisionState.RETURNED:
        _step(revision, RevisionAct.REVISE, "supplier")
    _step(revision, RevisionAct.SUBMIT_ORIGIN if revision.origin_changed else RevisionAct.SUBMIT, "supplier")
    revision.submitted_at, revision.state_reason = clock.now(), ""
    revision.origin_confirmed_by_id = None
    db.session.flush()
    shelving.record("revision-submitted", product, Right.SELL, by)
    return revision


def confirm_origin(product_id: int, *, by: Actor) -> Product:
    """The township of the new origin says that the goods grow there. Raises: Missing; Refused "state-forbids-act"."""
    product, revision = _of_town(product_id, by=by)
    _step(revision, RevisionAct.CONFIRM_ORIGIN, "township")
    revision.origin_confirmed_by_id = by.person_id
    db.session.flush()
    origin = revision.facts["origin_code"]
    shelving.record("revision-origin-confirmed", product, Right.ORIGIN_CONFIRM, by, origin=origin)
    return product


def approve(product_id: int, *, by: Actor) -> Product:
    """The shop shows the new from now on.

    Raises: Missing; Refused "product-same-checker", "health-claim" (a word that came since), "state-forbids-act".
    """
    product = shelving.locked(product_id)
    revision = _open(product.id)
    _step(revision, RevisionAct.APPROVE, "platform")
    new, old = Facts.of(revision.facts), saying.of(product)
    saying.check(new, before=old)
    checker = revision.origin_confirmed_by_id if revision.origin_changed else product.origin_confirmed_by_id
    check_two_checkers(checker or 0, by.person_id)
    if revision.origin_changed:
        product.origin_confirmed_by_id, product.origin_confirmed_at = checker, clock.now()
    product.approved_by_id = by.person_id
    saying.write(product, new)
    revision.before = old.plain()
    revision.decided_by_id, revision.decided_at = by.person_id, clock.now()
    shelving.changed(
        "revision-approved", product, Right.CONTENT_APPROVE, by, before=old.plain(), after=new.plain(),
        fields=old.changed(new),
    )  # fmt: skip
    return product


def send_back(product_id: int, reason: str, *, by: Actor) -> Product:
    """Whoever's turn it is returns the revision; the shop goes on showing the old.

    Raises: Missing; Refused "reason-needed", "state-forbids-act", "state-forbids-party".
    """
    if not reason:
        raise Refused("reason-needed")
    if by.may(Right.CONTENT_APPROVE):
        product, right, party = shelving.locked(product_id), Right.CONTENT_APPROVE, "platform"
        revision = _open(product.id)
    else:
        (product, revision), right, party = _of_town(product_id, by=by), Right.ORIGIN_CONFIRM, "township"
    _step(revision, RevisionAct.SEND_BACK, party)
    revision.state_reason = reason
    db.session.flush()
    shelving.record("revision-sent-back", product, right, by, reason=reason)
    return product


def drop(product_id: int, *, by: Actor) -> Product:
    """Forget the revision; what the shop shows stays. Raises: Missing."""
    product = shelving.own(product_id, by=by)
    revision = _open(product.id)
    _step(revision, RevisionAct.DROP, "supplier")
    revision.decided_by_id, revision.decided_at = by.person_id, clock.now()
    db.session.flush()
    shelving.record("revision-dropped", product, Right.SELL, by)
    return product


def fold(product: Product, party: str, *, by: Actor) -> None:
    """The product leaves the shelf: what its clerk wanted to say is said, to be checked with the rest."""
    revision = open_of(product.id)
    if revision is None:
        return
    _step(revision, RevisionAct.DROP, party)
    revision.decided_by_id, revision.decided_at = by.person_id, clock.now()
    saying.write(product, Facts.of(revision.facts))


def note(product: Product, *, by: Actor) -> None:
    """Keep what was approved at a listing as a version of the product."""
    now, said_now = clock.now(), saying.of(product).plain()
    db.session.add(
        ProductRevision(
            product_id=product.id, state=RevisionState.APPROVED, facts=said_now, before={}, author_id=by.person_id,
            town_code=product.origin_code[:9], created_at=now, submitted_at=now, decided_by_id=by.person_id,
            decided_at=now,
        )
    )  # fmt: skip
    db.session.flush()


def _open(product_id: int) -> ProductRevision:
    found = open_of(product_id)
    if found is None:
        raise Missing("no-such-revision")
    return found


def _of_town(product_id: int, *, by: Actor) -> tuple[Product, ProductRevision]:
    product = shelving.locked(product_id)
    revision = _open(product.id)
    if not by.place_code or revision.town_code != by.place_code or not revision.origin_changed:
        raise Missing("no-such-revision")
    return product, revision


def _step(revision: ProductRevision, act: RevisionAct, party: str) -> None:
    revision.state = advance(REVISION, revision.state, act, party)
