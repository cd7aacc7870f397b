"""A sheet of goods as work with progress: judged part by part, looked at in pages, then loaded.

A short sheet is done within the request, a long one by jobs of a part each. "All or nothing" is one transaction however
long the sheet is: what its preview showed may have changed meanwhile, and then nothing is loaded.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa

from catalog.queries import suppliers
from catalog.services import goods_import
from catalog.services.goods_import import Cells, GoodsLine, GoodsVerdict
from core import clock, codes, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.access.roles import Role
from core.db import apart, db, transaction
from core.errors import Forbidden, Missing, Refused
from core.files import services as files
from core.jobs import enqueue
from core.jobs.models import Job
from core.organisations.queries import seats_of
from core.trail.models import Stream

KIND, PURPOSE, LINES = "goods-sheet", "goods-sheet", "goods-sheet-lines"
JUDGE, LOAD, LOAD_WHOLE = "catalog.judge_goods", "catalog.load_goods", "catalog.load_goods_whole"
AT_ONCE, SLICE, TOLD_EVERY, PAGE = 300, 500, 50, 100
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FAULTY = GoodsVerdict.REFUSED.value


@dataclass(frozen=True)
class Shown:
    """A row of the preview: what it is called, what becomes or became of it, (cell, sentence) of its faults."""

    row_no: int
    own_code: str
    name: str
    pack: str
    price: str
    verdict: str
    faults: list[list[str]]
    done: list[str]


def take(data: bytes, *, name: str, by: Actor) -> Job:
    """Keep a sheet and judge its rows, a long one by jobs. Raises: Refused as `goods_import.rows_of`."""
    rows = goods_import.rows_of(data)
    kept = files.take_raw(data, content_type=XLSX, name=name, purpose=PURPOSE, by=by, owner_id=by.office_id)
    job = Job(
        token=codes.token()[:32], kind=KIND, person_id=by.person_id, organisation_id=by.office_id, state="running",
        done=0, total=len(rows), created_at=clock.now(),
        result={"act": "judge", "sha256": kept.sha256, "name": kept.name, "parts": [], "count": {}},
    )  # fmt: skip
    db.session.add(job)
    db.session.flush()
    if len(rows) <= AT_ONCE:
        _keep(job, goods_import.rehearsed(rows, by=by), by)
    else:
        enqueue(JUDGE, job_id=job.id, start=0)
    return job


def judge(job_id: int, start: int) -> None:
    """Judge the next part of a sheet and ask for the one after it."""
    job = _locked(job_id)
    if job.state == "running" and job.done == start and job.result["act"] == "judge":
        by = _sender(job)
        part = _part(job, start)
        _keep(job, goods_import.rehearsed(part, by=by), by)
        if job.done < job.total:
            enqueue(JUDGE, job_id=job.id, start=job.done)


def load(token: str, *, skip_bad: bool, by: Actor) -> Job:
    """Load a judged sheet: all or nothing, or without the rows that are wrong; a long one by jobs.

    Raises: Missing; Refused "goods-sheet-busy", "goods-sheet-faulty" (count), "goods-sheet-nothing" (count).
    """
    job = _locked(own(token, by=by).id)
    if job.state != "done" or job.result["act"] != "judge":
        raise Refused("goods-sheet-busy")
    count = job.result["count"]
    _check(count, job.total, skip_bad=skip_bad)
    job.state, job.done, job.finished_at = "running", 0, None
    job.result = {**job.result, "act": "load", "skip_bad": skip_bad, "parts": [], "count": {}}
    if job.total <= AT_ONCE:
        _load_part(job, goods_import.rows_of(_data(job)), by, skip_bad=skip_bad)
    elif skip_bad:
        enqueue(LOAD, job_id=job.id, start=0)
    else:
        enqueue(LOAD_WHOLE, job_id=job.id)
    return job


def load_slice(job_id: int, start: int) -> None:
    """Load the next part, without the rows that are wrong, and ask for the one after it."""
    job = _locked(job_id)
    if job.state == "running" and job.done == start and job.result["act"] == "load":
        _load_part(job, _part(job, start), _sender(job), skip_bad=True)
        if job.done < job.total:
            enqueue(LOAD, job_id=job.id, start=job.done)


def load_whole(job_id: int) -> None:
    """Load every row of a long sheet or none, in this one transaction; progress is told beside it.

    Raises: Refused "goods-sheet-faulty" (count), "goods-sheet-nothing" (count).
    """
    job = db.session.get_one(Job, job_id)
    if job.state != "running" or job.result["act"] != "load":
        return

    def tell(done: int) -> None:
        if done % TOLD_EVERY == 0:
            with apart(), transaction():
                db.session.execute(sa.update(Job).where(Job.id == job_id).values(done=done))

    by = _sender(job)
    lines = goods_import.do(goods_import.rows_of(_data(job)), by=by, tick=tell)
    _check(_counted(lines), len(lines), skip_bad=False)
    job.done = 0
    _keep(job, lines, by)
    _told(job, by)


def refused(refusal: Refused, *, job_id: int) -> None:
    """A load that a rule forbids has ended; its page says why, and the sheet may be judged anew."""
    job = _locked(job_id)
    job.state, job.finished_at = "failed", clock.now()
    job.result = {**job.result, "refused": refusal.code, "facts": {name: str(v) for name, v in refusal.facts.items()}}


def own(token: str, *, by: Actor) -> Job:
    """A sheet that the actor's office sent. Raises: Missing."""
    job = db.session.scalars(sa.select(Job).where(Job.token == token, Job.kind == KIND)).one_or_none()
    if job is None or job.organisation_id != by.office_id:
        raise Missing("no-such-sheet")
    return job


def page(job: Job, number: int, *, only_faulty: bool) -> tuple[list[Shown], int]:
    """One page of the rows judged so far, and how many there are; the first is 1."""
    found = [line for line in _lines(job) if not only_faulty or line.verdict == _FAULTY]
    return found[(number - 1) * PAGE : number * PAGE], len(found)


def faults(job: Job) -> bytes:
    """The file of the rows that are wrong."""
    wrong = {
        line.row_no: " ".join(f"{cell} {problem}" for cell, problem in line.faults)
        for line in _lines(job)
        if line.verdict == _FAULTY
    }
    return goods_import.faulty(goods_import.rows_of(_data(job)), wrong)


def _load_part(job: Job, rows: list[tuple[int, Cells]], by: Actor, *, skip_bad: bool) -> None:
    lines = goods_import.do(rows, by=by)
    if not skip_bad:
        _check(_counted(lines), len(lines), skip_bad=False)
    _keep(job, lines, by)
    if job.state == "done":
        _told(job, by)


def _check(count: dict[str, int], total: int, *, skip_bad: bool) -> None:
    bad = count.get(_FAULTY, 0)
    if bad and not skip_bad:
        raise Refused("goods-sheet-faulty", count=bad)
    if not any(count.get(one.value) for one in (GoodsVerdict.NEW, GoodsVerdict.CHANGED)):
        raise Refused("goods-sheet-nothing", count=total)


def _counted(lines: list[GoodsLine]) -> dict[str, int]:
    return {one.value: sum(line.verdict is one for line in lines) for one in GoodsVerdict}


def _keep(job: Job, lines: list[GoodsLine], by: Actor) -> None:
    """Add what became of some rows to the sheet's account; the last of them ends the work."""
    shown = [
        asdict(Shown(line.row_no, line.cells[0], line.cells[1], line.cells[6], f"{line.cells[10]} {line.cells[11]}",
                     line.verdict.value, [list(one) for one in line.faults], list(line.done)))
        for line in lines
    ]  # fmt: skip
    data = json.dumps(shown, ensure_ascii=False).encode()
    kept = files.take_raw(
        data, content_type="application/json", name=LINES, purpose=LINES, by=by, owner_id=by.office_id
    )
    new, old = _counted(lines), job.result["count"]
    count = {name: old.get(name, 0) + number for name, number in new.items()}
    job.result = {**job.result, "parts": [*job.result["parts"], kept.sha256], "count": count}
    job.done += len(lines)
    if job.done >= job.total:
        job.state, job.finished_at = "done", clock.now()


def _told(job: Job, by: Actor) -> None:
    count = job.result["count"]
    done = sum(number for name, number in count.items() if name != _FAULTY)
    trail.record(
        Stream.CATALOGUE, "goods-sheet-loaded", "supplier", suppliers.own(by).id, by=by, right=Right.SELL, done=done,
        skipped=count.get(_FAULTY, 0),
    )  # fmt: skip


def _locked(job_id: int) -> Job:
    return db.session.get_one(Job, job_id, with_for_update=True)


def _data(job: Job) -> bytes:
    return files.path_of(job.result["sha256"]).read_bytes()


def _part(job: Job, start: int) -> list[tuple[int, Cells]]:
    """The next rows, those of one product never apart: later ones build on what the first made."""
    rows = goods_import.rows_of(_data(job))
    stop = min(start + SLICE, len(rows))
    while stop < len(rows) and rows[stop][1][0].strip() == rows[stop - 1][1][0].strip():
        stop += 1
    return rows[start:stop]


def _lines(job: Job) -> Iterator[Shown]:
    for digest in job.result["parts"]:
        rows: list[dict[str, Any]] = json.loads(files.path_of(digest).read_bytes())
        yield from (Shown(**row) for row in rows)


def _sender(job: Job) -> Actor:
    """The person who sent the sheet, with the roles held there now. Raises: Forbidden if none sells."""
    seat = next((s for s in seats_of(job.person_id) if s.organisation_id == job.organisation_id), None)
    if seat is None:
        raise Forbidden("right-missing", right=Right.SELL)
    by = Actor(
        job.person_id, "", seat.organisation_id, seat.organisation_name, seat.kind, seat.place_code,
        seat.roles | {Role.RESIDENT}, seat.scope_ids,
    )  # fmt: skip
    by.role_for(Right.SELL)
    return by
