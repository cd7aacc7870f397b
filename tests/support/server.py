"""The application as real people meet it: a server process on a free port, on the worker's own database."""

import os
import secrets
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.embedded import commands
from core.embedded.processes import child_environment, dies_with_parent, free_port
from tests.support.bed import ROOT, Place


@contextmanager
def running(place: Place, *, workers: int = 1, **settings: str) -> Iterator[str]:
    """Serve until the block ends; yields the base URL, without a slash at its end."""
    port, token = free_port(), secrets.token_hex(8)
    url = f"http://127.0.0.1:{port}"
    given = place.settings | {"SERVER_URL": url, commands.START_TOKEN: token} | settings
    log_path = Path(place.var_dir) / "server.log"
    with log_path.open("ab") as log:
        process = subprocess.Popen(
            commands.web("127.0.0.1", port, workers=workers),
            cwd=ROOT,
            env=child_environment(**given),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=dies_with_parent(signal.SIGTERM),
        )
    try:
        until = time.monotonic() + 30
        while not commands.is_ours(url, token):
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"the server does not answer:\n{log_path.read_text()[-4000:]}")
            time.sleep(0.05)
        yield url
    finally:
        os.killpg(process.pid, signal.SIGKILL)  # its workers would outlive it
        process.wait()
