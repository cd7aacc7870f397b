"""Builders for tests: each writes the least that is true, commits, and gives back the row or its id."""

from tests.make.catalog import certificate, household, linkage, product, supplier, village_is_exited
from tests.make.core import actor, day, log_in, organisation, person, seat
from tests.make.effects import linkage_score
from tests.make.market import Line, accepted, counts, delivery, line, order
from tests.make.plans import declared, lines_of, ordinary_plan
from tests.make.procurement import canteen, unit

__all__ = [
    "Line",
    "accepted",
    "actor",
    "canteen",
    "certificate",
    "counts",
    "day",
    "declared",
    "delivery",
    "household",
    "line",
    "lines_of",
    "linkage",
    "linkage_score",
    "log_in",
    "order",
    "ordinary_plan",
    "organisation",
    "person",
    "product",
    "seat",
    "supplier",
    "unit",
    "village_is_exited",
]
