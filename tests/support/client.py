"""A test client whose requests stand alone, as on a server."""

import contextvars
from typing import Any

from flask import has_app_context
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from core.db import db


class LoneClient(FlaskClient):
    """Each request runs outside the test's application context.

    Flask would else reuse the context that the `app` fixture holds: the same database session and the same `g`, where
    Flask-Login keeps the person of the first request for the rest of the test. Afterwards the test's own objects are
    read anew, so an assertion sees what the request committed.
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        response: TestResponse = contextvars.Context().run(super().open, *args, **kwargs)
        if has_app_context():
            db.session.expire_all()
        return response
