"""What the clock does for plans and orders."""

from core.jobs import job
from procurement.queries import holds
from procurement.services import canteen_orders, plans


@job("procurement.free_ended_orders", every=120)
def free_ended_orders() -> None:
    """Orders that ended by a supplier's or an acceptance's act: their part of the envelope is free again."""
    for order_id in holds.over_and_held():
        canteen_orders.free_order(order_id)


@job("procurement.close_past_plans", every=3600)
def close_past_plans() -> None:
    """Plans whose week is long over end by themselves; what nobody ordered is free again."""
    plans.close_past()
