"""Whether goods may be sent back without a reason (rule 84; 消费者权益保护法 第二十五条)."""

from enum import StrEnum


class ReturnPolicy(StrEnum):
    """What the kind of goods allows; a category's property, frozen on the order line."""

    SEVEN_DAYS = "seven_days"
    FRESH = "fresh"  # perishable: no return, but a claim about quality
    CONFIRMED = "confirmed"  # by nature unfit for return: only if the buyer ticked that for the line
