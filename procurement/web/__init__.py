"""Doors of this floor: blueprints, menu entries and inbox parts, joined by `init`."""

from flask import Flask
from flask_wtf.csrf import CSRFProtect

from procurement.web import (
    canteen,
    canteen_orders,
    finance,
    plan_goods,
    plans,
    register,
    releases,
    settings,
    trail,
    unit_quota,
)

DOORS = (
    canteen,
    plans,
    plan_goods,
    canteen_orders,
    releases,
    register,
    settings,
    finance,
    unit_quota,
    trail,
)


def init(app: Flask, csrf: CSRFProtect) -> None:
    """Register the floor's doors."""
    for door in DOORS:
        app.register_blueprint(door.bp)
