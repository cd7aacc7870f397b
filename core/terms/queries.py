"""Which wording binds on a day, which is coming, and who has agreed."""

from collections.abc import Collection
from datetime import date

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on

from core import clock
from core.access.actor import Actor
from core.db import db
from core.terms.models import Consent, TermsVersion
from core.terms.rules import TermsKind, concerned


def binding(*, on: date | None = None) -> dict[TermsKind, TermsVersion]:
    """The version of each document that binds on a day. One statement."""
    rows = db.session.scalars(
        sa.select(TermsVersion)
        .ext(distinct_on(TermsVersion.kind))
        .where(TermsVersion.binds_on <= (on or clock.today()))
        .order_by(TermsVersion.kind, TermsVersion.number.desc())
    )
    return {row.kind: row for row in rows}


def versions(kind: TermsKind) -> list[TermsVersion]:
    """All wordings of a document, the newest first."""
    query = sa.select(TermsVersion).where(TermsVersion.kind == kind)
    return list(db.session.scalars(query.order_by(TermsVersion.number.desc())))


def coming() -> list[TermsVersion]:
    """Versions that are published and do not bind yet."""
    query = sa.select(TermsVersion).where(TermsVersion.binds_on > clock.today())
    return list(db.session.scalars(query.order_by(TermsVersion.binds_on, TermsVersion.id)))


def given(person_id: int, version_ids: Collection[int]) -> set[int]:
    """Those of the versions that somebody's last word on is yes."""
    newest = (
        sa.select(Consent.version_id, Consent.is_given)
        .ext(distinct_on(Consent.version_id))
        .where(Consent.person_id == person_id, Consent.version_id.in_(version_ids))
        .order_by(Consent.version_id, Consent.id.desc())
        .subquery()
    )
    return set(db.session.scalars(sa.select(newest.c.version_id).where(newest.c.is_given)))


def lacking(who: Actor, kinds: Collection[TermsKind] | None = None) -> list[TermsVersion]:
    """What somebody still has to agree to: by default what concerns everybody like them. Two statements."""
    wanted = concerned(who) if kinds is None else kinds
    bind = [row for kind, row in binding().items() if kind in wanted]
    if not bind:
        return []
    there = given(who.person_id, [row.id for row in bind])
    order = list(TermsKind)
    return sorted((row for row in bind if row.id not in there), key=lambda row: order.index(row.kind))


def given_by(who: Actor) -> list[tuple[TermsVersion, Consent]]:
    """Everything somebody said yes or no to, the newest first."""
    rows = db.session.execute(
        sa.select(TermsVersion, Consent)
        .join(Consent, Consent.version_id == TermsVersion.id)
        .where(Consent.person_id == who.person_id)
        .order_by(Consent.id.desc())
        .limit(100)
    )
    return [(version, consent) for version, consent in rows]
