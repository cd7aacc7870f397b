"""A shop that can be paid: real server processes, and an Alipay on a port of its own that tells them what it heard."""

import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page

from core import clock
from market.gateways import providers
from tests.support import browser as chromium
from tests.support import server
from tests.support.alipay import Alipay
from tests.support.bed import Place
from tests.support.cleaning import Cleaner


@pytest.fixture
def alipay(app: Flask) -> Iterator[Alipay]:
    """Live, at today's time; the application in this process pays there too."""
    now = clock.now().astimezone(clock.COUNTY).replace(tzinfo=None)
    emulator = Alipay(clock=now.isoformat(timespec="seconds"), live=True)
    app.extensions["payment_providers"] = {providers.ALIPAY: emulator.provider}
    yield emulator
    app.extensions.pop("payment_providers")
    emulator.close()


@pytest.fixture
def till(place: Place, app: Flask, alipay: Alipay, cleaner: Cleaner, tmp_path: Path) -> Iterator[str]:
    """The base URL of a server that is paid at `alipay`, and is told so over the wire."""
    cleaner.everything()
    with server.running(place, **alipay.settings(tmp_path)) as url:
        alipay.hears(lambda path, body, content_type: tell(url + path, body, content_type))
        yield url


def tell(url: str, body: bytes, content_type: str) -> bytes:
    """Deliver a notify; what the server answered, nothing when nobody did."""
    request = urllib.request.Request(url, body, {"Content-Type": content_type})  # noqa: S310
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=20) as answer:
            return bytes(answer.read())
    except OSError:
        return b""


@pytest.fixture
def at_till(chrome: Browser, till: str) -> Iterator[Callable[[dict[str, Any]], Page]]:
    """As `new_page`, on the server that can be paid."""
    contexts = []

    def make(device: dict[str, Any] = chromium.DESK) -> Page:
        contexts.append(chrome.new_context(base_url=till, **chromium.IN_THE_COUNTY, **device))
        contexts[-1].set_default_timeout(10_000)
        return contexts[-1].new_page()

    yield make
    for context in contexts:
        context.close()
