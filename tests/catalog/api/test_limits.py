"""Too many requests get a clear answer, and everybody sees how many are left."""

from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from catalog.api.openapi import PER_MINUTE
from core.web.limits import limiter
from tests.support.bed import Place
from wsgi import create_app


@pytest.fixture
def limited(place: Place) -> Iterator[FlaskClient]:
    """A client of an application that counts requests, in its own memory."""
    application = create_app(**{**place.settings, "REDIS_URL": ""}, TESTING=True, RATELIMIT_IN_TEST=True)
    yield application.test_client()
    limiter.enabled = False


def test_the_121st_request_of_a_minute_is_told_to_wait(limited: FlaskClient) -> None:
    here, there = {"REMOTE_ADDR": "198.51.100.7"}, {"REMOTE_ADDR": "198.51.100.8"}
    first = limited.get("/api/v1/openapi.json", environ_base=here)
    assert first.headers["X-RateLimit-Limit"] == str(PER_MINUTE)
    answers = [limited.get("/api/v1/openapi.json", environ_base=here) for _ in range(PER_MINUTE)]
    assert {answer.status_code for answer in answers[:-1]} == {200}
    last = answers[-1]
    assert (last.status_code, last.mimetype, last.headers["Retry-After"]) == (429, "application/problem+json", "60")
    assert str(PER_MINUTE) in last.get_json()["detail"]
    assert limited.get("/api/v1/openapi.json", environ_base=there).status_code == 200
