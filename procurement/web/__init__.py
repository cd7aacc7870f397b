"""Doors of this floor: blueprints, menu entries and inbox parts, joined by `init`."""

from flask import Flask
from flask_wtf.csrf import CSRFProtect

from core.web import inbox
from procurement.web import (
    bank,
    canteen,
    canteen_orders,
    declarations,
    disputes,
    exceptions,
    external_orders,
    filing_tasks,
    finance,
    imports,
    invoices,
    kitchen,
    order_asks,
    overdue,
    payer_aliases,
    payments,
    plan_goods,
    plans,
    recall_watch,
    receipts,
    receiving,
    register,
    releases,
    schemes,
    settings,
    statements,
    stock,
    stocktakes,
    trail,
    treasury,
    unit_quota,
    watch_tasks,
)

DOORS = (
    canteen,
    plans,
    plan_goods,
    canteen_orders,
    order_asks,
    releases,
    receiving,
    stock,
    stocktakes,
    kitchen,
    recall_watch,
    payments,
    receipts,
    bank,
    invoices,
    overdue,
    payer_aliases,
    disputes,
    treasury,
    register,
    settings,
    finance,
    unit_quota,
    trail,
    declarations,
    statements,
    imports,
    external_orders,
    schemes,
    exceptions,
)

TASKS = (
    receiving,
    stock,
    kitchen,
    order_asks,
    payments,
    receipts,
    bank,
    invoices,
    overdue,
    payer_aliases,
    treasury,
    filing_tasks,
    imports,
    external_orders,
    watch_tasks,
)


def init(app: Flask, csrf: CSRFProtect) -> None:
    """Register the floor's doors."""
    for door in DOORS:
        app.register_blueprint(door.bp)
    for desk in TASKS:
        inbox.provide(desk.tasks)
