"""HTTPS for the main job (`--tls`): a phone on the office network gets no service worker, camera or scale over http.

A small authority of this installation signs a certificate for the names of this machine. A phone trusts it once
`var/tls/ca.crt` is imported there; browsers refuse offline pages behind a certificate that was merely clicked away.
"""

import datetime
import ipaddress
import os
import socket
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_YEARS = datetime.timedelta(days=3650)
_LEAF = datetime.timedelta(days=365)  # phones refuse leaves of more than 398 days
_SPARE = datetime.timedelta(days=30)


@dataclass(frozen=True)
class Pair:
    """What a server needs, and what others import to trust it."""

    certificate: Path
    key: Path
    authority: Path


def pair(directory: Path, hosts: set[str]) -> Pair:
    """The pair for these names and addresses; made anew when one is missing in it or it ends within 30 days."""
    found = Pair(directory / "server.crt", directory / "server.key", directory / "ca.crt")
    wanted = {"localhost", "127.0.0.1", "::1", *own_addresses(), *filter(None, hosts)}
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not _covers(found, wanted):
        _issue(found, directory / "ca.key", wanted)
    return found


def own_addresses() -> set[str]:
    """The address by which this machine leaves for others, as far as it has one. Nothing is sent."""
    found = set()
    for family, elsewhere in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as probe:
                probe.connect((elsewhere, 9))
                found.add(str(probe.getsockname()[0]))
        except OSError:
            continue
    return found


def _covers(found: Pair, wanted: set[str]) -> bool:
    if not (found.certificate.exists() and found.key.exists() and found.authority.exists()):
        return False
    held = x509.load_pem_x509_certificate(found.certificate.read_bytes())
    names = held.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    known = {str(name.value) for name in names}
    return wanted <= known and held.not_valid_after_utc > _now() + _SPARE


def _issue(into: Pair, authority_key: Path, hosts: set[str]) -> None:
    signer, authority = _authority(authority_key, into.authority)
    key = ec.generate_private_key(ec.SECP256R1())
    leaf = (
        _builder("Xingcun", authority.subject, key.public_key(), _LEAF)
        .add_extension(x509.SubjectAlternativeName([_name(host) for host in sorted(hosts)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(signer, hashes.SHA256())
    )
    _write(into.key, _pem(key))
    _write(into.certificate, leaf.public_bytes(Encoding.PEM) + authority.public_bytes(Encoding.PEM))


def _authority(key_file: Path, file: Path) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    """Kept for ten years: who imported it once stays with us when names change."""
    if key_file.exists() and file.exists():
        held = load_pem_private_key(key_file.read_bytes(), None)
        if isinstance(held, ec.EllipticCurvePrivateKey):
            return held, x509.load_pem_x509_certificate(file.read_bytes())
    key = ec.generate_private_key(ec.SECP256R1())
    own = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Xingcun local authority")])
    made = (
        _builder("Xingcun local authority", own, key.public_key(), _YEARS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    _write(key_file, _pem(key))
    _write(file, made.public_bytes(Encoding.PEM))
    return key, made


def _builder(
    name: str, issuer: x509.Name, public: ec.EllipticCurvePublicKey, life: datetime.timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(_now() - datetime.timedelta(days=1))  # clocks differ
        .not_valid_after(_now() + life)
    )


def _name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _write(path: Path, content: bytes) -> None:
    part = path.with_name(path.name + ".new")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(content)
    part.replace(path)


def _now() -> datetime.datetime:
    return datetime.datetime.now(datetime.UTC)
