"""A desk's word on an application: pass, return to the applicant, refuse. Whose desk it is decides who may."""

import sqlalchemy as sa

from catalog.models.admission import AdmissionApplication, AdmissionStep
from catalog.queries import applications as queries
from catalog.queries.admission_queue import DESK_RIGHT
from catalog.rules.admission import CHECKS, AdmissionAct, AdmissionState
from catalog.services import admission_steps as steps
from core.access.actor import Actor
from core.db import db
from core.errors import Refused

VERDICTS = frozenset({AdmissionAct.PASS, AdmissionAct.SEND_BACK, AdmissionAct.REFUSE})
_TOLD = {
    AdmissionAct.PASS: "admission-passed",
    AdmissionAct.SEND_BACK: "admission-returned",
    AdmissionAct.REFUSE: "admission-refused",
}


def decide(
    application_no: str, act: AdmissionAct, *, seen: AdmissionState, version_no: int, by: Actor, reason: str = ""
) -> AdmissionApplication:
    """One verdict of the desk at which the application lies. `seen`, `version_no`: what the reviewer had before them.

    Raises: Refused "admission-moved-on" when somebody else was quicker or it was handed in anew, "reason-needed",
    "admission-not-your-desk", "reviewer-is-applicant", "reviewer-twice"; Missing for another township's.
    """
    found = steps.locked(AdmissionApplication.application_no == application_no, queries.within(by))
    if act not in VERDICTS:
        raise Refused("state-forbids-act")
    if found.state is not seen or found.version_no != version_no:
        raise Refused("admission-moved-on", state=found.state)
    if act is not AdmissionAct.PASS and not reason.strip():
        raise Refused("reason-needed")
    right = DESK_RIGHT.get(found.state)
    if right is None or not by.may(right):
        raise Refused("admission-not-your-desk", state=found.state)
    _check_reviewer(found, by)
    steps.move(found, act, steps.DESK_PARTY[found.state], by=by, right=right, reason=reason.strip())
    steps.tell(found, _TOLD[act], step=seen, reason=reason.strip(), until_on=found.objections_until)
    return found


def _check_reviewer(found: AdmissionApplication, by: Actor) -> None:
    """Four eyes and more: nobody judges their own application, nobody passes two of its checks."""
    if found.applicant_id == by.person_id:
        raise Refused("reviewer-is-applicant")
    passed = sa.exists().where(
        AdmissionStep.application_id == found.id,
        AdmissionStep.act == AdmissionAct.PASS,
        AdmissionStep.person_id == by.person_id,
        AdmissionStep.from_state != found.state.value,
    )
    if found.state in CHECKS and db.session.scalar(sa.select(passed)):
        raise Refused("reviewer-twice")
