"""The line itself: bounds on time and size, no redirects, trust in one authority, and doubt wherever there is doubt."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from core.embedded.processes import free_port
from market.gateways.alipay.client import _members
from market.gateways.alipay.transport import HttpTransport
from market.gateways.emulator import tls
from market.gateways.emulator.emulator import Emulator
from market.gateways.emulator.keys import Keys
from market.gateways.emulator.server import Address, Live
from market.gateways.ports import NotSent, Standing, UnknownOutcome
from tests.support.alipay import Alipay

Answer = Callable[[socket.socket], None]
HEAD = b"HTTP/1.1 200 OK\r\n"


@contextmanager
def server(answer: Answer) -> Iterator[str]:
    """A listener that answers each caller in its own way."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    line, _ = listener.accept()
                except OSError:
                    return
                with line:
                    line.recv(65536)
                    with suppress(OSError):
                        answer(line)

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/gateway.do"
        listener.shutdown(socket.SHUT_RDWR)


def drip(line: socket.socket) -> None:
    line.sendall(HEAD + b"Content-Length: 1000\r\n\r\n")
    for _ in range(40):
        line.sendall(b"x")
        time.sleep(0.05)


ANSWERS: dict[str, Answer] = {
    "silence": lambda line: time.sleep(2),
    "hang-up": lambda line: None,
    "no-http": lambda line: line.sendall(b"hello\r\n\r\n"),
    "redirect": lambda line: line.sendall(
        b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
    ),
    "server-error": lambda line: line.sendall(b"HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n"),
    "short": lambda line: line.sendall(HEAD + b"Content-Length: 10\r\n\r\nabc"),
    "drip": drip,
    "flood": lambda line: line.sendall(HEAD + b"Content-Length: 3000\r\n\r\n" + b"x" * 3000),
    "endless-flood": lambda line: line.sendall(HEAD + b"\r\n" + b"x" * 200_000),
    "long-header": lambda line: line.sendall(HEAD + b"A: " + b"x" * 200_000 + b"\r\n\r\n"),
}


@pytest.mark.parametrize("name", list(ANSWERS))
def test_any_bad_answer_is_an_unknown_outcome_in_bounded_time(name: str):
    started = time.monotonic()
    with server(ANSWERS[name]) as url, pytest.raises(UnknownOutcome):
        HttpTransport(read_s=0.6).post(url, b"a=1", max_bytes=1000)

    assert time.monotonic() - started < 2


def test_a_whole_answer_arrives_with_and_without_its_length():
    for head in (b"Content-Length: 3\r\n", b""):
        with server(lambda line, head=head: line.sendall(HEAD + head + b"\r\nabc")) as url:
            assert HttpTransport().post(url, b"a=1") == b"abc"


def test_a_closed_port_and_a_strange_scheme_are_not_sent():
    for url in (f"http://127.0.0.1:{free_port()}/", "ftp://127.0.0.1/x", "http:///x"):
        with pytest.raises(NotSent):
            HttpTransport(connect_s=0.5).post(url, b"")


def test_over_a_real_port_everything_works_and_faults_cut_the_line(live_alipay: Alipay):
    live_alipay.create("T1", 12_30)
    live_alipay.pay("T1")
    assert live_alipay.query("T1").standing is Standing.PAID

    live_alipay.fault("lost_response")
    with pytest.raises(UnknownOutcome):
        live_alipay.refund("T1", "R1", 2_30)
    assert live_alipay.refund("T1", "R1", 2_30).moved_now is False


def test_https_trusts_the_given_authority_only(tmp_path: Path):
    files = tls.files(tmp_path)
    assert tls.files(tmp_path) == files
    with Live(Emulator(Keys.in_memory()), Address(tls=files)) as live:
        url = f"{live.base_url}/_emulator/clock"
        assert b"clock" in HttpTransport(ca_file=str(tmp_path / tls.CA)).get(url)
        with pytest.raises(NotSent):
            HttpTransport().get(url)


@pytest.mark.parametrize(
    "answer",
    [
        b"", b"{}", b"[]", b"null", b"<html>", b'{"a":1', b'{"a":1}}', b'{"a":1} x', b'{"a":1,}', b'{"a":1,"a":2}',
        b'{"a" 1}', b"{1:1}", b'{"a":1;"b":2}', b'{"a":\xff}', b'{"a":' + b"[" * 100_000, b'{"a":1}{"b":2}',
    ],
)  # fmt: skip
def test_what_is_no_object_is_malformed(answer: bytes):
    with pytest.raises(UnknownOutcome, match="answer-malformed"):
        _members(answer)


def test_the_signed_text_is_cut_exactly():
    text = '{ "x_response" : {"subject":"a}b\\"},\\"sign\\":\\"", "u":"http:\\/\\/x"} ,"sign":"s"}\n'

    assert _members(text.encode())["x_response"][1] == '{"subject":"a}b\\"},\\"sign\\":\\"", "u":"http:\\/\\/x"}'
