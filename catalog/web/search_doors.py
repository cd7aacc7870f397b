"""The doors of search: offers while typing, the reasons of an order, the operator's page."""

from flask import Flask

from catalog.web import finding, search_desk
from core.web.inbox import provide


def join_search(app: Flask) -> None:
    """Register them, and the operator's alarm."""
    for door in (finding, search_desk):
        app.register_blueprint(door.bp)
    provide(search_desk.tasks)
