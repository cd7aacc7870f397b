"""Start real processes, show their log lines, restart those that die, stop them in order.

One thread and one loop: children are forked with a `preexec_fn`, which is safe only where no other thread runs, and
while anything is waited for the loop goes on reading, so that no child blocks on a full pipe.
"""

import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from core.embedded.processes import EmbeddedError, dies_with_parent

RESTARTS_A_MINUTE = 5
PATIENCE_SECONDS = 8  # for an orderly end, before the whole group is killed
Command = Sequence[str]
Environment = Mapping[str, str]


class Stopped(Exception):
    """Somebody asked us to stop (Ctrl-C, SIGTERM, the terminal closed)."""


@dataclass
class Child:
    """A process we watch. `again` starts it anew after its death; without it, its death stops everything."""

    name: str
    process: subprocess.Popen[bytes]
    stop_with: signal.Signals = signal.SIGTERM
    again: Callable[[], subprocess.Popen[bytes]] | None = None
    deaths: deque[float] = field(default_factory=lambda: deque(maxlen=RESTARTS_A_MINUTE))

    @property
    def running(self) -> bool:
        return self.process.poll() is None

    def may_restart(self, now: float) -> bool:
        """Notes a death at `now` (seconds); False for the sixth within a minute."""
        too_many = len(self.deaths) == RESTARTS_A_MINUTE and now - self.deaths[0] < 60
        self.deaths.append(now)
        return not too_many


class Supervisor:
    """Children by name, in the order of their start."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.children: dict[str, Child] = {}
        self.stopping = False
        self._selector = selectors.DefaultSelector()
        self._unfinished: dict[int, bytes] = {}

    def obey_signals(self) -> None:
        """Ctrl-C, SIGTERM and a closed terminal are orders to stop, from now on."""
        for sig in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(sig, self._asked_to_stop)

    def _asked_to_stop(self, *_: object) -> None:
        self.stopping = True

    def say(self, text: str, name: str = "dev.py") -> None:
        self.show(f"{name:<8} | {text}\n")

    def show(self, text: str) -> None:
        """Print; a terminal that has gone is an order to stop."""
        try:
            sys.stdout.write(text)
            sys.stdout.flush()
        except OSError:
            self.stopping = True
            sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115  open until the end

    # --- starting ------------------------------------------------------------------------------------

    def pipe(self, name: str) -> int:
        """The writing end of a new pipe whose lines are shown under `name`; the caller closes its copy."""
        reading, writing = os.pipe()
        os.set_blocking(reading, False)
        self._selector.register(reading, selectors.EVENT_READ, name)
        self._unfinished[reading] = b""
        return writing

    def start(self, name: str, command: Command, environment: Environment, *, restart: bool = True) -> Child:
        """Start `command` as `name`, in a session of its own, so that Ctrl-C reaches only us."""

        def spawn() -> subprocess.Popen[bytes]:
            log = self.pipe(name)
            try:
                return self._spawn(command, environment, stdout=log, stderr=log)
            finally:
                os.close(log)

        return self.adopt(Child(name, spawn(), again=spawn if restart else None))

    def adopt(self, child: Child) -> Child:
        self.children[child.name] = child
        return child

    def _spawn(self, command: Command, environment: Environment, **streams: object) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # type: ignore[call-overload, no-any-return]
            command,
            cwd=self.directory,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=dies_with_parent(signal.SIGTERM),
            **streams,
        )

    def run(self, command: Command, environment: Environment) -> int:
        """Run to its end, on our own terminal (a progress bar stays one). Returns its exit code."""
        return self._finish(self._spawn(command, environment))

    def output(self, command: Command, environment: Environment) -> str:
        """What `command` prints. Raises: EmbeddedError with its last words when it fails."""
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            code = self._finish(self._spawn(command, environment, stdout=out, stderr=err))
            out.seek(0)
            err.seek(0)
            if code:
                raise EmbeddedError(f"{' '.join(command[1:])} → {code}\n{err.read().decode(errors='replace')[-4000:]}")
            return out.read().decode()

    def _finish(self, process: subprocess.Popen[bytes]) -> int:
        try:
            while process.poll() is None:
                self.pump(0.05)
        except Stopped:
            _end_group(process, signal.SIGTERM)
            raise
        return process.returncode

    # --- watching ------------------------------------------------------------------------------------

    def pump(self, seconds: float) -> None:
        """Show what the children print for `seconds`. Raises: Stopped."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            for key, _events in self._selector.select(left):
                self._read(key.fd, key.data)
            if self.stopping:
                raise Stopped

    def _read(self, descriptor: int, name: str) -> None:
        more = os.read(descriptor, 65536)
        *lines, rest = (self._unfinished[descriptor] + more).split(b"\n")
        if not more and rest:
            lines.append(rest)
        for line in lines:
            self.say(line.decode(errors="replace"), name)
        self._unfinished[descriptor] = rest
        if not more:
            self._selector.unregister(descriptor)
            del self._unfinished[descriptor]
            os.close(descriptor)

    def wait_for(self, child: Child, ready: Callable[[], bool], *, seconds: float = 60) -> bool:
        """Wait until `child` is `ready`; False when it ends first or the time is over."""
        until = time.monotonic() + seconds
        while child.running and time.monotonic() < until:
            if ready():
                return True
            self.pump(0.03)
        return False

    def watch(self) -> None:
        """Go on until somebody asks us to stop. Raises: Stopped; EmbeddedError when a child cannot be kept alive."""
        while True:
            self.pump(0.25)
            for child in self.children.values():
                if not child.running:
                    self._revive(child)

    def _revive(self, child: Child) -> None:
        code = child.process.returncode
        _end_group(child.process, signal.SIGKILL)  # a killed web server leaves its workers on the port
        if child.again is None or not child.may_restart(time.monotonic()):
            raise EmbeddedError(
                f"{child.name} 意外结束（{code}），全部停止。 / {child.name} ended unexpectedly ({code}): stopping all."
            )
        self.say(f"意外结束（{code}），重新启动 / ended unexpectedly ({code}), starting it again", child.name)
        child.process = child.again()

    # --- stopping ------------------------------------------------------------------------------------

    def stop(self, *groups: Sequence[str]) -> None:
        """Stop the children group after group; a second Ctrl-C makes it short."""
        self.stopping = False
        for group in groups:
            members = [self.children[name] for name in group if name in self.children]
            for child in members:
                if child.running:
                    child.process.send_signal(child.stop_with)
            until = time.monotonic() + PATIENCE_SECONDS
            while any(child.running for child in members) and time.monotonic() < until and not self.stopping:
                self._drain(0.03)
            for child in members:
                if child.running:
                    self.say("未按时结束，强制结束 / did not end in time, killed", child.name)
                _end_group(child.process, signal.SIGKILL)
                child.process.wait()
        self._drain(0)

    def _drain(self, seconds: float) -> None:
        for key, _events in self._selector.select(seconds):
            self._read(key.fd, key.data)


def _end_group(process: subprocess.Popen[bytes], sig: signal.Signals) -> None:
    """Signal the whole session a child leads: its own children may outlive it."""
    try:
        os.killpg(process.pid, sig)
    except ProcessLookupError:
        return
    if process.poll() is None and sig is not signal.SIGKILL:
        try:
            process.wait(PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
