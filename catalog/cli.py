"""Commands of this floor: `flask search …`."""

import sys

import click
from flask.cli import AppGroup

from catalog.services import search_index
from core.db import transaction
from core.text import sentence

search_cli = AppGroup("search", help="The search index.")


@search_cli.command("rebuild")
def rebuild() -> None:
    """Make the index anew beside the old one, then turn to it."""
    with transaction():
        count = search_index.rebuild()
    click.echo(sentence("cli", "search-rebuilt", count=count))


@search_cli.command("reconcile")
def reconcile() -> None:
    """Compare the index with the database and queue what differs."""
    with transaction():
        drift = search_index.reconcile()
    click.echo(sentence("cli", "search-reconciled", missing=drift.missing, extra=drift.extra, behind=drift.behind))


@search_cli.command("health")
def health() -> None:
    """Say how the index is; exit 1 when it cannot be read or lags."""
    index, waiting, is_late = search_index.health()
    code = "search-ready" if index.is_ready else "search-missing"
    click.echo(sentence("cli", code, count=index.documents, waiting=waiting, fault=index.fault, name=index.directory))
    sys.exit(0 if index.is_ready and not is_late else 1)
