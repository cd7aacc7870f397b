"""放宽比例批复: a document by which a unit may reserve less than the minimum under a scheme (rule 17)."""

from dataclasses import dataclass
from datetime import date

from core import clock, trail
from core.access.actor import Actor
from core.access.rights import Right
from core.db import db
from core.errors import Missing, Refused
from core.trail.models import Stream
from procurement.models.declaration import RatioException
from procurement.models.unit import BudgetUnit
from procurement.queries import terms
from procurement.rules.scheme import Approver
from procurement.services import declaration_rows, envelope


@dataclass(frozen=True)
class Paper:
    """The document as entered; `min_bp` is the share it allows."""

    scheme_code: str
    min_bp: int
    document: str
    approver: Approver
    valid_from: date
    valid_to: date


def enter(unit_id: int, paper: Paper, *, by: Actor) -> RatioException:
    """Keep a paper and bring the envelopes of its years in step.

    Raises: Missing, Refused "exception-approver" (the scheme does not let this approver allow it), "exception-share"
    (not below the minimum), "exception-days".
    """
    if db.session.get(BudgetUnit, unit_id) is None:
        raise Missing("no-such-unit")
    own = terms.in_force(paper.valid_from.year).get(paper.scheme_code)
    if own is None or paper.approver not in own.exception_by:
        raise Refused("exception-approver")
    if not 0 <= paper.min_bp < own.min_bp:
        raise Refused("exception-share", min_bp=own.min_bp)
    if paper.valid_to < paper.valid_from:
        raise Refused("exception-days")
    declaration_rows.lock_unit(unit_id)
    row = RatioException(
        unit_id=unit_id,
        scheme_code=paper.scheme_code,
        min_bp=paper.min_bp,
        document=paper.document,
        approver=paper.approver.value,
        valid_from=paper.valid_from,
        valid_to=paper.valid_to,
        entered_by_id=by.person_id,
        created_at=clock.now(),
    )
    db.session.add(row)
    db.session.flush()
    trail.record(
        Stream.PROCUREMENT, "exception-entered", "organisation", unit_id, by=by, right=Right.DECLARATION_DECIDE,
        code=paper.scheme_code, min_bp=paper.min_bp, document=paper.document,
    )  # fmt: skip
    for year in range(paper.valid_from.year, min(paper.valid_to.year, paper.valid_from.year + 5) + 1):
        envelope.sync_declaration(unit_id, year)
    return row
