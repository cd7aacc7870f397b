"""Seven days in public: anybody who is logged in may object, every objection is answered, then the applicant sells."""

import sqlalchemy as sa

from catalog.models.admission import AdmissionAnswer, AdmissionApplication, AdmissionObjection
from catalog.queries import publications as queries
from catalog.rules import admission as rules
from catalog.rules.admission import AdmissionAct, AdmissionState
from catalog.services import activation
from catalog.services import admission_steps as steps
from core import clock, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.access.roles import OrganisationKind
from core.db import db, savepoint
from core.errors import Missing, Refused
from core.files.models import StoredFile
from core.files.services import let_read
from core.organisations.models import Organisation
from core.trail.models import Stream

LEAST_TEXT = 10


def object_to(application_no: str, text: str, *, file_id: int | None = None, by: Actor) -> AdmissionObjection:
    """An objection, with a document if there is one. One may have a further one after the first is answered.

    Raises: Refused "publication-over", "objection-own", "objection-short", "objection-waits"; Missing.
    """
    found = steps.locked(
        AdmissionApplication.application_no == application_no,
        AdmissionApplication.state == AdmissionState.PUBLICATION,
    )
    if found.objections_until is None or clock.today() > found.objections_until:
        raise Refused("publication-over", until_on=found.objections_until)
    if found.applicant_id == by.person_id:
        raise Refused("objection-own")
    if len(text.strip()) < LEAST_TEXT:
        raise Refused("objection-short", least=LEAST_TEXT)
    if queries.has_waiting(found.id, by.person_id):
        raise Refused("objection-waits")
    _show_file(file_id, by)
    made = AdmissionObjection(
        application_id=found.id, person_id=by.person_id, text=text.strip(), file_id=file_id, at=clock.now()
    )
    db.session.add(made)
    db.session.flush()
    trail.record(
        Stream.CATALOGUE, "admission-objected", "admission_application", found.id, by=by, right=Right.APPLY,
        name=found.name,
    )  # fmt: skip
    return made


def _show_file(file_id: int | None, by: Actor) -> None:
    if file_id is None:
        return
    file = db.session.get(StoredFile, file_id)
    if file is None or file.uploaded_by_id != by.person_id:
        raise Missing("no-such-file")
    platforms = sa.select(Organisation.id).where(Organisation.kind == OrganisationKind.PLATFORM)
    let_read(file_id, *db.session.scalars(platforms))


def answer(objection_id: int, text: str, *, is_upheld: bool, by: Actor) -> AdmissionAnswer:
    """The platform's answer, once. An upheld objection keeps the applicant from selling: return it or refuse it.

    Raises: Refused "answer-needed", "objection-answered"; Missing.
    """
    if not text.strip():
        raise Refused("answer-needed")
    objection = db.session.get(AdmissionObjection, objection_id)
    if objection is None:
        raise Missing("no-such-objection")
    found = steps.locked(AdmissionApplication.id == objection.application_id)
    if db.session.get(AdmissionAnswer, objection_id) is not None:
        raise Refused("objection-answered")
    if by.person_id in {found.applicant_id, objection.person_id}:
        raise Refused("reviewer-is-applicant")
    made = AdmissionAnswer(
        objection_id=objection_id, is_upheld=is_upheld, text=text.strip(), person_id=by.person_id, at=clock.now()
    )
    db.session.add(made)
    db.session.flush()
    trail.record(
        Stream.CATALOGUE, "admission-answered", "admission_application", found.id, by=by, right=Right.ADMIT,
        name=found.name, is_upheld=is_upheld,
    )  # fmt: skip
    return made


def activate(application_no: str, *, by: Actor | None) -> AdmissionApplication:
    """After the publication: the organisation, its supplier and the applicant's seat come into being, or none.

    Raises: Refused "publication-runs", "objection-unanswered", "objection-upheld", "state-forbids-act" and those of
    `activation.found_supplier`; Missing.
    """
    found = steps.locked(AdmissionApplication.application_no == application_no)
    if found.state is AdmissionState.PUBLICATION and found.objections_until is not None:
        rules.check_activation(clock.today(), found.objections_until, queries.voices(found))
    elif found.state is not AdmissionState.PUBLICATION:
        raise Refused("state-forbids-act", state=found.state)
    found.supplier_id = activation.found_supplier(found, by=by).id
    steps.move(found, AdmissionAct.ACTIVATE, "platform" if by else "clock", by=by, right=Right.ADMIT if by else None)
    steps.tell(found, "admission-active")
    return found


def activate_due() -> tuple[int, int]:
    """The clock's act: every publication that ended without an open objection. (activated, held back by a rule)."""
    ended = sa.select(AdmissionApplication.application_no).where(
        AdmissionApplication.state == AdmissionState.PUBLICATION,
        AdmissionApplication.objections_until < clock.today(),
    )
    done = held = 0
    for application_no in db.session.scalars(ended.order_by(AdmissionApplication.id).limit(500)).all():
        try:
            with savepoint():
                activate(application_no, by=None)
            done += 1
        except Refused:
            held += 1
    return done, held
