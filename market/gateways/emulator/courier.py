"""The delivery of notifies: one at a time, in the order they fall due, by a thread of its own or on demand."""

import json
import logging
import sqlite3
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING

from market.gateways.emulator import faults, log, notify, wire
from market.gateways.emulator.bench import Bench
from market.gateways.emulator.clock import stamp
from market.gateways.emulator.faults import Fault, Kind
from market.gateways.emulator.money import fen_of, yuan_of

if TYPE_CHECKING:
    from market.gateways.emulator.emulator import Emulator

_LOG = logging.getLogger("emulator")
_LOST = (0, b"")
_EXTRA = {Kind.NOTIFY_FORGED, Kind.NOTIFY_WRONG_AMOUNT, Kind.NOTIFY_WRONG_APP}


class Courier:
    """`run()` delivers what is due and returns; `start()` keeps doing so beside the server."""

    def __init__(self, emulator: "Emulator") -> None:
        self._emulator = emulator
        self._one = threading.Lock()
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._loop, name="notify", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(notify.TIMEOUT_S + 1)

    def wake(self) -> None:
        self._wake.set()

    def run(self) -> None:
        """Deliver until nothing is due at the present time."""
        with self._one:
            while (row := self._next()) is not None:
                self._handle(row)

    def _loop(self) -> None:
        while not self._stop.is_set():
            self._wake.wait(timeout=0.5)
            self._wake.clear()
            if self._stop.is_set():
                return
            try:
                self._emulator.settle()
            except Exception:  # noqa: BLE001 (see below)
                # The thread must outlive one bad delivery: without it no notify would ever be sent again.
                _LOG.exception("a notify could not be handled")

    def _next(self) -> sqlite3.Row | None:
        with self._emulator.bench() as bench:
            return bench.one(
                "SELECT * FROM notify WHERE state = 'waiting' AND due_ms <= ? ORDER BY due_ms, n LIMIT 1", bench.now_ms
            )

    def _handle(self, row: sqlite3.Row) -> None:
        with self._emulator.store.tx() as db:
            fault = faults.take(db, faults.NOTIFY_KINDS, _causes(db, row), row["out_trade_no"])
        if fault is not None and self._postponed(row, fault):
            return
        fields = json.loads(row["fields"])
        if fault is not None and fault.kind in _EXTRA:
            self._send(row, self._false(row, fields, fault.kind), fault.kind)
        if fault is not None and fault.kind is Kind.NOTIFY_LOST:
            success = False
            self._record(row, fields, "lost", _LOST)
        else:
            if fault is not None and fault.kind is Kind.NOTIFY_DUP:
                self._send(row, fields)
            success = self._send(row, fields)
        self._finish(row, success)

    def _postponed(self, row: sqlite3.Row, fault: Fault) -> bool:
        with self._emulator.bench() as bench:
            if fault.kind is Kind.NOTIFY_DELAY:
                later = (bench.now_ms + fault.ms, "waiting")
            elif fault.kind is Kind.NOTIFY_REORDER:
                later = (bench.now_ms, "held")
            else:
                return False
            bench.db.execute("UPDATE notify SET due_ms = ?, state = ? WHERE n = ?", (*later, row["n"]))
        return True

    def _false(self, row: sqlite3.Row, fields: Mapping[str, str], kind: Kind) -> dict[str, str]:
        """The fields of a notify that must not be believed, under a notify_id of its own."""
        with self._emulator.bench() as bench:
            changed = {"notify_id": self._emulator.ids.notify_id(bench.db, bench.now_ms)}
        if kind is Kind.NOTIFY_WRONG_AMOUNT:
            changed["total_amount"] = yuan_of((fen_of(fields["total_amount"]) or 0) + 1)
        if kind is Kind.NOTIFY_WRONG_APP:
            changed["app_id"] = changed["auth_app_id"] = "2021999999999999"
        return {**fields, **changed}

    def _send(self, row: sqlite3.Row, fields: Mapping[str, str], kind: Kind | None = None) -> bool:
        """One HTTP request; True if the receiver answered exactly `success`."""
        emulator = self._emulator
        if not notify.allowed(row["url"], emulator.options.notify_hosts):
            self._record(row, fields, "refused: not loopback", _LOST)
            return False
        charset = row["charset"]
        signer = emulator.keys.stranger if kind is Kind.NOTIFY_FORGED else emulator.keys.alipay
        timed = {"notify_id": row["notify_id"], **fields, "notify_time": stamp(emulator.clock.now_ms())}
        body = wire.form(wire.signed_fields(timed, signer, charset), charset).encode("ascii")
        began_ms = emulator.clock.now_ms()
        try:
            answer = emulator.deliver(row["url"], body, f"application/x-www-form-urlencoded; charset={charset}")
        except OSError as error:
            ms = emulator.clock.now_ms() - began_ms
            self._record(row, timed, f"unreachable: {type(error).__name__}", _LOST, ms)
            return False
        success = answer[0] == 200 and answer[1] == notify.SUCCESS
        verdict = kind.value if kind else ("delivered" if success else "not acknowledged")
        self._record(row, timed, verdict, answer, emulator.clock.now_ms() - began_ms)
        return success

    def _record(
        self, row: sqlite3.Row, fields: Mapping[str, str], verdict: str, answer: tuple[int, bytes], ms: int = 0
    ) -> None:
        entry = {
            "notify_id": fields.get("notify_id", row["notify_id"]),
            "attempt": row["attempts"] + 1,
            "url": row["url"],
            "verdict": verdict,
            "status": answer[0],
            "ms": ms,
            "answer": answer[1][:64].decode("ascii", "replace"),
            "fields": dict(sorted(fields.items())),
            "signed": wire.notify_text(fields),
        }
        with self._emulator.store.tx() as db:
            now_ms = self._emulator.clock.now_ms()
            log.write(db, log.NOTIFY, now_ms, row["n"] * 100 + row["attempts"], row["out_trade_no"], entry)

    def _finish(self, row: sqlite3.Row, success: bool) -> None:
        attempts = row["attempts"] + 1
        due_ms = None if success else notify.next_due(row["first_ms"], attempts)
        state = "delivered" if success else ("given-up" if due_ms is None else "waiting")
        with self._emulator.bench() as bench:
            bench.db.execute(
                "UPDATE notify SET attempts = ?, state = ?, due_ms = ? WHERE n = ?", (attempts, state, due_ms, row["n"])
            )
            _release(bench, row["n"])


def _causes(db: sqlite3.Connection, row: sqlite3.Row) -> set[str]:
    """The methods a notify comes from, for a fault that waits for one: the order's own, and a refund's or a close's."""
    offer = db.execute(
        "SELECT o.method FROM offer o JOIN trade t ON t.offer_code = o.code WHERE t.trade_no = ?", (row["trade_no"],)
    ).fetchone()
    fields = json.loads(row["fields"])
    if "out_biz_no" in fields:
        return {offer["method"], "alipay.trade.refund"}
    return {offer["method"], "alipay.trade.close"} if "gmt_close" in fields else {offer["method"]}


def _release(bench: Bench, sent: int) -> None:
    """A notify that waited for another to go first may go now."""
    bench.db.execute(
        "UPDATE notify SET state = 'waiting', due_ms = ? WHERE state = 'held' AND n <> ?", (bench.now_ms, sent)
    )
