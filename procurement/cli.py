"""Commands of this floor: `flask ledger …`, `flask p832 …`."""

import sys
from pathlib import Path

import click
from flask.cli import AppGroup

from catalog.rules.quarter import Quarter
from core import clock
from core.db import transaction
from core.errors import Refused
from core.money import plain_yuan
from core.text import sentence
from procurement.queries import external_pages, p832_sample
from procurement.queries import quarter_shares as shares
from procurement.queries.ledger_check import verify
from procurement.services import postings, quarter_shares, years
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


@ledger_cli.command("close-year")
@click.argument("year", type=int)
@click.option("--reason", required=True, help="The paper by which finance closes the year.")
def ledger_close_year(year: int, reason: str) -> None:
    """Close a fiscal year that is over; later corrections go to the current year and name it."""
    try:
        with transaction():
            years.close(year, reason, by=None)
    except Refused as refusal:
        raise click.ClickException(sentence("refused", refusal.code, **refusal.facts)) from refusal
    click.echo(sentence("cli", "year-closed", year=year))


@ledger_cli.command("share-quarter")
@click.argument("quarter", metavar="2026Q3")
@click.option("--dry-run", is_flag=True, help="Only say which lines would count another part.")
def ledger_share_quarter(quarter: str, dry_run: bool) -> None:
    """Settle the household route of a quarter that is over (rule 39); again changes nothing."""
    try:
        wanted = Quarter.parse(quarter)
    except ValueError as fault:
        raise click.BadParameter(quarter) from fault
    if dry_run:
        for one in shares.due(wanted):
            click.echo(sentence("cli", "share-due", line=one.line_id, qty=one.qty, before=one.before, part=one.part,
                                eligible=one.eligible_qty, sold=one.sold_qty))  # fmt: skip
        return
    try:
        with transaction():
            done = quarter_shares.share_out(wanted)
    except Refused as refusal:
        raise click.ClickException(sentence("refused", refusal.code, **refusal.facts)) from refusal
    moved = " ".join(f"{code} {plain_yuan(fen)}" for code, fen in sorted(done.moved_fen.items()))
    click.echo(sentence("cli", "quarter-shared", quarter=quarter, lines=done.lines, moved=moved))


@ledger_cli.command("rebuild")
def ledger_rebuild() -> None:
    """Sum up the running totals anew."""
    with transaction():
        read, moves = rebuild()
    click.echo(sentence("cli", "ledger-rebuilt", postings=read, moves=moves))


p832_cli = AppGroup("p832", help="Orders of the national 832 platform.")


@p832_cli.command("sample")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Directory to write to.")
@click.option("--seed", default=832, show_default=True)
@click.option("--orders", default=150, show_default=True, help="Good orders; every kind of bad one is added.")
def p832_sample_files(out: Path, seed: int, orders: int) -> None:
    """Write sample files (XLSX, CSV in GB18030 and in UTF-8), for the units that are registered here."""
    units = [name for _, name in external_pages.all_units()]
    files, rows = p832_sample.files(units, clock.today(), seed=seed, orders=orders)
    out.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (out / name).write_bytes(data)
    click.echo(sentence("cli", "p832-sample", count=len(files), rows=rows, place=out))
