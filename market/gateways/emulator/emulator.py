"""One gateway: its books, its clock, its keys, and who lives in it from the start."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from market.gateways.emulator import notify, trades
from market.gateways.emulator.bench import Bench
from market.gateways.emulator.clock import Clock
from market.gateways.emulator.courier import Courier
from market.gateways.emulator.ids import Ids
from market.gateways.emulator.keys import Keys
from market.gateways.emulator.options import Options
from market.gateways.emulator.store import Store

APP_ID = "2021000000000001"
SELLER_ID = "2088000000000001"
SECOND_APP_ID = "2021000000000002"
SECOND_SELLER_ID = "2088000000000002"


@dataclass
class Emulator:
    """Everything of one gateway. Threads may share it; each change is one transaction of `bench()`."""

    keys: Keys
    store: Store = field(default_factory=Store)
    clock: Clock = field(default_factory=Clock)
    options: Options = field(default_factory=Options)
    deliver: notify.Deliver = notify.post
    pause: Callable[[float], None] = time.sleep

    def __post_init__(self) -> None:
        self.ids = Ids(self.options.seed)
        self.courier = Courier(self)
        self._moving = threading.Lock()
        self._began = (self.clock.fixed_ms, self.clock.offset_ms)
        self._found()

    @contextmanager
    def bench(self) -> Iterator[Bench]:
        """One transaction at the present time, after everything that was due by itself has happened."""
        with self.store.tx() as db:
            bench = Bench(db, self.ids, self.clock.now_ms())
            trades.run_due(bench)
            yield bench

    def advance(self, seconds: int) -> None:
        """Move the clock; every expiry and every notify due on the way happens at its own time, in order."""
        with self._moving:
            target_ms = self.clock.now_ms() + seconds * 1000
            self.settle()
            while (due_ms := self._next_due()) is not None and due_ms <= target_ms:
                self.clock.move_to(due_ms)
                self.settle()
            self.clock.move_to(target_ms)
            self._keep_time()
            self.settle()

    def settle(self) -> None:
        """Let what is due now happen, and deliver every notify that is due now."""
        with self.bench():
            pass
        self.courier.run()

    def reset(self) -> None:
        """As at the start: no trades, the default merchants, numbers from the first, the clock where it began."""
        with self.store.tx():
            self.store.empty()
            self.clock.fixed_ms, self.clock.offset_ms = self._began
            self._found()

    def save(self, name: str) -> None:
        """Keep everything as it is now, the time included, until the process ends."""
        self._keep_time()
        self.store.save(name)

    def load(self, name: str) -> None:
        """Everything as it was at `save(name)`. Raises: KeyError."""
        self.store.load(name)
        with self.store.tx() as db:
            kept = _kept(db)
        if self.clock.stands:
            self.clock.fixed_ms = kept["time"]
        self.clock.offset_ms = kept["offset"]

    def _next_due(self) -> int | None:
        with self.store.tx() as db:
            row = db.execute(
                "SELECT min(due_ms) FROM (SELECT due_ms FROM trade UNION ALL"
                " SELECT due_ms FROM notify WHERE state = 'waiting')"
            ).fetchone()
        return None if row[0] is None else max(int(row[0]), self.clock.now_ms())

    def _found(self) -> None:
        """Default merchants, and the time an earlier run had reached."""
        with self.store.tx() as db:
            if kept := _kept(db):
                if self.clock.stands:
                    self.clock.move_to(kept["time"])
                self.clock.offset_ms = max(self.clock.offset_ms, kept["offset"])
            for app_id, seller_id, name in (
                (APP_ID, SELLER_ID, "Emulator merchant 1"),
                (SECOND_APP_ID, SECOND_SELLER_ID, "Emulator merchant 2"),
            ):
                db.execute("INSERT OR IGNORE INTO merchant (seller_id, name) VALUES (?, ?)", (seller_id, name))
                db.execute(
                    "INSERT INTO app VALUES (?, ?, ?)"
                    " ON CONFLICT (app_id) DO UPDATE SET public_pem = excluded.public_pem",
                    (app_id, seller_id, self.keys.app_public_pem),
                )
        self._keep_time()

    def _keep_time(self) -> None:
        with self.store.tx() as db:
            for name, value in (("time", self.clock.now_ms()), ("offset", self.clock.offset_ms)):
                db.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, str(value)))


def _kept(db: sqlite3.Connection) -> dict[str, int]:
    """The time an earlier run had reached; empty in a new store."""
    return {name: int(value) for name, value in db.execute("SELECT name, value FROM meta").fetchall()}
