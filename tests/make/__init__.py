"""Builders for tests: each writes the least that is true, commits, and gives back the row or its id."""

from tests.make.catalog import certificate, household, linkage, product, supplier, village_is_exited
from tests.make.core import actor, day, log_in, organisation, person, seat
from tests.make.plans import declared, lines_of, ordinary_plan
from tests.make.procurement import canteen, unit

__all__ = [
    "actor",
    "canteen",
    "certificate",
    "day",
    "declared",
    "household",
    "lines_of",
    "linkage",
    "log_in",
    "ordinary_plan",
    "organisation",
    "person",
    "product",
    "seat",
    "supplier",
    "unit",
    "village_is_exited",
]
