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
from catalog.models.search import SearchCheck
from catalog.queries.search.backend import Backend, Health, NoIndex, Tick, current
from catalog.queries.search.county import county
from catalog.queries.search.documents import documents, every_document, versions
from catalog.queries.search.lexicon import normal, spans
from catalog.rules.listing import ProductState
from core import clock, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import before_commit_hooks, db
from core.jobs import enqueue
from core.trail.models import Stream

BATCH = 200
LOCK = 7_305_001
CANARIES = 5
LATE = timedelta(seconds=60)
JOB, REBUILD = "catalog.index_dirty", "catalog.rebuild_search"
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
    db.session().info.setdefault("search_marked", set()).update(row["product_id"] for row in rows)
    _nudge()


def write_marked() -> None:
    """Just before the commit: an index in the database changes with the product. The marks stay for the worker, which
    writes once more whatever a rebuild beside this transaction may have missed.
    """
    marked: set[int] = db.session().info.pop("search_marked", set())
    if not 0 < len(marked) <= BATCH:
        return
    try:
        engine = current()
        if engine.in_database:
            found = documents(marked, engine.lexicon())
            engine.apply(found.values(), marked - found.keys())
    except NoIndex:
        return


before_commit_hooks.append(write_marked)


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


def rebuild(tick: Tick | None = None) -> int:
    """A new index of everything listed, beside the old one; marks stay and are worked off after. The number.

    It is turned to only when all documents and five canaries are found in it. The session's own transaction must be
    open; it holds the writers' lock until it ends. Raises: Unfit.
    """
    db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
    lexicon = county().lexicon
    count = current().rebuild(every_document(lexicon), lexicon, canaries(), tick)
    log.info("search index rebuilt", documents=count, lexicon=lexicon.digest)
    return count


def ask_for_rebuild(*, by: Actor | None = None) -> None:
    """A new index in the background, once however often it is asked for. `by`: a person who asks."""
    if by is not None:
        trail.record(Stream.ADMINISTRATION, "search-rebuild-asked", "search", REBUILD, by=by, right=Right.SEARCH_MANAGE)
    enqueue(REBUILD, key=REBUILD)


def canaries() -> dict[str, int]:
    """Five listed products, each by a token of its own name that a whole index must know."""
    listed = (
        sa.select(Product.id, Product.name)
        .where(Product.state == ProductState.LISTED)
        .order_by(sa.func.hashtextextended(sa.cast(Product.id, sa.Text), 7))
        .limit(CANARIES)
    )
    out: dict[str, int] = {}
    for product_id, name in db.session.execute(listed):
        pieces = spans(normal(name))
        if pieces:
            out[f"n_{max(pieces, key=len)}"] = product_id
    return out


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
        indexed, other = engine.versions(), engine.lexicon().digest != county().lexicon.digest
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
    drift = Drift(len(missing), len(extra), len(behind), other)
    db.session.add(SearchCheck(missing=drift.missing, extra=drift.extra, behind=drift.behind, other_words=other,
                               at=clock.now()))  # fmt: skip
    return drift


@dataclass(frozen=True)
class State:
    """How search is. `is_late`: the oldest change has waited for more than a minute; `drifts`: the last two comparisons
    both found differences.
    """

    engine: str
    index: Health
    waiting: int
    is_late: bool
    drifts: bool

    @property
    def is_alarming(self) -> bool:
        """Whether somebody should look."""
        return not self.index.is_ready or self.is_late or self.drifts


def health() -> State:
    """The engine, the index, how many products wait, and what is wrong."""
    waiting = db.session.scalar(sa.select(sa.func.count()).select_from(SearchDirty)) or 0
    late = sa.exists().where(SearchDirty.queued_at < clock.now() - LATE)
    found = SearchCheck.missing + SearchCheck.extra + SearchCheck.behind
    last = db.session.scalars(sa.select(found).order_by(SearchCheck.id.desc()).limit(2)).all()
    return State(
        engine=current().name,
        index=current().health(),
        waiting=waiting,
        is_late=bool(db.session.scalar(sa.select(late))),
        drifts=len(last) == 2 and min(last) > 0,
    )


def _alone() -> bool:
    return bool(db.session.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(LOCK))))
