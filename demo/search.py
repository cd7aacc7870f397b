"""What the demo's visitors looked for in the last week, and what the year's trade tells the order of the list."""

from datetime import timedelta

import sqlalchemy as sa

from catalog.models.search import SearchDemand
from catalog.queries.search.vocabulary import vocabulary
from core import clock
from core.db import db, transaction
from demo.world import World
from market.services import measures

WORDS, MOST = 10, 46


def tell(world: World) -> None:
    """Counts of the ten goods that the shelf has most of, day by day; then the measures of trade."""
    known = vocabulary()
    words: list[str] = []
    for word in known.sold:
        others = {name for name, _ in known.county.synonyms.of(word)}
        if word in known.county.goods and known.own.get(word) and not others & set(words):
            words.append(word)
    words = words[:WORDS]
    today = clock.today()
    rows = [
        {"on": today - timedelta(days=day), "word": word, "visitors": max(1, (MOST - 4 * place) // 7 + day % 3)}
        for place, word in enumerate(words)
        for day in range(7)
    ]
    with transaction():
        if rows:
            db.session.execute(sa.insert(SearchDemand), rows)
        measures.measure()
