"""How it starts: the documented command line, without application or database; what it refuses; what a kill leaves."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from core import clock
from market.gateways.alipay import keys as our_keys
from market.gateways.alipay.client import AlipayClient
from market.gateways.alipay.provider import AlipayProvider, connect
from market.gateways.alipay.transport import HttpTransport
from market.gateways.emulator.cli import _after_flask
from market.gateways.emulator.emulator import APP_ID, SELLER_ID
from market.gateways.emulator.keys import new_key, private_pem, public_pem
from market.gateways.ports import Intent, Payee, PaymentRef, RefundOrder, Standing
from tests.support.alipay import Alipay

ROOT = Path(__file__).parents[4]
FLASK = Path(sys.executable).with_name("flask")
START = "2026-11-23T09:00:00"


def spawn(*words: str) -> tuple[subprocess.Popen[str], dict[str, Any]]:
    """`flask emulator serve …` in an environment that says nothing about an application; what it announced."""
    environment = {"PATH": os.environ["PATH"], "PYTHONUTF8": "1"}
    command = [str(FLASK), "--app", "wsgi", "emulator", "serve", "--port", "0", *words]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, dict(json.loads(process.stdout.readline()))


@contextmanager
def serving(*words: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    process, said = spawn(*words)
    try:
        yield process, said
    finally:
        process.terminate()
        assert process.communicate(timeout=10)[0] == ""


def call(said: dict[str, Any], path: str, verb: str = "POST") -> dict[str, Any]:
    line = http.client.HTTPConnection("127.0.0.1", said["port"])
    line.request(verb, urlsplit(said["control_url"]).path + path)
    answer = line.getresponse()
    content = dict(json.loads(answer.read()))
    line.close()
    return content


def test_the_documented_command_starts_without_application_and_database(tmp_path: Path):
    began = time.monotonic()
    with serving("--store", ":memory:", "--seed", "7", "--clock", START, "--keys", str(tmp_path)) as (process, said):
        assert time.monotonic() - began < 5  # 0.3 s where nothing else runs
        loaded = Path(f"/proc/{process.pid}/maps").read_text()
        assert "psycopg" not in loaded
        assert said["gateway_url"] == f"http://127.0.0.1:{said['port']}/gateway.do"
        assert said["cashier_url"] == f"http://127.0.0.1:{said['port']}/cashier/"
        assert said["control_url"] == f"http://127.0.0.1:{said['port']}/_emulator/"
        assert (said["app_ids"][0], said["seller_ids"]) == (APP_ID, [SELLER_ID, "2088000000000002"])
        assert Path(said["keys"]["alipay_public"]) == tmp_path / "alipay_public.pem"
        assert call(said, "clock", "GET") == {"clock": "2026-11-23T09:00:00.000+08:00", "stands": True}


@pytest.mark.parametrize(
    ("argv", "rest"),
    [
        (["/v/bin/flask", "emulator", "serve"], ["emulator", "serve"]),
        (["flask", "--app", "wsgi", "--debug", "emulator", "call"], ["emulator", "call"]),
        (["/site/flask/__main__.py", "-A", "emulator", "run"], ["run"]),
        (["flask"], []),
        (["pytest", "emulator"], []),
        (["celery", "-A", "wsgi:celery_app", "worker"], []),
    ],
)
def test_only_flasks_own_command_line_starts_it_alone(argv: list[str], rest: list[str]):
    assert _after_flask(argv) == rest


@pytest.mark.parametrize("words", [["--clock", "yesterday"], ["--store", "/dev/null/x"]])
def test_what_makes_no_sense_is_one_sentence(tmp_path: Path, words: list[str]):
    command = [sys.executable, "-m", "market.gateways.emulator", "serve", "--keys", str(tmp_path), *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=20)

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Error: cannot start")
    assert done.stderr.count("\n") == 1


def bare(key: RSAPublicKey, shape: PublicFormat) -> str:
    """A key as consoles show it: base64 without a head, here broken over two lines."""
    text = "".join(key.public_bytes(Encoding.PEM, shape).decode().splitlines()[1:-1])
    return f"{text[:64]}\r\n{text[64:]}\r\n"


@pytest.mark.parametrize("shape", [PublicFormat.PKCS1, PublicFormat.SubjectPublicKeyInfo])
@pytest.mark.parametrize("wrapped", [True, False])
def test_a_callers_own_key_in_every_shape(tmp_path: Path, alipay: Alipay, shape: PublicFormat, wrapped: bool):
    key = new_key()
    pem = key.public_key().public_bytes(Encoding.PEM, shape).decode()
    (tmp_path / "app_public.pem").write_text(pem if wrapped else bare(key.public_key(), shape))
    with serving("--keys", str(tmp_path), "--clock", START) as (_, said):
        assert "app_private" not in said["keys"]
        (tmp_path / "app_private.pem").write_text(private_pem(key))
        (tmp_path / "app_private.pem").chmod(0o600)
        ring = our_keys.load(tmp_path, APP_ID)
        assert public_pem(ring.private.public_key()) == public_pem(key.public_key())
        provider = AlipayProvider(AlipayClient(ring, HttpTransport(), said["gateway_url"]))
        with clock.frozen(alipay.now):
            assert provider.query(PaymentRef("T1", Payee(SELLER_ID))).standing is Standing.ABSENT


def test_a_file_that_holds_no_key_is_named(tmp_path: Path):
    (tmp_path / "app_public.pem").write_text("no key")
    command = [sys.executable, "-m", "market.gateways.emulator", "serve", "--keys", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=20)

    assert "app_public.pem is not an RSA public key" in done.stderr


def test_a_kill_loses_nothing_that_was_answered(tmp_path: Path, alipay: Alipay):
    words = ("--store", str(tmp_path / "deep" / "store.sqlite"), "--keys", str(tmp_path / "keys"), "--clock", START)
    payee = Payee(SELLER_ID)
    for round_no in range(3):
        process, said = spawn(*words)
        provider = connect(said["gateway_url"], str(tmp_path / "keys"), APP_ID)
        with clock.frozen(alipay.now):
            for earlier in range(round_no):
                assert provider.query(PaymentRef(f"T{earlier}", payee)).standing is Standing.PAID
            number = f"T{round_no}"
            provider.create(Intent(number, 300, "土豆", payee, clock.now().replace(hour=23)))
            call(said, f"trades/{number}/pay")
            provider.refund(RefundOrder(number, "R", 100, "退货", payee))
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
    with serving(*words) as (_, said):
        merchant = call(said, "merchants", "GET")["merchants"][0]
        assert merchant["balance_fen"] == 600


def test_two_processes_with_one_seed_leave_the_same_log(tmp_path: Path, alipay: Alipay):
    logs = []
    for name in ("one", "two"):
        keys = tmp_path / name
        with serving("--keys", str(keys), "--clock", START, "--seed", "9") as (_, said):
            provider = connect(said["gateway_url"], str(keys), APP_ID)
            with clock.frozen(alipay.now):
                provider.create(Intent("T1", 300, "土豆", Payee(SELLER_ID), clock.now().replace(hour=23)))
            call(said, "trades/T1/pay")
            call(said, "clock/advance?seconds=86400")
            logs.append(json.dumps(call(said, "log", "GET")))

    assert logs[0] == logs[1]
