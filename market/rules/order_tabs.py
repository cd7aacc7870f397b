"""The tabs over a resident's orders: by where an order stands, and by what is left to say about it."""

from enum import StrEnum

from market.rules.order_states import OrderState


class OrderTab(StrEnum):
    """One tab. `REVIEW`: received, and a line of it not reviewed yet; `AFTER_SALE`: a case of it is open."""

    ALL = "all"
    PAY = "pay"
    SHIP = "ship"
    RECEIVE = "receive"
    REVIEW = "review"
    AFTER_SALE = "after_sale"
    DONE = "done"
    CANCELLED = "cancelled"


RECEIVED = frozenset({OrderState.RECEIVED, OrderState.CLOSED})
STATES: dict[OrderTab, frozenset[OrderState]] = {
    OrderTab.PAY: frozenset({OrderState.PENDING_PAY}),
    OrderTab.SHIP: frozenset({OrderState.PAID}),
    OrderTab.RECEIVE: frozenset({OrderState.SHIPPED}),
    OrderTab.REVIEW: RECEIVED,
    OrderTab.DONE: RECEIVED,
    OrderTab.CANCELLED: frozenset({OrderState.CANCELLED}),
}
"""The states behind a tab; a tab that is not here asks for none."""
COUNTED = (OrderTab.PAY, OrderTab.SHIP, OrderTab.RECEIVE, OrderTab.REVIEW, OrderTab.AFTER_SALE)
"""Tabs that show a number: where somebody has still something to do."""
