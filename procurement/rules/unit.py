"""States and words of this noun; the table of its steps stands here too."""

from enum import StrEnum


class UnitKind(StrEnum):
    """What the unit does; also what its canteens may not buy (rule 70)."""

    SCHOOL = "school"
    KINDERGARTEN = "kindergarten"
    HOSPITAL = "hospital"
    BUREAU = "bureau"
    TOWN = "town"
    INSTITUTION = "institution"


NEVER_STOPPED = frozenset({UnitKind.SCHOOL, UnitKind.KINDERGARTEN})
"""Units whose orders go on whatever they owe: children eat first. They are warned and stand on finance's list."""


class BudgetLevel(StrEnum):
    """The county's own units, and units of another level seated here (驻临单位): outside totals and ranking."""

    COUNTY = "county"
    STATIONED = "stationed"
