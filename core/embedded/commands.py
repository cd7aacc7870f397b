"""The command lines of our own processes, in one place: the supervisor and the browser tests start the same ones."""

import importlib
import ssl
import sys
import urllib.error
import urllib.request
from pathlib import Path

from core.embedded.tls import Pair

PYTHON = (sys.executable, "-m")
START_TOKEN = "XINGCUN_START_TOKEN"  # noqa: S105  a name, and no secret: /healthz repeats it
START_HEADER = "X-Xingcun-Start"


def granian_runs() -> bool:
    """Whether granian's binary part loads on this machine."""
    try:
        importlib.import_module("granian")
    except (ImportError, OSError):
        return False
    return True


def granian(host: str, port: int, *, workers: int = 2, threads: int = 4, tls: Pair | None = None) -> list[str]:
    """The web server. Keep-alive is 60 s at most here: a proxy before it keeps its own below."""
    return [
        *(*PYTHON, "granian", "--interface", "wsgi", "--factory", "wsgi:create_app", "--no-ws"),
        *("--host", host, "--port", str(port), "--workers", str(workers), "--blocking-threads", str(threads)),
        *("--backlog", "512", "--http1-header-read-timeout", "60000", "--workers-kill-timeout", "6"),
        *("--respawn-failed-workers", "--access-log"),
        *(("--ssl-certificate", str(tls.certificate), "--ssl-keyfile", str(tls.key)) if tls else ()),
        *(("--ssl-protocol-min", "tls1.2") if tls else ()),
    ]


def gunicorn(host: str, port: int, *, workers: int = 2, threads: int = 4, tls: Pair | None = None) -> list[str]:
    """The fall-back where granian does not load or start."""
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    return [
        *(*PYTHON, "gunicorn", "wsgi:create_app()", "--bind", address, "--worker-class", "gthread"),
        *("--workers", str(workers), "--threads", str(threads), "--keep-alive", "75", "--graceful-timeout", "8"),
        *("--access-logfile", "-", "--no-control-socket"),
        *(("--certfile", str(tls.certificate), "--keyfile", str(tls.key)) if tls else ()),
    ]


def web(host: str, port: int, *, workers: int = 2, threads: int = 4) -> list[str]:
    return (granian if granian_runs() else gunicorn)(host, port, workers=workers, threads=threads)


CELERY = ("-m", "celery", "--quiet", "-A", "wsgi:celery_app")


def worker() -> list[str]:
    as_root = ("-W", "ignore:You're running the worker with superuser")  # in a container there is nobody else
    alone = ("--without-gossip", "--without-mingle", "--without-heartbeat")  # one worker: nobody to talk to
    return [sys.executable, *as_root, *CELERY, "worker", "--concurrency=2", "--loglevel=WARNING", *alone]


def beat(schedule: Path) -> list[str]:
    """`schedule` is beat's own file of last runs; no pid file, which a killed one would leave in the way."""
    return [sys.executable, *CELERY, "beat", "--loglevel=WARNING", f"--schedule={schedule}", "--pidfile="]


def emulator(host: str, port: int, store: Path, keys: Path, *, seen_at: str) -> list[str]:
    """`seen_at` is the host by which browsers find this machine: codes and links point there."""
    command = [*PYTHON, "market.gateways.emulator", "serve", f"--host={host}", f"--port={port}"]
    command += [f"--store={store}", f"--keys={keys}", f"--public-url=http://{seen_at}:{port}"]
    return [*command, f"--notify-host={seen_at}"]


def flask(*words: str) -> list[str]:
    return [*PYTHON, "flask", "--app", "wsgi", *words]


def ask(url: str, *, seconds: float = 2, authority: Path | None = None) -> tuple[int, str, dict[str, str]]:
    """(status, body, headers with lower-case names) of a GET, past any proxy the environment names.

    `authority`: whose word is taken for an https address. Raises: OSError when nobody answers.
    """
    trust = urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=authority)) if authority else None
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), *filter(None, [trust]))
    try:
        with opener.open(url, timeout=seconds) as answer:
            return answer.status, answer.read().decode(), {k.lower(): v for k, v in answer.headers.items()}
    except urllib.error.HTTPError as error:
        with error:
            return error.code, "", {k.lower(): v for k, v in error.headers.items()}


def answers(url: str) -> bool:
    """Whether anybody answers there, whatever the status."""
    try:
        return bool(ask(url)[0])
    except OSError:
        return False


def is_ours(base_url: str, token: str, authority: Path | None = None) -> bool:
    """Whether the server there is alive and the one we started with `token`, not an older one on the same port."""
    try:
        status, _body, headers = ask(f"{base_url}/healthz", authority=authority)
    except (OSError, ValueError):
        return False
    return status == 200 and headers.get(START_HEADER.lower()) == token
