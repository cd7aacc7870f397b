"""Child processes that never outlive their parent, and the ends of those that did.

A supervisor killed with SIGKILL cannot stop anything. So each child asks the kernel for a signal at its parent's death,
and each start first ends what an earlier one left behind: found by its working directory, not by a number in a file.
"""

import contextlib
import ctypes
import errno
import os
import signal
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

LIBC = ctypes.CDLL(None, use_errno=True)
LINUX = hasattr(LIBC, "prctl")
PR_SET_PDEATHSIG = 1
SHARES_NOTHING = ("PYTHONDONTWRITEBYTECODE", "PYTHONHOME", "PYTHONPATH", "FLASK_APP", "FLASK_DEBUG")


class EmbeddedError(RuntimeError):
    """Something this machine cannot do; the text is for the person at the terminal, Chinese and English."""


def child_environment(**more: str) -> dict[str, str]:
    """The environment for our own Python children: byte code is written, foreign module paths do not leak in."""
    kept = {name: value for name, value in os.environ.items() if name not in SHARES_NOTHING}
    return kept | {"PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"} | more


def dies_with_parent(sig: signal.Signals, enter: Callable[[], None] | None = None) -> Callable[[], None]:
    """A `preexec_fn`: become somebody else by `enter`, then ask for `sig` when the parent dies.

    In this order, because a change of user clears the request.
    """
    parent = os.getpid()

    def prepare() -> None:
        if enter:
            enter()
        if LINUX:
            LIBC.prctl(PR_SET_PDEATHSIG, sig)
        if os.getppid() != parent:  # it died before the request was made
            os._exit(1)

    return prepare


def living_in(directory: Path, program: str) -> Iterator[int]:
    """Ids of the processes called `program` whose working directory is `directory` (Linux; elsewhere none)."""
    for name in filter(str.isdigit, os.listdir("/proc") if LINUX else []):
        try:
            here = os.readlink(f"/proc/{name}/cwd") == str(directory)
            if here and Path(f"/proc/{name}/comm").read_text().strip() == program:
                yield int(name)
        except OSError:  # ended meanwhile, or another user's
            continue


def marked(mark: str) -> Iterator[int]:
    """Ids of the processes, but this one, that were started with `mark` ("NAME=value") in their environment (Linux)."""
    wanted = mark.encode()
    for name in filter(str.isdigit, os.listdir("/proc") if LINUX else []):
        try:
            if int(name) != os.getpid() and wanted in Path(f"/proc/{name}/environ").read_bytes().split(b"\0"):
                yield int(name)
        except OSError:
            continue


def end_all(found: Callable[[], Iterable[int]], signals: tuple[signal.Signals, ...]) -> None:
    """End every process that `found` names: each signal in turn, three seconds for each.

    Raises: EmbeddedError when one of them survives.
    """
    for sig in signals:
        for pid in found():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, sig)
        until = time.monotonic() + 3
        while any(found()) and time.monotonic() < until:
            time.sleep(0.03)
    left = list(found())
    if left:
        raise EmbeddedError(f"进程 {left} 无法结束，请手工结束后重试。 / cannot be ended; end it and try again.")


def free_port(host: str = "127.0.0.1", wanted: int = 0) -> int:
    """`wanted` if nobody listens there, else one the system picks.

    A plain bind, without SO_REUSEPORT: granian would start a second time on a busy port and say nothing.
    """
    for port in (wanted, 0):
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise EmbeddedError(f"{host} 上没有可用端口。 / No free port on {host}.")


def claim_port(host: str, port: int) -> None:
    """Raises: EmbeddedError with the reason why a server could not listen there."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            reasons = {
                errno.EADDRINUSE: (
                    f"端口 {port} 已被别的程序占用；换一个：python3 dev.py --port {port + 1}",
                    f"Port {port} is in use; take another: python3 dev.py --port {port + 1}",
                ),
                errno.EACCES: (f"没有权限使用端口 {port},请用 1024 以上的。", f"Not allowed to use port {port}."),
            }
            unknown = (f"无法在 {host}:{port} 上监听（{error}）。", f"Cannot listen on {host}:{port}.")
            raise EmbeddedError(" / ".join(reasons.get(error.errno or 0, unknown))) from None
