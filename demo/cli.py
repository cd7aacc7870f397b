"""`flask demo …`: whether the demo is there, make it, who may log in."""

import contextlib
import sys
import time
import unicodedata

import click
from flask import current_app
from flask.cli import AppGroup

from core.access.roles import Role
from core.db import db
from core.text import label, sentence
from demo import bodies, residents, state
from demo import make as maker
from demo.cast import word
from demo.state import State
from demo.world import SEED

demo_cli = AppGroup("demo", help="Invented data to try everything with.")
_WIDTH = 30


@demo_cli.command("state")
def show_state() -> None:
    """empty, partial, made; foreign when somebody's own data are there."""
    click.echo(state.current().value)


@demo_cli.command("make")
@click.option("--seed", type=int, default=SEED, show_default=True)
def make(seed: int) -> None:
    """Make it, on an empty database of a demo only."""
    found = state.current()
    db.session.rollback()
    if current_app.config["XINGCUN_MODE"] == "production" or found is not State.EMPTY:
        click.echo(sentence("cli", "demo-not-empty", state=found.value), err=True)
        sys.exit(1)
    began = time.monotonic()
    bar = _Bar()
    maker.make(bar.show, seed=seed)
    bar.end()
    click.echo(word("progress", "done", seconds=f"{time.monotonic() - began:.1f}"))


@demo_cli.command("logins")
def logins() -> None:
    """The table of log-ins, one for each role; also makes the suppliers known to the emulated Alipay again."""
    rows = [(label(Role(role)), name, place, login) for role, name, place, login in bodies.logins()]
    if not rows:
        return
    with contextlib.suppress(OSError):  # an emulator that is away takes no payments either: the table still helps
        residents.open_tills()
    head = tuple(sentence("word", f"demo-{name}") for name in ("role", "name", "place", "login"))
    widths = [max(_width(row[column]) for row in (head, *rows)) for column in range(4)]
    for row in (head, *rows):
        click.echo("  " + "  ".join(_padded(text, width) for text, width in zip(row, widths, strict=True)).rstrip())
    click.echo("  " + sentence("cli", "demo-password", password=bodies.PASSWORD))


def _width(text: str) -> int:
    """Columns of a terminal: a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


class _Bar:
    """One line that is drawn again on a terminal; a line for each new step elsewhere."""

    def __init__(self) -> None:
        self._is_terminal = sys.stderr.isatty()
        self._last: tuple[str, int] = ("", -1)

    def show(self, what: str, percent: int) -> None:
        if self._is_terminal:
            full = _WIDTH * percent // 100
            bar = "█" * full + "░" * (_WIDTH - full)
            click.echo(f"\r  {bar} {percent:3d}%  {_padded(what, 20)}", nl=False, err=True)
        elif what != self._last[0] or percent - self._last[1] >= 20:
            click.echo(f"  {percent:3d}%  {what}", err=True)
            self._last = (what, percent)

    def end(self) -> None:
        if self._is_terminal:
            click.echo(err=True)
