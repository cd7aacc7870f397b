"""How long a reading takes, fairly on a busy machine: the best of three."""

from collections.abc import Callable
from time import perf_counter


def seconds(act: Callable[[], object], *, times: int = 3) -> float:
    """The quickest of so many runs, in seconds."""

    def once() -> float:
        since = perf_counter()
        act()
        return perf_counter() - since

    return min(once() for _ in range(times))
