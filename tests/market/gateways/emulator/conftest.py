"""A running emulator with key files, over http and over https, its clock standing at 2026-11-23 09:00."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from market.gateways.emulator import tls
from market.gateways.emulator.clock import Clock
from market.gateways.emulator.emulator import Emulator
from market.gateways.emulator.keys import Keys
from market.gateways.emulator.server import Address, Live


@pytest.fixture(params=["http", "https"])
def live(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Live]:
    files = tls.files(tmp_path) if request.param == "https" else None
    emulator = Emulator(Keys.open(tmp_path), clock=Clock.of("2026-11-23T09:00:00"))
    with Live(emulator, Address(tls=files)) as running:
        yield running
