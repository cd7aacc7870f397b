"""Words that goods may not be sold with, or only with a proof (rule 70); the lists are dated rows."""

from datetime import date

import sqlalchemy as sa

from catalog.models.product import WatchedWord
from catalog.queries.search.lexicon import normal
from catalog.rules.words import Watched, WordKind, first_in
from core import clock
from core.db import db


def watched(text: str, kind: WordKind, *, on: date | None = None) -> Watched | None:
    """The first word of the kind in a text, however it is written (blanks, traditional), or None. One statement."""
    day = on or clock.today()
    return first(text, in_force(kind, day), kind, day)


def first(text: str, words: list[Watched], kind: WordKind, on: date) -> Watched | None:
    """As `watched`, among words that were read before."""
    return first_in("".join(normal(text).split()), words, kind, on)


def in_force(kind: WordKind, on: date) -> list[Watched]:
    """The words of a kind on a day, as they are compared."""
    rows = db.session.execute(
        sa.select(
            WatchedWord.kind, WatchedWord.word, WatchedWord.source, WatchedWord.valid_from, WatchedWord.valid_to
        ).where(
            WatchedWord.kind == kind,
            WatchedWord.valid_from <= on,
            sa.or_(WatchedWord.valid_to.is_(None), WatchedWord.valid_to >= on),
        )
    )
    return [Watched(row.kind, normal(row.word), row.source, row.valid_from, row.valid_to) for row in rows]


def listed(kind: WordKind) -> list[WatchedWord]:
    """All words of a kind, those in force first."""
    query = sa.select(WatchedWord).where(WatchedWord.kind == kind)
    return list(db.session.scalars(query.order_by(WatchedWord.valid_to.is_not(None), WatchedWord.id)))
