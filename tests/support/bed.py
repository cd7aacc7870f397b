"""The test bed: one throw-away PostgreSQL and one Valkey for a run, one database for each worker.

The controller migrates a template from empty and copies it for each worker, so every test runs on the schema that the
migrations make. Nothing here ever looks at the developer's own database: its address is not even read.
"""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from core.embedded import roles
from core.embedded.postgres import Postgres
from core.embedded.processes import child_environment
from core.embedded.valkey import Valkey

ROOT = Path(__file__).resolve().parents[2]
PREFIX = "xingcun-test-"
TEMPLATE = "xingcun_template"
PRISTINE = "pristine"  # a schema with a copy of every row that the migrations load


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # another user's
        pass
    return True


def remove_abandoned() -> None:
    """Delete what killed runs left: their directories carry the id of a process that is no more."""
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*-*"):
        owner = path.name.removeprefix(PREFIX).split("-")[0]
        if owner.isdigit() and not alive(int(owner)) and path.stat().st_uid == os.geteuid():
            shutil.rmtree(path, ignore_errors=True)


@dataclass(frozen=True)
class Place:
    """What one worker gets: addresses of its own database and queue, and a directory for its files."""

    app_url: str
    owner_url: str
    redis_url: str
    var_dir: str

    @property
    def settings(self) -> dict[str, str]:
        """The settings of an installation in this place, for `create_app` and for the environment of a child."""
        return {
            "DATABASE_URL": self.app_url,
            "DATABASE_OWNER_URL": self.owner_url,
            "REDIS_URL": self.redis_url,
            "VAR_DIR": self.var_dir,
            "SECRET_KEY": "only-for-tests-" + "x" * 32,
            "XINGCUN_MODE": "test",
        }

    def to_worker(self) -> dict[str, str]:
        return asdict(self)


class Bed:
    """Started at the first need, removed at the end of the run."""

    def __init__(self) -> None:
        remove_abandoned()
        self.directory = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
        self.stack = contextlib.ExitStack()
        self.stack.callback(shutil.rmtree, self.directory, ignore_errors=True)
        self.log = self.stack.enter_context((self.directory / "servers.log").open("wb"))
        self.postgres = Postgres(self.directory / "pg", durable=False)
        self.valkey = Valkey(self.directory / "valkey", durable=False)
        self.places = 0
        self._start()

    def _start(self) -> None:
        try:
            self.stack.callback(self.postgres.remove)
            self.postgres.start(self.log)
            self.stack.callback(self.valkey.remove)
            self.valkey.start(self.log)
            roles.make_roles(self.postgres)
            roles.make_database(self.postgres, TEMPLATE)
            self._migrate(self.place(TEMPLATE, 0))
        except BaseException:
            self.stack.close()
            raise

    def place(self, database: str, number: int) -> Place:
        var = self.directory / f"var-{number}"
        var.mkdir(exist_ok=True)
        return Place(
            app_url=self.postgres.url(database, roles.APP),
            owner_url=self.postgres.url(database, roles.OWNER),
            redis_url=self.valkey.url(number),
            var_dir=str(var),
        )

    def new_place(self) -> Place:
        """A fresh copy of the template with its own queue and files."""
        self.places += 1
        roles.make_database(self.postgres, f"worker_{self.places}", template=TEMPLATE)
        return self.place(f"worker_{self.places}", self.places)

    def _migrate(self, place: Place) -> None:
        command = [sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade"]
        done = subprocess.run(
            command, cwd=ROOT, env=child_environment(**place.settings), capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"the migrations fail on an empty database:\n{done.stdout}{done.stderr}")
        with self.postgres.connect(TEMPLATE, roles.OWNER) as connection:
            keep_pristine(connection)

    def close(self) -> None:
        self.stack.close()


def tables(connection: psycopg.Connection) -> list[str]:
    """All tables of ours; a partition is its parent's matter, the migration marker nobody's."""
    rows = connection.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
        " AND NOT relispartition AND relname <> 'alembic_version' ORDER BY relname"
    )
    return [name for (name,) in rows]


def keep_pristine(connection: psycopg.Connection) -> None:
    """Copy aside what the migrations loaded (places, settings, categories): a test may change it and gets it back."""
    connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(PRISTINE)))
    for name in tables(connection):
        table, copy = sql.Identifier(name), sql.Identifier(PRISTINE, name)
        found = connection.execute(sql.SQL("SELECT 1 FROM {} LIMIT 1").format(table)).fetchone()
        if found:
            connection.execute(sql.SQL("CREATE TABLE {} AS TABLE {}").format(copy, table))


def at_worker(given: dict[str, str] | None) -> Place | None:
    """The place a worker was handed by the controller."""
    return Place(**given) if given else None


def in_ci() -> bool:
    return os.environ.get("CI", "").lower() == "true"
