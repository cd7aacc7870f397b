"""The key files of an emulator: Alipay's pair, and the caller's public key (its whole pair, if it brings none)."""

import base64
import os
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_der_public_key,
    load_pem_private_key,
    load_pem_public_key,
)

MARK = "emulator-keys"  # a file beside the keys: a production installation refuses a directory that holds it
APP_PRIVATE, APP_PUBLIC = "app_private.pem", "app_public.pem"
ALIPAY_PRIVATE, ALIPAY_PUBLIC = "alipay_private.pem", "alipay_public.pem"
ALIPAY_NEXT = "alipay_public_next.pem"


@dataclass
class Keys:
    """`alipay` signs answers and notifies; `app_public_pem` checks the default app's requests.

    `directory` is None for keys that live in memory only; `app_private_pem` is empty if the caller keeps its own.
    """

    alipay: RSAPrivateKey
    app_public_pem: str
    app_private_pem: str = ""
    directory: Path | None = None
    _loaded: dict[str, RSAPublicKey] = field(default_factory=dict)
    _next: RSAPrivateKey | None = None

    @classmethod
    def in_memory(cls) -> "Keys":
        app = new_key()
        return cls(new_key(), public_pem(app.public_key()), private_pem(app))

    @classmethod
    def open(cls, directory: Path) -> "Keys":
        """Read the directory, writing what is missing: private files 0600, PKCS#1 as the official clients want it."""
        directory.mkdir(parents=True, exist_ok=True)
        if not (directory / APP_PUBLIC).exists():
            app = _pair(directory / APP_PRIVATE)
            write(directory / APP_PUBLIC, public_pem(app.public_key()), 0o644)
        alipay = _pair(directory / ALIPAY_PRIVATE)
        write(directory / ALIPAY_PUBLIC, public_pem(alipay.public_key()), 0o644)
        write(directory / MARK, "These keys belong to an emulator. Never use them to take money.\n", 0o644)
        private = directory / APP_PRIVATE
        return cls(
            alipay,
            _callers(directory / APP_PUBLIC),
            private.read_text(encoding="ascii") if private.exists() else "",
            directory,
        )

    @property
    def alipay_public_pem(self) -> str:
        return public_pem(self.alipay.public_key())

    @property
    def files(self) -> dict[str, str]:
        """Paths of the files a caller needs; empty for keys in memory."""
        if self.directory is None:
            return {}
        names = {"app_private": APP_PRIVATE, "app_public": APP_PUBLIC, "alipay_public": ALIPAY_PUBLIC, "ca": "ca.pem"}
        paths = {name: self.directory / file for name, file in names.items()}
        return {name: str(path.resolve()) for name, path in paths.items() if path.exists()}

    @cached_property
    def stranger(self) -> RSAPrivateKey:
        """A key nobody trusts, for forged messages."""
        return new_key()

    def public(self, pem: str) -> RSAPublicKey:
        """A caller's key, parsed once. Raises: ValueError if it is no RSA public key."""
        if pem not in self._loaded:
            self._loaded[pem] = read_public(pem)
        return self._loaded[pem]

    def announce(self) -> str:
        """Make Alipay's next key and publish its public half, as `alipay_public_next.pem` and as the answer."""
        self._next = new_key()
        pem = public_pem(self._next.public_key())
        if self.directory is not None:
            write(self.directory / ALIPAY_NEXT, pem, 0o644)
        return pem

    def rotate(self) -> None:
        """Sign with the announced key (or a new one) from now on; its public half becomes `alipay_public.pem`."""
        self.alipay, self._next = self._next or new_key(), None
        if self.directory is not None:
            write(self.directory / ALIPAY_PRIVATE, private_pem(self.alipay), 0o600)
            write(self.directory / ALIPAY_PUBLIC, self.alipay_public_pem, 0o644)
            (self.directory / ALIPAY_NEXT).unlink(missing_ok=True)


def new_key() -> RSAPrivateKey:
    return generate_private_key(public_exponent=65537, key_size=2048)


def read_public(text: str) -> RSAPublicKey:
    """PEM (PKCS#1 or SPKI), or the bare base64 that Alipay's console shows. Raises: ValueError."""
    if "BEGIN" in text:
        key = load_pem_public_key(text.encode())
    else:
        key = load_der_public_key(base64.b64decode("".join(text.split()), validate=True))
    if not isinstance(key, RSAPublicKey):
        raise ValueError("not an RSA public key")
    return key


def public_pem(key: RSAPublicKey) -> str:
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode("ascii")


def private_pem(key: RSAPrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode("ascii")


def _callers(path: Path) -> str:
    """The caller's public key as PEM, whatever shape it came in. Raises: ValueError naming the file."""
    try:
        return public_pem(read_public(path.read_text(encoding="utf-8-sig")))
    except (ValueError, UnsupportedAlgorithm):
        raise ValueError(f"{path.name} is not an RSA public key") from None


def _pair(path: Path) -> RSAPrivateKey:
    if path.exists():
        key = load_pem_private_key(path.read_bytes(), None)
        if not isinstance(key, RSAPrivateKey):
            raise ValueError(f"{path.name} is not an RSA key")
        return key
    key = new_key()
    write(path, private_pem(key), 0o600)
    return key


def write(path: Path, text: str, mode: int) -> None:
    """Whole or not at all, and never readable by others for a moment."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w", encoding="ascii") as file:
        file.write(text)
    part.chmod(mode)
    part.replace(path)
