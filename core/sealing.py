"""Secrets at rest: AES-256-GCM with a key outside the database; what a value is for is part of what is sealed.

The key ring is a file of its own (`KEYRING_FILE`, mode 0600; `VAR_DIR/keyring.json` where nothing is set),
made at the first start of a demo. A sealed value is key id (1 byte) ‖ nonce (12) ‖ ciphertext.
"""

import base64
import json
import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import current_app

NONCE = 12


class KeyProblem(RuntimeError):
    """The key ring is missing, open to others, or lacks the key a value was sealed with."""


def _path() -> Path:
    given = str(current_app.config.get("KEYRING_FILE") or "")
    return Path(given) if given else Path(str(current_app.config["VAR_DIR"])) / "keyring.json"


def _ring() -> dict[int, bytes]:
    """{key id: key}; the highest id seals. Read once a process."""
    known = current_app.extensions.get("keyring")
    if known is None:
        path = _path()
        if not path.exists():
            _make(path)
        if os.name == "posix" and path.stat().st_mode & 0o077:
            raise KeyProblem(f"{path.name} is readable by others: chmod 600")
        stored = json.loads(path.read_text(encoding="utf-8"))
        known = {int(key_id): base64.b64decode(key) for key_id, key in stored.items()}
        current_app.extensions["keyring"] = known
    return dict(known)


def _make(path: Path) -> None:
    """A first key; in production somebody has to put the ring where it belongs."""
    if current_app.config["XINGCUN_MODE"] == "production":
        raise KeyProblem("KEYRING_FILE is missing")
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"1": base64.b64encode(secrets.token_bytes(32)).decode()})
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        out.write(text)
    try:
        os.link(part, path)  # the first of several workers wins, the others read its key
    except FileExistsError:
        pass
    finally:
        part.unlink()


def seal(text: str, purpose: str) -> bytes:
    """Encrypt for `purpose` ("table.column")."""
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
