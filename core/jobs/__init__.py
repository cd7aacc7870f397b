"""Jobs: asked for inside a transaction, sent after it, run once or more with one effect, swept when stuck.

`enqueue` writes an outbox row; after the commit its id goes to Celery. The worker loads the row,
runs the registered function inside `transaction()` and marks it done in the same transaction, so a
job that is delivered twice finds itself done. If the broker is away the row stays and the sweeper sends it.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.dialects.postgresql import insert

from core import clock
from core.db import after_commit, db, lost_race, transaction
from core.errors import Refused
from core.jobs.models import Outbox as Outbox
from core.jobs.models import RequestKey

Work = Callable[..., None]
WhenRefused = Callable[..., None]
log = structlog.get_logger()

REGISTRY: dict[str, Work] = {}
OUTSIDE: set[str] = set()
"""Jobs that speak with somebody outside: no transaction is open while they wait for an answer."""
WHEN_REFUSED: dict[str, WhenRefused] = {}
"""What a job does when a rule forbids it: trying again would not help."""
SCHEDULE: dict[str, float] = {}
"""Jobs the clock asks for: name → seconds between."""

MAX_ATTEMPTS = 8
OUTSIDE_LEASE = timedelta(seconds=90)
sender: list[Callable[[int], None]] = []
"""Set by the app: hands an outbox id to the broker. Empty in tests, which call `run_due` themselves."""


def job(
    name: str, *, every: float | None = None, outside: bool = False, when_refused: WhenRefused | None = None
) -> Callable[[Work], Work]:
    """Register the function as job `<floor>.<verb_object>`. It runs inside a transaction and may run again.

    With `outside` it runs in none and opens its own around what it writes (calls of a payment provider).
    `when_refused(refusal, **args)`: a Refused ends the job instead of trying again; this tells whoever waits for it.
    """

    def keep(work: Work) -> Work:
        REGISTRY[name] = work
        if when_refused is not None:
            WHEN_REFUSED[name] = when_refused
        if outside:
            OUTSIDE.add(name)
        if every is not None:
            SCHEDULE[name] = every
        return work

    return keep


def enqueue(name: str, *, key: str | None = None, delay: timedelta = timedelta(0), **args: Any) -> None:
    """Ask for a job once the open transaction is committed. The same open `key` is asked for only once."""
    now = clock.now()
    row = {"task": name, "args": args, "key": key, "queued_at": now, "due_at": now + delay}
    statement = insert(Outbox).values(**row)
    if key is not None:
        statement = statement.on_conflict_do_nothing(index_elements=["key"], index_where=sa.text("done_at IS NULL"))
    outbox_id = db.session.execute(statement.returning(Outbox.id)).scalar()
    if outbox_id is not None and not delay:
        after_commit(lambda: send_now(outbox_id))


def send_now(outbox_id: int) -> None:
    """Hand a job to the broker; where that is away the sweeper sends it."""
    for hand_over in sender:
        try:
            hand_over(outbox_id)
        except Exception as error:  # noqa: BLE001 - the broker is away: the row stays, the sweeper sends it
            log.warning("job not sent", outbox_id=outbox_id, error=type(error).__name__)


def run(outbox_id: int) -> bool:
    """Run one job now. False when it is done already, or another worker has it."""
    for attempt in range(3):
        try:
            with transaction():
                row = _claim(outbox_id)
                if row is None:
                    return False
                task, args = row.task, row.args
                if task not in OUTSIDE:
                    REGISTRY[task](**args)
                    row.done_at = clock.now()
                    return True
            return _run_outside(outbox_id, task, args)
        except Exception as error:
            db.session.remove()
            if lost_race(error) and attempt < 2:
                continue
            if isinstance(error, Refused) and _end_refused(outbox_id, error):
                return True
            _note_failure(outbox_id, error)
            raise
    return False


def _claim(outbox_id: int) -> Outbox | None:
    """The open job, locked and its attempt counted; put off for a while so that nobody else takes it meanwhile."""
    row = db.session.execute(
        sa.select(Outbox).where(Outbox.id == outbox_id, Outbox.done_at.is_(None)).with_for_update(skip_locked=True)
    ).scalar_one_or_none()
    if row is None or (row.task in OUTSIDE and row.due_at > clock.now()):
        return None
    row.attempts += 1
    if row.task in OUTSIDE:
        row.due_at = clock.now() + OUTSIDE_LEASE
    return row


def _run_outside(outbox_id: int, task: str, args: dict[str, Any]) -> bool:
    db.session.remove()
    REGISTRY[task](**args)
    with transaction():
        db.session.execute(sa.update(Outbox).where(Outbox.id == outbox_id).values(done_at=clock.now()))
    return True


def _end_refused(outbox_id: int, refusal: Refused) -> bool:
    """End a job that a rule forbids, if it says how to; in a transaction of its own."""
    with transaction():
        row = db.session.get(Outbox, outbox_id, with_for_update=True)
        if row is None or row.task not in WHEN_REFUSED:
            return False
        if row.done_at is None:
            WHEN_REFUSED[row.task](refusal, **row.args)
            row.attempts += 1
            row.last_error, row.done_at = refusal.code, clock.now()
    return True


def _note_failure(outbox_id: int, error: BaseException) -> None:
    """Count the attempt in a transaction of its own and put the job off, longer each time."""
    with transaction():
        row = db.session.get(Outbox, outbox_id, with_for_update=True)
        if row is not None and row.done_at is None:
            row.attempts += 1
            row.last_error = f"{type(error).__name__}: {error}"[:300]
            row.due_at = clock.now() + timedelta(seconds=min(3600, 5 * 2**row.attempts))


def run_scheduled(name: str) -> bool:
    """Run a job that the clock asks for, without a row; False while another worker is at it."""
    with transaction():
        key = sa.func.hashtextextended(f"job:{name}", 0)
        if not db.session.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(key))):
            return False
        REGISTRY[name]()
        return True


def due(limit: int = 200) -> list[int]:
    """Ids of open jobs whose time has come, oldest first; those that failed too often wait for a person."""
    query = (
        sa.select(Outbox.id)
        .where(Outbox.done_at.is_(None), Outbox.due_at <= clock.now(), Outbox.attempts < MAX_ATTEMPTS)
        .order_by(Outbox.due_at)
        .limit(limit)
    )
    return list(db.session.scalars(query))


def run_due() -> int:
    """Run every due job here and now (tests, demo data, the sweeper without a broker). The number run."""
    ran = 0
    while batch := due():
        db.session.rollback()
        done = sum(run(outbox_id) for outbox_id in batch)
        ran += done
        if not done:
            break
    return ran


KEEP_DONE, KEEP_KEYS, KEEP_SESSIONS = timedelta(days=2), timedelta(days=2), timedelta(days=30)
TIDIED: list[Callable[[datetime], Iterable[sa.Delete]]] = []
"""What else has served at an instant, in the words of the rooms that know."""


@job("core.tidy", every=3600)
def tidy() -> None:
    """Drop what has served: done jobs, forms' keys, used codes, revoked sessions whose cookies have run out."""
    now = clock.now()
    for statement in (
        sa.delete(Outbox).where(Outbox.done_at < now - KEEP_DONE),
        sa.delete(RequestKey).where(RequestKey.created_at < now - KEEP_KEYS),
        *(statement for served in TIDIED for statement in served(now)),
    ):
        db.session.execute(statement)
