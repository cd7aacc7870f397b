"""Commands of the market: `flask payments check`, `flask payments reconcile --day`."""

import sys
from datetime import date

import click
import sqlalchemy as sa
from flask import current_app
from flask.cli import AppGroup

from core.db import db, transaction
from core.text import sentence
from market.gateways import providers
from market.gateways.alipay.guard import Unsafe, check_production
from market.gateways.alipay.keys import KeyProblem
from market.models.payment import MerchantAccount
from market.services import bill_fetching

payments_cli = AppGroup("payments", help="Payments: self-test, reconciliation.")


@payments_cli.command("check")
def check() -> None:
    """Whether keys and settings are in order; exit 1 and name what is not. Sends nothing."""
    settings = current_app.config
    try:
        if settings["XINGCUN_MODE"] == "production":
            check_production(*(str(settings[f"ALIPAY_{name}"]) for name in ("GATEWAY_URL", "KEYS_DIR", "APP_ID")))
        providers.get(providers.ALIPAY)
    except (KeyProblem, Unsafe, LookupError) as problem:
        click.echo(sentence("cli", "payments-not-in-order", problem=str(problem)), err=True)
        sys.exit(1)
    accounts = db.session.scalar(sa.select(sa.func.count(MerchantAccount.id)).where(MerchantAccount.is_active))
    click.echo(sentence("cli", "payments-in-order", count=accounts))


@payments_cli.command("reconcile")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), required=True)
def reconcile(day: object) -> None:
    """Fetch and compare every merchant's bill of a day; a day that was compared finds nothing new."""
    on = date.fromisoformat(str(day)[:10])
    accounts = list(db.session.scalars(sa.select(MerchantAccount.id).order_by(MerchantAccount.id)))
    failed = 0
    for account_id in accounts:
        provider, payee = bill_fetching.account_of(account_id)
        db.session.remove()
        rows = bill_fetching.fetch(provider, payee, on)
        if rows is None:
            failed += 1
            continue
        with transaction():
            found = bill_fetching.take(account_id, on, rows)
        click.echo(
            sentence("cli", "payments-reconciled", account=account_id, rows=len(rows), found=sum(found.values()))
        )
    if failed:
        click.echo(sentence("cli", "payments-bill-missing", count=failed), err=True)
        sys.exit(1)
