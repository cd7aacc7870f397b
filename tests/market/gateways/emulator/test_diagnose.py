"""Why a signature failed: the mistakes callers make are recognised and named in the log."""

import base64
from collections.abc import Callable
from urllib.parse import quote_plus

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA1

from market.gateways.alipay import signing
from market.gateways.emulator.emulator import SECOND_APP_ID
from market.gateways.emulator.keys import new_key, public_pem
from tests.support.alipay import Alipay

Params = dict[str, str]
QUERY = ("alipay.trade.query", {"out_trade_no": "T1", "memo": "土豆"})


def joined(params: Params, without: tuple[str, ...] = (), change: Callable[[str], str] = str) -> str:
    return "&".join(f"{name}={change(params[name])}" for name in sorted(params) if name not in ("sign", *without))


MISTAKES: dict[str, Callable[[Params], str]] = {
    "sign-type-left-out": lambda params: joined(params, ("sign_type",)),
    "values-url-encoded": lambda params: joined(params, change=quote_plus),
    "not-sorted": lambda params: "&".join(f"{name}={value}" for name, value in params.items() if name != "sign"),
    "charset-left-out": lambda params: joined(params, ("charset",)),
    "notify-url-left-out": lambda params: joined(params, ("notify_url",)),
    "biz-content-only": lambda params: params["biz_content"],
    "another-key-or-another-text": lambda params: "nothing at all",
}


def advice(alipay: Alipay, params: Params) -> str:
    (answer,) = (value for name, value in alipay.send(params).items() if name.endswith("_response"))
    assert answer["sub_code"] == "isv.invalid-signature"
    return str(alipay.log()[-1]["advice"])


@pytest.mark.parametrize("mistake", list(MISTAKES))
def test_a_wrong_text_is_recognised(alipay: Alipay, mistake: str):
    params = dict(reversed(alipay.params(*QUERY, notify_url="http://s.test/n").items()))
    params["sign"] = signing.sign(alipay.keys.private, MISTAKES[mistake](params).encode())

    assert advice(alipay, params) == mistake


def test_an_empty_value_that_was_signed_is_recognised(alipay: Alipay):
    params = alipay.params(*QUERY, return_url="")
    params["sign"] = signing.sign(alipay.keys.private, joined(params).encode())

    assert advice(alipay, params) == "empty-values-signed"


def test_a_weak_digest_and_another_charset_are_recognised(alipay: Alipay):
    params = alipay.params(*QUERY)
    weak = alipay.keys.private.sign(signing.request_content(params).encode(), PKCS1v15(), SHA1())  # noqa: S303 (the mistake)
    assert advice(alipay, params | {"sign": base64.b64encode(weak).decode()}) == "digest-is-sha-1"

    as_gbk = signing.sign(alipay.keys.private, signing.request_content(params).encode("gbk"))
    assert advice(alipay, params | {"sign": as_gbk}) == "signed-as-gbk"


def test_the_key_of_another_app_is_recognised(alipay: Alipay):
    other = new_key()
    with alipay.emulator.bench() as bench:
        pem = public_pem(other.public_key())
        bench.db.execute("UPDATE app SET public_pem = ? WHERE app_id = ?", (pem, SECOND_APP_ID))
    params = alipay.params(*QUERY)
    params["sign"] = signing.sign(other, signing.request_content(params).encode())

    assert advice(alipay, params) == f"signed-with-the-key-of {SECOND_APP_ID}"


@pytest.mark.parametrize(("sign", "said"), [("!", "signature-is-not-base64"), ("AAAA", "signature-has-another-length")])
def test_what_is_no_signature_is_recognised(alipay: Alipay, sign: str, said: str):
    assert advice(alipay, alipay.params(*QUERY) | {"sign": sign}) == said
