"""A certificate authority of the emulator's own, for clients that insist on https."""

import datetime
import ipaddress
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from market.gateways.emulator.keys import new_key, private_pem, write

CA, CERTIFICATE, KEY = "ca.pem", "server.pem", "server_key.pem"
YEARS = 10


def files(directory: Path) -> tuple[str, str]:
    """Certificate and key file of a server on this machine, made once; callers trust `ca.pem` beside them."""
    certificate, key = directory / CERTIFICATE, directory / KEY
    if not (certificate.exists() and key.exists() and (directory / CA).exists()):
        _make(directory)
    return str(certificate), str(key)


def _make(directory: Path) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    authority, server = new_key(), new_key()
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Emulator CA, for tests only")])
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    names: list[x509.GeneralName] = [x509.DNSName("localhost")]
    names += [x509.IPAddress(ipaddress.ip_address(text)) for text in ("127.0.0.1", "::1")]
    ca = _certificate(issuer, issuer, authority.public_key(), authority, x509.BasicConstraints(True, 0))
    own = _certificate(
        subject,
        issuer,
        server.public_key(),
        authority,
        x509.BasicConstraints(False, None),
        x509.SubjectAlternativeName(names),
    )
    write(directory / CA, ca, 0o644)
    write(directory / CERTIFICATE, own, 0o644)
    write(directory / KEY, private_pem(server), 0o600)


def _certificate(
    subject: x509.Name, issuer: x509.Name, key: RSAPublicKey, signer: RSAPrivateKey, *extensions: x509.ExtensionType
) -> str:
    now = datetime.datetime.now(datetime.UTC)
    authority_key = signer.public_key()
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=365 * YEARS))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key), critical=False)
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
    if key == authority_key:
        usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        builder = builder.add_extension(usage, critical=True)
    return builder.sign(signer, SHA256()).public_bytes(Encoding.PEM).decode("ascii")
