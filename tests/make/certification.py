"""The people of a certification: an applicant, an officer, two inspectors; and an application at any step."""

import io
from dataclasses import dataclass
from datetime import date

from PIL import Image

from catalog.models.certification import Certification
from catalog.queries import certification_case, inspections
from catalog.rules.certificates import CertificateKind
from catalog.rules.certification import (
    CertificationState,
    Ground,
    InspectionConclusion,
    MonitoringResult,
    ScaleUnit,
    SiteVerdict,
)
from catalog.services import certification, certification_office
from catalog.services import inspections as visits
from catalog.services.certificates import Paper
from core import clock
from core.access.actor import Actor
from core.access.roles import OrganisationKind, Role
from core.db import db, transaction
from core.files import services as files
from core.files.models import Audience
from core.organisations.models import Organisation
from core.people.models import Person
from tests.make.catalog import VILLAGE
from tests.make.catalogue_staff import Staff, staff
from tests.make.core import actor, organisation, seat

S = CertificationState


@dataclass(frozen=True)
class Office:
    """Who has to do with an application, as services see them and as they log in."""

    of: Staff
    body: Organisation
    officer: Actor
    lead: Actor
    second: Actor
    officer_person: Person
    lead_person: Person
    second_person: Person

    @property
    def clerk(self) -> Actor:
        return self.of.clerk


def office(of: Staff | None = None) -> Office:
    """An agriculture office with an officer and two inspectors, and a supplier's clerk."""
    body = organisation(OrganisationKind.AGRICULTURE)
    officer = seat(body, Role.AGRICULTURE_OFFICER, name="示例农业")
    lead = seat(body, Role.CERTIFICATION_INSPECTOR, name="示例检查甲")
    second = seat(body, Role.CERTIFICATION_INSPECTOR, name="示例检查乙")
    return Office(
        of or staff(),
        body,
        actor(officer, body, Role.AGRICULTURE_OFFICER),
        actor(lead, body, Role.CERTIFICATION_INSPECTOR),
        actor(second, body, Role.CERTIFICATION_INSPECTOR),
        officer,
        lead,
        second,
    )


def draft(**given: object) -> certification.Draft:
    """An application for green food from the builders' village."""
    parts: dict[str, object] = {
        "kind": CertificateKind.GREEN, "goods": "示例黑木耳", "scale_unit": ScaleUnit.BAG,
        "expected_output_g": 5_000_000, "grounds": (Ground(VILLAGE, 300_000),),
    }  # fmt: skip
    return certification.Draft(**{**parts, **given})  # type: ignore[arg-type]


def picture() -> io.BytesIO:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "green").save(out, "JPEG")
    out.seek(0)
    return out


def a_file(by: Actor) -> int:
    """A small paper of the actor's office; inside the caller's transaction."""
    kept = files.take_paper(
        picture(), name="示例.jpg", purpose="certification", by=by, audience=Audience.PARTIES, owner_id=by.office_id
    )
    return kept.id


def written(of: Office, by: Actor | None = None, **given: object) -> int:
    """A draft with all its required papers. → its id."""
    clerk = by or of.clerk
    with transaction():
        made = certification.start(draft(**given), by=clerk)
        file_id = a_file(clerk)
        for paper in certification_case.papers_of(made.id):
            if paper.is_required:
                certification.give_paper(made.id, paper.material_id, file_id, by=clerk)
        return made.id


def handed_in(of: Office, by: Actor | None = None, **given: object) -> int:
    """An application in the first step. → its id."""
    id_ = written(of, by, **given)
    with transaction():
        certification.hand_in(id_, by=by or of.clerk)
    return id_


def ticked(of: Office, id_: int) -> None:
    """All papers that were given, accepted."""
    with transaction():
        for paper in certification_case.papers_of(id_):
            if paper.file_token:
                certification_office.judge_paper(id_, paper.material_id, accepted=True, by=of.officer)


def visited(
    of: Office, id_: int, conclusion: InspectionConclusion = InspectionConclusion.PASSED, opinion: str = ""
) -> int:
    """A planned visit with a finding at every item, signed by both. → its id."""
    with transaction():
        visit = visits.plan(
            id_, planned_on=clock.today(), lead_id=of.lead.person_id, second_id=of.second.person_id, by=of.officer
        )
    noted(of, visit.id, SiteVerdict.FIT if conclusion is InspectionConclusion.PASSED else SiteVerdict.UNFIT)
    for who in (of.lead, of.second):
        with transaction():
            visits.sign(visit.id, conclusion, opinion, by=who)
    return visit.id


def noted(of: Office, inspection_id: int, first: SiteVerdict = SiteVerdict.FIT) -> None:
    """A finding at every item, `first` at the first."""
    with transaction():
        items = inspections.sheet(inspection_id, of.lead).items
        found = [visits.Found(item.check_id, SiteVerdict.FIT if place else first) for place, item in enumerate(items)]
        visits.note(inspection_id, found, by=of.lead)


def measured(of: Office, id_: int) -> None:
    """A good report from a laboratory."""
    with transaction():
        report = certification_office.Measurement(
            MonitoringResult.PASSED, agency="示例检测中心", report_no="HJ-1", sampled_on=clock.today()
        )
        certification_office.measure(id_, report, by=of.officer)


def certificate_paper(number: str = "LB-20-2611071234A", **given: object) -> Paper:
    parts: dict[str, object] = {
        "kind": CertificateKind.GREEN, "number": number, "issuer": "示例中心", "valid_from": date(2026, 1, 1),
        "valid_to": date(2099, 1, 1), "approved_output_g": 5_000_000,
    }  # fmt: skip
    return Paper(**{**parts, **given})  # type: ignore[arg-type]


def brought_to(of: Office, state: CertificationState, **given: object) -> int:
    """An application in an open step or with the issuer. → its id."""
    id_ = handed_in(of, **given)
    for at in (S.INTAKE, S.INSPECTION, S.MONITORING, S.REVIEW, S.SUBMISSION):
        if at is state:
            return id_
        if at is S.INTAKE:
            ticked(of, id_)
        if at is S.INSPECTION:
            visited(of, id_)
            continue
        if at is S.MONITORING:
            measured(of, id_)
        with transaction():
            if at is S.SUBMISSION:
                certification_office.send(id_, "示例绿色食品办公室", "示例报〔2026〕1号", by=of.officer)
            else:
                certification_office.pass_step(id_, at=at, by=of.officer)
    return id_


def row(id_: int) -> Certification:
    """The application as it is now."""
    db.session.expire_all()
    return db.session.get_one(Certification, id_)
