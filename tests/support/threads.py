"""The same act by several people at the same moment: real threads, real sessions, real commits."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from flask import Flask

T = TypeVar("T")


def at_once(app: Flask, *acts: Callable[[], T], seconds: float = 30) -> list[T | Exception]:
    """Run `acts` together, each in its own thread and application context, all let go by one barrier.

    Returns what each returned or raised, in the order given; nothing is raised here but a time-out.
    """
    gate = threading.Barrier(len(acts))

    def run(act: Callable[[], T]) -> T | Exception:
        with app.app_context():
            gate.wait(seconds)
            try:
                return act()
            except Exception as error:  # noqa: BLE001  the loser's refusal is what the test looks at
                return error

    with ThreadPoolExecutor(len(acts)) as pool:
        futures = [pool.submit(run, act) for act in acts]
        return [future.result(seconds) for future in futures]
