"""What went wrong with residents' orders, and what was said of goods: a case for the shop, one for the platform."""

import sqlalchemy as sa

from core.access.actor import Actor
from core.db import db, transaction
from demo.cast import word
from demo.line import clerk_of
from demo.world import World
from market.models.order import Order, OrderLine
from market.rules.after_sale import AfterSaleKind
from market.rules.complaint import ComplaintKind
from market.rules.order_states import OrderKind, OrderState
from market.services import after_sales, complaints, reviews
from market.services.after_sales import Wish


def tell(world: World) -> None:
    """Of the parcels on their way: one case waits for its shop, one for the platform. Old orders have reviews."""
    people = {who.person_id: who for who in world.residents}
    sent = _lines(OrderState.SHIPPED)
    for place, (line_id, supplier_id, person_id) in enumerate(sent[:2]):
        who = people.get(person_id) or Actor(person_id, "")
        with transaction():
            wish = Wish(AfterSaleKind.MISSING, 1, None, word("case", "missing"))
            case = after_sales.ask(line_id, wish, by=who)
            if place == 0:
                after_sales.decline(case.token, reason=word("case", "no"), by=clerk_of(world, supplier_id))
                after_sales.appeal(case.token, text=word("case", "appeal"), by=who)
    for place, (line_id, supplier_id, person_id) in enumerate(_lines(OrderState.RECEIVED)[:6]):
        stars = 4 if place % 3 == 0 else 5
        with transaction():
            made = reviews.write(line_id, stars=stars, text=word("case", f"review_{stars}"), by=people[person_id])
            if stars == 4:
                reviews.answer(made.id, text=word("case", "thanks"), by=clerk_of(world, supplier_id))
    with transaction():
        complaints.lodge(
            ComplaintKind.PLATFORM, word("case", "complaint"), word("case", "complaint_text"), by=world.residents[0]
        )


def _lines(state: OrderState) -> list[tuple[int, int, int]]:
    """First lines of residents' orders in a state: (line, supplier, person), one for each order, oldest first."""
    rows = db.session.execute(
        sa.select(OrderLine.id, Order.supplier_id, Order.person_id)
        .join(Order, Order.id == OrderLine.order_id)
        .where(Order.kind == OrderKind.RESIDENT, Order.state == state, OrderLine.position == 1)
        .order_by(Order.id)
    ).all()
    db.session.rollback()
    return [(row[0], row[1], row[2]) for row in rows]
