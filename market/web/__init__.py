"""Doors of this floor: blueprints, menu entries and inbox parts, joined by `init`."""

from typing import Any

from flask import Flask, url_for
from flask_wtf.csrf import CSRFProtect

from catalog.queries import categories
from core import leaving as accounts
from core.access.actor import Actor
from core.web import inbox, menu
from core.web import session as sessions
from market.queries import carts
from market.services import leaving
from market.web import (
    addresses,
    after_sales,
    api_desk,
    arbitration,
    batches,
    cart,
    case_photos,
    checkout,
    complaints,
    coupons,
    dispute_cases,
    favourites,
    freight,
    live,
    merchants,
    notices,
    orders,
    outside_sales,
    pairings,
    payments,
    picking,
    pickups,
    platform_promotions,
    promotions,
    reconciliation,
    refunds,
    regions,
    reviews,
    rounds,
    share,
    shop,
    supplier_after_sales,
    supplier_asks,
    supplier_bills,
    supplier_orders,
    supplier_parcels,
)

DOORS = (
    api_desk,
    shop,
    share,
    batches,
    cart,
    checkout,
    payments,
    orders,
    merchants,
    reconciliation,
    supplier_orders,
    supplier_asks,
    supplier_parcels,
    picking,
    rounds,
    notices,
    live,
    pairings,
    outside_sales,
    supplier_bills,
    addresses,
    regions,
    coupons,
    promotions,
    platform_promotions,
    freight,
    pickups,
    favourites,
)
CASES = (refunds, after_sales, supplier_after_sales, arbitration, dispute_cases, case_photos, reviews, complaints)
"""Doors of what went wrong: after-sales, disputes, complaints."""


def header(_actor: Actor | None) -> dict[str, Any]:
    """What the shop's pages show: the row of categories, the cart's count, whether somebody keeps a thing."""
    return {"categories": _Branches(), "cart_count": _Count(), "is_kept": favourites.is_kept}


class _Branches:
    """The first row of the goods tree, read when a shop page shows it; a desk page asks for nothing."""

    def __iter__(self) -> Any:
        return iter(
            {"name": row.name, "url": url_for("shop.products", category=row.id), "current": False}
            for row in categories.branches()
        )


class _Count:
    """Lines in the visitor's cart, counted when a page shows it."""

    def __init__(self) -> None:
        self._number: int | None = None

    def _known(self) -> int:
        if self._number is None:
            self._number = carts.count(cart.cart_id())
        return self._number

    def __bool__(self) -> bool:
        return bool(self._known())

    def __str__(self) -> str:
        return str(self._known())


def init(app: Flask, csrf: CSRFProtect) -> None:
    """Register the floor's doors. The provider's callback is signed and has no token of ours."""
    for door in (*DOORS, *CASES):
        app.register_blueprint(door.bp)
    csrf.exempt(app.view_functions["payments.notify"])
    menu.add_names(header)
    if cart.arrive not in sessions.ARRIVALS:
        sessions.ARRIVALS.append(cart.arrive)
    inbox.provide(supplier_orders.tasks)
    inbox.provide(orders.tasks)
    inbox.provide(notices.tasks)
    inbox.provide(promotions.tasks)
    inbox.provide(reconciliation.tasks)
    inbox.provide(payments.tasks)
    inbox.provide(batches.tasks)
    inbox.provide(supplier_bills.tasks)
    inbox.provide(pairings.tasks)
    inbox.provide(outside_sales.tasks)
    for door in (refunds, after_sales, supplier_after_sales, arbitration, dispute_cases, reviews, complaints):
        inbox.provide(door.tasks)
    accounts.block(leaving.open_orders)
    accounts.block(leaving.open_cases)
    accounts.erase(leaving.forget)
