"""Closing a fiscal year: from then on its figures stand, corrections go to the current year and name it (rule 28)."""

from core import clock, settings, trail
from core.access.actor import Actor
from core.errors import Refused
from core.trail.models import Stream
from procurement.queries import years


def close(year: int, reason: str, *, by: Actor | None) -> None:
    """Close a year that is over. `by` None is the clock (commands). Closing cannot be undone.

    Raises: Refused "year-not-over", "year-closed-already", "reason-missing".
    """
    closed = years.closed()
    if year >= clock.today().year:
        raise Refused("year-not-over", year=year)
    if year in closed:
        raise Refused("year-closed-already", year=year)
    if not reason.strip():
        raise Refused("reason-missing")
    author = by.person_id if by else None
    settings.put(
        "ledger.closed_years", sorted({*closed, year}), valid_from=clock.today(), reason=reason, author_id=author
    )
    trail.record(Stream.ADMINISTRATION, "year-closed", "fiscal_year", year, by=by, right=None, year=year, reason=reason)
