"""Publish a wording, agree to it, take a consent back."""

from collections.abc import Collection
from datetime import date
from pathlib import Path

import config
from core import clock, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Missing, Refused
from core.terms import queries
from core.terms.models import Consent, TermsVersion
from core.terms.rules import TermsKind, check_notice
from core.trail.models import Stream

FIRST = Path(config.ROOT) / "data" / "terms"
MOST_TEXT = 30_000


def publish(
    kind: TermsKind, body: str, *, binds_on: date, change_note: str, seen_number: int, by: Actor
) -> TermsVersion:
    """A new wording, in public from now on. `seen_number` is the newest that the editor saw.

    Raises: Refused "wording-empty", "wording-too-long" (most), "wording-unchanged", "wording-too-soon"
    (first_on), "wording-note-needed", "wording-moved-on", "wording-before-other" (other_on).
    """
    words = "\n".join(line.rstrip() for line in body.strip().splitlines())
    known = queries.versions(kind)
    newest = known[0] if known else None
    if not words:
        raise Refused("wording-empty")
    if len(words) > MOST_TEXT:
        raise Refused("wording-too-long", most=MOST_TEXT)
    if (newest.number if newest else 0) != seen_number:
        raise Refused("wording-moved-on")
    if newest is not None and newest.body == words:
        raise Refused("wording-unchanged")
    if newest is not None and not change_note.strip():
        raise Refused("wording-note-needed")
    check_notice(clock.today(), binds_on, is_first=newest is None)
    if newest is not None and binds_on <= newest.binds_on:
        raise Refused("wording-before-other", other_on=newest.binds_on)
    made = _add(kind, words, number=seen_number + 1, binds_on=binds_on, note=change_note.strip(), by=by)
    trail.record(
        Stream.ADMINISTRATION, "terms-published", "terms_version", made.id, by=by,
        right=Right.CONTENT_APPROVE, kind=kind, number=made.number, binds_on=binds_on,
    )  # fmt: skip
    return made


def publish_first() -> int:
    """The shipped wordings where a document has none yet; they bind at once. How many were published."""
    made = [
        _add(kind, (FIRST / f"{kind.value}.md").read_text("utf-8").strip(), number=1, binds_on=clock.today())
        for kind in TermsKind
        if not queries.versions(kind)
    ]
    return len(made)


def _add(
    kind: TermsKind, body: str, *, number: int, binds_on: date, note: str = "", by: Actor | None = None
) -> TermsVersion:
    made = TermsVersion(
        kind=kind, number=number, body=body, change_note=note[:200], published_on=clock.today(), binds_on=binds_on,
        person_id=by.person_id if by else None, at=clock.now(),
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made


def agree(version_ids: Collection[int], *, by: Actor) -> None:
    """Say yes to versions that bind today; what is given already is not given twice. Raises: Missing."""
    bind = {row.id: row for row in queries.binding().values()}
    if not set(version_ids) <= set(bind):
        raise Missing("no-such-terms")
    there = queries.given(by.person_id, version_ids)
    for version_id in sorted(set(version_ids) - there):
        _word(bind[version_id], by, is_given=True)


def withdraw(kind: TermsKind, *, by: Actor) -> None:
    """Take a consent back. Only the separate one can be: without the others there is no account.

    Raises: Missing for one that was not given.
    """
    version = queries.binding().get(kind)
    is_there = version is not None and version.id in queries.given(by.person_id, [version.id])
    if kind is not TermsKind.SENSITIVE or version is None or not is_there:
        raise Missing("no-such-terms")
    _word(version, by, is_given=False)


def check(kind: TermsKind, *, by: Actor) -> None:
    """Whether somebody has agreed to a document that binds. Raises: Refused "consent-needed" (kind)."""
    if queries.lacking(by, [kind]):
        raise Refused("consent-needed", kind=kind)


def _word(version: TermsVersion, by: Actor, *, is_given: bool) -> None:
    db.session.add(Consent(person_id=by.person_id, version_id=version.id, is_given=is_given, at=clock.now()))
    db.session.flush()
    trail.record(
        Stream.ADMINISTRATION, "consent-given" if is_given else "consent-withdrawn", "terms_version", version.id,
        by=by, kind=version.kind, number=version.number,
    )  # fmt: skip
