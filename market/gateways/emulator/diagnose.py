"""Why a signature failed: the mistakes callers make, tried one after the other until one explains what was sent."""

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping
from urllib.parse import quote_plus

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import MD5, SHA1, SHA256, HashAlgorithm

Text = Callable[[Mapping[str, str]], str]


def _joined(params: Mapping[str, str], names: Iterable[str], change: Callable[[str], str] = str) -> str:
    return "&".join(f"{name}={change(params[name])}" for name in names)


def _filled(params: Mapping[str, str], *without: str) -> list[str]:
    return sorted(name for name in params if name not in ("sign", *without) and params[name])


TEXTS: dict[str, Text] = {
    "right-text": lambda params: _joined(params, _filled(params)),
    "sign-type-left-out": lambda params: _joined(params, _filled(params, "sign_type")),
    "empty-values-signed": lambda params: _joined(params, sorted(name for name in params if name != "sign")),
    "values-url-encoded": lambda params: _joined(params, _filled(params), quote_plus),
    "not-sorted": lambda params: _joined(params, [name for name in params if name != "sign" and params[name]]),
    "charset-left-out": lambda params: _joined(params, _filled(params, "charset")),
    "app-auth-token-left-out": lambda params: _joined(params, _filled(params, "app_auth_token")),
    "return-url-left-out": lambda params: _joined(params, _filled(params, "return_url")),
    "notify-url-left-out": lambda params: _joined(params, _filled(params, "notify_url")),
    "biz-content-only": lambda params: params.get("biz_content", ""),
}
DIGESTS: dict[str, HashAlgorithm] = {"sha-256": SHA256(), "sha-1": SHA1(), "md5": MD5()}  # noqa: S303 (found, not used)
CHARSETS = ("utf-8", "gbk")


def why(params: Mapping[str, str], keys: Mapping[str, RSAPublicKey]) -> str:
    """One word of advice for a request whose signature did not verify. `keys`: every known app's, by app id."""
    try:
        signature = base64.b64decode(params.get("sign", ""), validate=True)
    except (binascii.Error, ValueError):
        return "signature-is-not-base64"
    own = keys.get(params.get("app_id", ""))
    if own is not None and len(signature) != own.key_size // 8:
        return "signature-has-another-length"
    for app_id, key in keys.items():
        for advice in _explanations(params, key, signature):
            return advice if app_id == params.get("app_id") else f"signed-with-the-key-of {app_id}"
    return "another-key-or-another-text"


def _explanations(params: Mapping[str, str], key: RSAPublicKey, signature: bytes) -> Iterable[str]:
    for text_name, text in TEXTS.items():
        for charset in CHARSETS:
            raw = text(params).encode(charset, "replace")
            for digest_name, digest in DIGESTS.items():
                if _made(key, signature, raw, digest):
                    yield " ".join(_named(params, text_name, charset, digest_name))


def _named(params: Mapping[str, str], text: str, charset: str, digest: str) -> list[str]:
    found = [text] if text != "right-text" else []
    if digest != "sha-256":
        found.append(f"digest-is-{digest}")
    if charset != params.get("charset", "utf-8").lower():
        found.append(f"signed-as-{charset}")
    return found or [text]


def _made(key: RSAPublicKey, signature: bytes, raw: bytes, digest: HashAlgorithm) -> bool:
    try:
        key.verify(signature, raw, PKCS1v15(), digest)
    except InvalidSignature:
        return False
    return True
