"""How long money is overdue, in the classes that finance reads."""

from enum import StrEnum

from market.rules.deadlines import PAY_DAYS_MAX


class Age(StrEnum):
    """Classes of days after the due date."""

    NOT_DUE = "not_due"
    TO_30 = "to_30"
    TO_60 = "to_60"
    TO_90 = "to_90"
    OVER_90 = "over_90"


def age(days_late: int) -> Age:
    """The class of so many days late; day 1 is the day after the due date."""
    if days_late <= 0:
        return Age.NOT_DUE
    for limit, found in ((30, Age.TO_30), (PAY_DAYS_MAX, Age.TO_60), (90, Age.TO_90)):
        if days_late <= limit:
            return found
    return Age.OVER_90
