"""Limits and fees of the certification steps: dated settings that the agriculture office keeps."""

from collections.abc import Mapping

from catalog.queries import certification_clock
from catalog.rules.certificates import CertificateKind
from catalog.rules.certification import KINDS, MOST_DAYS, SETTING_OF_LIMIT, CertificationState
from core import clock, settings, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.errors import Refused
from core.trail.models import Stream

DEFAULT_FEES_FEN = {CertificateKind.GREEN: 800_000, CertificateKind.ORGANIC: 0, CertificateKind.GI: 0}
"""The old list's 8,000 yuan for a green product; the others differ by agency, so nobody guesses them."""
FEE_KEYS = {kind: f"certification.fee.{kind.value}" for kind in KINDS}
settings.register(**{key.replace(".", "__"): DEFAULT_FEES_FEN[kind] for kind, key in FEE_KEYS.items()})


def standard_fee_fen(kind: CertificateKind) -> int:
    """What the list says today, in fen; 0 where nobody has entered it."""
    return int(settings.value(FEE_KEYS[kind]))


def put(
    days: Mapping[CertificationState, int], fees_fen: Mapping[CertificateKind, int], reason: str, *, by: Actor
) -> int:
    """Set what differs, from today on; a step that has begun keeps its limit. → how many changed.

    Raises: Refused "reason-needed", "limit-out-of-bounds".
    """
    if not reason.strip():
        raise Refused("reason-needed")
    if any(not 1 <= limit <= MOST_DAYS for limit in days.values()):
        raise Refused("limit-out-of-bounds", most=MOST_DAYS)
    wanted = {SETTING_OF_LIMIT[at]: limit for at, limit in days.items() if limit != certification_clock.limit_of(at)}
    wanted |= {FEE_KEYS[kind]: fee for kind, fee in fees_fen.items() if fee != standard_fee_fen(kind)}
    for key, value in wanted.items():
        settings.put(key, value, valid_from=clock.today(), reason=reason.strip()[:200], author_id=by.person_id)
    if wanted:
        trail.record(
            *(Stream.ADMINISTRATION, "certification-limits", "setting", "certification"),
            by=by,
            right=Right.CERTIFICATION_HANDLE,
            after=dict(wanted),
            reason=reason.strip()[:200],
        )
    return len(wanted)
