"""Orders that go with their supplier's delivery rounds: the next run that is still caught, inside the plan's period."""

from collections.abc import Collection, Iterable
from datetime import date

from catalog.queries.offers import SellableOffer
from core import clock
from core.db import db
from core.errors import Refused
from core.settings.calendar import current
from core.workdays import WorkCalendar
from market.models.order import Order
from market.queries import rounds as queries
from market.rules.rounds import Run, next_run
from market.services import rounds
from procurement.models.plan import Plan
from procurement.queries.runs import place_of


class Runs:
    """The runs that orders of one plan go with; a supplier without rounds brings goods on any day asked for."""

    def __init__(self, plan: Plan, canteen_id: int, supplier_ids: Collection[int]) -> None:
        self._plan = plan
        self._rounds = queries.of_suppliers(supplier_ids)
        self._place = place_of(canteen_id) if self._rounds else None
        self._calendar = current() if self._rounds else WorkCalendar()
        self._caught: dict[tuple[int, date], tuple[Run, date]] = {}

    def day_of(self, offer: SellableOffer | None, asked: date) -> date:
        """The day on which an offer comes when it is asked for on a day: that of the next run, or the day itself.

        Raises: Refused "round-next-outside-plan" (supplier, next_on, last).
        """
        own = self._rounds.get(offer.supplier_id, []) if offer is not None else []
        run = next_run(own, town=self._place, not_before=asked, now=clock.now(), calendar=self._calendar)
        if offer is None or run is None:
            return asked
        if run.on > self._plan.period_to:
            last = self._plan.period_to
            raise Refused("round-next-outside-plan", supplier=offer.supplier_name, next_on=run.on, last=last)
        earlier = self._caught.get((offer.supplier_id, run.on))
        self._caught[offer.supplier_id, run.on] = (run, min(asked, earlier[1]) if earlier else asked)
        return run.on

    def stop(self, orders: Iterable[Order]) -> None:
        """Write which run each order goes with."""
        for order in orders:
            found = self._caught.get((order.supplier_id, order.deliver_on)) if order.deliver_on else None
            if found is not None:
                rounds.stop(order, found[0], wanted_on=found[1])
        db.session.flush()
