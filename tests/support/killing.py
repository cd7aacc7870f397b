"""An act in a process of its own that is killed (-9) at a named point or any moment; the next act comes at once.

    for point in killing.points(20):
        killed += killing.killed(app, act, point)

The process is a fork of the test's: the application is loaded already, so a kill costs milliseconds, not seconds. It
opens its own connections; what it shares with us it never touches. A live emulator goes on answering in our process.
"""

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from flask import Flask
from sqlalchemy import event

from core import db as database
from core.db import db


@dataclass(frozen=True)
class Point:
    """Where it dies: before or after its n-th commit, or (`after_s`) some time after its start."""

    name: str
    number: int = 0
    after_s: float = 0


def points(count: int, *, commits: int, longest_s: float, seed: int = 1) -> Iterator[Point]:
    """`count` places to die: each named one in turn, every third time a random moment up to `longest_s`."""
    chance = random.Random(seed)
    named = [Point(name, n) for n in range(1, commits + 1) for name in ("before commit", "after commit")]
    for turn in range(count):
        if turn % 3 == 2:
            yield Point("any moment", after_s=chance.uniform(0.001, longest_s))
        else:
            yield named[(turn - turn // 3) % len(named)]


def killed(app: Flask, act: Callable[[], object], point: Point) -> bool:
    """Run `act` in a child that dies at `point`. Whether it died there; False when it was done before."""
    db.session.remove()
    child = os.fork()
    if child == 0:
        try:
            db.engine.dispose(close=False)
            _arm(point)
            act()
        finally:
            os._exit(0)
    if point.after_s:
        time.sleep(point.after_s)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def _arm(point: Point) -> None:
    if point.after_s:
        return
    seen = 0

    def count(*_: object) -> None:
        nonlocal seen
        seen += 1
        if seen == point.number:
            os.kill(os.getpid(), signal.SIGKILL)

    if point.name == "before commit":
        database.before_commit_hooks.append(count)
    else:
        event.listen(db.session, "after_commit", count)
