"""Commands of this floor: `flask ledger …`."""

import sys

import click
from flask.cli import AppGroup

from core.db import transaction
from core.text import sentence
from procurement.queries.ledger_check import verify
from procurement.services import postings
from procurement.services.rebuild import rebuild

ledger_cli = AppGroup("ledger", help="The quota ledger.")


@ledger_cli.command("verify")
def ledger_verify() -> None:
    """Recompute chain, judgements, postings and totals; exit 1 and name the first difference of each."""
    report = verify(postings.open_book())
    for fault in report.faults:
        told = {"part": fault.part, "where": fault.where, "expected": fault.expected, "found": fault.found}
        click.echo(sentence("cli", "ledger-differs", **told), err=True)
    seen = {"facts": report.facts, "postings": report.postings, "broken": len(report.faults)}
    click.echo(sentence("cli", "ledger-verified", root=report.root, **seen))
    sys.exit(1 if report.faults else 0)


@ledger_cli.command("rebuild")
def ledger_rebuild() -> None:
    """Sum up the running totals anew."""
    with transaction():
        read, moves = rebuild()
    click.echo(sentence("cli", "ledger-rebuilt", postings=read, moves=moves))
