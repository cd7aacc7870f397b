"""What people look for, counted without knowing them: only words of the county's own goods, only how many visitors."""

from datetime import timedelta

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.dialects.postgresql import insert

from catalog.gateways.search import demand
from catalog.models.search import SearchBlock, SearchDemand
from catalog.queries.search.county import county
from catalog.queries.search.find import Found
from catalog.queries.search.lexicon import is_han, normal
from catalog.queries.search.plan import Role
from core import clock, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Refused
from core.trail.models import Stream

KEEP = timedelta(days=90)
MOST_WORDS = 3


def note(found: Found | None, visitor: str) -> None:
    """Count a visitor for the goods that were looked for and found. Names of people, numbers and whatever else was
    typed are no goods of the county and so are never written anywhere.
    """
    if found is None or not found.hits or found.from_database:
        return
    goods = county().goods
    words = [g.word for g in found.plan.of(Role.CORE) if g.word in goods and is_han(g.word) and len(g.word) > 1]
    demand.note(str(current_app.config["REDIS_URL"]), clock.today(), words[:MOST_WORDS], visitor)


def collect() -> None:
    """Take over the counts of today and yesterday; forget what is older than ninety days."""
    url, today = str(current_app.config["REDIS_URL"]), clock.today()
    for day in (today - timedelta(days=1), today):
        rows = [{"on": day, "word": w[:20], "visitors": n} for w, n in demand.counted(url, day).items() if n > 0]
        if rows:
            statement = insert(SearchDemand).values(rows)
            db.session.execute(
                statement.on_conflict_do_update(
                    index_elements=["on", "word"], set_={"visitors": statement.excluded.visitors}
                )
            )
    db.session.execute(sa.delete(SearchDemand).where(SearchDemand.on < today - KEEP))


def block(word: str, *, by: Actor) -> None:
    """Keep a word from the hot words. Raises: Refused "word-needed"."""
    text = normal(word).strip()[:20]
    if not text:
        raise Refused("word-needed")
    row = insert(SearchBlock).values(word=text, author_id=by.person_id, created_at=clock.now())
    db.session.execute(row.on_conflict_do_nothing())
    _tell("hot-word-blocked", text, by)


def allow(word: str, *, by: Actor) -> None:
    """Let a blocked word be shown again."""
    db.session.execute(sa.delete(SearchBlock).where(SearchBlock.word == word))
    _tell("hot-word-allowed", word, by)


def _tell(action: str, word: str, by: Actor) -> None:
    trail.record(Stream.ADMINISTRATION, action, "search_block", word, by=by, right=Right.SEARCH_MANAGE, word=word)
