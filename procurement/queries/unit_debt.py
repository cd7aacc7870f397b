"""What a unit is late with, said where it orders (rules 46, 47)."""

from dataclasses import dataclass

from core.db import db
from market.models.order import Order
from market.queries import payables
from procurement.models.plan import OverdueConsent, Plan
from procurement.queries import canteens
from procurement.rules.unit import NEVER_STOPPED


@dataclass(frozen=True)
class Debt:
    """Fen overdue, how long the oldest, interest so far. `is_free`: a school's or nursery's food is never stopped."""

    late_fen: int
    oldest_days: int
    interest_fen: int
    is_free: bool
    is_agreed: bool

    @property
    def needs_approver(self) -> bool:
        """Whether the next order waits for an approver's word."""
        return self.late_fen > 0 and not self.is_free and not self.is_agreed


def of_plan(plan: Plan) -> Debt:
    """What the plan's unit is late with now. One statement when it is late with nothing, else three."""
    late = [one for one in payables.claims(payables.is_open(), Order.buyer_id == plan.unit_id) if one.days_late]
    if not late:
        return Debt(0, 0, 0, is_free=False, is_agreed=False)
    return Debt(
        late_fen=sum(one.unpaid_fen for one in late),
        oldest_days=max(one.days_late for one in late),
        interest_fen=sum(one.interest_fen for one in late),
        is_free=canteens.named(plan.canteen_id).kind in NEVER_STOPPED,
        is_agreed=db.session.get(OverdueConsent, plan.id) is not None,
    )
