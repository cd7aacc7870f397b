"""What came in and went out, without secrets: read as JSON, ordered so that equal runs give equal logs."""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from typing import Any

from market.gateways.emulator.clock import local

REQUEST, NOTIFY, CONTROL = "request", "notify", "control"
_RANK = {CONTROL: 0, REQUEST: 0, NOTIFY: 1}
_SECRET = ("sign", "token", "app_auth_token", "app_refresh_token", "refresh_token", "auth_token", "code")
_HIDDEN = "***"
MAX_UNREADABLE = 2000


def write(
    db: sqlite3.Connection, kind: str, at_ms: int, seq: int, out_trade_no: str | None, entry: Mapping[str, Any]
) -> None:
    """`seq` orders entries of one time and rank."""
    text = json.dumps(entry, ensure_ascii=False, separators=(",", ":"))
    db.execute(
        "INSERT INTO log (at_ms, rank, seq, kind, out_trade_no, entry) VALUES (?, ?, ?, ?, ?, ?)",
        (at_ms, _RANK[kind], seq, kind, out_trade_no, text),
    )


def act(db: sqlite3.Connection, at_ms: int, path: str, arguments: Mapping[str, Any], status: int) -> None:
    """What a person, a test or a buyer did from outside the gateway."""
    entry = {"path": path, "arguments": hidden(arguments), "status": status}
    parts = path.split("/")
    out_trade_no = parts[3] if parts[1:3] == ["_emulator", "trades"] else None
    write(db, CONTROL, at_ms, next_seq(db), out_trade_no, entry)


def next_seq(db: sqlite3.Connection) -> int:
    row = db.execute(
        "INSERT INTO counter VALUES ('log', 1) ON CONFLICT (name) DO UPDATE SET n = n + 1 RETURNING n"
    ).fetchone()
    return int(row[0])


def read(
    db: sqlite3.Connection, *, out_trade_no: str | None = None, kind: str | None = None, limit: int = 1000
) -> list[dict[str, Any]]:
    """The newest `limit` entries, oldest first."""
    rows = db.execute(
        "SELECT * FROM log WHERE (? IS NULL OR out_trade_no = ?) AND (? IS NULL OR kind = ?)"
        " ORDER BY at_ms DESC, rank DESC, seq DESC LIMIT ?",
        (out_trade_no, out_trade_no, kind, kind, limit),
    ).fetchall()
    return [
        {"at": local(row["at_ms"]).isoformat(timespec="milliseconds"), "kind": row["kind"], **json.loads(row["entry"])}
        for row in reversed(rows)
    ]


def hidden(fields: Mapping[str, Any]) -> dict[str, Any]:
    """`fields` with every secret replaced, at any depth and inside `biz_content`."""
    shown = {name: _HIDDEN if _is_secret(name, value) else _shown(value) for name, value in fields.items()}
    if isinstance(biz := fields.get("biz_content"), str):
        content = _content(biz)
        shown["biz_content"] = biz[:MAX_UNREADABLE] if content is None else _shown(content)
    return shown


def relative(content: dict[str, Any], *fronts: str) -> dict[str, Any]:
    """Our own addresses without their front, so that equal runs on two ports leave equal logs."""

    def shorter(value: Any) -> Any:
        front = next((front for front in fronts if front and isinstance(value, str) and value.startswith(front)), "")
        return value[len(front) :] if front else value

    return {name: shorter(value) for name, value in content.items()}


def hidden_text(text: str, params: Mapping[str, str]) -> str:
    """A signed string with the secrets of its request replaced."""
    for secret in [*_secrets(params), *_secrets(_content(params.get("biz_content", "")))]:
        text = text.replace(secret, _HIDDEN)
    return text


def _shown(value: Any) -> Any:
    if isinstance(value, dict):
        return hidden(value)
    return [_shown(part) for part in value] if isinstance(value, list) else value


def _secrets(value: Any) -> Iterator[str]:
    """Every secret text inside a value."""
    if isinstance(value, Mapping):
        for name, part in value.items():
            if isinstance(part, str) and part and _is_secret(name, part):
                yield part
            else:
                yield from _secrets(part)
    elif isinstance(value, list):
        for part in value:
            yield from _secrets(part)


def _is_secret(name: str, value: Any) -> bool:
    """An answer's `code` is a number of the gateway; only an authorisation code is a secret."""
    return name in _SECRET and not (name == "code" and isinstance(value, str) and value.isdigit() and len(value) == 5)


def _content(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None
