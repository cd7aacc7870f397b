"""Doors of this floor: blueprints, menu entries and inbox parts, joined by `init`."""

from pathlib import Path

from flask import Flask, current_app
from flask_wtf.csrf import CSRFProtect

from catalog.gateways.search.whoosh import WhooshBackend
from catalog.queries.search import backend


def init(app: Flask, csrf: CSRFProtect) -> None:
    """Register the floor's doors."""
    backend.use(WhooshBackend(lambda: Path(str(current_app.config["VAR_DIR"])) / "search"))
