"""The import contracts hold, and each would notice its breach: a contract that never fails guards nothing."""

import re
import shutil
import subprocess
import sys

from tests.support.bed import ROOT

FLOORS = ("core", "catalog", "market", "procurement", "demo")
BREACHES = {
    "floors": ("core/looks_up.py", "import market.rules"),
    "rooms": ("procurement/helpers.py", ""),
    "private doors": ("procurement/services/walks_through.py", "import market.web"),
    "pure rules": ("market/rules/asks_flask.py", "import flask"),
    "no web below the doors": ("catalog/queries/asks_the_web.py", "import core.web.access"),
    "embedded servers": ("market/services/starts_servers.py", "import core.embedded.postgres"),
    "emulator alone": ("market/gateways/emulator/borrows.py", "import market.gateways.ports"),
    "no cycles": ("market/models/first.py", "import market.models.second"),
}
OTHER_HALF = ("market/models/second.py", "import market.models.first")


def broken_contracts(directory):
    """Names of the contracts that import-linter finds broken there."""
    command = [sys.executable, "-c", "import importlinter.cli as cli; cli.lint_imports_command()", "--no-cache"]
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)
    assert "Contracts: " in done.stdout, done.stdout + done.stderr
    return set(re.findall(r"^(.+) BROKEN$", done.stdout, re.MULTILINE))


def test_every_contract_notices_its_breach(tmp_path):
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for floor in FLOORS:
        shutil.copytree(ROOT / floor, tmp_path / floor, ignore=shutil.ignore_patterns("__pycache__"))
    for path, line in (*BREACHES.values(), OTHER_HALF):
        (tmp_path / path).write_text(f"{line}\n")

    assert broken_contracts(tmp_path) == set(BREACHES)


def test_every_contract_is_kept():
    assert broken_contracts(ROOT) == set()
