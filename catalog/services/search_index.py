"""Keeping the index in step with the catalogue: marked in the product's own transaction, written by one worker.

The database is the truth. A mark carries a revision, so a change that comes while its product is being indexed is
indexed again. An index that is missing or cut with other words is made anew beside the old one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
import structlog
from sqlalchemy.dialects.postgresql import insert

from catalog.models.product import Product, SearchDirty
from catalog.queries.search.backend import Backend, Health, NoIndex, current
from catalog.queries.search.documents import county_words, documents, every_document, versions
from catalog.queries.search.lexicon import Lexicon
from core import clock
from core.db import db
from core.jobs import enqueue

BATCH = 200
LOCK = 7_305_001
LATE = timedelta(seconds=60)
JOB = "catalog.index_dirty"
log = structlog.get_logger()


def mark(product_ids: Iterable[int]) -> None:
    """Say that the index is behind on these products; ask for the worker after the commit."""
    now = clock.now()
    rows = [{"product_id": i, "rev": 1, "queued_at": now} for i in sorted(set(product_ids))]
    if not rows:
        return
    statement = insert(SearchDirty).values(rows)
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["product_id"], set_={"rev": SearchDirty.rev + 1, "queued_at": statement.excluded.queued_at}
        )
    )
    _nudge()


def _nudge() -> None:
    """Ask for the worker once in each transaction. Without a key: an equal key would wait for a job that runs."""
    session = db.session()
    if session.info.get("search_nudged") is not session.get_transaction():
        session.info["search_nudged"] = session.get_transaction()
        enqueue(JOB)


def mark_supplier(supplier_id: int) -> None:
    """As `mark`, for everything of a supplier."""
    mark(db.session.scalars(sa.select(Product.id).where(Product.supplier_id == supplier_id)).all())


def index_dirty() -> int:
    """Bring up to 200 marked products into the index; the number. One worker at a time, the others find it busy."""
    if not _alone():
        return 0
    engine = current()
    if not engine.health().is_ready:
        rebuild()
    rows = db.session.execute(
        sa.select(SearchDirty.product_id, SearchDirty.rev).order_by(SearchDirty.queued_at).limit(BATCH)
    ).all()
    if rows:
        _write(engine, {row.product_id: row.rev for row in rows})
    if len(rows) == BATCH:
        enqueue(JOB)
    return len(rows)


def _write(engine: Backend, marked: dict[int, int]) -> None:
    found = documents(marked, engine.lexicon())
    engine.apply(found.values(), marked.keys() - found.keys())
    # Only marks that nobody renewed meanwhile; a renewed one stays for the next round.
    pairs = sa.tuple_(SearchDirty.product_id, SearchDirty.rev).in_(list(marked.items()))
    db.session.execute(sa.delete(SearchDirty).where(pairs))


def rebuild() -> int:
    """A new index of everything listed, beside the old one; marks stay and are worked off after. The number.

    The session's own transaction must be open; it holds the writers' lock until it ends.
    """
    db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
    lexicon = Lexicon(county_words())
    count = current().rebuild(every_document(lexicon), lexicon)
    log.info("search index rebuilt", documents=count, lexicon=lexicon.digest)
    return count


@dataclass(frozen=True)
class Drift:
    """What a comparison found: products missing from the index, wrongly in it, or behind; whether words changed."""

    missing: int
    extra: int
    behind: int
    other_words: bool

    @property
    def total(self) -> int:
        """Differences that were queued."""
        return self.missing + self.extra + self.behind


def reconcile() -> Drift:
    """Compare index and database and queue what differs; make the index anew when the county's words have changed."""
    engine = current()
    try:
        indexed, other = engine.versions(), engine.lexicon().digest != Lexicon(county_words()).digest
    except NoIndex:
        indexed, other = {}, True
    listed = versions()
    missing, extra = listed.keys() - indexed.keys(), indexed.keys() - listed.keys()
    behind = {i for i in listed.keys() & indexed.keys() if listed[i] != indexed[i]}
    known = set(db.session.scalars(sa.select(Product.id).where(Product.id.in_(extra)))) if extra else set()
    if other or extra - known:
        # Ids that the database has forgotten (a restored backup) cannot be marked: only a new index loses them.
        rebuild()
    mark(missing | known | behind)
    return Drift(len(missing), len(extra), len(behind), other)


def health() -> tuple[Health, int, bool]:
    """The index, how many products wait, and whether the oldest has waited too long (60 s)."""
    waiting = db.session.scalar(sa.select(sa.func.count()).select_from(SearchDirty)) or 0
    late = sa.exists().where(SearchDirty.queued_at < clock.now() - LATE)
    return current().health(), waiting, bool(db.session.scalar(sa.select(late)))


def _alone() -> bool:
    return bool(db.session.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(LOCK))))
