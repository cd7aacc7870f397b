"""Other names of goods: the operator adds and changes them, each time as a new version of the group."""

import sqlalchemy as sa

from catalog.models.search import SearchSynonym, SynonymKind
from catalog.queries.search.lexicon import normal, parts
from catalog.services import search_index
from core import clock, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Missing, Refused
from core.trail.models import Stream

MOST_WORDS, LONGEST = 30, 12
GROUPS_LOCK = 7_305_002


def save(
    group_no: int | None, kind: SynonymKind, words: str, *, head: str = "", reason: str = "", by: Actor
) -> SearchSynonym:
    """A new version of a group, or a new group. It holds for the next search; the index follows in the background.

    Raises: Refused "synonym-too-few", "synonym-too-many", "synonym-malformed", "synonym-head-needed",
    "synonym-version-old"; Missing.
    """
    names = list(dict.fromkeys(_word(word) for word in words.replace("，", " ").replace("、", " ").split()))
    wide = _word(head) if kind is SynonymKind.BROAD and head.strip() else ""
    if kind is SynonymKind.BROAD and not wide:
        raise Refused("synonym-head-needed")
    if len(names) < (1 if wide else 2):
        raise Refused("synonym-too-few")
    if len(names) > MOST_WORDS:
        raise Refused("synonym-too-many", most=MOST_WORDS)
    return _write(group_no, kind, wide, " ".join(names), reason=reason, by=by, is_active=True)


def end(group_no: int, *, reason: str, by: Actor) -> SearchSynonym:
    """A group that holds no more. Raises: Refused "reason-needed"; Missing."""
    if not reason:
        raise Refused("reason-needed")
    last = _last(group_no)
    if last is None:
        raise Missing("no-such-synonym")
    return _write(group_no, last.kind, last.head, last.words, reason=reason, by=by, is_active=False)


def _write(
    group_no: int | None, kind: SynonymKind, head: str, words: str, *, reason: str, by: Actor, is_active: bool
) -> SearchSynonym:
    db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(GROUPS_LOCK)))
    last = None if group_no is None else _last(group_no)
    if group_no is not None and last is None:
        raise Missing("no-such-synonym")
    if group_no is None:
        group_no = (db.session.scalar(sa.select(sa.func.max(SearchSynonym.group_no))) or 0) + 1
    made = SearchSynonym(
        group_no=group_no,
        version_no=last.version_no + 1 if last else 1,
        kind=kind,
        head=head,
        words=words,
        is_active=is_active,
        reason=reason[:200],
        author_id=by.person_id,
        created_at=clock.now(),
    )
    db.session.add(made)
    db.session.flush()
    action = "synonym-saved" if is_active else "synonym-ended"
    trail.record(
        Stream.ADMINISTRATION, action, "search_synonym", group_no, by=by, right=Right.SEARCH_MANAGE,
        before={"words": last.words, "head": last.head} if last else {}, after={"words": words, "head": head},
        words=f"{head} {words}".strip(), reason=reason,
    )  # fmt: skip
    search_index.ask_for_rebuild()
    return made


def _last(group_no: int) -> SearchSynonym | None:
    query = sa.select(SearchSynonym).where(SearchSynonym.group_no == group_no)
    return db.session.scalars(query.order_by(SearchSynonym.version_no.desc()).limit(1)).one_or_none()


def _word(text: str) -> str:
    """One word of Chinese or letters in its normal form."""
    word = normal(text)
    if not 1 <= len(word) <= LONGEST or list(parts(word)) != [word]:
        raise Refused("synonym-malformed", word=text[:20])
    return word
