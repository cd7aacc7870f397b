"""Whether goods may be sent back without a reason (rule 84; 消费者权益保护法 第二十五条)."""

from enum import StrEnum


class ReturnPolicy(StrEnum):
    """What the kind of goods allows; a category's property, frozen on the order line."""

    SEVEN_DAYS = "seven_days"
    FRESH = "fresh"  # perishable: no return, but a claim about quality
    CONFIRMED = "confirmed"  # by nature unfit for return: only if the buyer ticked that for the line


TICK_TEXT = 1
"""The wording that is ticked for such a line (`no-return-tick` of the texts), kept on the line: a new wording, a new
number. Never ticked beforehand; without the tick the seven days stand
(网络购买商品七日无理由退货暂行办法 第七条、第二十条)."""


def is_ticked(policy: ReturnPolicy, *, ticked: bool) -> bool:
    """Whether the buyer gave up the seven days for a line; a tick means nothing where the kind does not ask for it."""
    return ticked and policy is ReturnPolicy.CONFIRMED
