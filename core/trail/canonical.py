"""The text that is hashed: sorted keys, no blanks, NFC, only text, int, bool, null, list, dict."""

import hashlib
import json
import unicodedata
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any

GENESIS = bytes(32)


def plain(value: Any) -> Any:
    """`value` with enums, dates and instants as text. Raises TypeError for a float: none belongs in a fact."""
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        items = [plain(inner) for inner in value]
        return sorted(items, key=str) if isinstance(value, set | frozenset) else items
    raise TypeError(f"{type(value).__name__} has no canonical form")


def text(value: dict[str, Any]) -> str:
    """The one text of a record."""
    return json.dumps(plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def link(label: str, seq: int, prev: bytes, body: str) -> bytes:
    """SHA-256 of a chain's link: label, number, the link before, the record's text."""
    head = f"{label}\n{seq}\n".encode()
    return hashlib.sha256(head + prev + body.encode()).digest()
