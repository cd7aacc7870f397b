"""RSA2 and nothing else: PKCS#1 v1.5 with SHA-256, whatever a message claims to be signed with.

The official SDK signs in pure Python (about 25 ms) and believes whatever digest a signature names, MD5 included.
"""

import base64
import binascii
from collections.abc import Iterable, Mapping

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

SIGN_TYPE = "RSA2"


def request_content(params: Mapping[str, str]) -> str:
    """What a request's signature covers: all but `sign` and the empty, sorted, un-encoded; `sign_type` is in."""
    return _content(params, {"sign"})


def event_content(fields: Mapping[str, str]) -> str:
    """What the signature of a notify or a return covers: without `sign` and without `sign_type`."""
    return _content(fields, {"sign", "sign_type"})


def _content(params: Mapping[str, str], without: set[str]) -> str:
    return "&".join(f"{name}={params[name]}" for name in sorted(params) if name not in without and params[name])


def sign(key: RSAPrivateKey, data: bytes) -> str:
    """Base64 signature."""
    return base64.b64encode(key.sign(data, PKCS1v15(), SHA256())).decode("ascii")


def is_signed(keys: Iterable[RSAPublicKey], data: bytes, signature: str) -> bool:
    """Whether any of the keys (the present and the next during a change) made this signature over this data."""
    try:
        raw = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        return False
    return any(_made(key, data, raw) for key in keys)


def _made(key: RSAPublicKey, data: bytes, signature: bytes) -> bool:
    try:
        key.verify(signature, data, PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True
