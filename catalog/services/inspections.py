"""The site inspection: planned by the office, done on the phone, signed by two different inspectors (plan point 9)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from catalog.models.certification import Certification, CertificationCheck, Finding, Inspection, InspectionPhoto
from catalog.queries import inspections
from catalog.rules.certification import (
    CertificationAct,
    CertificationState,
    InspectionConclusion,
    SiteVerdict,
    check_conclusion,
)
from catalog.services import certificates
from catalog.services.certification_moves import expect, locked, move
from core import clock, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Missing, Refused
from core.files.services import let_read
from core.trail.models import Stream

MOST_PHOTOS = 60


@dataclass(frozen=True)
class Found:
    """What an inspector found at one item."""

    check_id: int
    verdict: SiteVerdict
    note: str = ""


def plan(certification_id: int, *, planned_on: date, lead_id: int, second_id: int, by: Actor) -> Inspection:
    """Choose the day and the two. A visit that nobody has signed yet is planned anew; a signed one is not.

    Raises: Refused "certification-moved", "inspection-two-people", "inspection-nobody" (no inspector of this office
    today), "inspection-past", "inspection-signed-already"; Missing.
    """
    found = locked(certification_id, by)
    expect(found, CertificationState.INSPECTION)
    if lead_id == second_id:
        raise Refused("inspection-two-people")
    if not {lead_id, second_id} <= {person_id for person_id, _ in inspections.inspectors(by.office_id)}:
        raise Refused("inspection-nobody")
    if planned_on < clock.today():
        raise Refused("inspection-past")
    visit = _open_visit(found.id)
    if visit is None:
        visit = Inspection(
            certification_id=found.id, round=_next_round(found.id), assigned_by_id=by.person_id, created_at=clock.now()
        )
        db.session.add(visit)
    elif visit.lead_signed_at or visit.second_signed_at:
        raise Refused("inspection-signed-already")
    visit.planned_on, visit.lead_id, visit.second_id = planned_on, lead_id, second_id
    db.session.flush()
    _record("inspection-planned", visit, found, by, Right.CERTIFICATION_HANDLE, planned_on=planned_on.isoformat())
    return visit


def note(
    inspection_id: int, found: Iterable[Found], photos: Sequence[tuple[int, int | None]] = (), *, by: Actor
) -> Inspection:
    """Keep findings and pictures (file, item or None). A signature that was given before them no longer holds.

    Raises: Refused "inspection-closed", "inspection-photos-too-many"; Missing for another's visit, an item of another
    kind.
    """
    visit, application = _own(inspection_id, by)
    given = list(found)
    asked = {one.check_id for one in given} | {check for _, check in photos if check is not None}
    known = set(db.session.scalars(sa.select(CertificationCheck.id).where(CertificationCheck.kind == application.kind)))
    if not asked <= known:
        raise Missing("no-such-check")
    _check_room(visit.id, len(photos))
    now = clock.now()
    before = {item.check_id: (item.verdict, item.note) for item in inspections.items_of(visit, application.kind)}
    changed = [one for one in given if before[one.check_id] != (one.verdict, one.note.strip()[:200])]
    db.session.add_all(
        Finding(
            inspection_id=visit.id,
            check_id=one.check_id,
            verdict=one.verdict,
            note=one.note.strip()[:200],
            person_id=by.person_id,
            at=now,
        )
        for one in changed
    )
    db.session.add_all(
        InspectionPhoto(file_id=file_id, inspection_id=visit.id, check_id=check, person_id=by.person_id, at=now)
        for file_id, check in photos
    )
    if changed or photos:
        visit.lead_signed_at = visit.second_signed_at = visit.conclusion = None
        visit.opinion = ""
        _record("inspection-noted", visit, application, by, Right.INSPECT, findings=len(changed), photos=len(photos))
    db.session.flush()
    return visit


def sign(inspection_id: int, conclusion: InspectionConclusion, opinion: str = "", *, by: Actor) -> Inspection:
    """One's signature; the second one ends the visit: passed goes on, to be corrected waits for the applicant.

    Both sign the same conclusion. A site that failed stays in the step: the office decides.
    Raises: Refused of `check_conclusion`, "inspection-closed", "inspection-signed-by-you",
    "inspection-conclusion-differs", "reason-needed" (anything but passed says why), "certification-waiting"; Missing.
    """
    visit, application = _own(inspection_id, by)
    is_lead = visit.lead_id == by.person_id
    if (visit.lead_signed_at if is_lead else visit.second_signed_at) is not None:
        raise Refused("inspection-signed-by-you")
    check_conclusion(conclusion, (item.verdict for item in inspections.items_of(visit, application.kind)))
    said = opinion.strip()[:200]
    if visit.conclusion is not None and (visit.conclusion is not conclusion or (said and said != visit.opinion)):
        raise Refused("inspection-conclusion-differs", conclusion=visit.conclusion)
    if visit.conclusion is None:
        if conclusion is not InspectionConclusion.PASSED and not said:
            raise Refused("reason-needed")
        visit.conclusion, visit.opinion = conclusion, said
    if is_lead:
        visit.lead_signed_at = clock.now()
    else:
        visit.second_signed_at = clock.now()
    db.session.flush()
    _record("inspection-signed", visit, application, by, Right.INSPECT, conclusion=conclusion)
    if visit.lead_signed_at and visit.second_signed_at:
        _close(visit, application, by)
    return visit


def _close(visit: Inspection, application: Certification, by: Actor) -> None:
    visit.is_closed = True
    db.session.flush()
    holder = certificates.holder_organisation(application.supplier_id)
    for file_id in db.session.scalars(
        sa.select(InspectionPhoto.file_id).where(InspectionPhoto.inspection_id == visit.id)
    ):
        let_read(file_id, holder)
    if visit.conclusion is InspectionConclusion.PASSED:
        move(application, CertificationAct.PASS, party="inspector", by=by, right=Right.INSPECT)
    elif visit.conclusion is InspectionConclusion.CORRECT:
        move(application, CertificationAct.ASK, party="inspector", by=by, right=Right.INSPECT, reason=visit.opinion)


def _own(inspection_id: int, by: Actor) -> tuple[Inspection, Certification]:
    """The visit and its application, both locked, the application first as everywhere."""
    visit = db.session.get(Inspection, inspection_id)
    if visit is None or by.person_id not in {visit.lead_id, visit.second_id}:
        raise Missing("no-such-inspection")
    application = locked(visit.certification_id, by)
    db.session.refresh(visit, with_for_update=True)
    if by.person_id not in {visit.lead_id, visit.second_id}:
        raise Missing("no-such-inspection")
    if visit.is_closed:
        raise Refused("inspection-closed")
    expect(application, CertificationState.INSPECTION)
    return visit, application


def _open_visit(certification_id: int) -> Inspection | None:
    query = sa.select(Inspection).where(Inspection.certification_id == certification_id, sa.not_(Inspection.is_closed))
    return db.session.scalars(query.with_for_update()).one_or_none()


def _next_round(certification_id: int) -> int:
    last = sa.select(sa.func.max(Inspection.round)).where(Inspection.certification_id == certification_id)
    return (db.session.scalar(last) or 0) + 1


def _check_room(inspection_id: int, more: int) -> None:
    kept = sa.select(sa.func.count()).where(InspectionPhoto.inspection_id == inspection_id)
    if (db.session.scalar(kept) or 0) + more > MOST_PHOTOS:
        raise Refused("inspection-photos-too-many", most=MOST_PHOTOS)


def _record(action: str, visit: Inspection, application: Certification, by: Actor, right: Right, **facts: Any) -> None:
    trail.record(
        *(Stream.CATALOGUE, action, "certification", application.id),
        by=by,
        right=right,
        after={"round": visit.round, "closed": visit.is_closed},
        application_no=application.application_no,
        **facts,
    )
