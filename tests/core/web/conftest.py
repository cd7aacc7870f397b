"""A piece of a page, rendered with the real macros and filters, without a database or a server."""

import pytest
from flask import Flask

from core.web import page
from tests.support.bed import ROOT

IMPORTS = "".join(
    f'{{% import "parts/{file}.html" as {name} %}}'
    for name, file in {
        "b": "basic", "f": "forms", "c": "choices", "fb": "feedback", "d": "data", "t": "table",
        "flow": "flow", "shop": "shop", "charts": "charts",
    }.items()
)  # fmt: skip


@pytest.fixture(scope="module")
def show():
    """Render a piece of a page with every family imported; no database is asked."""
    bare = Flask("parts", root_path=str(ROOT))
    page.init(bare)
    bare.jinja_env.globals["csrf_token"] = lambda: "t0ken"

    def render(piece, **names):
        with bare.test_request_context():
            return bare.jinja_env.from_string(IMPORTS + piece).render(**names)

    return render
