"""What the operator sees of search: groups of other names in their newest version, and the history of one."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from catalog.models.search import SearchSynonym, SynonymKind
from catalog.queries.search.county import newest_synonyms
from core.db import db
from core.errors import Missing
from core.people.models import Person

PAGE_SIZE = 50


@dataclass(frozen=True)
class GroupRow:
    """One version of a group; `author` is empty for what was shipped."""

    group_no: int
    version_no: int
    kind: SynonymKind
    head: str
    words: list[str]
    is_active: bool
    reason: str
    author: str
    created_at: datetime


@dataclass(frozen=True)
class GroupPage:
    """A page of groups, the last changed first."""

    rows: list[GroupRow]
    total: int
    page: int
    pages: int


def groups(word: str = "", page: int = 1) -> GroupPage:
    """Groups that hold a word, each in its newest version. Two statements."""
    newest = newest_synonyms()
    query = sa.select(newest)
    if word:
        query = query.where(
            sa.or_(newest.c.words.contains(word, autoescape=True), newest.c.head.contains(word, autoescape=True))
        )
    total = db.session.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0
    pages = max(1, -(-total // PAGE_SIZE))
    at = min(max(1, page), pages)
    named = query.add_columns(sa.func.coalesce(Person.name, "").label("author")).outerjoin(
        Person, Person.id == newest.c.author_id
    )
    ordered = named.order_by(newest.c.is_active.desc(), newest.c.id.desc() if word else newest.c.created_at.desc(),
                             newest.c.group_no)  # fmt: skip
    rows = db.session.execute(ordered.limit(PAGE_SIZE).offset((at - 1) * PAGE_SIZE)).mappings()
    return GroupPage([_row(row) for row in rows], total, at, pages)


def history(group_no: int) -> list[GroupRow]:
    """All versions of a group, the newest first. Raises: Missing."""
    query = (
        sa.select(SearchSynonym.__table__, sa.func.coalesce(Person.name, "").label("author"))
        .outerjoin(Person, Person.id == SearchSynonym.author_id)
        .where(SearchSynonym.group_no == group_no)
        .order_by(SearchSynonym.version_no.desc())
    )
    rows = [_row(row) for row in db.session.execute(query).mappings()]
    if not rows:
        raise Missing("no-such-synonym")
    return rows


def _row(row: sa.RowMapping) -> GroupRow:
    return GroupRow(
        group_no=row["group_no"],
        version_no=row["version_no"],
        kind=SynonymKind(row["kind"]),
        head=row["head"],
        words=row["words"].split(),
        is_active=row["is_active"],
        reason=row["reason"],
        author=row["author"],
        created_at=row["created_at"],
    )
