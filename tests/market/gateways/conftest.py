"""`alipay`: an emulated Alipay in process; `live_alipay`: the same on a port of its own. Neither needs a database."""

from collections.abc import Iterator

import pytest

from core import clock
from tests.support.alipay import Alipay


@pytest.fixture
def alipay() -> Iterator[Alipay]:
    made = Alipay()
    with clock.frozen(made.now):
        yield made
    made.close()


@pytest.fixture
def live_alipay() -> Iterator[Alipay]:
    made = Alipay(clock="real", live=True)
    yield made
    made.close()
