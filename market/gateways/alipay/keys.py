"""The key ring of an application: our private key, Alipay's present public key, and its next one during a change.

Files only, never the database: `app_private.pem` (0600, PKCS#1 or PKCS#8), `alipay_public.pem` and, while keys are
being changed, `alipay_public_next.pem`, in `<directory>/<app_id>/` or, for a single application, in `<directory>`.
"""

import base64
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_private_key,
    load_der_public_key,
    load_pem_private_key,
    load_pem_public_key,
)

PRIVATE, PUBLIC = "app_private.pem", "app_public.pem"
ALIPAY, ALIPAY_NEXT = "alipay_public.pem", "alipay_public_next.pem"
EMULATOR_MARK = "emulator-keys"  # the emulator leaves this file beside keys it made
MIN_BITS = 2048
OTHERS = stat.S_IRWXG | stat.S_IRWXO


class KeyProblem(Exception):
    """A key file is missing, unreadable, weak, or open to others. The message names the file, never its content."""


@dataclass(frozen=True)
class KeyRing:
    app_id: str
    private: RSAPrivateKey = field(repr=False)
    alipay: tuple[RSAPublicKey, ...] = field(repr=False)


def load(directory: Path, app_id: str) -> KeyRing:
    """Raises: KeyProblem."""
    own = directory / app_id
    place = own if own.is_dir() else directory
    public = [_public(place / ALIPAY)]
    if (place / ALIPAY_NEXT).exists():
        public.append(_public(place / ALIPAY_NEXT))
    return KeyRing(app_id, _private(place / PRIVATE), tuple(public))


def generate(directory: Path) -> None:
    """A new pair for an application that has none: `app_private.pem` and the `app_public.pem` to hand to Alipay.

    Raises: KeyProblem if a private key is there already; it is never overwritten.
    """
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = generate_private_key(public_exponent=65537, key_size=MIN_BITS)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    try:
        descriptor = os.open(directory / PRIVATE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise KeyProblem(f"{PRIVATE} exists") from None
    with os.fdopen(descriptor, "wb") as file:
        file.write(private)
    (directory / PUBLIC).write_bytes(public)


def are_emulators(directory: Path, app_id: str) -> bool:
    """Whether these keys were made by an emulator."""
    return any((place / EMULATOR_MARK).exists() for place in (directory, directory / app_id))


def _private(path: Path) -> RSAPrivateKey:
    try:
        mode = path.stat().st_mode
        raw = path.read_bytes()
    except OSError as error:
        raise KeyProblem(f"{path.name}: {error.strerror}") from None
    if os.name == "posix" and mode & OTHERS:
        raise KeyProblem(f"{path.name} is readable by others: chmod 600")
    try:
        der = _der(raw)
        key = load_pem_private_key(raw, None) if der is None else load_der_private_key(der, None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise KeyProblem(f"{path.name} is no private key") from None
    if not isinstance(key, RSAPrivateKey) or key.key_size < MIN_BITS:
        raise KeyProblem(f"{path.name} is not RSA with {MIN_BITS} bits")
    return key


def _public(path: Path) -> RSAPublicKey:
    try:
        raw = path.read_bytes()
        der = _der(raw)
        key = load_pem_public_key(raw) if der is None else load_der_public_key(der)
    except OSError as error:
        raise KeyProblem(f"{path.name}: {error.strerror}") from None
    except (ValueError, UnsupportedAlgorithm):
        raise KeyProblem(f"{path.name} is no public key") from None
    if not isinstance(key, RSAPublicKey) or key.key_size < MIN_BITS:
        raise KeyProblem(f"{path.name} is not RSA with {MIN_BITS} bits")
    return key


def _der(raw: bytes) -> bytes | None:
    """The bytes behind the bare base64 that Alipay's console and tools hand out; None for PEM."""
    if b"-----BEGIN" in raw:
        return None
    return base64.b64decode(b"".join(raw.split()), validate=True)
