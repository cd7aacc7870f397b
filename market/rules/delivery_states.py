"""States and words of this noun; the table of its steps stands here too."""

from enum import StrEnum


class DeliveryState(StrEnum):
    """From the van to the signatures."""

    ON_THE_WAY = "on_the_way"
    COUNTED = "counted"
    ACCEPTED = "accepted"
    PART_ACCEPTED = "part_accepted"
    REJECTED = "rejected"
