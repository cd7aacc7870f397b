"""Help on the way to a certificate 绿色有机申报: the five steps of plan point 9, their papers and who comes first.

Source: city plan of 2023-08-03, point 9 (优先材料受理、现场检查、产地环境监测、材料审核、报送, 协调减免认证费用).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from catalog.rules.certificates import CertificateKind, is_late_renewal
from core.errors import Refused
from core.states import StateTable, step


class CertificationState(StrEnum):
    """Five steps of the county's office between the draft and the issuer's word."""

    DRAFT = "draft"
    INTAKE = "intake"
    INSPECTION = "inspection"
    MONITORING = "monitoring"
    REVIEW = "review"
    SUBMISSION = "submission"
    SENT = "sent"
    GRANTED = "granted"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


class CertificationAct(StrEnum):
    """What can be done with an application. Asking and answering leave it where it is and turn its clock."""

    APPLY = "apply"
    PASS = "pass"  # noqa: S105 - a step, no word of entry
    ASK = "ask"
    ANSWER = "answer"
    SEND = "send"
    GRANT = "grant"
    FAIL = "fail"
    WITHDRAW = "withdraw"


_S, _A = CertificationState, CertificationAct
STEPS = (_S.INTAKE, _S.INSPECTION, _S.MONITORING, _S.REVIEW, _S.SUBMISSION)
"""The steps that have a queue and a limit in working days."""
OPEN = (*STEPS, _S.SENT)
"""Under way: with the office or with the issuer."""
KINDS = (CertificateKind.GREEN, CertificateKind.ORGANIC, CertificateKind.GI)

CERTIFICATION = StateTable(
    "certification",
    _S.DRAFT,
    {
        (_S.DRAFT, _A.APPLY): step(_S.INTAKE, "supplier"),
        (_S.INTAKE, _A.PASS): step(_S.INSPECTION, "agriculture"),
        (_S.INSPECTION, _A.PASS): step(_S.MONITORING, "inspector"),
        (_S.MONITORING, _A.PASS): step(_S.REVIEW, "agriculture"),
        (_S.REVIEW, _A.PASS): step(_S.SUBMISSION, "agriculture"),
        (_S.SUBMISSION, _A.SEND): step(_S.SENT, "agriculture"),
        (_S.SENT, _A.GRANT): step(_S.GRANTED, "agriculture"),
        **{(at, _A.ASK): step(at, "agriculture", "inspector") for at in STEPS},
        **{(at, _A.ANSWER): step(at, "supplier", "agriculture") for at in STEPS},
        **{(at, _A.FAIL): step(_S.FAILED, "agriculture") for at in OPEN},
        **{(at, _A.WITHDRAW): step(_S.WITHDRAWN, "supplier") for at in (_S.DRAFT, *OPEN)},
    },
)
"""Two inspectors' signatures pass the site inspection; everything else is the office's or the applicant's act."""

SETTING_OF_LIMIT = {at: f"certification.days.{at.value}" for at in STEPS}
DEFAULT_LIMITS = {_S.INTAKE: 10, _S.INSPECTION: 45, _S.MONITORING: 30, _S.REVIEW: 20, _S.SUBMISSION: 5}
"""Working days of a step before somebody sets others."""
MOST_DAYS = 250


class ScaleUnit(StrEnum):
    """What the scale of production is counted in."""

    MU = "mu"
    BAG = "bag"
    HEAD = "head"
    HIVE = "hive"


@dataclass(frozen=True)
class Ground:
    """Where it is made: a village and the part of the scale that lies there, in 1/100 of the unit."""

    village_code: str
    scale_x100: int


def comes_first(grounds: Iterable[Ground], exited: frozenset[str]) -> bool:
    """An applicant of exited villages: at least half of the scale lies in them (rule 74).

    Half, so that one token field in an exited village moves nobody forward.
    """
    parts = list(grounds)
    whole = sum(part.scale_x100 for part in parts)
    return whole > 0 and 2 * sum(part.scale_x100 for part in parts if part.village_code in exited) >= whole


def check_grounds(grounds: Iterable[Ground]) -> None:
    """Raises: Refused "certification-village-missing", "certification-village-twice", "certification-scale-missing"."""
    parts = list(grounds)
    if not parts:
        raise Refused("certification-village-missing")
    if len({part.village_code for part in parts}) < len(parts):
        raise Refused("certification-village-twice")
    if any(part.scale_x100 <= 0 for part in parts):
        raise Refused("certification-scale-missing")


def renews_late(kind: CertificateKind, applied_on: date, valid_to: date) -> bool:
    """Green food asks for the renewal three months before the end: later is marked, not refused (rule 72)."""
    return kind is CertificateKind.GREEN and is_late_renewal(applied_on, valid_to)


# --- papers ------------------------------------------------------------------------------------------


class MaterialState(StrEnum):
    """One paper of the list."""

    MISSING = "missing"
    GIVEN = "given"
    ACCEPTED = "accepted"
    RETURNED = "returned"


def lacking(papers: Iterable[tuple[bool, MaterialState]]) -> int:
    """How many required papers are not in the office's hands: (required, state)."""
    return sum(required and state in {MaterialState.MISSING, MaterialState.RETURNED} for required, state in papers)


def unaccepted(papers: Iterable[tuple[bool, MaterialState]]) -> int:
    """How many papers keep the office from going on: required and not ticked, or given and not looked at."""
    return sum(
        (state is not MaterialState.ACCEPTED) if required else state in {MaterialState.GIVEN, MaterialState.RETURNED}
        for required, state in papers
    )


# --- the site, the fields, the fee -------------------------------------------------------------------


class SiteVerdict(StrEnum):
    """What an inspector found at one item of the list."""

    FIT = "fit"
    UNFIT = "unfit"
    NOT_APPLICABLE = "not_applicable"


class InspectionConclusion(StrEnum):
    """What both inspectors sign."""

    PASSED = "passed"
    CORRECT = "correct"
    FAILED = "failed"


def check_conclusion(conclusion: InspectionConclusion, found: Iterable[SiteVerdict | None]) -> None:
    """Every item has a finding; nobody passes a site with something unfit; who does not pass it found something.

    Raises: Refused "inspection-unfinished", "inspection-unfit-passed", "inspection-nothing-unfit".
    """
    verdicts = list(found)
    if any(verdict is None for verdict in verdicts):
        raise Refused("inspection-unfinished", left=sum(verdict is None for verdict in verdicts))
    unfit = SiteVerdict.UNFIT in verdicts
    if unfit and conclusion is InspectionConclusion.PASSED:
        raise Refused("inspection-unfit-passed")
    if not unfit and conclusion is not InspectionConclusion.PASSED:
        raise Refused("inspection-nothing-unfit")


class MonitoringResult(StrEnum):
    """What a laboratory said of air, soil and water; a place measured before may be exempt."""

    PASSED = "passed"
    FAILED = "failed"
    EXEMPT = "exempt"


class FeePayer(StrEnum):
    """Who paid what is left of the fee."""

    NOBODY = "nobody"  # yet
    APPLICANT = "applicant"
    COUNTY = "county"
    SHARED = "shared"
    WAIVED = "waived"


def check_fee(standard_fen: int, reduction_fen: int, payer: FeePayer, document: str) -> None:
    """A reduction has its document and is no more than the fee; waived is all of it, and only then.

    Raises: Refused "fee-reduction-too-large", "fee-document-missing", "fee-not-waived".
    """
    if reduction_fen > standard_fen:
        raise Refused("fee-reduction-too-large", standard_fen=standard_fen)
    if (reduction_fen or payer is not FeePayer.NOBODY) and not document.strip():
        raise Refused("fee-document-missing")
    if (payer is FeePayer.WAIVED) != (payer is not FeePayer.NOBODY and reduction_fen == standard_fen):
        raise Refused("fee-not-waived")
