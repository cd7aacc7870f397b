"""Faults on purpose: armed by kind, method, order and count; each disarms itself when it has happened that often."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    DELAY = "delay"  # answered late (ms)
    TIMEOUT_BEFORE = "timeout_before"  # nothing happens, no answer (ms until the line is cut)
    TIMEOUT_AFTER = "timeout_after"  # it happens, no answer
    LOST_RESPONSE = "lost_response"  # it happens, the line is cut at once
    HTTP_500 = "http_500"
    HTTP_502_HTML = "http_502_html"
    BAD_SIGN = "bad_sign"
    NO_SIGN = "no_sign"
    CODE_20000 = "code_20000"
    NOTIFY_LOST = "notify_lost"  # the attempt vanishes; the next one comes by the schedule
    NOTIFY_DUP = "notify_dup"  # sent twice
    NOTIFY_DELAY = "notify_delay"  # sent later (ms, on the emulator's clock)
    NOTIFY_REORDER = "notify_reorder"  # held back until the next notify has been sent
    NOTIFY_FORGED = "notify_forged"  # before the true one: the same, signed by a stranger
    NOTIFY_WRONG_AMOUNT = "notify_wrong_amount"  # before the true one: well signed, one fen more
    NOTIFY_WRONG_APP = "notify_wrong_app"  # before the true one: well signed, for another app


EFFECT_FIRST = {Kind.TIMEOUT_AFTER, Kind.LOST_RESPONSE, Kind.BAD_SIGN, Kind.NO_SIGN}
NOTIFY_KINDS = frozenset(kind for kind in Kind if kind.startswith("notify_"))
REQUEST_KINDS = frozenset(Kind) - NOTIFY_KINDS
_DEFAULT_MS = {Kind.DELAY: 1000, Kind.NOTIFY_DELAY: 60_000}


@dataclass(frozen=True)
class Fault:
    kind: Kind
    options: Mapping[str, Any]

    @property
    def after(self) -> bool:
        """Whether the request takes effect before the fault strikes (`after=1` makes it so for 5xx and 20000)."""
        return self.kind in EFFECT_FIRST or str(self.options.get("after", "")) in ("1", "true")

    @property
    def ms(self) -> int:
        return int(self.options.get("ms", _DEFAULT_MS.get(self.kind, 15_000)))


def arm(
    db: sqlite3.Connection,
    kind: str,
    *,
    method: str | None = None,
    out_trade_no: str | None = None,
    count: int = 1,
    options: Mapping[str, Any] | None = None,
) -> None:
    """Raises: ValueError for an unknown kind."""
    db.execute(
        "INSERT INTO fault (kind, method, out_trade_no, remaining, options) VALUES (?, ?, ?, ?, ?)",
        (Kind(kind), method or None, out_trade_no or None, count, json.dumps(dict(options or {}))),
    )


def take(db: sqlite3.Connection, kinds: frozenset[Kind], methods: set[str], out_trade_no: str | None) -> Fault | None:
    """The oldest armed fault that fits one of the methods, one use of it spent; None if there is none."""
    rows = db.execute("SELECT * FROM fault WHERE remaining > 0 ORDER BY n").fetchall()
    for row in rows:
        fits = (row["method"] is None or row["method"] in methods) and row["out_trade_no"] in (None, out_trade_no)
        if fits and row["kind"] in kinds:
            db.execute("UPDATE fault SET remaining = remaining - 1 WHERE n = ?", (row["n"],))
            return Fault(Kind(row["kind"]), json.loads(row["options"]))
    return None


def armed(db: sqlite3.Connection) -> list[dict[str, Any]]:
    rows = db.execute("SELECT * FROM fault WHERE remaining > 0 ORDER BY n").fetchall()
    return [
        {name: row[name] for name in ("kind", "method", "out_trade_no", "remaining")} | json.loads(row["options"])
        for row in rows
    ]


def disarm(db: sqlite3.Connection) -> None:
    db.execute("DELETE FROM fault")
