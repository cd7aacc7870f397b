"""A delivery from the van to two signatures. A correction is a new round of counting, never an edit.

Until its second signature nothing has changed, so a correction steps back to counted and on in one act. A resident's
delivery has no scales: it is received, by the resident or by the clock.
"""

from enum import StrEnum

from core.states import StateTable, step


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    ON_THE_WAY = "on_the_way"
    COUNTED = "counted"
    ACCEPTED = "accepted"
    PART_ACCEPTED = "part_accepted"
    REJECTED = "rejected"
    RECEIVED = "received"  # by a resident, who signs nothing


class DeliveryAct(StrEnum):
    """What can happen to a delivery."""

    COUNT = "count"
    ACCEPT = "accept"
    ACCEPT_PART = "accept_part"
    REJECT = "reject"
    CORRECT = "correct"
    RECEIVE = "receive"


_S, _A = DeliveryState, DeliveryAct
DELIVERY = StateTable(
    "delivery",
    _S.ON_THE_WAY,
    {
        (_S.ON_THE_WAY, _A.COUNT): step(_S.COUNTED, "first_signer"),
        (_S.ON_THE_WAY, _A.RECEIVE): step(_S.RECEIVED, "resident", "clock"),
        (_S.COUNTED, _A.COUNT): step(_S.COUNTED, "first_signer"),
        (_S.COUNTED, _A.ACCEPT): step(_S.ACCEPTED, "second_signer"),
        (_S.COUNTED, _A.ACCEPT_PART): step(_S.PART_ACCEPTED, "second_signer"),
        (_S.COUNTED, _A.REJECT): step(_S.REJECTED, "second_signer"),
        (_S.ACCEPTED, _A.CORRECT): step(_S.COUNTED, "second_signer"),
        (_S.PART_ACCEPTED, _A.CORRECT): step(_S.COUNTED, "second_signer"),
        (_S.REJECTED, _A.CORRECT): step(_S.COUNTED, "second_signer"),
    },
)

DONE = frozenset({_S.ACCEPTED, _S.PART_ACCEPTED, _S.REJECTED})
"""States in which two people have spoken."""
