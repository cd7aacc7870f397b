"""`dev.py` runs before anything is installed, under whatever Python the machine has."""

import ast
import os
import subprocess
import sys

from tests.support.bed import ROOT

SCRIPT = ROOT / "dev.py"


def run(tmp_path, *words, path):
    """dev.py, copied where it cannot touch our environment, with only `path` to look for programs."""
    (tmp_path / "dev.py").write_text(SCRIPT.read_text("utf-8"), "utf-8")
    environment = {"PATH": str(path), "HOME": str(tmp_path), "PYTHONUTF8": "1"}
    command = [sys.executable, str(tmp_path / "dev.py"), *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)


def test_an_old_python_can_read_it():
    ast.parse(SCRIPT.read_text("utf-8"), feature_version=(3, 7))


def test_it_imports_only_the_standard_library():
    tree = ast.parse(SCRIPT.read_text("utf-8"))
    modules = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    modules |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}

    assert modules <= sys.stdlib_module_names


def test_it_explains_itself(tmp_path):
    done = run(tmp_path, "--help", path="/nowhere")

    assert done.returncode == 0
    assert "python3 dev.py test" in done.stdout
    assert run(tmp_path, "nonsense", path="/nowhere").returncode == 2


def test_a_name_on_the_path_that_does_not_run_is_passed_over(tmp_path):
    shims = tmp_path / "shims"
    shims.mkdir()
    shim = shims / "python3.14"
    shim.write_text("#!/bin/sh\nexit 127\n")
    shim.chmod(0o755)
    (tmp_path / "requirements").mkdir()

    done = run(tmp_path, "test", path=f"{shims}{os.pathsep}{os.environ['PATH']}")

    assert (tmp_path / ".venv" / "bin" / "python").exists(), done.stdout + done.stderr
    assert done.returncode == 1
    assert "PIP_INDEX_URL" in done.stderr  # there is nothing to install from here
