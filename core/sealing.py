"""Secrets at rest: AES-256-GCM with keys outside the database; what a value is for is part of what is sealed.

The key ring is a file of its own (`KEYRING_FILE`, mode 0600; `VAR_DIR/keyring.json` where nothing is set), made at the
first start of a demo. A sealed value is key id (1 byte) ‖ nonce (12) ‖ ciphertext; the highest id seals.

Numbers that few digits make up (identity numbers, phones) are looked up by a blind index: an HMAC under a key in a file
of its own (`BLIND_KEY_FILE`). Whoever has the database and not this key cannot try all numbers.
"""

import base64
import hashlib
import hmac
import json
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import current_app

NONCE = 12
INDEX_BYTES = 16
MOST_KEYS = 255
Ring = dict[int, bytes]


class KeyProblem(RuntimeError):
    """A key file is missing, open to others, or lacks the key a value was sealed with."""


def _path(setting: str, name: str) -> Path:
    given = str(current_app.config.get(setting) or "")
    return Path(given) if given else Path(str(current_app.config["VAR_DIR"])) / name


def ring_path() -> Path:
    """Where the key ring lies."""
    return _path("KEYRING_FILE", "keyring.json")


def blind_path() -> Path:
    """Where the key of the blind index lies."""
    return _path("BLIND_KEY_FILE", "blindkey.json")


def _load(path: Path, setting: str) -> Ring:
    """{key id: key}, read again only when the file has changed: a rotation reaches every process at once."""
    if not path.exists():
        _make(path, setting)
    status = path.stat()
    if os.name == "posix" and status.st_mode & 0o077:
        raise KeyProblem(f"{path.name} is readable by others: chmod 600")
    stamp = (str(path), status.st_mtime_ns, status.st_size)
    known: tuple[object, Ring] | None = current_app.extensions.get(setting)
    if known is None or known[0] != stamp:
        stored = json.loads(path.read_text(encoding="utf-8"))
        known = (stamp, {int(key_id): base64.b64decode(key) for key_id, key in stored.items()})
        current_app.extensions[setting] = known
    return known[1]


def _ring() -> Ring:
    return _load(ring_path(), "KEYRING_FILE")


def _new_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def _written(path: Path, stored: dict[str, str]) -> Path:
    """The keys in a file beside `path`, readable by nobody else from its first moment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        out.write(json.dumps(stored))
        out.flush()
        os.fsync(out.fileno())
    return part


def _make(path: Path, setting: str) -> None:
    """A first key; in production somebody has to put the file where it belongs."""
    if current_app.config["XINGCUN_MODE"] == "production":
        raise KeyProblem(f"{setting} is missing")
    part = _written(path, {"1": _new_key()})
    try:
        os.link(part, path)  # the first of several workers wins, the others read its key
    except FileExistsError:
        pass
    finally:
        part.unlink()


def active_blind_key() -> int:
    """The id of the key that indexes now."""
    return max(_load(blind_path(), "BLIND_KEY_FILE"))


def add_blind_key() -> int:
    """Put a new key of the blind index beside the old ones: look-ups try all of them. Its id. Raises: KeyProblem."""
    return _add(blind_path(), _load(blind_path(), "BLIND_KEY_FILE"))


def active_key() -> int:
    """The id of the key that seals now."""
    return max(_ring())


def add_key() -> int:
    """Put a new key into the ring; it seals from now on, the old ones still open. Its id. Raises: KeyProblem."""
    return _add(ring_path(), _ring())


def _add(path: Path, ring: Ring) -> int:
    key_id = max(ring) + 1
    if key_id > MOST_KEYS:
        raise KeyProblem("the ring is full: start a new one and seal everything anew")
    stored = {str(known): base64.b64encode(key).decode() for known, key in ring.items()}
    _written(path, {**stored, str(key_id): _new_key()}).replace(path)
    return key_id


def cell(table: str, column: str, *row: int) -> str:
    """What a value of one cell is sealed for: copied into another row or column it does not open."""
    return f"{table}.{column}/{'/'.join(map(str, row))}"


def seal(text: str, purpose: str) -> bytes:
    """Encrypt for `purpose` ("table.column", or `cell(...)` where the row is bound too)."""
    ring = _ring()
    key_id, nonce = max(ring), secrets.token_bytes(NONCE)
    return bytes([key_id]) + nonce + AESGCM(ring[key_id]).encrypt(nonce, text.encode(), purpose.encode())


def unseal(sealed: bytes, purpose: str) -> str:
    """The text. Raises: KeyProblem for an unknown key, another purpose, or a changed value."""
    ring = _ring()
    key, nonce = ring.get(sealed[0]), sealed[1 : 1 + NONCE]
    if key is None:
        raise KeyProblem("unknown key")
    try:
        return AESGCM(key).decrypt(nonce, sealed[1 + NONCE :], purpose.encode()).decode()
    except InvalidTag:
        raise KeyProblem("not sealed for this") from None


def blind_index(text: str, kind: str) -> bytes:
    """16 bytes that are the same for the same tidy text of a kind, and tell nothing without the key."""
    return blind_indexes(text, kind)[0]


def blind_indexes(text: str, kind: str) -> list[bytes]:
    """The index under every key that is kept, the newest first: look-ups find rows a rotation has not reached."""
    ring = _load(blind_path(), "BLIND_KEY_FILE")
    told = f"{kind}\n{text}".encode()
    return [hmac.new(ring[key], told, hashlib.sha256).digest()[:INDEX_BYTES] for key in sorted(ring, reverse=True)]
