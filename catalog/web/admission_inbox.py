"""What waits in the admission for a person: the floor's second part of the inbox."""

from collections.abc import Iterator

from flask import url_for

from catalog.queries import admission_queue as queue
from catalog.queries import applications, leads, licences, publications, supplier_checks
from catalog.rules.admission import AdmissionState
from catalog.rules.supplier_life import LicenceStage
from core.access.actor import Actor
from core.access.rights import Right
from core.text import sentence
from core.web.inbox import Task


def admission_tasks(who: Actor) -> Iterator[Task]:
    """One's own returned application; the queue of one's desk; objections; looks that are due; recognitions."""
    yield from _own(who)
    if who.may(Right.ADMISSION_REVIEW):
        yield from _desk(who)
    if who.may(Right.ADMIT) and (count := publications.waiting_count()):
        text = sentence("task", "objections-waiting")
        yield Task(text, url_for("admission_desk.objections"), count, tone="warn", icon="megaphone")
    if who.may(Right.SUPPLIER_CHECK) and (count := supplier_checks.due_count(who)):
        late = supplier_checks.overdue_count(town_code=who.place_code or "")
        text = sentence("task", "supplier-checks-overdue" if late else "supplier-checks-due")
        tone = "danger" if late else "info"
        yield Task(text, url_for("supplier_checks.due"), late or count, tone=tone, icon="clipboard2-check")
    if who.may(Right.SUPPLIER_CHECK) and (count := licences.waiting_count(who)):
        yield Task(sentence("task", "licences-waiting"), url_for("licences.waiting"), count, icon="file-earmark-text")
    if who.may(Right.SELL) and who.organisation_id is not None:
        yield from _licence(who)
    if who.may(Right.LEAD_RECOGNISE) and (count := leads.to_decide_count()):
        yield Task(sentence("task", "leads-to-decide"), url_for("leads.candidates"), count, icon="award")


def _own(who: Actor) -> Iterator[Task]:
    codes = {AdmissionState.RETURNED: "application-returned", AdmissionState.DRAFT: "application-draft"}
    for one in applications.listed_own(who):
        if one.state in codes:
            tone = "warn" if one.state is AdmissionState.RETURNED else "info"
            href = url_for("apply.show", application_no=one.application_no)
            yield Task(sentence("task", codes[one.state]), href, note=one.name, tone=tone, icon="reply")


def _desk(who: Actor) -> Iterator[Task]:
    if count := queue.waiting_count(who):
        due = queue.next_due(who)
        text = sentence("task", "admission-waiting")
        yield Task(text, url_for("admission_desk.waiting"), count, due_on=due, icon="person-check")
    if late := queue.overdue_count(who):
        href = url_for("admission_desk.waiting", overdue=1)
        yield Task(sentence("task", "admission-overdue"), href, late, tone="danger", icon="stopwatch")


def _licence(who: Actor) -> Iterator[Task]:
    """One's own licence that ends, or has ended, while no renewed one waits."""
    if (found := licences.ending(who)) is not None:
        code = "licence-ended" if found.stage is LicenceStage.ENDED else "licence-ending"
        tone = "danger" if found.stage is LicenceStage.ENDED else "warn"
        href = url_for("licences.own")
        yield Task(sentence("task", code), href, due_on=found.valid_to, tone=tone, icon="file-earmark-text")
