"""A certificate's life as lines of a page."""

from typing import Any

from catalog.queries.papers import LifeStep
from catalog.rules.certificates import CertificateAct
from core.text import sentence

_TONES = {
    CertificateAct.VERIFY: "ok",
    CertificateAct.THAW: "ok",
    CertificateAct.SUSPEND: "warn",
    CertificateAct.FREEZE: "warn",
    CertificateAct.REVOKE: "danger",
}


def shown(steps: list[LifeStep]) -> list[dict[str, Any]]:
    """The steps as `flow.timeline` takes them."""
    return [
        {
            "text": sentence("life", _code(step), **step.facts),
            "who": step.person or sentence("life", "clock"),
            "at": step.at,
            "note": step.reason,
            "tone": _TONES.get(step.act, "info") if step.act else "info",
        }
        for step in steps
    ]


def _code(step: LifeStep) -> str:
    if step.act is None:
        return "remind"
    if step.act is CertificateAct.APPLY_RENEWAL and step.facts.get("is_late"):
        return "apply_renewal_late"
    return step.act.value
