"""The certificate of `--tls`: trusted by who imported the authority, for the names of this machine and no others."""

import socket
import ssl
import threading

import pytest

from core.embedded import tls


def greet(pair, host, authority):
    """A whole TLS handshake with a stock client."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pair.certificate, pair.key)
    ours, theirs = socket.socketpair()
    failed = []

    def serve():
        try:
            server.wrap_socket(theirs, server_side=True).close()
        except OSError as error:
            failed.append(error)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        with ssl.create_default_context(cafile=authority).wrap_socket(ours, server_hostname=host) as line:
            return line.version()
    finally:
        ours.close()
        thread.join()
        theirs.close()


def test_a_phone_that_imported_the_authority_trusts_our_names_only(tmp_path):
    pair = tls.pair(tmp_path / "tls", {"xingcun.example", "192.0.2.7"})

    for host in ("xingcun.example", "192.0.2.7", "localhost", "127.0.0.1"):
        assert greet(pair, host, pair.authority).startswith("TLS")
    with pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        greet(pair, "bank.example", pair.authority)


def test_a_new_name_gets_a_new_certificate_of_the_same_authority(tmp_path):
    first = tls.pair(tmp_path, {"one.example"})
    authority, certificate = first.authority.read_bytes(), first.certificate.read_bytes()

    assert tls.pair(tmp_path, {"one.example"}).certificate.read_bytes() == certificate
    second = tls.pair(tmp_path, {"two.example"})

    assert second.certificate.read_bytes() != certificate
    assert second.authority.read_bytes() == authority
    assert greet(second, "two.example", second.authority)
    assert {path.stat().st_mode & 0o077 for path in tmp_path.iterdir()} == {0}
