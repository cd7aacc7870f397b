"""Doors of this floor: blueprints, menu entries and inbox parts, joined by `init`."""

from flask import Flask
from flask_wtf.csrf import CSRFProtect

from procurement.web import register, settings


def init(app: Flask, csrf: CSRFProtect) -> None:
    """Register the floor's doors."""
    for door in (register, settings):
        app.register_blueprint(door.bp)
