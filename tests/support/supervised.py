"""The whole installation as `dev.py` runs it, on the worker's own database: supervisor, web, worker, beat."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from core.embedded import commands
from core.embedded.processes import child_environment, dies_with_parent, free_port, marked
from core.embedded.start import MARK
from tests.support.bed import ROOT, Place

WEB, WORKER = ("granian", "gunicorn"), ("celery worker",)


@dataclass(frozen=True)
class Installation:
    """Running processes of ours; the supervisor starts again what dies."""

    url: str
    var_dir: str
    process: subprocess.Popen[bytes]

    def kill(self) -> int:
        """SIGKILL to every web and worker process at once. The number that was hit."""
        found = list(self._pids(*WEB, *WORKER))
        for pid in found:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return len(found)

    def wait(self, *, seconds: float = 120) -> None:
        """Until the page answers and a worker runs."""
        until = time.monotonic() + seconds
        while not (commands.answers(f"{self.url}/healthz") and any(self._pids(*WORKER))):
            if self.process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"not up:\n{self.log()}")
            time.sleep(0.05)

    def log(self) -> str:
        return (Path(self.var_dir) / "supervisor.log").read_text(errors="replace")[-6000:]

    def _pids(self, *names: str) -> Iterator[int]:
        for pid in marked(f"{MARK}={Path(self.var_dir).resolve()}"):
            with suppress(OSError):
                words = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
                line = " ".join(word for word in words if not word.startswith("-") and "=" not in word)
                if any(name in line or (name.partition(" ")[2] in words and "celery" in line) for name in names):
                    yield pid


@contextmanager
def running(place: Place, **settings: str) -> Iterator[Installation]:
    """Everything up; ended by SIGTERM, as Ctrl-C would."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    log_path = Path(place.var_dir) / "supervisor.log"
    with log_path.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "core.embedded.start", "--port", str(port), "--no-demo"],
            cwd=ROOT,
            env=child_environment(**place.settings | {"SERVER_URL": url, "HOST": "127.0.0.1"} | settings),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=dies_with_parent(signal.SIGTERM),
        )
    made = Installation(url, place.var_dir, process)
    try:
        made.wait()
        yield made
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(40)
        finally:
            if process.poll() is None:
                process.kill()
