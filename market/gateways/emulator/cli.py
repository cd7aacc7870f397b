"""`flask emulator ...` and `python -m market.gateways.emulator ...`: start it, and steer a running one."""

import json
import logging
import sqlite3
import sys
from pathlib import Path
from typing import Any

import click

from market.gateways.emulator.remote import Remote, RemoteRefused

_FLASK_OPTIONS_WITH_VALUE = {"-A", "--app", "-e", "--env-file"}
DEFAULT_CONTROL = "http://127.0.0.1:8077/_emulator/"


def run_alone_if_asked_for() -> None:
    """Run `flask [--app X] emulator …` without the application, and exit; for any other command line do nothing.

    Flask would load the whole application to find the command: three seconds, its settings, its database driver.
    """
    words = _after_flask(sys.argv)
    if words[:1] == ["emulator"]:
        emulator_cli.main(args=words[1:], prog_name="flask emulator")


def _after_flask(argv: list[str]) -> list[str]:
    """The command of a `flask` command line and what follows it; empty for another program's."""
    program = Path(argv[0])
    if program.stem != "flask" and program.parts[-2:] != ("flask", "__main__.py"):
        return []
    words = list(argv[1:])
    while words and words[0].startswith("-"):
        with_value = words[0] in _FLASK_OPTIONS_WITH_VALUE
        words = words[2:] if with_value else words[1:]
    return words


@click.group("emulator")
def emulator_cli() -> None:
    """An Alipay gateway on this machine."""


@emulator_cli.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen; loopback unless told.")
@click.option("--port", default=8077, show_default=True, help="0 takes a free one.")
@click.option("--store", default=":memory:", show_default=True, help="A SQLite file, or :memory:.")
@click.option("--seed", default=1, show_default=True, help="Same seed and calls, same numbers.")
@click.option("--clock", default="real", show_default=True, help="real, or an ISO time that stands still.")
@click.option("--keys", required=True, type=click.Path(file_okay=False), help="Key files; made if missing.")
@click.option("--eager", is_flag=True, help="Create trades at precreate, not at the scan.")
@click.option("--tell-created", is_flag=True, help="Send WAIT_BUYER_PAY notifies too.")
@click.option("--notify-host", multiple=True, help="A host besides loopback that may get notifies.")
@click.option("--public-url", default="", help="Front of codes and links, if another than host and port.")
@click.option("--https", is_flag=True, help="Serve https; callers trust ca.pem among the key files.")
def serve_command(**given: Any) -> None:
    """Run until stopped; prints one line of JSON when it answers."""
    # Late, because every `flask` command of the application loads this file and few of them start an emulator.
    from market.gateways.emulator import tls
    from market.gateways.emulator.clock import Clock
    from market.gateways.emulator.emulator import Emulator
    from market.gateways.emulator.keys import Keys
    from market.gateways.emulator.options import Options
    from market.gateways.emulator.server import Address, serve
    from market.gateways.emulator.store import Store

    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(message)s")
    options = Options(
        seed=given["seed"],
        eager=given["eager"],
        tell_created=given["tell_created"],
        notify_hosts=given["notify_host"],
    )
    try:
        keys = Keys.open(Path(given["keys"]))
        files = tls.files(Path(given["keys"])) if given["https"] else None
        emulator = Emulator(keys, Store(given["store"]), Clock.of(given["clock"]), options)
    except (OSError, ValueError, sqlite3.Error) as error:
        raise click.ClickException(f"cannot start: {error}") from None
    serve(emulator, Address(given["host"], given["port"], files, given["public_url"]))


@emulator_cli.command("call")
@click.argument("verb", type=click.Choice(["get", "post", "delete"]))
@click.argument("path")
@click.argument("arguments", nargs=-1)
@click.option("--control", default=DEFAULT_CONTROL, show_default=True, envvar="EMULATOR_CONTROL_URL")
def call_command(verb: str, path: str, arguments: tuple[str, ...], control: str) -> None:
    """Any control act of a running emulator: `call post trades/T1/pay`, `call post faults kind=delay ms=300`."""
    arguments_by_name: dict[str, object] = dict(argument.partition("=")[::2] for argument in arguments)
    try:
        answer = Remote(control).call(verb.upper(), path, arguments_by_name)
    except RemoteRefused as refused:
        click.echo(json.dumps(refused.answer, ensure_ascii=False), err=True)
        sys.exit(1)
    except (OSError, ValueError) as error:
        raise click.ClickException(f"no emulator at {control}: {error}") from None
    click.echo(json.dumps(answer, ensure_ascii=False, indent=2))
