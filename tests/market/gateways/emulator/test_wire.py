"""What the gateway reads and signs: any split of parameters, both charsets, exact bytes, refusals by name."""

import json
from urllib.parse import urlencode

import pytest

from market.gateways.emulator import wire
from market.gateways.emulator.keys import read_public
from tests.support.alipay import Alipay

PRECREATE = "alipay.trade.precreate"
QUERY = "alipay.trade.query"
ORDER = {"out_trade_no": "T1", "total_amount": "12.30", "subject": "高山/土豆 5斤"}


def verified(alipay: Alipay, raw: bytes, charset: str = "utf-8") -> dict[str, object]:
    """The one signed object of an answer, after checking its signature over the exact text."""
    text = raw.decode(charset)
    head, _, rest = text.partition(":")
    signed, _, tail = rest.rpartition(',"sign":"')
    key = read_public(alipay.emulator.keys.alipay_public_pem)
    assert wire.verified(key, signed.encode(charset), tail.removesuffix('"}'))
    assert head.endswith('_response"')
    return dict(json.loads(signed))


@pytest.mark.parametrize("in_query", [0, 1, 4, 99])
def test_parameters_may_stand_in_the_address_or_the_body(alipay: Alipay, in_query: int):
    pairs = list(alipay.params(PRECREATE, ORDER).items())
    query, body = urlencode(pairs[:in_query]), urlencode(pairs[in_query:])
    raw = alipay.browser.post(f"/gateway.do?{query}", data=body, content_type="application/x-www-form-urlencoded")

    assert verified(alipay, raw.get_data())["code"] == "10000"


def test_a_get_with_everything_in_the_address_is_answered(alipay: Alipay):
    raw = alipay.browser.get(f"/some/front/gateway.do?{urlencode(alipay.params(PRECREATE, ORDER))}")

    assert verified(alipay, raw.get_data())["code"] == "10000"


def test_an_absolute_request_line_is_understood_where_the_server_does_not(alipay: Alipay):
    query = urlencode(alipay.params(PRECREATE, ORDER))
    raw = alipay.browser.get("/", query_string=query, environ_overrides={"PATH_INFO": "http://host:80/gateway.do"})

    assert verified(alipay, raw.get_data())["code"] == "10000"


def test_extra_signed_parameters_and_a_missing_format_are_fine(alipay: Alipay):
    assert alipay.ask(PRECREATE, ORDER, alipay_sdk="alipay-sdk-nodejs-4.14.0")["code"] == "10000"
    assert alipay.ask(PRECREATE, ORDER, format="JSON")["code"] == "10000"


def test_gbk_goes_in_and_comes_out(alipay: Alipay):
    alipay.ask(PRECREATE, ORDER, charset="gbk")
    alipay.scan("T1")
    params = alipay.params(QUERY, {"out_trade_no": "T1"}, charset="GBK")
    raw = alipay.browser.post(f"/gateway.do?{urlencode(params, encoding='gbk')}").get_data()

    assert "高山\\/土豆".encode("gbk") in raw
    assert verified(alipay, raw, "gbk")["subject"] == ORDER["subject"]


def test_a_letter_the_charset_lacks_is_escaped(alipay: Alipay):
    alipay.create("T1", subject="𠮷家土豆")
    alipay.scan("T1")
    params = alipay.params(QUERY, {"out_trade_no": "T1"}, charset="gbk")
    raw = alipay.browser.post(f"/gateway.do?{urlencode(params, encoding='gbk')}").get_data()

    assert verified(alipay, raw, "gbk")["subject"] == "𠮷家土豆"


def test_slashes_are_escaped_in_what_is_signed(alipay: Alipay):
    alipay.create("T1", subject="x")
    raw = alipay.browser.post(
        "/gateway.do",
        data=urlencode(alipay.params(PRECREATE, ORDER | {"out_trade_no": "T2"})),
        content_type="application/x-www-form-urlencoded",
    ).get_data()

    assert b"http:\\/\\/alipay.test\\/cashier\\/" in raw


def test_a_bad_signature_is_refused_with_the_string_that_was_checked(alipay: Alipay):
    params = alipay.params(QUERY, {"out_trade_no": "T1"}) | {"version": "1.0", "timestamp": "2026-11-23 09:00:01"}
    answer = alipay.send(params)["alipay_trade_query_response"]

    assert (answer["code"], answer["sub_code"]) == ("40002", "isv.invalid-signature")
    assert "timestamp=2026-11-23 09:00:01" in answer["sub_msg"]
    assert params["sign"] not in json.dumps(alipay.log())


def test_an_unknown_app_gets_an_unsigned_refusal(alipay: Alipay):
    answer = alipay.send(alipay.params(QUERY, app_id="2021000000009999"))

    assert answer["alipay_trade_query_response"]["sub_code"] == "isv.invalid-app-id"
    assert "sign" not in answer


def test_an_unknown_method_gets_a_signed_error(alipay: Alipay):
    answer = alipay.send(alipay.params("alipay.trade.wish", {"out_trade_no": "T1"}))

    assert answer["error_response"]["sub_code"] == "isv.invalid-method"
    assert "sign" in answer


@pytest.mark.parametrize(
    ("changes", "code", "sub_code"),
    [
        ({"app_id": None}, "40001", "isv.missing-app-id"),
        ({"method": None}, "40001", "isv.missing-method"),
        ({"timestamp": None}, "40001", "isv.missing-timestamp"),
        ({"timestamp": "2026-11-23T09:00:00"}, "40002", "isv.invalid-timestamp"),
        ({"timestamp": "2026-02-30 09:00:00"}, "40002", "isv.invalid-timestamp"),
        ({"version": None}, "40001", "isv.missing-version"),
        ({"version": "2.0"}, "40002", "isv.invalid-version"),
        ({"sign_type": None}, "40001", "isv.missing-signature-type"),
        ({"sign_type": "RSA"}, "40002", "isv.invalid-signature-type"),
        ({"format": "xml"}, "40002", "isv.invalid-format"),
        ({"biz_content": None}, "40001", "isv.missing-biz-content"),
        ({"biz_content": "[1]"}, "40002", "isv.invalid-biz-content"),
        ({"biz_content": "{"}, "40002", "isv.invalid-biz-content"),
        ({"app_auth_token": "no-such-token"}, "20001", "aop.invalid-app-auth-token"),
    ],
)
def test_each_wrong_parameter_has_its_code(alipay: Alipay, changes: dict[str, str | None], code: str, sub_code: str):
    answer = alipay.ask(QUERY, {"out_trade_no": "T1"}, **changes)

    assert (answer["code"], answer["sub_code"]) == (code, sub_code)
    assert answer["sub_msg"] != sub_code


def test_a_parameter_given_twice_with_two_values_is_refused(alipay: Alipay):
    pairs = [*alipay.params(QUERY, {"out_trade_no": "T1"}).items(), ("method", PRECREATE)]
    raw = alipay.browser.get(f"/gateway.do?{urlencode(pairs)}").get_data()

    assert verified(alipay, raw)["sub_code"] == "isv.invalid-parameter"


def test_a_missing_signature_and_an_unknown_charset_are_refused(alipay: Alipay):
    params = alipay.params(QUERY, {"out_trade_no": "T1"})
    assert alipay.send({**params, "sign": ""})["alipay_trade_query_response"]["sub_code"] == "isv.missing-signature"
    raw = alipay.browser.get(f"/gateway.do?{urlencode(params | {'charset': 'klingon'})}").get_data()
    assert verified(alipay, raw)["sub_code"] == "isv.invalid-charset"
    raw = alipay.browser.post("/gateway.do", data=urlencode(params) + "&body=%FF%FE").get_data()
    assert verified(alipay, raw)["sub_code"] == "isv.invalid-encoding"


def test_what_nobody_can_read_is_refused_unsigned(alipay: Alipay):
    for query in ("", "charset=klingon", "charset=klingon&app_id=1", "&".join(f"p{i}=1" for i in range(300))):
        answer = alipay.browser.get(f"/gateway.do?{query}")
        assert answer.status_code == 200
        assert set(json.loads(answer.get_data())) == {"error_response"}


def test_a_body_beyond_a_megabyte_is_not_read(alipay: Alipay):
    assert alipay.browser.post("/gateway.do", data=b"x" * (1024 * 1024 + 1)).status_code == 413
