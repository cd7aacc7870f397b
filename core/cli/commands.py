"""Commands of the ground floor: `flask audit …`, `flask people …`, `flask jobs …`, `flask keys …`."""

import secrets
import sys
from collections.abc import Callable

import click
import sqlalchemy as sa
from flask import Flask
from flask.cli import AppGroup

from core import clock, jobs, resealing, sealing, trail
from core.access.roles import OrganisationKind, Role
from core.db import db, transaction
from core.organisations.models import Membership, Organisation, OrganisationName
from core.people import services as people
from core.people.models import Person
from core.terms import services as terms
from core.text import sentence
from core.trail.models import Stream
from core.trail.verify import verify

audit = AppGroup("audit", help="The audit trail.")
people_cli = AppGroup("people", help="People and access.")
jobs_cli = AppGroup("jobs", help="Jobs waiting in the outbox.")
keys = AppGroup("keys", help="Keys of sealed columns.")


@audit.command("verify")
def audit_verify() -> None:
    """Recompute every stream; exit 1 and name the first broken row when one does not hold."""
    report = verify()
    for fault in report.broken:
        click.echo(
            sentence("cli", "audit-broken", stream=fault.stream.value, seq=fault.seq, fault=fault.fault), err=True
        )
    click.echo(sentence("cli", "audit-verified", events=report.events, broken=len(report.broken)))
    sys.exit(1 if report.broken else 0)


@people_cli.command("first-operator")
def first_operator() -> None:
    """On an empty system make the platform operator and print a one-time password; else do nothing.

    Agreements that have no wording yet get the shipped one, on an older system too.
    """
    with transaction():
        terms.publish_first()
    if db.session.scalar(sa.select(sa.func.count(Person.id))):
        return
    db.session.rollback()
    password = secrets.token_urlsafe(12)
    with transaction():
        now, today = clock.now(), clock.today()
        name = sentence("word", "platform")
        platform = Organisation(kind=OrganisationKind.PLATFORM, name=name, opened_on=today, created_at=now)
        db.session.add(platform)
        db.session.flush()
        db.session.add(OrganisationName(organisation_id=platform.id, name=name, valid_from=today, created_at=now))
        person = people.create(sentence("word", "operator"), username="operator", password=password)
        person.must_change_password = True
        db.session.add(
            Membership(
                person_id=person.id,
                organisation_id=platform.id,
                role=Role.PLATFORM_OPERATOR,
                valid_from=today,
                granted_at=now,
            )
        )
        trail.record(Stream.ADMINISTRATION, "first-operator-made", "person", person.id, by=None)
    click.echo(sentence("cli", "first-operator", username="operator", password=password))


@jobs_cli.command("run")
def jobs_run() -> None:
    """Run every due job in this process."""
    click.echo(sentence("cli", "jobs-run", count=jobs.run_due()))


@keys.command("check")
def keys_check() -> None:
    """How many sealed values each key holds, and where the key files lie."""
    for column, held in resealing.counts().items():
        for key_id, count in sorted(held.items()):
            click.echo(sentence("cli", "key-holds", column=column, key=key_id, count=count))
    click.echo(sentence("cli", "key-active", key=sealing.active_key(), ring=sealing.ring_path()))
    for table, held in resealing.blind_counts().items():
        for key_id, count in sorted(held.items()):
            click.echo(sentence("cli", "blind-key-holds", table=table, key=key_id, count=count))
    click.echo(sentence("cli", "key-blind", path=sealing.blind_path(), key=sealing.active_blind_key()))


@keys.command("rotate")
@click.option("--resume", is_flag=True, help="Go on with the newest key instead of adding one.")
@click.option("--blind", is_flag=True, help="The key of the blind index instead of the key ring.")
def keys_rotate(resume: bool, blind: bool) -> None:
    """Add a key and take everything over under it, in batches; stopped or killed, it goes on with --resume."""
    if not resume:
        (sealing.add_blind_key if blind else sealing.add_key)()
    code, key = ("blind-key", sealing.active_blind_key()) if blind else ("keys", sealing.active_key())
    done = _in_batches(resealing.reindex_batch if blind else resealing.reseal_batch, f"{code}-rotated", key)
    click.echo(sentence("cli", f"{code}-rotated", key=key, count=done))


def _in_batches(batch: Callable[[], int], act: str, key: int) -> int:
    """Each batch in a transaction of its own, the last with the word in the trail. The number done."""
    done, last = 0, 1
    while last:
        with transaction():
            last = batch()
            done += last
            if not last:
                trail.record(Stream.ADMINISTRATION, act, "key", key, by=None, count=done)
    return done


def init(app: Flask) -> None:
    """Register the groups."""
    for group in (audit, people_cli, jobs_cli, keys):
        app.cli.add_command(group)
