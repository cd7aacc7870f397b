"""Commands of this floor: `flask search …`."""

import math
import sys
import time

import click
from flask.cli import AppGroup

from catalog.queries.search.backend import Unfit
from catalog.services import retention, search_index
from core import clock
from core.db import transaction
from core.text import sentence

search_cli = AppGroup("search", help="The search index.")


def _tick(count: int) -> None:
    click.echo(sentence("cli", "search-written", count=count))


@search_cli.command("rebuild")
def rebuild() -> None:
    """Make the index anew beside the old one, then turn to it; exit 1 where the new one is not fit."""
    started = time.monotonic()
    try:
        with transaction():
            count = search_index.rebuild(_tick)
    except Unfit as fault:
        raise click.ClickException(sentence("cli", "search-unfit", fault=str(fault))) from fault
    seconds = math.ceil(time.monotonic() - started)
    click.echo(sentence("cli", "search-rebuilt", count=count, seconds=seconds))


@search_cli.command("reconcile")
def reconcile() -> None:
    """Compare the index with the database and queue what differs."""
    with transaction():
        drift = search_index.reconcile()
    click.echo(sentence("cli", "search-reconciled", missing=drift.missing, extra=drift.extra, behind=drift.behind))


@search_cli.command("health")
def health() -> None:
    """Say how the index is; exit 1 when it cannot be read, lags, or differed twice."""
    state = search_index.health()
    code = "search-ready" if state.index.is_ready else "search-missing"
    index = state.index
    click.echo(sentence("cli", code, count=index.documents, waiting=state.waiting, fault=index.fault,
                        name=f"{state.engine} {index.directory}"))  # fmt: skip
    if state.is_late:
        click.echo(sentence("cli", "search-late"))
    if state.drifts:
        click.echo(sentence("cli", "search-drifts"))
    sys.exit(1 if state.is_alarming else 0)


households_cli = AppGroup("households", help="Households' personal data.")


@households_cli.command("retention")
@click.option("--dry-run", is_flag=True, help="Only say whose contact data is due.")
def retention_of_contacts(dry_run: bool) -> None:
    """Erase the contact data of households whose last benefit is three years past."""
    on = clock.today()
    if dry_run:
        due = retention.due(on)
        for one in due:
            click.echo(sentence("cli", "retention-due", code=one.code, last_on=one.last_on))
        click.echo(sentence("cli", "retention-dry", count=len(due)))
        return
    done, last = 0, 1
    while last:
        with transaction():
            last = retention.erase(on)
        done += last
    click.echo(sentence("cli", "retention-done", count=done))
