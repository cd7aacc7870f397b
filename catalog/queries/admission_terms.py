"""Dated settings of the admission: limits, publication, reason templates, what a lead enterprise has to show."""

from collections.abc import Mapping
from datetime import date

from catalog.rules import admission as rules
from catalog.rules import supplier_life
from catalog.rules.admission import AdmissionState
from catalog.rules.supplier_life import Criteria
from core import settings, text

settings.register(
    admission__limits=dict(rules.LIMITS),
    admission__publication_days=rules.PUBLICATION_DAYS,
    admission__check_months=supplier_life.CHECK_MONTHS,
    admission__reasons_return=None,
    admission__reasons_refuse=None,
    lead__criteria={"households": 10, "verified_fen": 50_000_00, "score": 6_000},
)

REASON_KEYS = {"return": "admission.reasons_return", "refuse": "admission.reasons_refuse"}


def limit(desk: AdmissionState, *, on: date | None = None) -> int:
    """Working days of a desk; 0 for the publication, which has whole days of its own."""
    limits: Mapping[str, int] = settings.value("admission.limits", on=on)
    return int(limits.get(desk.value, rules.LIMITS.get(desk.value, 0)))


def publication_days(*, on: date | None = None) -> int:
    """Whole days of a publication."""
    return int(settings.value("admission.publication_days", on=on))


def check_months(*, on: date | None = None) -> int:
    """Months between two looks at a supplier."""
    return int(settings.value("admission.check_months", on=on))


def reasons(kind: str) -> list[str]:
    """Templates of reasons to "return" or to "refuse": the list that was set, else the shipped one."""
    chosen = settings.value(REASON_KEYS[kind])
    if chosen is not None:
        return [str(line) for line in chosen]
    section = f"admission_reason_{kind}"
    return [text.sentence(section, code) for code in sorted(text.known(section))]


def lead_criteria(*, on: date | None = None) -> Criteria:
    """What a lead enterprise has to show on a day."""
    value = settings.value("lead.criteria", on=on)
    return Criteria(int(value["households"]), int(value["verified_fen"]), int(value["score"]))
