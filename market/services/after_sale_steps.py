"""One step of a case: its state, its time, what is written down. Whose case it is, and locked."""

import sqlalchemy as sa

from core import clock, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Missing
from core.settings import calendar
from core.states import advance
from core.trail.models import Stream
from market.models.after_sale import AfterSale, AfterSaleEvent
from market.rules.after_sale import AFTER_SALE, AfterSaleAct, AfterSaleState, due_at
from market.rules.parties import Party
from market.services import holding

RIGHTS = {Party.BUYER: Right.SHOP, Party.SUPPLIER: Right.SELL, Party.PLATFORM: Right.ARBITRATE}


def own(token: str, by: Actor) -> AfterSale:
    """The buyer's own case, locked. Raises: Missing."""
    return locked(AfterSale.token == token, AfterSale.person_id == by.person_id)


def sold(token: str, by: Actor) -> AfterSale:
    """A case of the actor's shop, locked. Raises: Missing."""
    return locked(AfterSale.token == token, holding.sells(by, AfterSale.supplier_id))


def locked(*where: sa.ColumnElement[bool]) -> AfterSale:
    """The case, locked with all others of its order (in id order): what goes back of an order is decided one by one.

    Raises: Missing.
    """
    found = db.session.execute(sa.select(AfterSale.id, AfterSale.order_id).where(*where)).one_or_none()
    if found is None:
        raise Missing("no-such-case")
    cases = db.session.scalars(
        sa.select(AfterSale).where(AfterSale.order_id == found.order_id).order_by(AfterSale.id).with_for_update()
    )
    return next(case for case in cases.all() if case.id == found.id)


def move(case: AfterSale, act: AfterSaleAct, party: str, *, by: Actor | None, note: str = "") -> AfterSaleState:
    """Advance a locked case; its new time starts now. → the state it was in before.

    Raises: Refused "state-forbids-act", "state-forbids-party".
    """
    before, at = case.state, clock.now()
    case.state = advance(AFTER_SALE, before, act, party)
    case.version += 1
    case.since, case.due_at = at, due_at(case.state, at, calendar.current())
    write(case, act.value, party, before, by=by, note=note)
    return before


def write(
    case: AfterSale, act: str, party: str, before: AfterSaleState | None, *, by: Actor | None, note: str = ""
) -> None:
    """Keep a step for the people of the case and for the trail."""
    db.session.add(
        AfterSaleEvent(
            after_sale_id=case.id, act=act, party=party, from_state=before.value if before else "",
            to_state=case.state.value, person_id=by.person_id if by else None, note=note[:200], at=clock.now(),
        )
    )  # fmt: skip
    trail.record(
        *(Stream.MONEY, "after-sale-step", "after_sale", case.id),
        by=by,
        right=RIGHTS.get(Party(party)) if by and party in set(Party) else None,
        before={"state": before.value if before else ""},
        after={"state": case.state.value},
        case_no=case.case_no,
        act=act,
    )
