"""The agriculture office's side: papers, steps, measurements, the fee, the sending and the issuer's word."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from catalog.models.certification import (
    Certification,
    CertificationPaper,
    CertificationProduct,
    FeeCase,
    FeeLetter,
    Monitoring,
)
from catalog.queries import certification_case
from catalog.rules.certification import (
    OPEN,
    CertificationAct,
    CertificationState,
    FeePayer,
    MaterialState,
    MonitoringResult,
    check_fee,
    unaccepted,
)
from catalog.services import certificates
from catalog.services.certification import paper_states
from catalog.services.certification_moves import check_waiting, expect, locked, move
from core import clock, numbers, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Missing, Refused
from core.files.services import let_read
from core.trail.models import Stream

_S, _A = CertificationState, CertificationAct
_OFFICE: dict[str, Any] = {"party": "agriculture", "right": Right.CERTIFICATION_HANDLE}
_PAPER_STEPS = {_S.INTAKE, _S.REVIEW}


def judge_paper(
    certification_id: int, material_id: int, *, accepted: bool, reason: str = "", by: Actor
) -> CertificationPaper:
    """Tick a paper, or return it for a reason. A ticked one may be returned as long as the application is here.

    Raises: Refused "certification-paper-missing", "reason-needed", "state-forbids-act"; Missing.
    """
    found = locked(certification_id, by)
    if found.state not in OPEN or found.state is _S.SENT:
        raise Refused("state-forbids-act", noun="certification", state=found.state.value, act="judge")
    paper = db.session.get(CertificationPaper, (found.id, material_id), with_for_update=True)
    if paper is None:
        raise Missing("no-such-paper")
    if paper.state is MaterialState.MISSING:
        raise Refused("certification-paper-missing")
    if not accepted and not reason.strip():
        raise Refused("reason-needed")
    paper.state = MaterialState.ACCEPTED if accepted else MaterialState.RETURNED
    paper.reason, paper.updated_at = "" if accepted else reason.strip()[:200], clock.now()
    db.session.flush()
    action = "certification-paper-accepted" if accepted else "certification-paper-returned"
    _record(action, found, by, material_id=material_id, reason=paper.reason)
    return paper


def pass_step(certification_id: int, *, at: CertificationState, by: Actor) -> Certification:
    """On to the next step. The site inspection is passed by its two inspectors, not from here.

    Raises: Refused "certification-moved" (somebody was quicker), "certification-papers-unaccepted",
    "monitoring-missing", of `move`; Missing.
    """
    found = locked(certification_id, by)
    expect(found, at)
    check_waiting(found, _A.PASS)
    if at in _PAPER_STEPS and (left := unaccepted(paper_states(found.id))):
        raise Refused("certification-papers-unaccepted", left=left)
    if at is _S.MONITORING and _last_result(found.id) not in {MonitoringResult.PASSED, MonitoringResult.EXEMPT}:
        raise Refused("monitoring-missing")
    move(found, _A.PASS, by=by, **_OFFICE)
    return found


def ask(certification_id: int, reason: str, *, at: CertificationState, by: Actor) -> Certification:
    """Wait for the applicant: the step's clock stands. Raises: as `pass_step`, Refused "reason-needed"."""
    found = locked(certification_id, by)
    expect(found, at)
    move(found, _A.ASK, reason=reason, by=by, **_OFFICE)
    return found


def go_on(certification_id: int, reason: str, *, by: Actor) -> Certification:
    """The applicant answered on paper: the clock runs again. Raises: Refused "certification-not-waiting"; Missing."""
    found = locked(certification_id, by)
    move(found, _A.ANSWER, reason=reason, by=by, **_OFFICE)
    return found


def send(certification_id: int, sent_to: str, document: str, *, by: Actor) -> Certification:
    """Handed on to the issuer by a document. Raises: Refused "certification-sent-to-missing", of `move`; Missing."""
    found = locked(certification_id, by)
    if not sent_to.strip() or not document.strip():
        raise Refused("certification-sent-to-missing")
    to, letter = sent_to.strip()[:200], document.strip()[:200]
    move(found, _A.SEND, reason=letter, by=by, sent_to=to, sent_document=letter, **_OFFICE)
    return found


def grant(certification_id: int, paper: certificates.Paper, *, by: Actor) -> Certification:
    """The issuer granted it: the certificate enters the register, where the operator compares it with its issuer.

    Raises: Refused of `certificates.add_granted`, "certification-kind", of `move`; Missing.
    """
    found = locked(certification_id, by)
    if paper.kind is not found.kind:
        raise Refused("certification-kind")
    products = db.session.scalars(
        sa.select(CertificationProduct.product_id).where(CertificationProduct.certification_id == found.id)
    )
    made = certificates.add_granted(paper, products.all(), supplier_id=found.supplier_id, by=by)
    move(found, _A.GRANT, reason=made.number, by=by, certificate_id=made.id, **_OFFICE)
    return found


def fail(certification_id: int, reason: str, *, at: CertificationState, by: Actor) -> Certification:
    """Not passed, by us or by the issuer, for a reason that the applicant reads. Raises: as `ask`."""
    found = locked(certification_id, by)
    expect(found, at)
    move(found, _A.FAIL, reason=reason, by=by, **_OFFICE)
    return found


@dataclass(frozen=True)
class Measurement:
    """A laboratory's report, or why none is needed."""

    result: MonitoringResult
    agency: str = ""
    report_no: str = ""
    sampled_on: date | None = None
    reason: str = ""
    file_id: int | None = None


def measure(certification_id: int, given: Measurement, *, by: Actor) -> Monitoring:
    """Keep what was measured of air, soil and water; the newest holds.

    Raises: Refused "monitoring-report-missing", "monitoring-exempt-reason", "monitoring-ahead", "state-forbids-act".
    """
    found = locked(certification_id, by)
    if found.state not in {_S.INSPECTION, _S.MONITORING}:
        raise Refused("state-forbids-act", noun="certification", state=found.state.value, act="measure")
    if given.result is MonitoringResult.EXEMPT:
        if not given.reason.strip():
            raise Refused("monitoring-exempt-reason")
    elif not (given.agency.strip() and given.report_no.strip() and given.sampled_on):
        raise Refused("monitoring-report-missing")
    if given.sampled_on and given.sampled_on > clock.today():
        raise Refused("monitoring-ahead")
    made = Monitoring(
        certification_id=found.id,
        result=given.result,
        agency=given.agency.strip(),
        report_no=given.report_no.strip(),
        sampled_on=given.sampled_on,
        reason=given.reason.strip(),
        file_id=given.file_id,
        person_id=by.person_id,
        at=clock.now(),
    )
    db.session.add(made)
    db.session.flush()
    if given.file_id is not None:
        let_read(given.file_id, certificates.holder_organisation(found.supplier_id))
    _record("certification-measured", found, by, result=given.result)
    return made


def put_fee(
    certification_id: int,
    *,
    standard_fen: int,
    reduction_fen: int,
    payer: FeePayer,
    document: str,
    note: str = "",
    by: Actor,
) -> FeeCase:
    """The fee as it stands now. Raises: Refused of `check_fee`; Missing."""
    found = locked(certification_id, by)
    check_fee(standard_fen, reduction_fen, payer, document)
    made = FeeCase(
        certification_id=found.id,
        standard_fen=standard_fen,
        reduction_fen=reduction_fen,
        payer=payer,
        document=document.strip(),
        note=note.strip(),
        person_id=by.person_id,
        at=clock.now(),
    )
    db.session.add(made)
    db.session.flush()
    _record("certification-fee", found, by, standard_fen=standard_fen, reduction_fen=reduction_fen, payer=payer)
    return made


def write_letter(certification_id: int, addressee: str, asked_fen: int, reason: str = "", *, by: Actor) -> FeeLetter:
    """A letter that asks the issuer for a lower fee (plan point 9: 协调减免认证费用).

    Raises: Refused "fee-standard-missing", "letter-addressee-missing", "letter-asks-too-much"; Missing.
    """
    found = locked(certification_id, by)
    fee = certification_case.newest_fee(found.id)
    if fee is None or fee.standard_fen <= 0:
        raise Refused("fee-standard-missing")
    if not addressee.strip():
        raise Refused("letter-addressee-missing")
    if not 0 < asked_fen <= fee.standard_fen:
        raise Refused("letter-asks-too-much", standard_fen=fee.standard_fen)
    row_id, number = numbers.take(FeeLetter, "JM")
    made = FeeLetter(
        id=row_id,
        letter_no=number,
        certification_id=found.id,
        addressee=addressee.strip()[:200],
        standard_fen=fee.standard_fen,
        asked_fen=asked_fen,
        reason=reason.strip()[:500],
        written_on=clock.today(),
        person_id=by.person_id,
        at=clock.now(),
    )
    db.session.add(made)
    db.session.flush()
    _record("certification-letter", found, by, letter_no=number, asked_fen=asked_fen)
    return made


def _last_result(certification_id: int) -> MonitoringResult | None:
    query = sa.select(Monitoring.result).where(Monitoring.certification_id == certification_id)
    return db.session.scalars(query.order_by(Monitoring.id.desc()).limit(1)).one_or_none()


def _record(action: str, found: Certification, by: Actor, **facts: Any) -> None:
    trail.record(
        *(Stream.CATALOGUE, action, "certification", found.id),
        by=by,
        right=Right.CERTIFICATION_HANDLE,
        after={"state": found.state.value},
        application_no=found.application_no,
        **facts,
    )
