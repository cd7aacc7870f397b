"""Doors of this floor: blueprints, menu entries and inbox parts, joined by `init`."""

from flask import Flask
from flask_wtf.csrf import CSRFProtect

from market.web import shop


def init(app: Flask, csrf: CSRFProtect) -> None:
    """Register the floor's doors."""
    app.register_blueprint(shop.bp)
