"""Handing out printed papers."""

from typing import Any

from flask import Response, current_app

from core import printing
from core.access.actor import Actor


def answer(template: str, data: dict[str, Any], by: Actor) -> Response:
    """The paper as a PDF shown in the browser, named by its number."""
    demo = current_app.config["XINGCUN_MODE"] == "demo"
    made = Response(printing.pdf(template, {"demo": demo, "printed_by": by.name, **data}), mimetype="application/pdf")
    made.headers["Content-Disposition"] = f'inline; filename="{data["number"]}.pdf"'
    made.headers["Cache-Control"] = "private, no-store"
    return made
