"""The protocol's bytes: reading a request from any split of query and body, signed answers, signed notifies.

Written from the protocol, not shared with any client: an emulator that borrowed its client's signing code would agree
with that client's mistakes.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, quote_plus

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256

from market.gateways.emulator.errors import ApiError

CHARSETS = {"utf-8": "utf-8", "utf8": "utf-8", "gbk": "gbk", "gb2312": "gbk", "gb18030": "gb18030"}


def read_params(query: bytes, body: bytes) -> dict[str, str]:
    """Query and body as one set, decoded with the charset they name. Raises: ApiError for what cannot be read."""
    text = query.decode("latin-1")
    if body:
        text = f"{text}&{body.decode('latin-1')}" if text else body.decode("latin-1")
    named = dict(parse_qsl(text, encoding="latin-1")).get("charset", "utf-8")
    charset = CHARSETS.get(named.lower())
    if charset is None:
        raise ApiError("isv.invalid-charset")
    try:
        pairs = parse_qsl(text, keep_blank_values=True, encoding=charset, errors="strict", max_num_fields=200)
    except (UnicodeDecodeError, ValueError):
        raise ApiError("isv.invalid-encoding") from None
    params: dict[str, str] = {}
    for name, value in pairs:
        if params.setdefault(name, value) != value:
            raise ApiError("isv.invalid-parameter")
    return params


def read_roughly(query: bytes, body: bytes) -> dict[str, str]:
    """Of a request that cannot be read as it should be: enough to know whose it is, so that the refusal is signed."""
    text = f"{query.decode('latin-1')}&{body.decode('latin-1')}"
    try:
        return dict(parse_qsl(text, errors="replace", max_num_fields=200))
    except ValueError:
        return {}


def request_text(params: Mapping[str, str]) -> str:
    """What a request's signature covers: everything but `sign` and the empty, `sign_type` included."""
    return _joined(params, {"sign"})


def notify_text(fields: Mapping[str, str]) -> str:
    """What a notify's or a return's signature covers: everything but `sign` and `sign_type`."""
    return _joined(fields, {"sign", "sign_type"})


def _joined(params: Mapping[str, str], without: set[str]) -> str:
    return "&".join(f"{name}={params[name]}" for name in sorted(params) if name not in without and params[name])


def sign(key: RSAPrivateKey, data: bytes) -> str:
    return base64.b64encode(key.sign(data, PKCS1v15(), SHA256())).decode("ascii")


def verified(key: RSAPublicKey, data: bytes, signature: str) -> bool:
    try:
        key.verify(base64.b64decode(signature, validate=True), data, PKCS1v15(), SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True


def answer_key(method: str | None) -> str:
    return method.replace(".", "_") + "_response" if method else "error_response"


def answer(key: str, content: Mapping[str, Any], signer: RSAPrivateKey | None, charset: str) -> tuple[bytes, str]:
    """The answer's body and the exact text inside it that was signed. Without a signer there is no `sign`."""
    signed = _json(content, charset)
    parts = f'"{key}":{signed}'
    if signer is not None:
        parts += f',"sign":"{sign(signer, signed.encode(charset))}"'
    return ("{" + parts + "}").encode(charset), signed


def _json(content: Mapping[str, Any], charset: str) -> str:
    """JSON as Alipay writes it: no blanks, slashes escaped, and a letter the charset lacks as an escape."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    try:
        text.encode(charset)
    except UnicodeEncodeError:
        text = json.dumps(content, separators=(",", ":"))
    return text.replace("/", "\\/")


def signed_fields(fields: Mapping[str, str], signer: RSAPrivateKey, charset: str) -> dict[str, str]:
    """`fields` without the empty ones, plus `sign_type` and `sign`."""
    kept = {name: value for name, value in fields.items() if value}
    signature = sign(signer, notify_text(kept).encode(charset, "replace"))
    return kept | {"sign_type": "RSA2", "sign": signature}


def form(fields: Mapping[str, str], charset: str) -> str:
    """A form body or a query string in the charset of the order."""
    return "&".join(f"{name}={quote_plus(value, encoding=charset, errors='replace')}" for name, value in fields.items())
