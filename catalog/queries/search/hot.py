"""Hot words: what many different visitors looked for in the last week. Few visitors are no word (rule 76 in spirit)."""

from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa

from catalog.models.search import SearchBlock, SearchDemand
from core import clock, settings
from core.db import db

DAYS, MOST = 7, 10
settings.register(search__hot_least=5)


@dataclass(frozen=True)
class HotWord:
    """A word, its visitors in the last seven days, and whether the operator keeps it back."""

    word: str
    visitors: int
    is_blocked: bool


def hot_words(*, on: date | None = None, most: int = MOST) -> list[str]:
    """What everybody may see: words above the threshold that nobody blocked. Two statements."""
    return [hot.word for hot in demanded(on=on, most=most * 3) if not hot.is_blocked][:most]


def demanded(*, on: date | None = None, most: int = 50) -> list[HotWord]:
    """Words above the threshold, the blocked ones too: for the operator. What fewer looked for nobody sees."""
    day = on or clock.today()
    visitors = sa.func.sum(SearchDemand.visitors)
    query = (
        sa.select(SearchDemand.word, visitors, sa.func.bool_or(SearchBlock.word.is_not(None)))
        .outerjoin(SearchBlock, SearchBlock.word == SearchDemand.word)
        .where(SearchDemand.on > day - timedelta(days=DAYS), SearchDemand.on <= day)
        .group_by(SearchDemand.word)
        .having(visitors >= int(settings.value("search.hot_least", on=day)))
        .order_by(visitors.desc(), SearchDemand.word)
        .limit(most)
    )
    return [HotWord(*row) for row in db.session.execute(query)]
