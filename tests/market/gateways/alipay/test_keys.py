"""Key files: private ones closed to others, present and next public keys, and what production refuses."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from market.gateways.alipay import guard, keys
from market.gateways.emulator.keys import Keys, new_key

APP_ID = "2021000000000001"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("keys")
    Keys.open(directory)
    return directory


@pytest.fixture
def directory(made: Path, tmp_path: Path) -> Path:
    for file in made.iterdir():
        copy = tmp_path / file.name
        copy.write_bytes(file.read_bytes())
        copy.chmod(file.stat().st_mode)
    return tmp_path


def test_what_the_emulator_writes_is_read(directory: Path):
    ring = keys.load(directory, APP_ID)

    assert ring.app_id == APP_ID
    assert len(ring.alipay) == 1
    assert "RSAPrivateKey" not in repr(ring)


def test_each_application_may_have_a_directory_of_its_own(directory: Path):
    own = directory / "2021000000000002"
    own.mkdir()
    for name in (keys.PRIVATE, keys.ALIPAY):
        (own / name).write_bytes((directory / name).read_bytes())
    (own / keys.PRIVATE).chmod(0o600)
    (directory / keys.ALIPAY).unlink()

    assert keys.load(directory, own.name).app_id == own.name
    with pytest.raises(keys.KeyProblem):
        keys.load(directory, APP_ID)


def test_the_next_key_is_accepted_beside_the_present_one(directory: Path):
    (directory / keys.ALIPAY_NEXT).write_bytes((directory / "app_public.pem").read_bytes())

    assert len(keys.load(directory, APP_ID).alipay) == 2


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o660])
def test_a_private_key_open_to_others_is_refused(directory: Path, mode: int):
    (directory / keys.PRIVATE).chmod(mode)

    with pytest.raises(keys.KeyProblem, match="chmod 600"):
        keys.load(directory, APP_ID)


def test_pkcs8_and_bare_base64_are_read_too(directory: Path):
    key = new_key()
    pkcs8 = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (directory / keys.PRIVATE).write_bytes(pkcs8)
    keys.load(directory, APP_ID)

    for name in (keys.PRIVATE, keys.ALIPAY):
        path = directory / name
        path.write_bytes(b"".join(line for line in path.read_bytes().splitlines() if not line.startswith(b"-")))
    assert keys.load(directory, APP_ID).private.private_numbers() == key.private_numbers()


def test_what_is_no_strong_rsa_key_is_refused(directory: Path):
    curve = generate_private_key(SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for raw in (b"", b"nonsense", curve):
        (directory / keys.PRIVATE).write_bytes(raw)
        with pytest.raises(keys.KeyProblem):
            keys.load(directory, APP_ID)


def test_a_problem_never_shows_the_key(directory: Path):
    path = directory / keys.PRIVATE
    path.write_bytes(path.read_bytes()[:-60])

    with pytest.raises(keys.KeyProblem) as problem:
        keys.load(directory, APP_ID)
    assert str(problem.value) == f"{keys.PRIVATE} is no private key"


def test_a_pair_is_made_once_and_never_overwritten(tmp_path: Path):
    keys.generate(tmp_path / "new")
    private = tmp_path / "new" / keys.PRIVATE

    assert private.stat().st_mode & 0o777 == 0o600
    before = private.read_bytes()
    with pytest.raises(keys.KeyProblem, match="exists"):
        keys.generate(tmp_path / "new")
    assert private.read_bytes() == before


REAL = "https://openapi.alipay.com/gateway.do"


@pytest.mark.parametrize(
    "gateway",
    [
        "http://openapi.alipay.com/gateway.do",
        "https://127.0.0.1:8077/gateway.do",
        "https://openapi.alipaydev.com/gateway.do",
        "https://openapi.alipay.com.example/gateway.do",
        "https://openapi.alipay.com:8443/gateway.do",
    ],
)
def test_production_pays_at_alipay_only(directory: Path, gateway: str):
    (directory / keys.EMULATOR_MARK).unlink()
    guard.check_production(REAL, str(directory), APP_ID)

    with pytest.raises(guard.Unsafe, match="GATEWAY_URL"):
        guard.check_production(gateway, str(directory), APP_ID)


def test_production_refuses_an_emulators_keys_and_missing_ones(directory: Path):
    with pytest.raises(guard.Unsafe, match="emulator"):
        guard.check_production(REAL, str(directory), APP_ID)
    with pytest.raises(keys.KeyProblem):
        guard.check_production(REAL, str(directory / "none"), APP_ID)
    guard.check_production("", "", APP_ID)  # an installation without Alipay


NAMED = {"ICP_NO": "备案号", "HOST_BODY": "示例主办单位", "SERVICE_PHONE": "0439-0000000"}


@pytest.mark.parametrize("name", NAMED)
def test_an_application_in_production_names_its_operator(name: str):
    import wsgi

    with pytest.raises(RuntimeError, match=name):
        wsgi.create_app(XINGCUN_MODE="production", SECRET_KEY="s" * 40, **{**NAMED, name: " "})


def test_an_application_in_production_does_not_start_with_an_emulator(directory: Path):
    import wsgi

    settings = {"XINGCUN_MODE": "production", "SECRET_KEY": "s" * 40, "ALIPAY_KEYS_DIR": str(directory), **NAMED}
    for gateway in ("http://127.0.0.1:8077/gateway.do", REAL):
        with pytest.raises(RuntimeError, match="production and Alipay"):
            wsgi.create_app(**settings, ALIPAY_GATEWAY_URL=gateway)


def test_the_emulator_changes_its_key_and_we_follow(tmp_path: Path):
    emulated = Keys.open(tmp_path)
    before = keys.load(tmp_path, APP_ID)
    emulated.announce()
    between = keys.load(tmp_path, APP_ID)
    emulated.rotate()
    after = keys.load(tmp_path, APP_ID)

    assert [len(ring.alipay) for ring in (before, between, after)] == [1, 2, 1]
    assert between.alipay[1].public_numbers() == after.alipay[0].public_numbers()
    assert after.alipay[0].public_numbers() == emulated.alipay.public_key().public_numbers()
