"""Finance and agriculture keep the table of what canteens may not buy (rule 70): rows are added and ended."""

from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa

from catalog.models.product import Category, CategoryRestriction, WatchedWord
from catalog.queries import claims
from catalog.queries.search.lexicon import normal
from catalog.rules.words import WordKind
from core import clock, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Missing, Refused
from core.trail.models import Stream


@dataclass(frozen=True)
class NewRow:
    """`category_id` None: all goods that grow wild. `canteen_kind`: a kind of unit, or "any"."""

    category_id: int | None
    only_wild: bool
    canteen_kind: str
    document: str
    valid_from: date


def add(row: NewRow, *, by: Actor) -> CategoryRestriction:
    """Bar goods from a day on.

    Raises: Missing; Refused "restriction-about-nothing", "restriction-known", "day-past".
    """
    if row.category_id is None and not row.only_wild:
        raise Refused("restriction-about-nothing")
    if row.valid_from < clock.today():
        raise Refused("day-past")
    name = ""
    if row.category_id is not None:
        category = db.session.get(Category, row.category_id)
        if category is None:
            raise Missing("no-such-category")
        name = category.name
    same = sa.exists().where(
        CategoryRestriction.category_id.is_not_distinct_from(row.category_id),
        CategoryRestriction.only_wild == row.only_wild,
        CategoryRestriction.canteen_kind == row.canteen_kind,
        sa.or_(CategoryRestriction.valid_to.is_(None), CategoryRestriction.valid_to >= row.valid_from),
    )
    if db.session.scalar(sa.select(same)):
        raise Refused("restriction-known")
    made = CategoryRestriction(
        category_id=row.category_id, only_wild=row.only_wild, canteen_kind=row.canteen_kind, document=row.document,
        valid_from=row.valid_from, author_id=by.person_id,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    _record("restriction-added", made.id, by, category=name, document=row.document)
    return made


def end(restriction_id: int, last_on: date, *, by: Actor) -> CategoryRestriction:
    """The row holds to the end of a day, today at the earliest yesterday's end.

    Raises: Missing; Refused "restriction-ended", "day-past".
    """
    query = sa.select(CategoryRestriction).where(CategoryRestriction.id == restriction_id).with_for_update()
    row = db.session.execute(query).scalar_one_or_none()
    if row is None:
        raise Missing("no-such-restriction")
    if row.valid_to is not None:
        raise Refused("restriction-ended")
    if last_on < max(clock.today(), row.valid_from) - timedelta(days=1):
        raise Refused("day-past")
    row.valid_to = last_on
    db.session.flush()
    _record("restriction-ended", row.id, by, document=row.document, last_on=last_on)
    return row


def add_word(kind: WordKind, word: str, source: str, *, by: Actor) -> WatchedWord:
    """Watch a word from today on. Raises: Refused "word-shape", "word-known"."""
    word = word.strip()
    if not 2 <= len(word) <= 30 or not source.strip():
        raise Refused("word-shape")
    found = claims.watched(word, kind)
    if found is not None and found.word == normal(word):
        raise Refused("word-known", word=word)
    made = WatchedWord(
        kind=kind, word=word, source=source.strip(), valid_from=clock.today(), author_id=by.person_id,
        created_at=clock.now(),
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    _record("word-added", made.id, by, right=Right.CONTENT_APPROVE, word=word, kind=kind)
    return made


def end_word(word_id: int, *, by: Actor) -> None:
    """From today on the word means nothing. Raises: Missing; Refused "restriction-ended"."""
    row = db.session.get(WatchedWord, word_id, with_for_update=True)
    if row is None:
        raise Missing("no-such-word")
    if row.valid_to is not None:
        raise Refused("restriction-ended")
    row.valid_to = clock.today() - timedelta(days=1)
    db.session.flush()
    _record("word-ended", row.id, by, right=Right.CONTENT_APPROVE, word=row.word)


def _record(action: str, row_id: int, by: Actor, *, right: Right = Right.RESTRICT_GOODS, **facts: object) -> None:
    trail.record(Stream.CATALOGUE, action, "restriction", row_id, by=by, right=right, **facts)  # type: ignore[arg-type]
