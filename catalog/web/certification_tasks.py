"""What waits in the certification help: for the applicant, the office, the inspectors."""

from collections.abc import Iterator

from flask import Flask, url_for

from catalog.queries import certification_clock, certifications, inspections, suppliers
from catalog.rules.certification import OPEN
from catalog.web import certification, certification_board, certification_case, commitments
from catalog.web import inspections as visits
from core.access.actor import Actor
from core.access.rights import Right
from core.text import label, sentence
from core.web.inbox import Task, provide


def tasks(who: Actor) -> Iterator[Task]:
    """An applicant's answers and drafts; each step of the office, late ones red; an inspector's visits."""
    if who.may(Right.SELL) and suppliers.find_own(who) is not None:
        waiting, drafts = certifications.own_counts(who)
        if waiting:
            text = sentence("task", "certification-waiting")
            yield Task(text, url_for("certification.mine"), waiting, tone="warn", icon="reply")
        if drafts:
            yield Task(sentence("task", "certification-drafts"), url_for("certification.mine"), drafts, icon="pencil")
    if who.may(Right.CERTIFICATION_HANDLE):
        known = certifications.counts(certification_clock.late_before())
        for at in OPEN:
            total, late, waits = known.get(at, (0, 0, 0))
            if total > waits:
                text = sentence("task", "certification-late" if late else "certification-queue", step=label(at))
                href = url_for("certification_board.every", state=at.value)
                yield Task(text, href, total - waits, tone="danger" if late else "info", icon="kanban")
    if who.may(Right.INSPECT) and (count := inspections.due_count(who)):
        text = sentence("task", "inspection-due")
        yield Task(text, url_for("inspections.mine"), count, tone="warn", icon="card-checklist")


def join(app: Flask) -> None:
    """The doors of the certification help and their part of the inbox."""
    for door in (certification, certification_board, certification_case, visits, commitments):
        app.register_blueprint(door.bp)
    provide(tasks)
