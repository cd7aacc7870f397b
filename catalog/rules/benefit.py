"""One payment to one household: words, its life, and how far it is believed.

A benefit is claimed by a supplier, attested by the village, confirmed by the household. What it weighs in the score
follows from what proves it, never from who says it loudest: see `factor_bp`.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from catalog.rules.supplier import LinkageMode
from core.states import StateTable, step


class BenefitKind(StrEnum):
    """What was paid for."""

    PURCHASE = "purchase"
    WAGE = "wage"
    DIVIDEND = "dividend"
    LAND_RENT = "land_rent"
    CUSTODY = "custody"
    PROCESSING = "processing"
    OTHER = "other"


KIND_OF_MODE = {
    LinkageMode.PURCHASE: BenefitKind.PURCHASE,
    LinkageMode.WAGE: BenefitKind.WAGE,
    LinkageMode.DIVIDEND: BenefitKind.DIVIDEND,
    LinkageMode.GUARANTEED: BenefitKind.DIVIDEND,
    LinkageMode.LAND_RENT: BenefitKind.LAND_RENT,
    LinkageMode.CUSTODY: BenefitKind.CUSTODY,
    LinkageMode.PROCESSING: BenefitKind.PROCESSING,
}
"""What an agreement of a mode pays for."""


class PayMethod(StrEnum):
    """How the money went. Cash needs a signed receipt with a photo and never weighs more than 0.7."""

    BANK = "bank"
    CASH = "cash"


class ConfirmWay(StrEnum):
    """How the household said yes."""

    SMS = "sms"
    SIGNATURE = "signature"


class BenefitState(StrEnum):
    """Where a claim stands."""

    DRAFT = "draft"
    ATTESTED = "attested"
    CONFIRMED = "confirmed"
    DISPUTED = "disputed"
    VOID = "void"


class BenefitAct(StrEnum):
    """What can be done with a claim. `PAY` and `EVIDENCE` add to it and leave the state as it is."""

    DRAFT = "draft"
    PAY = "pay"
    EVIDENCE = "evidence"
    ATTEST = "attest"
    CONFIRM = "confirm"
    DISPUTE = "dispute"
    UPHOLD = "uphold"
    VOID = "void"


_S, _A = BenefitState, BenefitAct
BENEFIT = StateTable(
    "benefit",
    _S.DRAFT,
    {
        (_S.DRAFT, _A.ATTEST): step(_S.ATTESTED, "village"),
        (_S.ATTESTED, _A.CONFIRM): step(_S.CONFIRMED, "household", "village"),
        (_S.DRAFT, _A.DISPUTE): step(_S.DISPUTED, "village", "linkage"),
        (_S.ATTESTED, _A.DISPUTE): step(_S.DISPUTED, "household", "village", "linkage"),
        (_S.CONFIRMED, _A.DISPUTE): step(_S.DISPUTED, "household", "linkage"),
        (_S.DISPUTED, _A.UPHOLD): step(_S.ATTESTED, "linkage"),
        (_S.DRAFT, _A.VOID): step(_S.VOID, "supplier", "linkage"),
        (_S.ATTESTED, _A.VOID): step(_S.VOID, "supplier", "linkage"),
        (_S.CONFIRMED, _A.VOID): step(_S.VOID, "linkage"),
        (_S.DISPUTED, _A.VOID): step(_S.VOID, "supplier", "linkage"),
    },
)
"""A household may take its word back at any time. What the linkage office upholds counts as attested, not confirmed."""

CONFIRM_WITHIN = timedelta(days=30)
"""After the village's word the household has so long to confirm; then 0.7 or 0.3 it stays (rule 77)."""

FULL_BP, VOUCHED_BP, TOLD_BP = 10_000, 7_000, 3_000


@dataclass(frozen=True)
class Proof:
    """What stands behind a claim. `voucher`: a bank voucher, or a signed cash receipt with its photo."""

    state: BenefitState
    method: PayMethod | None
    voucher: bool


def factor_bp(proof: Proof) -> int:
    """How far a claim is believed, in basis points (4.2, rule 77).

    Voucher and the household's word 1.0; voucher and the village's word 0.7; the village's word alone 0.3; else 0.
    Cash at most 0.7. Disputed and void weigh nothing.
    """
    if proof.state not in (BenefitState.ATTESTED, BenefitState.CONFIRMED):
        return 0
    if not proof.voucher:
        return TOLD_BP
    full = proof.state is BenefitState.CONFIRMED and proof.method is PayMethod.BANK
    return FULL_BP if full else VOUCHED_BP


def net_fen(amount_fen: int, *, kind: BenefitKind, margin_bp: int, factor: int) -> int:
    """What of a payment counts: a purchase by its product's margin, all else whole, times the factor; floor to fen."""
    share_bp = margin_bp if kind is BenefitKind.PURCHASE else 10_000
    return amount_fen * share_bp * factor // 100_000_000


def confirm_by(attested_on: date) -> date:
    """The last day on which the household's yes still raises the factor."""
    return attested_on + CONFIRM_WITHIN
