"""Fixtures: `app`, `db_session`, `client` on the worker's own database; `page`, `phone`, `new_page` on a live server.

A test that asks for none of them starts no server at all. See `tests/support/bed.py` and `cleaning.py`.
"""

from collections.abc import Iterator
from typing import Any

import pytest
import redis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import settings
from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy.orm import scoped_session

from tests.support import browser as chromium
from tests.support import server
from tests.support.bed import Bed, Place, at_worker
from tests.support.cleaning import Cleaner

BED = pytest.StashKey[Bed]()

# A busy machine is no finding: properties are asked what they answer, not how fast.
settings.register_profile("xingcun", deadline=None)
settings.load_profile("xingcun")


def bed_of(config: pytest.Config) -> Bed:
    """The run's bed, started at the first need."""
    if BED not in config.stash:
        config.stash[BED] = Bed()
        config.add_cleanup(config.stash[BED].close)
    return config.stash[BED]


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """xdist, in the controller, once for each worker: hand it its own database."""
    node.workerinput["place"] = bed_of(node.config).new_place().to_worker()


@pytest.fixture(scope="session")
def place(request: pytest.FixtureRequest) -> Place:
    """This worker's database, queue and directory."""
    given = at_worker(getattr(request.config, "workerinput", {}).get("place"))
    return given or bed_of(request.config).new_place()


@pytest.fixture(scope="session")
def session_app(place: Place) -> Flask:
    """The application, made once for each worker. Forms carry no token here; the browser tests run with tokens."""
    from tests.support.client import LoneClient
    from wsgi import create_app

    application = create_app(**place.settings, TESTING=True, WTF_CSRF_ENABLED=False)
    application.test_client_class = LoneClient
    return application


@pytest.fixture(scope="session")
def cleaner(place: Place) -> Iterator[Cleaner]:
    made = Cleaner(place.owner_url)
    yield made
    made.close()


@pytest.fixture(scope="session")
def queue(place: Place) -> Iterator[redis.Redis]:
    """The worker's own database in Valkey: rate limits, cache, broker."""
    connection = redis.Redis.from_url(place.redis_url)
    yield connection
    connection.close()


@pytest.fixture
def app(session_app: Flask, cleaner: Cleaner, queue: redis.Redis) -> Iterator[Flask]:
    """The application with its context pushed; afterwards whatever the test wrote is gone."""
    from core.db import db

    with session_app.app_context():
        yield session_app
        db.session.remove()
    cleaner.clean()
    queue.flushdb()


@pytest.fixture
def db_session(app: Flask) -> scoped_session[Any]:
    """The test's own session. Commit as the doors do, by `core.db.transaction()`."""
    from core.db import db

    return db.session


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Requests that stand alone: their own context, session and person each time."""
    return app.test_client()


@pytest.fixture(scope="session")
def chrome() -> Iterator[Browser]:
    program = chromium.chromium_or_skip()
    with sync_playwright() as playwright:
        made = playwright.chromium.launch(executable_path=program, args=list(chromium.QUIET))
        yield made
        made.close()


@pytest.fixture(scope="session")
def served(place: Place) -> Iterator[str]:
    """The base URL of a real server on the worker's database."""
    with server.running(place) as url:
        yield url


@pytest.fixture
def live_server(served: str, app: Flask, cleaner: Cleaner) -> str:
    """As `served`, and every table is cleaned afterwards: nobody notes what another process writes."""
    cleaner.everything()
    return served


@pytest.fixture
def new_page(chrome: Browser, live_server: str) -> Iterator[Any]:
    """Make pages for several people: `new_page(PHONE)`; each has its own cookies and may visit relative addresses."""
    contexts = []

    def make(device: dict[str, Any] = chromium.DESK) -> Page:
        contexts.append(chrome.new_context(base_url=live_server, **chromium.IN_THE_COUNTY, **device))
        contexts[-1].set_default_timeout(10_000)
        return contexts[-1].new_page()

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def page(new_page: Any) -> Page:
    """A desk of 1440 px."""
    made: Page = new_page(chromium.DESK)
    return made


@pytest.fixture
def phone(new_page: Any) -> Page:
    """A phone of 390 px."""
    made: Page = new_page(chromium.PHONE)
    return made
