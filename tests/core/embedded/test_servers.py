"""The embedded servers come up, and come back after the worst."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psycopg
import pytest

from core.embedded import postgres, roles
from core.embedded.lock import Busy, Lock
from core.embedded.postgres import Postgres
from core.embedded.processes import EmbeddedError, claim_port, free_port, living_in
from core.embedded.valkey import Valkey


@pytest.fixture
def directory():
    """A path as people have them: a space, Chinese characters, closed to others."""
    made = Path(tempfile.mkdtemp(prefix="兴 村 "))
    yield made
    shutil.rmtree(made)


@pytest.fixture
def open_directory():
    """For the real nobody."""
    with tempfile.TemporaryDirectory(prefix="xingcun-moved-") as made:
        Path(made).chmod(0o755)
        yield Path(made)


ways = [True, False] if os.geteuid() == 0 else [True]  # only root becomes somebody else


@pytest.fixture(params=ways, ids=["namespace", "nobody"][: len(ways)])
def cluster(request, directory, open_directory, monkeypatch):
    monkeypatch.setattr(postgres, "MOVED", open_directory / "lib")
    made = Postgres(directory / "pg", durable=False, namespaces=request.param)
    made.start(subprocess.DEVNULL)
    yield made
    made.end_leftovers()
    made.remove()


def test_a_busy_backend_of_a_killed_server_does_not_stop_the_next(cluster):
    client = threading.Thread(target=keep_busy, args=(cluster,))
    client.start()
    while not any(active(cluster)):
        time.sleep(0.02)

    cluster.process.send_signal(signal.SIGKILL)
    cluster.process.wait()
    assert list(living_in(cluster.data, "postgres")), "the backend lives on"

    cluster.start(subprocess.DEVNULL)
    client.join(10)
    assert cluster.answers()


def keep_busy(cluster):
    with pytest.raises(psycopg.Error), cluster.connect() as connection:
        connection.execute("SELECT count(*) FROM generate_series(1, 3000000000) AS busy")


def active(cluster):
    with cluster.connect() as connection:
        yield from connection.execute("SELECT 1 FROM pg_stat_activity WHERE query LIKE '%AS busy' AND state = 'active'"
                                      " AND pid <> pg_backend_pid()")  # fmt: skip


def test_the_application_is_no_superuser_and_owns_nothing(cluster):
    roles.make_roles(cluster)
    assert roles.make_database(cluster)
    assert not roles.make_database(cluster)

    with cluster.connect(roles.DATABASE, roles.OWNER) as owner:
        owner.execute("CREATE TABLE kept (id int)")
        owner.execute("SET session_replication_role = replica")
    with cluster.connect(roles.DATABASE, roles.APP) as app:
        for forbidden in ("DROP TABLE kept", "SET session_replication_role = replica", "CREATE TABLE mine (id int)"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute(forbidden)


def test_valkey_keeps_what_it_was_told_and_lets_nobody_in_without_its_password(directory):
    import redis

    first = Valkey(directory / "valkey")
    first.start(subprocess.DEVNULL)
    redis.Redis.from_url(first.url()).set("kept", "yes")
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(port=first.port, retry=None).ping()
    second = Valkey(directory / "valkey")
    second.start(subprocess.DEVNULL)  # ends the first: two must never write one log

    assert first.process.wait(5) == 0
    assert redis.Redis.from_url(second.url()).get("kept") == b"yes"
    second.remove()


def test_a_busy_port_is_named_before_anything_starts():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        with pytest.raises(EmbeddedError, match=f"--port {port + 1}"):
            claim_port("127.0.0.1", port)
        assert free_port(wanted=port) != port

    claim_port("127.0.0.1", port)


def test_a_lock_names_its_holder_and_dies_with_it(tmp_path):
    holding = (
        "import sys, time; from pathlib import Path; from core.embedded.lock import Lock;"
        f"Lock(Path({str(tmp_path / 'lock')!r})).take('http://there'); print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", holding], stdout=subprocess.PIPE) as other:
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(Busy, match="http://there"):
            Lock(tmp_path / "lock").take("here")
        other.kill()

    mine = Lock(tmp_path / "lock")
    mine.take("here")
    mine.release()
