"""What two people may sign for: quantities, tolerance, papers, and who they are (rules 53–56)."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.errors import Refused
from market.rules.delivery_states import DeliveryAct

_SMALL_UNIT = 5  # below so many active members the orderer may sign second by default


@dataclass(frozen=True)
class Policy:
    """What the unit's own rules say of this delivery (rule 53); the floor above knows them."""

    approver_id: int | None = None
    orderer_may_be_second: bool = False
    first_is_outside_kitchen: bool = False


@dataclass(frozen=True)
class Counted:
    """One delivery line as weighed, in base units."""

    delivered_qty: int
    accepted_qty: int
    rejected_qty: int
    reason: str = ""
    is_held: bool = False


def check_counts(lines: Sequence[Counted]) -> DeliveryAct:
    """What the counts come to. Each line: accepted + rejected = delivered, and a rejection has a reason.

    A held line is neither: it waits for its papers beside the others, so the delivery is accepted in part.
    Raises: Refused "counts-empty", "count-all-held", "count-held-weighed" (line), "count-negative", "count-differs"
    (line from 1, delivered, counted), "count-needs-reason".
    """
    if not lines:
        raise Refused("counts-empty")
    for position, line in enumerate(lines, start=1):
        counted_qty = line.accepted_qty + line.rejected_qty
        if line.is_held:
            if counted_qty:
                raise Refused("count-held-weighed", line=position)
            continue
        if min(line.accepted_qty, line.rejected_qty) < 0:
            raise Refused("count-negative", line=position)
        if counted_qty != line.delivered_qty:
            raise Refused("count-differs", line=position, delivered=line.delivered_qty, counted=counted_qty)
        if line.rejected_qty and not line.reason.strip():
            raise Refused("count-needs-reason", line=position)
    signed = [line for line in lines if not line.is_held]
    if not signed:
        raise Refused("count-all-held")
    if len(signed) < len(lines):
        return DeliveryAct.ACCEPT_PART
    if not any(line.rejected_qty for line in signed):
        return DeliveryAct.ACCEPT
    return DeliveryAct.ACCEPT_PART if any(line.accepted_qty for line in signed) else DeliveryAct.REJECT


def excess_qty(*, upper_qty: int, accepted_before: int, accepted_qty: int) -> int:
    """How much of an acceptance lies above the tolerance frozen on the order line (rule 54)."""
    return max(0, accepted_before + accepted_qty - upper_qty)


def check_tolerance(excess: int, *, approver_agrees: bool) -> None:
    """Above the tolerance it takes the approver's tap, or goes back. Raises: Refused "above-tolerance"."""
    if excess > 0 and not approver_agrees:
        raise Refused("above-tolerance", excess=excess)


def check_papers(
    *,
    commitment_missing: bool,
    quarantine_missing: bool,
    inspection_missing: bool = False,
    override_reason: str = "",
    test_report_expired: bool = False,
) -> bool:
    """Whether the 合格证 was waived: then the line is accepted but never counts (rule 55).

    Raises: Refused "commitment-missing" without a manager's reason; "quarantine-missing", "inspection-missing" and
    "test-report-expired" whatever the reason (rule 56).
    """
    if quarantine_missing:
        raise Refused("quarantine-missing")
    if inspection_missing:
        raise Refused("inspection-missing")
    if test_report_expired:
        raise Refused("test-report-expired")
    if commitment_missing and not override_reason.strip():
        raise Refused("commitment-missing")
    return commitment_missing


def default_orderer_may_be_second(active_members: int) -> bool:
    """The unit setting as shipped: on only where there are too few people (rule 53)."""
    return active_members < _SMALL_UNIT


def check_signers(
    orderer_id: int,
    first_id: int,
    second_id: int,
    *,
    orderer_may_be_second: bool = False,
    first_is_outside_kitchen: bool = False,
) -> bool:
    """Whether the orderer took part (采购人参与验收): allowed only by the unit's setting and as second signer.

    Raises: Refused "signer-twice", "signer-is-orderer", "signer-from-kitchen" (the other must be from outside).
    """
    if first_id == second_id:
        raise Refused("signer-twice")
    if orderer_id not in (first_id, second_id):
        return False
    if orderer_id == first_id or not orderer_may_be_second:
        raise Refused("signer-is-orderer")
    if not first_is_outside_kitchen:
        raise Refused("signer-from-kitchen")
    return True


def check_approver(approver_id: int, orderer_id: int) -> None:
    """The approver may sign later, but is never the orderer. Raises: Refused "approver-is-orderer"."""
    if approver_id == orderer_id:
        raise Refused("approver-is-orderer")


def check_payer(payer_id: int, *, orderer_id: int, signer_ids: Sequence[int], approver_id: int | None) -> None:
    """The payer did nothing before. Raises: Refused "payer-is-orderer", "payer-is-signer", "payer-is-approver"."""
    if payer_id == orderer_id:
        raise Refused("payer-is-orderer")
    if payer_id in signer_ids:
        raise Refused("payer-is-signer")
    if payer_id == approver_id:
        raise Refused("payer-is-approver")
