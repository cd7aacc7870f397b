"""Adding a version of a quota scheme: dated, with its document; versions are never edited (rules 9, 90)."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from core import clock, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Missing, Refused
from core.trail.models import Stream
from procurement.models.scheme import SchemeVersion


@dataclass(frozen=True)
class NewVersion:
    """What changes from a day on. Channels, goods rule and what is combined stay as the version before has them."""

    name: str
    min_bp: int
    valid_from: date
    union_counts: bool
    personal_counts: bool
    freight_counts: bool
    no_decrease: bool
    document: str


def add_version(code: str, new: NewVersion, *, by: Actor) -> SchemeVersion:
    """Put a version behind the newest of its scheme. A year is judged by the version valid on its 1 January, so a
    change during a year holds from the next one; nothing that is posted changes.

    Raises: Missing, Refused "scheme-not-ahead" (not after today and the version before), "scheme-share",
    "scheme-without-document".
    """
    db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext("scheme_version"))))
    last = db.session.scalars(
        sa.select(SchemeVersion).where(SchemeVersion.code == code).order_by(SchemeVersion.version_no.desc()).limit(1)
    ).first()
    if last is None:
        raise Missing("no-such-scheme")
    if new.valid_from <= max(clock.today(), last.valid_from):
        raise Refused("scheme-not-ahead", after_on=max(clock.today(), last.valid_from))
    if not 0 < new.min_bp <= 10_000:
        raise Refused("scheme-share")
    if not new.document.strip() or not new.name.strip():
        raise Refused("scheme-without-document")
    made = SchemeVersion(
        code=code,
        version_no=last.version_no + 1,
        name=new.name,
        min_bp=new.min_bp,
        valid_from=new.valid_from,
        channels=last.channels,
        union_counts=new.union_counts,
        personal_counts=new.personal_counts,
        freight_counts=new.freight_counts,
        goods_rule=last.goods_rule,
        basis=last.basis,
        combines=last.combines,
        exception_by=last.exception_by,
        no_decrease=new.no_decrease,
        document=new.document,
        author_id=by.person_id,
        created_at=clock.now(),
    )
    db.session.add(made)
    db.session.flush()
    trail.record(
        Stream.ADMINISTRATION, "scheme-version-added", "scheme_version", made.id, by=by, right=Right.SETTINGS_MANAGE,
        before={"min_bp": last.min_bp, "version": last.version_no},
        after={"min_bp": made.min_bp, "version": made.version_no},
        code=code, min_bp=made.min_bp, valid_from_on=made.valid_from, document=made.document,
    )  # fmt: skip
    return made
