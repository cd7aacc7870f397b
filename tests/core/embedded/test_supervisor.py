"""Children are shown, restarted, and stopped with everything they started."""

import os
import signal
import sys
import time

import pytest

from core.embedded.processes import EmbeddedError, marked
from core.embedded.supervisor import Child, Stopped, Supervisor

SLEEPER = [sys.executable, "-c", "import time; print('up', flush=True); time.sleep(60)"]
ENDS_AT_ONCE = [sys.executable, "-c", "raise SystemExit(3)"]
PARENT = "import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', {child!r}]); {child}"
WITH_A_CHILD = [sys.executable, "-c", PARENT.format(child="import time; time.sleep(60)")]


@pytest.fixture
def supervisor(tmp_path):
    made = Supervisor(tmp_path)
    yield made
    made.stop(list(made.children))


def until(supervisor, check, seconds=10):
    end = time.monotonic() + seconds
    while not check() and time.monotonic() < end:
        supervisor.pump(0.02)
    assert check()


def test_lines_are_shown_under_the_name(supervisor, capsys):
    child = supervisor.start("web", SLEEPER, os.environ)
    shown = []

    def seen():
        shown.append(capsys.readouterr().out)
        return "web      | up\n" in "".join(shown)

    assert supervisor.wait_for(child, seen)


def test_a_dead_child_is_started_again(supervisor, capsys):
    child = supervisor.start("worker", SLEEPER, os.environ)
    first = child.process.pid
    os.kill(first, signal.SIGKILL)
    child.process.wait()

    with pytest.raises(Stopped):
        revive_once(supervisor, child, first)

    assert child.running
    assert "(-9)" in capsys.readouterr().out


def revive_once(supervisor, child, first):
    """Watch until the child has another process, then order a stop."""
    revive = supervisor._revive

    def and_stop(dead):
        revive(dead)
        supervisor.stopping = child.process.pid != first

    supervisor._revive = and_stop
    supervisor.watch()


def test_a_child_that_keeps_dying_stops_everything(supervisor):
    child = supervisor.start("web", ENDS_AT_ONCE, os.environ)

    with pytest.raises(EmbeddedError, match="web"):
        supervisor.watch()

    assert len(child.deaths) == 5


def test_deaths_of_another_minute_are_forgiven():
    child = Child("web", process=None)

    assert all(child.may_restart(now) for now in (0, 10, 20, 30, 40))
    assert not Child("web", None, deaths=child.deaths.copy()).may_restart(59)
    assert child.may_restart(61)


def test_stopping_ends_grandchildren_too(supervisor):
    mark = f"SUPERVISOR_TEST={os.getpid()}"
    environment = dict(os.environ, SUPERVISOR_TEST=str(os.getpid()))
    child = supervisor.start("web", WITH_A_CHILD, environment)
    until(supervisor, lambda: len(list(marked(mark))) == 2)

    supervisor.stop(["web"])

    assert not child.running
    until(supervisor, lambda: not list(marked(mark)))


def test_output_of_a_command_or_its_last_words(supervisor):
    assert supervisor.output([sys.executable, "-c", "print('好')"], os.environ) == "好\n"
    with pytest.raises(EmbeddedError, match="no such door"):
        supervisor.output([sys.executable, "-c", "raise SystemExit('no such door')"], os.environ)
