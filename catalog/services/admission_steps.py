"""One application moves from desk to desk: its clock, its place in the queue, its papers' readers, its timeline."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date

import sqlalchemy as sa

from catalog.models.admission import AdmissionApplication, AdmissionPaper, AdmissionStep
from catalog.queries import admission_effect, admission_terms
from catalog.rules import admission as rules
from catalog.rules import admission_order
from catalog.rules.admission import ADMISSION, CHECKS, AdmissionAct, AdmissionState
from core import clock, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.access.roles import OrganisationKind
from core.db import db
from core.errors import Missing
from core.files.services import let_read
from core.organisations.models import Organisation
from core.people import sms
from core.settings import calendar
from core.states import advance
from core.trail.models import Stream

DESK_PARTY = {
    AdmissionState.TOWNSHIP: "township",
    AdmissionState.AGRICULTURE: "agriculture",
    AdmissionState.LINKAGE: "linkage",
    AdmissionState.PUBLICATION: "platform",
}
_READERS = (OrganisationKind.AGRICULTURE, OrganisationKind.REVITALISATION, OrganisationKind.PLATFORM)
REDATE_JOB = "catalog.redate_admissions"


def locked(*conditions: sa.ColumnElement[bool]) -> AdmissionApplication:
    """The application, locked. Raises: Missing."""
    query = sa.select(AdmissionApplication).where(*conditions).with_for_update()
    found = db.session.execute(query).scalar_one_or_none()
    if found is None:
        raise Missing("no-such-application")
    return found


def move(
    found: AdmissionApplication,
    act: AdmissionAct,
    party: str,
    *,
    by: Actor | None,
    right: Right | None,
    reason: str = "",
) -> None:
    """Do one act: state, clock, rank, timeline, trail. Raises: Refused of the state table."""
    before, due_before = found.state, found.due_on
    with db.session.no_autoflush:  # the table refuses a state without its dates
        after = _advance(found, act, party)
        _clock(found, before, after)
    if after in rules.DESKS:
        _show_papers(found)
        set_rank([found])
    _note(found, act, before, by, reason, due_before)
    trail.record(
        Stream.CATALOGUE, f"admission-{act.value.replace('_', '-')}", "admission_application", found.id, by=by,
        right=right, before={"state": before.value}, after={"state": after.value, "version_no": found.version_no},
        name=found.name, state=after, reason=reason,
    )  # fmt: skip


def _advance(found: AdmissionApplication, act: AdmissionAct, party: str) -> AdmissionState:
    """Set the next state, and the desk that returned it while it is returned."""
    before = found.state
    found.state = advance(ADMISSION, before, act, party)
    found.returned_from = before if found.state is AdmissionState.RETURNED else None
    return found.state


def _clock(found: AdmissionApplication, before: AdmissionState, after: AdmissionState) -> None:
    """A return stops the desk's clock; coming back to the same desk lets it run on; a new desk starts its own."""
    days, today = calendar.current(), clock.today()
    if after is AdmissionState.RETURNED:
        used = rules.spent(days, found.step_on, today) if before in CHECKS else 0
        found.spent_days, found.due_on = found.spent_days + used, None
    elif after in CHECKS:
        resumed = before is AdmissionState.RETURNED and _last_desk(found) is after
        found.limit_days = found.limit_days if resumed else admission_terms.limit(after)
        found.spent_days = found.spent_days if resumed else 0
        found.due_on = rules.due_on(days, today, found.limit_days, found.spent_days)
    elif after is AdmissionState.PUBLICATION:
        found.published_on = today
        found.objections_until = rules.publication_last(today, admission_terms.publication_days())
        found.limit_days = found.spent_days = 0
        found.due_on = days.after(found.objections_until, 1)
    else:
        found.due_on = None
    found.step_at = found.updated_at = clock.now()
    found.step_on = today


def _last_desk(found: AdmissionApplication) -> AdmissionState | None:
    last = db.session.scalar(
        sa.select(AdmissionStep.from_state)
        .where(AdmissionStep.application_id == found.id, AdmissionStep.act == AdmissionAct.SEND_BACK)
        .order_by(AdmissionStep.id.desc())
        .limit(1)
    )
    return AdmissionState(last) if last else None


def _note(
    found: AdmissionApplication,
    act: AdmissionAct,
    before: AdmissionState,
    by: Actor | None,
    reason: str,
    due_on: date | None,
) -> None:
    db.session.add(
        AdmissionStep(
            application_id=found.id, version_no=found.version_no, act=act, from_state=before.value,
            to_state=found.state.value, person_id=by.person_id if by else None,
            organisation_id=by.organisation_id if by else None, reason=reason, due_on=due_on, at=clock.now(),
        )
    )  # fmt: skip
    db.session.flush()


def _show_papers(found: AdmissionApplication) -> None:
    """The offices of the way may read the documents: the township of the growing village, bureaus, the platform."""
    town = sa.and_(Organisation.kind == OrganisationKind.TOWNSHIP, Organisation.place_code == found.town_code)
    offices = db.session.scalars(sa.select(Organisation.id).where(sa.or_(town, Organisation.kind.in_(_READERS)))).all()
    papers = sa.select(AdmissionPaper.file_id).where(
        AdmissionPaper.application_id == found.id, AdmissionPaper.dropped_at.is_(None)
    )
    for file_id in db.session.scalars(papers):
        let_read(file_id, *offices)


def set_rank(found: Sequence[AdmissionApplication]) -> int:
    """Compute the places anew; how many changed. The facts of the day are kept for "why here"."""
    changed = 0
    for one, effect in zip(found, _in_order(found), strict=True):
        rank, facts = int(admission_order.rank(effect)), {**asdict(effect), "on": clock.today().isoformat()}
        if one.rank != rank or {**one.rank_facts, "on": facts["on"]} != facts:
            one.rank, one.rank_facts, changed = rank, facts, changed + 1
    return changed


def _in_order(found: Sequence[AdmissionApplication]) -> list[admission_order.Effect]:
    by_id = admission_effect.effects(found)
    return [by_id[one.id] for one in found]


def tell(found: AdmissionApplication, code: str, **facts: object) -> None:
    """A short message to the applicant's phone."""
    sms.send(found.phone, code, name=found.name, application_no=found.application_no, **facts)


def rerank_all() -> int:
    """The nightly job: places by what is known today, a thousand at a time. How many changed."""
    last, changed = 0, 0
    while True:
        batch = db.session.scalars(
            sa.select(AdmissionApplication)
            .where(AdmissionApplication.id > last, AdmissionApplication.state.in_(rules.DESKS))
            .order_by(AdmissionApplication.id)
            .limit(1_000)
            .with_for_update(skip_locked=True)
        ).all()
        if not batch:
            return changed
        changed += set_rank(batch)
        last = batch[-1].id
        db.session.flush()


def redate() -> int:
    """After the calendar was changed: the last days of open checks anew. How many changed."""
    days, changed = calendar.current(), 0
    for one in db.session.scalars(sa.select(AdmissionApplication).where(AdmissionApplication.state.in_(CHECKS))):
        due = rules.due_on(days, one.step_on, one.limit_days, one.spent_days)
        if due != one.due_on:
            one.due_on, changed = due, changed + 1
    return changed
