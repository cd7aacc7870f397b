"""First day: units, canteens, suppliers, accounts and opening figures out of one workbook.

A preview is the load itself, rolled back (`rehearse`): what it shows is what a load does. Rows that are
known already change nothing, so that the same workbook may come again with more rows.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from core import trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import savepoint
from core.errors import Refused
from core.text import sentence
from core.trail.models import Stream
from procurement.queries.register_sheets import Record, records
from procurement.services import register_figures, register_parties


class Outcome(StrEnum):
    """What a row does."""

    NEW = "new"
    KNOWN = "known"
    REFUSED = "refused"


@dataclass(frozen=True)
class Line:
    """A row and what came of it; `problem` is the sentence of a refusal."""

    record: Record
    outcome: Outcome
    problem: str = ""


@dataclass(frozen=True)
class Report:
    """A whole workbook."""

    lines: tuple[Line, ...]

    def count(self, outcome: Outcome) -> int:
        """How many rows came out so."""
        return sum(line.outcome is outcome for line in self.lines)


class Rehearsal(Exception):
    """Carries the report of a load that is not to stay."""

    def __init__(self, report: Report) -> None:
        super().__init__("rehearsal")
        self.report = report


Loader = Callable[[Record, Actor], bool]
"""Writes one record; True when it was new. Raises Refused when it cannot be."""

LOADERS: dict[str, Loader] = {
    "bodies": register_parties.load_body,
    "canteens": register_parties.load_canteen,
    "suppliers": register_parties.load_supplier,
    "villages": register_figures.load_village,
    "people": register_parties.load_person,
    "opening": register_figures.load_opening,
}


def rehearse(data: bytes, *, by: Actor) -> None:
    """Load everything and roll it back. Raises: Rehearsal always; Refused when the file cannot be read."""
    raise Rehearsal(_load_all(data, by))


def load(data: bytes, *, by: Actor) -> Report:
    """Load everything or nothing. Raises: Refused "register-has-errors" when any row is refused."""
    report = _load_all(data, by)
    if bad := report.count(Outcome.REFUSED):
        raise Refused("register-has-errors", count=bad)
    new = report.count(Outcome.NEW)
    trail.record(
        Stream.ADMINISTRATION,
        "register-loaded",
        "organisation",
        by.office_id,
        by=by,
        right=Right.REGISTER_MANAGE,
        new=new,
    )
    return report


def _load_all(data: bytes, by: Actor) -> Report:
    return Report(tuple(_load_one(record, by) for record in records(data)))


def _load_one(record: Record, by: Actor) -> Line:
    """One row in a savepoint of its own, so that a bad row shows its fault and leaves the others alone."""
    try:
        with savepoint():
            outcome = Outcome.NEW if LOADERS[record.sheet](record, by) else Outcome.KNOWN
    except Refused as refusal:
        return Line(record, Outcome.REFUSED, sentence("refused", refusal.code, **refusal.facts))
    return Line(record, outcome)
