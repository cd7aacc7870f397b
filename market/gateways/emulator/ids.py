"""Numbers as Alipay shapes them, from a seed and counters: equal seeds and calls give equal numbers, none twice."""

import hashlib
import sqlite3

from market.gateways.emulator.clock import day

_SPREAD = 7_919_000_003  # odd and no multiple of 5: n * _SPREAD mod 10**k never repeats within 10**k numbers
_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"


class Ids:
    """Every method takes the open transaction, whose counters it moves."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def trade_no(self, db: sqlite3.Connection, now_ms: int, buyer_id: str) -> str:
        """28 digits: day, product, tail of the buyer, serial."""
        return f"{day(now_ms)}22001{buyer_id[-4:]:0>4}{self._serial(db, 'trade', 11)}"

    def notify_id(self, db: sqlite3.Connection, now_ms: int) -> str:
        return f"{day(now_ms)}00222{self._serial(db, 'notify', 19)}"

    def order_no(self, db: sqlite3.Connection, now_ms: int, kind: str) -> str:
        """32 digits for settlements and transfers."""
        return f"{day(now_ms)}00215{self._serial(db, kind, 19)}"

    def code(self, db: sqlite3.Connection) -> str:
        """What a QR code points to: `bax` and 21 letters."""
        return "bax" + self._word(db, "code", 21)

    def token(self, db: sqlite3.Connection, now_ms: int, kind: str) -> str:
        return f"{day(now_ms)[:6]}BB{self._word(db, kind, 32)}"

    def _serial(self, db: sqlite3.Connection, kind: str, digits: int) -> str:
        n = _next(db, kind)
        start = int.from_bytes(self._hash(kind, 0)[:8], "big")
        return f"{(start + n * _SPREAD) % 10**digits:0{digits}d}"

    def _word(self, db: sqlite3.Connection, kind: str, length: int) -> str:
        number = int.from_bytes(self._hash(kind, _next(db, kind)), "big")
        return "".join(_LETTERS[number >> 5 * i & 31] for i in range(length))

    def _hash(self, kind: str, n: int) -> bytes:
        return hashlib.sha256(f"{self.seed}|{kind}|{n}".encode()).digest()


def _next(db: sqlite3.Connection, name: str) -> int:
    row = db.execute(
        "INSERT INTO counter VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET n = n + 1 RETURNING n", (name,)
    ).fetchone()
    return int(row[0])
