"""People who want to sell and those who judge them: applications through the services that they use."""

import io
import itertools
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from PIL import Image

from catalog.models.admission import AdmissionApplication
from catalog.rules import identifiers
from catalog.rules.admission import AdmissionAct, AdmissionState, ApplicantKind, PaperKind
from catalog.rules.supplier import LinkageMode
from catalog.services import admission_review, applications, publications
from catalog.services.applications import Agreement, Draft
from core import clock
from core.access.actor import Actor
from core.access.roles import OrganisationKind, Role
from core.db import db, transaction
from core.errors import Refused
from core.files import services as files
from core.files.models import Audience
from core.people.models import Person
from tests.make.catalog import TOWN, VILLAGE, household
from tests.make.core import actor, organisation, person, seat

_numbers = itertools.count(1)
_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
NEEDED = (PaperKind.LICENCE, PaperKind.BANK, PaperKind.ORIGIN, PaperKind.AGREEMENTS)


def uscc(number: int | None = None, *, division: str = "220681", front: str = "93") -> str:
    """A credit code that passes both checks, of a body registered in any division."""
    number = next(_numbers) if number is None else number
    body = f"{front}{division}TXT{number:05d}"
    for inner in "0123456789X":
        for last in _ALPHABET:
            try:
                return identifiers.credit_code(body + inner + last)
            except Refused:
                continue
    raise AssertionError(body)


@dataclass(frozen=True)
class Officers:
    """Those who judge, as services see them and as they log in."""

    township: Actor
    agriculture: Actor
    linkage: Actor
    operator: Actor
    people: dict[str, Person]


def officers(town: str = TOWN) -> Officers:
    """One of each desk; the township's of the town."""
    desks = {
        "township": (organisation(OrganisationKind.TOWNSHIP, place_code=town), Role.TOWNSHIP_CLERK),
        "agriculture": (organisation(OrganisationKind.AGRICULTURE), Role.AGRICULTURE_OFFICER),
        "linkage": (organisation(OrganisationKind.REVITALISATION), Role.LINKAGE_OFFICER),
        "operator": (organisation(OrganisationKind.PLATFORM), Role.PLATFORM_OPERATOR),
    }
    people = {name: seat(body, role, name=f"示例{name}") for name, (body, role) in desks.items()}
    return Officers(**{n: actor(people[n], body, role) for n, (body, role) in desks.items()}, people=people)


def draft(name: str | None = None, *, agreements: int = 1, **rest: Any) -> Draft:
    """A co-operative's application with so many agreements with households of the register."""
    number = next(_numbers)
    named = name or f"示例合作社{number}"
    codes = [household().code for _ in range(agreements)]
    given: dict[str, Any] = {
        "kind": ApplicantKind.COOPERATIVE, "name": named, "uscc": uscc(), "legal_person": "示例",
        "phone": "13800000000",
        "village_code": VILLAGE, "bank_name": "示例农商行", "bank_account_name": named,
        "bank_account_no": f"62000000000{number:06d}", "goods": "黑木耳",
        "agreements": tuple(Agreement(code, LinkageMode.PURCHASE) for code in codes),
    }  # fmt: skip
    return Draft(**{**given, **rest})


def paper(by: Actor) -> int:
    """An uploaded picture of a document."""
    data = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(data, "PNG")
    data.seek(0)
    kept = files.take_paper(
        data, name="paper.png", purpose="admission", by=by, audience=Audience.PARTIES, owner_id=None
    )
    return kept.id


def application(
    what: Draft | None = None,
    *,
    by: Actor | None = None,
    papers: tuple[PaperKind, ...] = NEEDED,
    submitted: bool = True,
) -> AdmissionApplication:
    """An application with its documents, handed in unless told otherwise."""
    who, written = by or actor(person("申请人")), what or draft()
    with transaction():
        made = applications.start(written, by=who)
        for kind in papers:
            applications.add_paper(made.application_no, kind, paper(who), by=who)
    if submitted:
        with transaction():
            applications.submit(made.application_no, by=who)
    return made


def decided(found: AdmissionApplication, act: AdmissionAct, by: Actor, *, reason: str = "原因") -> AdmissionApplication:
    """The desk's word on it as it lies there now."""
    with transaction():
        return admission_review.decide(
            found.application_no, act, seen=found.state, version_no=found.version_no, by=by, reason=reason
        )


def published(officers: Officers, what: Draft | None = None, **rest: Any) -> AdmissionApplication:
    """An application that has passed the three checks."""
    found = application(what, **rest)
    for officer in (officers.township, officers.agriculture, officers.linkage):
        decided(found, AdmissionAct.PASS, officer)
    assert found.state is AdmissionState.PUBLICATION
    return found


def admitted(officers: Officers, what: Draft | None = None, **rest: Any) -> AdmissionApplication:
    """One whose publication ended without an objection."""
    found = published(officers, what, **rest)
    with clock.shifted(timedelta(days=8)), transaction():
        publications.activate_due()
    db.session.refresh(found)
    return found
