"""Reading 832 files for pages: the list of batches, one batch, its rows and the file of what was refused."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask import current_app

from core import clock, sheets
from core.access.actor import Actor
from core.access.rights import Right
from core.access.roles import OrganisationKind
from core.db import db
from core.errors import Missing
from core.jobs.models import Job
from core.organisations.models import Organisation
from core.people.models import Person
from core.sheets import Column
from core.text import known, sentence
from procurement.models.external import ImportBatch, ImportRow
from procurement.queries import vocabulary
from procurement.rules.p832 import ImportState, RowVerdict
from procurement.rules.p832_cells import FIELDS, REQUIRED

PAGE = 50


@dataclass(frozen=True)
class BatchView:
    """A batch as its page shows it. `mine`: the actor's organisation sent it, and the actor may act on it."""

    batch: ImportBatch
    organisation: str
    person: str
    job: Job | None
    mine: bool


def listed(by: Actor, page: int) -> tuple[Sequence[Any], int]:
    """Batches the actor may see, newest first, and how many. Two statements."""
    where = _visible(by)
    rows = db.session.execute(
        sa.select(ImportBatch, Organisation.name.label("organisation"), Person.name.label("person"))
        .join(Organisation, Organisation.id == ImportBatch.organisation_id)
        .join(Person, Person.id == ImportBatch.person_id)
        .where(where)
        .order_by(ImportBatch.id.desc())
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    ).all()
    return rows, db.session.scalar(sa.select(sa.func.count(ImportBatch.id)).where(where)) or 0


def waiting(by: Actor) -> int:
    """Files of the actor's organisation that wait to be explained or taken over."""
    states = [ImportState.MAPPING, ImportState.PREVIEW]
    query = sa.select(sa.func.count(ImportBatch.id)).where(
        ImportBatch.organisation_id == by.organisation_id, ImportBatch.state.in_(states)
    )
    return db.session.scalar(query) or 0


def view(token: str, by: Actor) -> BatchView:
    """One batch. One statement. Raises: Missing for another organisation's, finance apart."""
    row = db.session.execute(
        sa.select(ImportBatch, Organisation.name, Person.name, Job)
        .join(Organisation, Organisation.id == ImportBatch.organisation_id)
        .join(Person, Person.id == ImportBatch.person_id)
        .outerjoin(Job, Job.id == ImportBatch.job_id)
        .where(ImportBatch.token == token, _visible(by))
    ).one_or_none()
    if row is None:
        raise Missing("no-such-import")
    mine = row[0].organisation_id == by.organisation_id and by.may(Right.IMPORT_832)
    return BatchView(row[0], row[1], row[2], row[3], mine)


def _visible(by: Actor) -> sa.ColumnElement[bool]:
    return sa.true() if by.may(Right.FINANCE_VIEW) else ImportBatch.organisation_id.in_(by.scope_ids)


def earlier(batch: ImportBatch) -> ImportBatch | None:
    """An earlier taking over of the very same file, if it still stands."""
    return db.session.scalars(
        sa.select(ImportBatch)
        .where(ImportBatch.sha256 == batch.sha256, ImportBatch.id < batch.id)
        .where(ImportBatch.organisation_id == batch.organisation_id, ImportBatch.state == ImportState.COMMITTED)
        .order_by(ImportBatch.id.desc())
        .limit(1)
    ).one_or_none()


def rows(batch_id: int, verdict: RowVerdict | None, page: int, *, warned: bool = False) -> list[ImportRow]:
    """A page of a batch's rows in file order; `warned`: only those with a warning. One statement."""
    query = sa.select(ImportRow).where(ImportRow.batch_id == batch_id).order_by(ImportRow.row_no)
    if verdict is not None:
        query = query.where(ImportRow.verdict == verdict)
    if warned:
        query = query.where(ImportRow.problems.contains([{"level": "warning"}]))
    return list(db.session.scalars(query.limit(PAGE).offset((page - 1) * PAGE)))


def warned_rows(batch_id: int) -> int:
    """Rows with a warning."""
    query = sa.select(sa.func.count()).where(
        ImportRow.batch_id == batch_id, ImportRow.problems.contains([{"level": "warning"}])
    )
    return db.session.scalar(query) or 0


def problem_sentence(problem: dict[str, Any]) -> str:
    """A kept problem as a sentence."""
    code = str(problem["code"])
    section = "p832" if code in known("p832") else "refused"
    return sentence(section, code, **problem["facts"])


def template() -> bytes:
    """The county's template as a workbook, required columns marked."""
    columns = [Column(_title(field), width=18) for field in FIELDS]
    return sheets.write([(sentence("word", "p832-orders-sheet"), columns, [])], note=_note())


def template_csv() -> bytes:
    """The same as CSV."""
    return sheets.csv_text([_title(field) for field in FIELDS], [])


def _title(field: str) -> str:
    return vocabulary.titles()[field] + ("*" if field in REQUIRED else "")


def _note() -> str:
    return sentence("word", "p832-template-note")


def refused_file(batch: ImportBatch) -> bytes:
    """What was not taken over, as a workbook to be corrected: the columns of the template and what is wrong."""
    found = db.session.scalars(
        sa.select(ImportRow)
        .where(ImportRow.batch_id == batch.id, ImportRow.verdict == RowVerdict.REFUSED)
        .order_by(ImportRow.row_no)
    )
    columns = [Column(vocabulary.titles()[field], width=18) for field in FIELDS]
    columns += [Column(sentence("word", "p832-problem"), width=60), Column(sentence("word", "p832-line"), "count")]
    lines = [[*(row.cells.get(field, "") for field in FIELDS), _told(row), row.row_no] for row in found]
    note = sentence("word", "demo-mark") if current_app.config["XINGCUN_MODE"] == "demo" else ""
    return sheets.write([(sentence("word", "p832-refused-sheet"), columns, lines)], note=note)


def _told(row: ImportRow) -> str:
    return " ".join(
        f"[{vocabulary.titles()[problem['field']]}] {problem_sentence(problem)}"
        for problem in row.problems
        if problem["level"] == "refused"
    )


def sent_since(by: Actor, day: date) -> bool:
    """Whether the actor's organisation has taken a file over since the beginning of a county day."""
    return bool(db.session.scalar(sa.select(_taken_over(day, ImportBatch.organisation_id == by.organisation_id))))


def unions_without_file(day: date) -> list[str]:
    """Names of open unions that have taken no file over since the beginning of a county day."""
    query = sa.select(Organisation.name).where(
        Organisation.kind == OrganisationKind.UNION,
        Organisation.closed_on.is_(None),
        ~_taken_over(day, ImportBatch.organisation_id == Organisation.id),
    )
    return list(db.session.scalars(query.order_by(Organisation.id)))


def _taken_over(day: date, *whose: sa.ColumnElement[bool]) -> sa.Exists:
    since = clock.day_start(day)
    return sa.exists().where(ImportBatch.state == ImportState.COMMITTED, ImportBatch.committed_at >= since, *whose)
