"""Writing open pages: villages by their township, stories by their supplier, shelves and campaigns by the operator."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa

from catalog.models.editorial import OpenPage, OpenPageProduct, OpenPageVersion
from catalog.queries import editorial, suppliers
from catalog.rules import editorial as rules
from catalog.rules.editorial import PAGE, PageAct, PageKind, PageState
from core import clock, codes, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.access.roles import OrganisationKind
from core.db import db
from core.errors import Missing, Refused
from core.places.models import Place
from core.states import advance
from core.trail.models import Stream

KINDS = {
    OrganisationKind.PLATFORM: frozenset(PageKind),
    OrganisationKind.TOWNSHIP: frozenset({PageKind.VILLAGE, PageKind.SPECIALTY}),
    OrganisationKind.SUPPLIER: frozenset({PageKind.STORY}),
}
"""Who writes what."""


@dataclass(frozen=True)
class Text:
    """What a page is to say. `skus`: its shelf in order; `cover_id` None keeps the cover that is there."""

    title: str
    lead: str = ""
    body: str = ""
    skus: Sequence[str] = field(default=())
    cover_id: int | None = None
    shows_from: date | None = None
    shows_to: date | None = None


def create(kind: PageKind, text: Text, *, by: Actor, village_code: str = "") -> OpenPage:
    """A new page in its author's name.

    Raises: Refused "page-kind-not-yours", "page-village-needed", as `rules.check`, "page-goods-unknown" (sku).
    """
    if kind not in KINDS.get(by.organisation_kind or OrganisationKind.UNIT, frozenset()):
        raise Refused("page-kind-not-yours", kind=kind)
    seller = suppliers.find_own(by) if by.organisation_kind is OrganisationKind.SUPPLIER else None
    page = OpenPage(
        code=codes.new_code("P", 9),
        kind=kind,
        organisation_id=by.office_id,
        village_code=_village(kind, village_code, by),
        supplier_id=seller.id if seller else None,
        state=PageState.DRAFT,
        created_at=clock.now(),
    )
    db.session.add(page)
    db.session.flush()
    _write(page, text, by)
    return page


def rewrite(page_id: int, text: Text, *, by: Actor) -> OpenPage:
    """A new version of one's page; what is published stays seen meanwhile. Raises: Missing; as `create`."""
    page = _own(page_id, by)
    if page.state is not PageState.DRAFT:
        page.state = advance(PAGE, page.state, PageAct.REWRITE, "author")
    _write(page, text, by)
    return page


def submit(page_id: int, *, by: Actor) -> OpenPage:
    """Hand it to the operator. Raises: Missing; Refused "state-forbids-act"."""
    page = _own(page_id, by)
    return _step(page, PageAct.SUBMIT, "author", by)


def publish(page_id: int, *, by: Actor) -> OpenPage:
    """From now on, in its days, everybody sees the newest version."""
    page = _locked(page_id)
    advance(PAGE, page.state, PageAct.PUBLISH, "platform")  # refused before anything is touched
    page.shown_id, page.published_at = page.newest_id, clock.now()
    return _step(page, PageAct.PUBLISH, "platform", by)


def send_back(page_id: int, *, reason: str, by: Actor) -> OpenPage:
    """Raises: Missing; Refused "reason-needed"."""
    if not reason.strip():
        raise Refused("reason-needed")
    page = _step(_locked(page_id), PageAct.RETURN, "platform", by, reason=reason.strip())
    page.reason = reason.strip()
    return page


def withdraw(page_id: int, *, by: Actor) -> OpenPage:
    """Nobody sees it any more; its versions stay."""
    operator = by.may(Right.CONTENT_APPROVE)
    page = _locked(page_id) if operator else _own(page_id, by)
    return _step(page, PageAct.WITHDRAW, "platform" if operator else "author", by)


def _village(kind: PageKind, code: str, by: Actor) -> str | None:
    if not code:
        if kind in {PageKind.VILLAGE, PageKind.SPECIALTY}:
            raise Refused("page-village-needed")
        return None
    known = db.session.get(Place, code) if len(code) == 12 else None
    town = by.place_code if by.organisation_kind is OrganisationKind.TOWNSHIP else ""
    if known is None or not code.startswith(town or ""):
        raise Refused("page-village-needed")
    return code


def _write(page: OpenPage, text: Text, by: Actor) -> None:
    rules.check(
        title=text.title, lead=text.lead, body=text.body, products=len(text.skus), kind=page.kind,
        shows_from=text.shows_from, shows_to=text.shows_to,
    )  # fmt: skip
    known = editorial.products_of(text.skus)
    for sku in text.skus:
        if sku not in known:
            raise Refused("page-goods-unknown", sku=sku)
    before = db.session.get(OpenPageVersion, page.newest_id) if page.newest_id else None
    version = OpenPageVersion(
        page_id=page.id,
        version_no=before.version_no + 1 if before else 1,
        title=text.title.strip(),
        lead=text.lead.strip(),
        body=text.body.strip(),
        cover_id=text.cover_id or (before.cover_id if before else None),
        person_id=by.person_id,
        at=clock.now(),
    )
    db.session.add(version)
    db.session.flush()
    shelf = dict.fromkeys(known[sku] for sku in text.skus)
    db.session.add_all(
        OpenPageProduct(version_id=version.id, position=place, product_id=one) for place, one in enumerate(shelf)
    )
    page.newest_id, page.shows_from, page.shows_to = version.id, text.shows_from, text.shows_to
    db.session.flush()
    _record("page-written", page, by, version=version.version_no)


def _own(page_id: int, by: Actor) -> OpenPage:
    """One's office's page, locked. Raises: Missing."""
    return _locked(page_id, OpenPage.organisation_id.in_(by.scope_ids))


def _locked(page_id: int, *where: sa.ColumnElement[bool]) -> OpenPage:
    query = sa.select(OpenPage).where(OpenPage.id == page_id, *where).with_for_update()
    found = db.session.execute(query, execution_options={"populate_existing": True}).scalar_one_or_none()
    if found is None:
        raise Missing("no-such-page")
    return found


def _step(page: OpenPage, act: PageAct, party: str, by: Actor, **facts: str) -> OpenPage:
    page.state = advance(PAGE, page.state, act, party)
    page.reason = ""
    _record({PageAct.RETURN: "page-returned"}.get(act, f"page-{act.value}"), page, by, **facts)
    return page


def _record(act: str, page: OpenPage, by: Actor, **facts: Any) -> None:
    version = db.session.get(OpenPageVersion, page.newest_id) if page.newest_id else None
    trail.record(
        *(Stream.CATALOGUE, act, "open_page", page.id), by=by, right=Right.PAGES_WRITE, after={"state": page.state},
        title=version.title if version else "", **facts,
    )  # fmt: skip
